// From what the caller gave to a request that can go on the wire: everything is checked here, before anything is sent.

import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { RequestError } from '../errors/request-error.ts';
import { isToken } from '../message/characters.ts';
import type { FieldBlock } from '../message/field-block.ts';
import { type Fields, findField } from '../message/fields.ts';
import { checkReplay } from '../policy/should-replay.ts';
import { fieldsFrom, type HeaderFields, mergeFields } from '../request/header-fields.ts';
import { RequestBody } from '../request/request-body.ts';
import type { RequestOptions } from './request-options.ts';

const NAMES: readonly (keyof RequestOptions)[] = [
  'body',
  'decodeContent',
  'headers',
  'json',
  'maxBodyBytes',
  'redirect',
  'replay',
  'retries',
  'signal',
  'timeout',
  'trailers',
];

/** What the wire needs of a request beyond its method and target. */
export interface PreparedRequest {
  readonly fields: FieldBlock;
  readonly body: RequestBody | null;
  readonly trailers: (() => Fields) | null;
}

const NONE: Readonly<Record<string, never>> = {};

/** @throws {RequestError} for a method that is no token: "get" is one, but it is not GET (RFC 9110 §9.1). */
export function checkMethod(method: string): void {
  if (typeof method === 'string' && isToken(method)) return;
  throw new RequestError(`Cannot use ${JSON.stringify(method)} as a method: it must be a token, e.g. GET`, {
    code: 'ERR_INVALID_METHOD',
    phase: 'request',
  });
}

/**
 * Checks what is not checked where it is used.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION` for an unknown name, or a value of the wrong kind.
 */
export function checkRequestOptions(options: RequestOptions): void {
  checkNames('the request', options, NAMES);
  const { retries, redirect, decodeContent, signal, trailers } = options;
  refuseUnbuilt('retries', retries);
  refuseUnbuilt('redirect', redirect);
  refuseUnbuilt('decodeContent', decodeContent);
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
export function prepareRequest(options: RequestOptions, shared: FieldBlock): PreparedRequest {
  const { headers, json } = options;
  const hasBody = options.body !== undefined && options.body !== null;
  if (headers === undefined && !hasBody && json === undefined && options.trailers === undefined)
    return { fields: shared, body: null, trailers: null };
  if (hasBody && json !== undefined) throw invalidBody('give either body or json, not both');
  const merged: HeaderFields = mergeFields(shared.fields, headers === undefined ? NONE : headers);
  const body = bodyOf(options, merged.contentLength);
  const fields = json === undefined ? merged.block : withJsonType(merged);
  const { trailers } = options;
  if (trailers === undefined) return { fields, body, trailers: null };
  if (body === null || body.length !== null) {
    throw invalidBody('trailers follow only a body of unknown length: an iterable, or a function that makes one');
  }
  return { fields, body, trailers: () => fieldsFrom(trailers()) };
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

/** Options whose other values have no meaning yet are refused rather than ignored. */
function refuseUnbuilt(name: string, value: unknown): void {
  if (value === false || value === undefined) return;
  throw invalidOption(name, value, 'only false is supported in this version');
}

function invalidBody(why: string): RequestError {
  return new RequestError(`Cannot send the request: ${why}`, { code: 'ERR_INVALID_BODY', phase: 'request' });
}
