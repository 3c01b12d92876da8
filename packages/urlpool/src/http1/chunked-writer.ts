// Writes a body in the chunked coding (RFC 9112 §7.1). A chunk's data is not copied: it goes out between these texts.

import { isFieldValue, isToken } from '../message/characters.ts';
import type { Fields } from '../message/fields.ts';
import { LocalFault, quote } from './fault.ts';

/** What follows the data of every chunk. */
export const CHUNK_END = '\r\n';

/** What comes before the data of a chunk of `size` bytes. An empty chunk would end the body: it is never written. */
export function chunkHead(size: number): string {
  if (!(Number.isSafeInteger(size) && size > 0)) throw new LocalFault(`a chunk has 1 byte or more, not ${size}`);
  return `${size.toString(16)}\r\n`;
}

/** Fields that change how a message is framed, routed or authorised: not allowed in trailers (RFC 9110 §6.5.1). */
const NOT_IN_TRAILERS: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'host',
  'te',
  'trailer',
  'transfer-encoding',
]);

/**
 * The last chunk, the trailer fields and the empty line that ends them.
 *
 * @throws {LocalFault} for a field that is malformed, or that must not stand in trailers.
 */
export function lastChunk(trailers: Fields): string {
  let text = '0\r\n';
  for (let i = 0; i < trailers.length; i += 2) {
    const name = trailers[i] ?? '';
    const value = trailers[i + 1] ?? '';
    if (!isToken(name) || !isFieldValue(value)) throw new LocalFault(`a malformed trailer field: ${quote(name)}`);
    if (NOT_IN_TRAILERS.has(name.toLowerCase())) throw new LocalFault(`${name} must not stand in trailers`);
    text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}
