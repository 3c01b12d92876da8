/** Text that is the same for values that hold the same: PEM as text and as bytes, names in any order; functions by identity. */
export function contentKey(value: unknown): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256')
    .update(JSON.stringify(comparable(value)))
    .digest('base64');
}

let lastIdentity = 0;
const identities = new WeakMap<object, number>();

function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value === 'function') {
    const identity = identities.get(value) ?? ++lastIdentity;
    identities.set(value, identity);
    return { function: identity };
  }
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof URL) return value.href;
  const entries = Object.entries(value).map(([name, item]) => [name, comparable(item)] as const);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}
