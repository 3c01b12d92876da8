// From what the caller gave to a request that can go on the wire: everything is checked here, before anything is sent.

import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { RequestError } from '../errors/request-error.ts';
import { isToken } from '../message/characters.ts';
import type { FieldBlock } from '../message/field-block.ts';
import { type Fields, findField } from '../message/fields.ts';
import { redactUrl } from '../message/redact-url.ts';
import { REDIRECT_OPTION_NAMES } from '../policy/redirect.ts';
import { checkReplay } from '../policy/should-replay.ts';
import { fieldsFrom, type HeaderFields, mergeFields } from '../request/header-fields.ts';
import { type QueryFields, queryText } from '../request/query.ts';
import { RequestBody } from '../request/request-body.ts';
import { currentContext } from '../util/context.ts';
import type { RequestOptions } from './request-options.ts';

/** Options of a request, for the check of their names. */
export const REQUEST_OPTION_NAMES: readonly (keyof RequestOptions)[] = [
  ...REDIRECT_OPTION_NAMES,
  'body',
  'decodeContent',
  'fields',
  'headers',
  'json',
  'maxBodyBytes',
  'replay',
  'retries',
  'signal',
  'timeout',
  'trailers',
];

/** Methods whose `fields` are a query; with others they would be a form. */
const QUERY_METHODS: readonly string[] = ['GET', 'HEAD', 'DELETE', 'OPTIONS'];

/** What the wire needs of a request beyond its method and target. */
export interface PreparedRequest {
  readonly fields: FieldBlock;
  readonly body: RequestBody | null;
  readonly trailers: (() => Fields) | null;
  /** What `fields` add to the query; empty for nothing. */
  readonly query: string;
}

const NONE: Readonly<Record<string, never>> = {};

/**
 * Checks the method. "get" is a token, but it is not GET (RFC 9110 §9.1).
 *
 * @param target CONNECT has a host and a port there; a path is what requests that are not tunnels have.
 * @throws {RequestError} `ERR_INVALID_METHOD` for what is no token, and for CONNECT without a tunnel.
 */
export function checkMethod(method: string, target: string): void {
  if (typeof method !== 'string' || !isToken(method)) {
    const given = typeof method === 'string' ? `"${redactUrl(method)}"` : `a value of type ${typeof method}`;
    throw invalidMethod(given, 'it must be a token, e.g. GET');
  }
  if (method === 'CONNECT' && target.startsWith('/')) {
    throw invalidMethod('"CONNECT"', 'its answer is a tunnel, not a response; use tunnel()');
  }
}

function invalidMethod(given: string, why: string): RequestError {
  const message = `Cannot use ${given} as a method: ${why}`;
  return new RequestError(message, { code: 'ERR_INVALID_METHOD', phase: 'request' });
}

/**
 * Checks what is not checked where it is used.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION` for an unknown name, or a value of the wrong kind.
 */
export function checkRequestOptions(options: RequestOptions): void {
  checkNames('the request', options, REQUEST_OPTION_NAMES);
  const { decodeContent, signal, trailers } = options;
  if (decodeContent !== undefined && decodeContent !== false) {
    throw invalidOption('decodeContent', decodeContent, 'only false is supported in this version');
  }
  checkReplay(options.replay);
  if (trailers !== undefined && typeof trailers !== 'function')
    throw invalidOption('trailers', trailers, 'give a function');
  const isSignal = typeof signal === 'object' && signal !== null && typeof signal.addEventListener === 'function';
  if (signal !== undefined && !isSignal) throw invalidOption('signal', signal, 'give an AbortSignal');
}

/**
 * Merges fields and makes the body.
 *
 * @param shared The block of a request that has no fields of its own.
 */
export function prepareRequest(method: string, options: RequestOptions, shared: FieldBlock): PreparedRequest {
  const { headers, json } = options;
  const hasBody = options.body !== undefined && options.body !== null;
  const query = options.fields === undefined ? '' : queryOf(method, options.fields);
  if (headers === undefined && !hasBody && json === undefined && options.trailers === undefined)
    return { fields: shared, body: null, trailers: null, query };
  if (hasBody && json !== undefined) throw invalidBody('give either body or json, not both');
  const merged: HeaderFields = mergeFields(shared.fields, headers === undefined ? NONE : headers);
  const body = bodyOf(options, merged.contentLength);
  const fields = json === undefined ? merged.block : withJsonType(merged);
  const { trailers } = options;
  if (trailers === undefined) return { fields, body, trailers: null, query };
  if (body === null || body.length !== null) {
    throw invalidBody('trailers follow only a body of unknown length: an iterable, or a function that makes one');
  }
  const run = currentContext();
  return { fields, body, trailers: () => fieldsFrom(run(trailers)), query };
}

function queryOf(method: string, fields: QueryFields): string {
  if (!QUERY_METHODS.includes(method)) {
    throw invalidOption('fields', fields, `they are a query, for ${QUERY_METHODS.join(', ')}; ${method} needs a body`);
  }
  return queryText(fields);
}

function bodyOf({ body, json }: RequestOptions, contentLength: number | null): RequestBody | null {
  if (json !== undefined) return RequestBody.from(jsonText(json), contentLength);
  if (body !== undefined && body !== null) return RequestBody.from(body, contentLength);
  if (contentLength === null) return null;
  if (contentLength > 0) throw invalidBody(`Content-Length says ${contentLength} bytes, but there is no body`);
  return RequestBody.from('');
}

function withJsonType({ block, removed }: HeaderFields): FieldBlock {
  if (findField(block.fields, 'content-type') !== null || removed.has('content-type')) return block;
  return mergeFields(block.fields, { 'Content-Type': 'application/json' }).block;
}

function jsonText(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    throw invalidBody(`json cannot be written: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (text === undefined) throw invalidBody(`json cannot be a ${typeof value}`);
  return text;
}

function invalidBody(why: string): RequestError {
  return new RequestError(`Cannot send the request: ${why}`, { code: 'ERR_INVALID_BODY', phase: 'request' });
}
