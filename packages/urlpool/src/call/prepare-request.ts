// From what the caller gave to a request that can go on the wire: everything is checked here, before anything is sent.

import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkFlag, checkFunction } from '../errors/option-values.ts';
import { RequestError } from '../errors/request-error.ts';
import { isToken } from '../message/characters.ts';
import type { FieldBlock } from '../message/field-block.ts';
import { type Fields, findField } from '../message/fields.ts';
import { redactUrl } from '../message/redact-url.ts';
import { standardMethod } from '../policy/method.ts';
import { REDIRECT_OPTION_NAMES } from '../policy/redirect.ts';
import { checkReplay } from '../policy/should-replay.ts';
import { fieldsFrom, type HeaderFields, type HeadersInput, mergeFields } from '../request/header-fields.ts';
import { rangeFields } from '../request/range-fields.ts';
import type { RequestBody } from '../request/request-body.ts';
import type { UploadProgress } from '../request/upload-progress.ts';
import { currentContext } from '../util/context.ts';
import { ownOptions } from '../util/own-options.ts';
import { bodyFields, bodyOf, checkBodyOptions, hasBody, invalidBody, queryOf } from './prepare-body.ts';
import type { RequestOptions } from './request-options.ts';

/** Options of a request, for the check of their names. */
export const REQUEST_OPTION_NAMES: readonly (keyof RequestOptions)[] = [
  ...REDIRECT_OPTION_NAMES,
  'body',
  'compress',
  'decodeContent',
  'encodeMultipart',
  'expectContinue',
  'fields',
  'form',
  'headers',
  'json',
  'maxBodyBytes',
  'multipartBoundary',
  'onUploadProgress',
  'replay',
  'retries',
  'signal',
  'timeout',
  'trailers',
];

/** How long `expectContinue: true` waits for the server, in ms: what curl and Go wait. */
const EXPECT_MS = 1_000;

/** The fields that a client gives every request. */
export interface SharedFields {
  readonly block: FieldBlock;
  /** Whether its Accept-Encoding is the default one, which goes with no Range. */
  readonly hasCodings: boolean;
}

/** What the wire needs of a request beyond its method and target. */
export interface PreparedRequest {
  readonly fields: FieldBlock;
  readonly body: RequestBody | null;
  readonly trailers: (() => Fields) | null;
  /** What `fields` add to the query; empty for nothing. */
  readonly query: string;
  /** How long to wait, in ms, for the server to ask for the body; null to send it at once. */
  readonly expectContinue: number | null;
  readonly onUploadProgress: ((progress: UploadProgress) => void) | null;
}

const NONE: Readonly<Record<string, never>> = {};

/**
 * The method as it is sent: a standard one in capitals, whatever its case; any other as it is.
 *
 * @param target CONNECT has a host and a port there; a path is what requests that are not tunnels have.
 * @throws {RequestError} `ERR_INVALID_METHOD` for what is no token, and for CONNECT without a tunnel.
 */
export function checkedMethod(given: string, target: string): string {
  if (typeof given !== 'string' || !isToken(given)) {
    const shown = typeof given === 'string' ? `"${redactUrl(given)}"` : `a value of type ${typeof given}`;
    throw invalidMethod(shown, 'it must be a token, e.g. GET');
  }
  const method = standardMethod(given);
  if (method === 'CONNECT' && target.startsWith('/')) {
    throw invalidMethod('"CONNECT"', 'its answer is a tunnel, not a response; use tunnel()');
  }
  return method;
}

function invalidMethod(given: string, why: string): RequestError {
  const message = `Cannot use ${given} as a method: ${why}`;
  return new RequestError(message, { code: 'ERR_INVALID_METHOD', phase: 'request' });
}

/** @throws {RequestError} `ERR_INVALID_OPTION` */
export function checkSignal(signal: AbortSignal | undefined): void {
  const isSignal = typeof signal === 'object' && signal !== null && typeof signal.addEventListener === 'function';
  if (signal !== undefined && !isSignal) throw invalidOption('signal', signal, 'give an AbortSignal');
}

/**
 * Checks what is not checked where it is used, and gives what was given: nothing that a prototype has.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION` for an unknown name, or a value of the wrong kind.
 */
export function checkedRequestOptions(given: RequestOptions): RequestOptions {
  checkNames('the request', given, REQUEST_OPTION_NAMES);
  const options = ownOptions(given);
  const { decodeContent, signal, trailers } = options;
  checkFlag('decodeContent', decodeContent);
  checkReplay(options.replay);
  checkBodyOptions(options);
  checkFunction('trailers', trailers);
  checkSignal(signal);
  return options;
}

/**
 * Merges fields and makes the body.
 *
 * @param shared What a request is sent that has no fields of its own.
 */
export function prepareRequest(method: string, options: RequestOptions, shared: SharedFields): PreparedRequest {
  const { headers, trailers } = options;
  const query = options.fields === undefined ? '' : queryOf(method, options.fields);
  if (headers === undefined && trailers === undefined && !hasBody(method, options)) {
    return { fields: shared.block, body: null, trailers: null, query, expectContinue: null, onUploadProgress: null };
  }
  const own = mergeFields(shared.block.fields, headers === undefined ? NONE : headers);
  const merged: HeaderFields = rangeFields(own, shared.hasCodings);
  const body = bodyOf(method, options, merged.contentLength);
  const fields = bodyFields(merged, body, options);
  return {
    fields,
    body,
    trailers: trailers === undefined ? null : trailersOf(trailers, body),
    query,
    expectContinue: expectationOf(options, fields, body),
    onUploadProgress: options.onUploadProgress === undefined ? null : inContext(options.onUploadProgress),
  };
}

function trailersOf(trailers: () => HeadersInput, body: RequestBody | null): () => Fields {
  if (body === null || body.length !== null) {
    throw invalidBody('trailers follow only a body of unknown length: an iterable, or a function that makes one');
  }
  const run = currentContext();
  return () => fieldsFrom(run(trailers));
}

function expectationOf(
  { expectContinue }: RequestOptions,
  { fields }: FieldBlock,
  body: RequestBody | null,
): number | null {
  if (expectContinue === undefined || expectContinue === false || body === null || body.length === 0) return null;
  if (findField(fields, 'expect') !== null) {
    throw invalidOption(
      'expectContinue',
      expectContinue,
      'the header field Expect is given already: leave one of them out',
    );
  }
  return expectContinue === true ? EXPECT_MS : expectContinue;
}

function inContext(listener: (progress: UploadProgress) => void): (progress: UploadProgress) => void {
  const run = currentContext();
  return (progress) => run(() => listener(progress));
}
