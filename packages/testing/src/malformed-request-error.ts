/**
 * The client sent something RFC 9112 forbids. It rejects the read that met it, so it fails the script and then the
 * server's `close()`: the scripted server is a check of the client too.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { MalformedRequestError } from 'urlpool-testing';
 *
 * const error = new MalformedRequestError('a field line has no colon', 'Host example.org');
 * assert.equal(error.message, 'Malformed request: a field line has no colon: "Host example.org"');
 * ```
 */
export class MalformedRequestError extends Error {
  override name = 'MalformedRequestError';

  /** `found` is the text at fault; the message quotes its first 80 characters. */
  constructor(rule: string, found: string) {
    super(`Malformed request: ${rule}: ${JSON.stringify(found.length > 80 ? `${found.slice(0, 80)}…` : found)}`);
  }
}
