/**
 * The header fields of these names as attributes, `http.request.header.<name>` say: a list of values each, in the order of the
 * wire.
 *
 * @param fields Names and values in turn.
 * @param names In lower case.
 */
export function headerAttributes(
  side: 'request' | 'response',
  fields: readonly string[],
  names: ReadonlySet<string>,
): Record<string, string[]> {
  const attributes: Record<string, string[]> = {};
  if (names.size === 0) return attributes;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i]?.toLowerCase() ?? '';
    if (!names.has(name)) continue;
    const key = `http.${side}.header.${name}`;
    attributes[key] = [...(attributes[key] ?? []), fields[i + 1] ?? ''];
  }
  return attributes;
}
