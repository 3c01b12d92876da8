// What a caller may give as a body, and how its kinds are told apart. Blobs and forms are known by what they can do, not
// by their class: a program may have more than one copy of it.

/** A piece of a body; text is sent as UTF-8. */
export type BodyChunk = string | ArrayBufferView | ArrayBuffer | SharedArrayBuffer;

/** What a stream may be: Node's Readable, a web ReadableStream, a generator, a list of pieces. */
export type BodyStream = AsyncIterable<BodyChunk> | Iterable<BodyChunk>;

/** What a function may make as a body. */
export type MadeBody = BodyChunk | BodyStream | Blob;

/**
 * What the `body` option takes. A function is called for every attempt, so its body can be sent again; so can a Blob, and
 * a form without streams. FormData is sent as multipart/form-data, URLSearchParams as they are in a query.
 */
export type BodyInput = MadeBody | FormData | URLSearchParams | (() => MadeBody | Promise<MadeBody>);

/** The bytes of a value that is in memory; null for any other. */
export function bytesOf(value: unknown): Uint8Array | null {
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) return new Uint8Array(value);
  return null;
}

/**
 * The bytes of what a source gave as a piece.
 *
 * @throws {TypeError} for what is no piece.
 */
export function pieceOf(value: unknown): Uint8Array {
  const bytes = bytesOf(value);
  if (bytes === null) throw new TypeError(`a body is made of strings and bytes, not of ${typeof value}`);
  return bytes;
}

/** What iterates over names and values: they are no pieces of a body, and an empty one would pass for an empty body. */
const PAIRS: ReadonlySet<unknown> = new Set(['FormData', 'Headers', 'Map', 'URLSearchParams']);

/** Whether a value can be read piece by piece. */
export function isStream(value: unknown): value is BodyStream & object {
  if (typeof value !== 'object' || value === null || PAIRS.has(tagOf(value))) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

/** Whether a value is a Blob; a File is one. */
export function isBlob(value: unknown): value is Blob {
  if (typeof value !== 'object' || value === null || !('stream' in value) || !('size' in value)) return false;
  const tag = tagOf(value);
  return (tag === 'Blob' || tag === 'File') && typeof value.stream === 'function' && typeof value.size === 'number';
}

/** Whether a value is a form of the web's kind. */
export function isFormData(value: unknown): value is FormData {
  return typeof value === 'object' && value !== null && Symbol.iterator in value && tagOf(value) === 'FormData';
}

/** A value's kind in words, for messages. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return `a ${typeof value}`;
  const name = value.constructor?.name;
  return name === undefined || name === 'Object' ? 'an object' : `a ${name}`;
}

function tagOf(value: object): unknown {
  return Symbol.toStringTag in value ? value[Symbol.toStringTag] : undefined;
}
