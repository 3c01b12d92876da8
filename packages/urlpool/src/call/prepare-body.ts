// What the options of a request say of its body: which of them makes it, and what header fields it brings along.

import { invalidOption } from '../errors/invalid-option.ts';
import { checkFlag, checkFunction } from '../errors/option-values.ts';
import { RequestError } from '../errors/request-error.ts';
import type { FieldBlock } from '../message/field-block.ts';
import { findField } from '../message/fields.ts';
import { parseMediaType } from '../message/media-type.ts';
import { checkBoundary } from '../request/boundary.ts';
import { checkCoding } from '../request/content-coding.ts';
import type { FormFields } from '../request/form-fields.ts';
import { type HeaderFields, mergeFields } from '../request/header-fields.ts';
import { type QueryFields, queryText } from '../request/query.ts';
import { RequestBody } from '../request/request-body.ts';
import type { RequestOptions } from './request-options.ts';

/** Methods whose `fields` are a query; with others they are a form. */
export const QUERY_METHODS: readonly string[] = ['GET', 'HEAD', 'DELETE', 'OPTIONS'];

/** @throws {RequestError} `ERR_INVALID_OPTION` for a value of the wrong kind. */
export function checkBodyOptions(options: RequestOptions): void {
  const { compress, encodeMultipart, expectContinue, multipartBoundary, onUploadProgress } = options;
  if (compress !== undefined) checkCoding(compress);
  checkFlag('encodeMultipart', encodeMultipart);
  if (multipartBoundary !== undefined) checkBoundary(multipartBoundary);
  checkFunction('onUploadProgress', onUploadProgress);
  if (expectContinue === undefined || typeof expectContinue === 'boolean') return;
  if (!Number.isFinite(expectContinue) || expectContinue < 0) {
    throw invalidOption('expectContinue', expectContinue, 'give true, false, or a number of milliseconds, 0 or more');
  }
}

/** What `fields` add to the query; empty for nothing. */
export function queryOf(method: string, fields: QueryFields | FormFields): string {
  // What can stand only in a form, a file say, is refused there.
  return QUERY_METHODS.includes(method) ? queryText(fields as QueryFields) : '';
}

/** Whether any option makes a body. */
export function hasBody(method: string, { body, json, fields, form }: RequestOptions): boolean {
  if (json !== undefined || form !== undefined || (body !== undefined && body !== null)) return true;
  return fields !== undefined && !QUERY_METHODS.includes(method);
}

/**
 * The body that the options stand for; null for none.
 *
 * @param contentLength What the caller's Content-Length says.
 * @throws {RequestError} `ERR_INVALID_BODY` for options that contradict each other, and as `RequestBody.from()` does.
 */
export function bodyOf(method: string, options: RequestOptions, contentLength: number | null): RequestBody | null {
  const { compress } = options;
  if (!hasBody(method, options)) {
    if (contentLength === null) return null;
    if (contentLength > 0) throw invalidBody(`Content-Length says ${contentLength} bytes, but there is no body`);
    return RequestBody.from('');
  }
  if (compress !== undefined && contentLength !== null) {
    throw invalidBody('compress changes the length of the body: leave Content-Length out');
  }
  const body = madeBody(method, options, contentLength);
  return compress === undefined || body.length === 0 ? body : body.compressed(compress);
}

function madeBody(method: string, options: RequestOptions, contentLength: number | null): RequestBody {
  const { body, json, form, fields, encodeMultipart, multipartBoundary } = options;
  const given = [
    ...(body === undefined || body === null ? [] : ['body']),
    ...(json === undefined ? [] : ['json']),
    ...(form === undefined ? [] : ['form']),
  ];
  if (given.length > 1) throw invalidBody(`give either ${given.join(' or ')}, not both`);
  if (fields === undefined || QUERY_METHODS.includes(method)) {
    if (form !== undefined) return RequestBody.urlencoded(queryText(form, 'form'), contentLength);
    return body !== undefined && body !== null
      ? RequestBody.from(body, contentLength, multipartBoundary)
      : RequestBody.from(jsonText(json), contentLength);
  }
  if (given.length > 0) {
    throw invalidBody(`the fields of a ${method} are its body: give no ${given[0]} beside them`);
  }
  if (encodeMultipart === false) return RequestBody.urlencoded(queryText(fields as QueryFields), contentLength);
  return RequestBody.form(fields as FormFields, contentLength, multipartBoundary);
}

/**
 * The request's fields with those that its body brings along.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION` where Content-Encoding is given beside `compress`, `ERR_INVALID_HEADER` for a
 *   Content-Type that does not fit a form.
 */
export function bodyFields(merged: HeaderFields, body: RequestBody | null, options: RequestOptions): FieldBlock {
  const { block, removed } = merged;
  const { compress, json } = options;
  const added: Record<string, string> = {};
  const type = json === undefined ? (body?.type ?? null) : 'application/json';
  const given = findField(block.fields, 'content-type');
  if (type !== null && given !== null) checkFormType(given, type);
  else if (type !== null && !removed.has('content-type')) added['Content-Type'] = type;
  if (compress !== undefined && body !== null && body.length !== 0) {
    if (findField(block.fields, 'content-encoding') !== null || removed.has('content-encoding')) {
      throw invalidOption('compress', compress, 'Content-Encoding is given already: leave one of them out');
    }
    added['Content-Encoding'] = compress;
  }
  return Object.keys(added).length === 0 ? block : mergeFields(block.fields, added).block;
}

/** Nobody can read a multipart body without its boundary. */
function checkFormType(given: string, own: string): void {
  const boundary = parseMediaType(own)?.parameters.get('boundary');
  if (boundary === undefined || parseMediaType(given)?.parameters.get('boundary') === boundary) return;
  const why = `${JSON.stringify(given)} does not name the boundary of the form: leave the field out, or give multipartBoundary`;
  const message = `Cannot send the header field Content-Type: ${why}`;
  throw new RequestError(message, { code: 'ERR_INVALID_HEADER', phase: 'request' });
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

/** The error of a body that cannot be made. */
export function invalidBody(why: string): RequestError {
  return new RequestError(`Cannot send the request: ${why}`, { code: 'ERR_INVALID_BODY', phase: 'request' });
}
