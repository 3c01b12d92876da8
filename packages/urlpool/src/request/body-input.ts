// What a caller may give as a body, and how its kinds are told apart.

/** A piece of a body; text is sent as UTF-8. */
export type BodyChunk = string | ArrayBufferView | ArrayBuffer;

/** What a stream may be: Node's Readable, a web ReadableStream, a generator, a list of pieces. */
export type BodyStream = AsyncIterable<BodyChunk> | Iterable<BodyChunk>;

/** What the `body` option takes. A function is called for every attempt, so its body can be sent again. */
export type BodyInput = BodyChunk | BodyStream | (() => BodyChunk | BodyStream | Promise<BodyChunk | BodyStream>);

/** The bytes of a value that is in memory; null for any other. */
export function bytesOf(value: unknown): Uint8Array | null {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return new Uint8Array(value);
  return null;
}

/** Whether a value can be read piece by piece. */
export function isStream(value: unknown): value is BodyStream & object {
  return typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

/** A value's kind in words, for messages. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const name = value.constructor?.name;
  return name === undefined || name === 'Object' ? 'an object' : `a ${name}`;
}
