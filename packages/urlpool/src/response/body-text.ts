// What a body says, once its bytes are there.

import { DecodeError } from '../errors/decode-error.ts';
import type { BaseResponse } from './base-response.ts';

/** Bytes as UTF-8 text, without a byte order mark. */
export function bodyText(data: Buffer): string {
  const hasMark = data.length >= 3 && data[0] === 0xef && data[1] === 0xbb && data[2] === 0xbf;
  return data.toString('utf8', hasMark ? 3 : 0);
}

/**
 * A body as JSON. The type is the caller's claim: nothing checks it.
 *
 * @throws {DecodeError} `ERR_INVALID_JSON`, with the status and the beginning of what came instead.
 */
export function bodyJSON<T>(text: string, { method, url, status, connection }: BaseResponse): T {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DecodeError(
      `Cannot read the body of ${method} ${url} (status ${status}) as JSON: ${why}; it begins with ${shown}`,
      { code: 'ERR_INVALID_JSON', phase: 'body', method, url, connection, cause },
    );
  }
}
