// The events as their source declares them: which types there are, and which fields each has. docs/tracing.md is compared
// with it.

/** The fields of each type of event, those of its base first; `at` and `type`, which all have, are left out. */
export function traceFields(source: string): ReadonlyMap<string, readonly string[]> {
  const declared = new Map<string, { readonly base: string; readonly body: string }>();
  for (const [, name = '', base = '', body = ''] of source.matchAll(
    /^(?:export )?interface (\w+)(?: extends (\w+))? \{\n(.*?)^\}/gms,
  )) {
    declared.set(name, { base, body });
  }
  const fieldsOf = (name: string): string[] => {
    const one = declared.get(name);
    if (one === undefined) return [];
    return [
      ...fieldsOf(one.base),
      ...Array.from(one.body.matchAll(/^ {2}readonly (\w+)\??:/gm), ([, field = '']) => field),
    ];
  };
  const types = new Map<string, readonly string[]>();
  for (const [name, { body }] of declared) {
    const type = /^ {2}readonly type: '([\w-]+)';/m.exec(body)?.[1];
    if (type !== undefined)
      types.set(
        type,
        fieldsOf(name).filter((field) => field !== 'at' && field !== 'type'),
      );
  }
  return types;
}
