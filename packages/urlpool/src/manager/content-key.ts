/** Text that is the same for values that hold the same: PEM as text and as bytes, names in any order; functions and what a class made by identity. */
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
  if (value instanceof URL) return value.href;
  if (typeof value === 'function' || isOfClass(value)) {
    const identity = identities.get(value) ?? ++lastIdentity;
    identities.set(value, identity);
    return { identity };
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, comparable(item)] as const);
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What such an object holds may not be seen from outside. */
function isOfClass(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}
