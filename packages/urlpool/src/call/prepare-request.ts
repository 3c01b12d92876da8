// From what the caller gave to a request that can go on the wire: everything is checked here, before anything is sent.

import { RequestError } from '../errors/request-error.ts';
import { isToken } from '../message/characters.ts';
import type { FieldBlock } from '../message/field-block.ts';
import { type Fields, findField } from '../message/fields.ts';
import { fieldsFrom, type HeaderFields, type HeadersInput, mergeFields } from '../request/header-fields.ts';
import { RequestBody } from '../request/request-body.ts';
import type { RequestOptions } from './request-options.ts';

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
 * Merges fields and makes the body.
 *
 * @param shared The block of a request that has no fields of its own.
 */
export function prepareRequest(options: RequestOptions, shared: FieldBlock): PreparedRequest {
  const { headers, json, retries, redirect, decodeContent } = options;
  if (retries !== undefined) refuseUnbuilt('retries', retries);
  if (redirect !== undefined) refuseUnbuilt('redirect', redirect);
  if (decodeContent !== undefined) refuseUnbuilt('decodeContent', decodeContent);
  const hasBody = options.body !== undefined && options.body !== null;
  if (headers === undefined && !hasBody && json === undefined && options.trailers === undefined)
    return { fields: shared, body: null, trailers: null };
  if (hasBody && json !== undefined) throw invalidBody('give either body or json, not both');
  const merged: HeaderFields = mergeFields(shared.fields, headers ?? NONE);
  const body = bodyOf(options, merged.contentLength);
  const fields = json === undefined ? merged.block : withJsonType(merged.block, headers);
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

function withJsonType(block: FieldBlock, headers: HeadersInput | undefined): FieldBlock {
  const fields: Fields = block.fields;
  if (findField(fields, 'content-type') !== null || removesType(headers)) return block;
  return mergeFields(fields, { 'Content-Type': 'application/json' }).block;
}

function removesType(headers: HeadersInput | undefined): boolean {
  if (headers === undefined) return false;
  const pairs = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return pairs.some(([name, value]) => value === null && String(name).toLowerCase() === 'content-type');
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
  if (value === false) return;
  throw new RequestError(`Cannot use ${String(value)} as ${name}: only false is supported in this version`, {
    code: 'ERR_INVALID_OPTION',
    phase: 'request',
  });
}

function invalidBody(why: string): RequestError {
  return new RequestError(`Cannot send the request: ${why}`, { code: 'ERR_INVALID_BODY', phase: 'request' });
}
