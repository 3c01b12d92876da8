// The errors that decoding a body can end with, as its user reads them.

import { DecodeError } from '../../errors/decode-error.ts';
import type { ErrorConnection, HTTPError, RequestHistory } from '../../errors/http-error.ts';
import { LimitError } from '../../errors/limit-error.ts';
import type { CodingFault } from './coding-fault.ts';
import { MAX_CODINGS } from './content-codings.ts';
import { MAX_RATIO, RATIO_FREE_BYTES } from './inflation.ts';

/** The response whose body it is. */
export interface DecodedOf {
  readonly method: string;
  readonly url: string;
  readonly attempt: number;
  readonly connection: ErrorConnection | null;
  /** The attempts before the one that was answered. */
  readonly history: readonly RequestHistory[];
}

const LOOK = 'use decodeContent: false to look at the bytes';

/**
 * The body is not what its Content-Encoding says, or more than it should be.
 *
 * @param came How many bytes of the body had come, encoded.
 */
export function decodingError(fault: CodingFault, of: DecodedOf, came: number): HTTPError {
  const { coding, kind, cause } = fault;
  const begun = `Cannot decode the body of ${of.method} ${of.url}`;
  if (kind === 'ratio') {
    const mib = RATIO_FREE_BYTES / (1024 * 1024);
    const message = `${begun}: ${came} bytes became more than ${MAX_RATIO} times as many and more than ${mib} MiB; ${LOOK}`;
    return withHistory(new LimitError(message, { ...of, phase: 'body', limit: 'ratio' }), of);
  }
  const why =
    kind === 'cut'
      ? `it ends in the middle of its coding ${coding}, after ${came} bytes`
      : `it is not the ${coding} that its Content-Encoding says (${fault.message}); ${came} bytes of it had come`;
  const message = `${begun}: ${why}; ${LOOK}`;
  return new DecodeError(message, { ...of, code: 'ERR_DECODE', phase: 'body', cause }, of.history);
}

/** The body has been encoded more often than is undone. */
export function tooManyCodingsError(count: number, of: DecodedOf): HTTPError {
  const message = `Cannot decode the body of ${of.method} ${of.url}: it has ${count} codings, and ${MAX_CODINGS} are undone at most; ${LOOK}`;
  return withHistory(new LimitError(message, { ...of, phase: 'body', limit: 'codings' }), of);
}

function withHistory(error: LimitError, { history }: DecodedOf): LimitError {
  error.history = history;
  return error;
}
