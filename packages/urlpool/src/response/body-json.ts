// A body, or a line of it, as JSON (RFC 8259: always UTF-8). What is not JSON is told by its place and a few characters
// around it, never whole: it may be long, or not for everybody's eyes.

import { DecodeError } from '../errors/decode-error.ts';
import type { BaseResponse } from './base-response.ts';
import { jsonFault } from './json-fault.ts';

/**
 * A text as JSON. The type is the caller's claim: nothing checks it.
 *
 * @param lineNumber Which line of the body it is, from 1; null for the whole of it.
 * @throws {DecodeError} `ERR_INVALID_JSON`, with the status, the place and some characters around it.
 */
export function bodyJSON<T>(text: string, response: BaseResponse, lineNumber: number | null = null): T {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { method, url, status, connection } = response;
    const what = lineNumber === null ? 'the body' : `line ${lineNumber} of the body`;
    throw new DecodeError(
      `Cannot read ${what} of ${method} ${url} (status ${status}) as JSON: ${whyNot(text, lineNumber)}`,
      { code: 'ERR_INVALID_JSON', phase: 'body', method, url, connection, cause },
    );
  }
}

function whyNot(text: string, lineNumber: number | null): string {
  if (text === '') return 'it is empty';
  const fault = jsonFault(text);
  if (fault === null) return 'it cannot be parsed';
  const { line, column, near, isEnd } = fault;
  const place = lineNumber === null ? `line ${line}, column ${column}` : `column ${column}`;
  return `${isEnd ? 'it ends too early' : 'it is none'} at ${place}, near ${near}`;
}
