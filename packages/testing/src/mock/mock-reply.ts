// What a route answers with: checked when it is given, made into bytes when it is sent.

import { cannedResponse, type ResponseChoices } from '../canned-response.ts';
import type { Field } from '../field.ts';
import { checkNames, checkNumber } from './check-names.ts';
import type { MockRequest } from './mock-request.ts';

/** A body that comes piece by piece; it is sent chunked. */
export type MockStream = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

/** Fields by name, a list for several lines; or pairs. */
export type MockFields = Readonly<Record<string, string | number | readonly string[]>> | readonly Field[];

/** A body in pieces with pauses between them. */
export interface Drip {
  /** How much at once. @default 1 */
  readonly bytes?: number;
  /** How long before each piece, in ms of the mock's clock. @default 100 */
  readonly every?: number;
}

/** A reply. */
export interface MockReply {
  /** @default 200 */
  readonly status?: number;
  /** Reason phrase. @default the usual one of the status */
  readonly reason?: string;
  readonly headers?: MockFields;
  /** Content: text (UTF-8), bytes, or a stream of them. */
  readonly body?: string | Uint8Array | MockStream;
  /** Content as JSON, with its Content-Type. */
  readonly json?: unknown;
  /** Whether in chunks, in place of a Content-Length. @default false, but true for a stream */
  readonly chunked?: boolean;
  /** Fields after a chunked body. */
  readonly trailers?: MockFields;
  /** How long before it is sent, in ms of the mock's clock. @default 0 */
  readonly delay?: number;
  /** Sends the body slowly; true for a byte each 100 ms. */
  readonly drip?: Drip | true;
}

/** What gives a reply for each request. */
export type ReplyFunction = (request: MockRequest) => MockReply | number | Promise<MockReply | number>;

const NAMES = ['status', 'reason', 'headers', 'body', 'json', 'chunked', 'trailers', 'delay', 'drip'] as const;

/** A reply, ready to be sent. */
export interface PreparedReply {
  readonly choices: ResponseChoices;
  /** In place of a body in `choices`. */
  readonly stream: MockStream | null;
  readonly trailers: readonly Field[];
  readonly delay: number;
  readonly drip: Required<Drip> | null;
}

/**
 * Checks a reply.
 *
 * @throws {TypeError | RangeError} for what is none.
 */
export function prepareReply(reply: MockReply | number): PreparedReply {
  const given = typeof reply === 'number' ? { status: reply } : reply;
  checkNames('a reply', given, NAMES);
  const { status = 200, reason, body, json, chunked, delay = 0, drip = null } = given;
  if (body !== undefined && json !== undefined) throw new TypeError('Cannot send both body and json: give one of them');
  if (status < 200)
    throw new TypeError(`Cannot use ${status} as the status of a reply: it answers nothing; use script()`);
  checkNumber('delay', delay, 0);
  const headers = fieldList(given.headers);
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type');
  if (json !== undefined && !hasType) headers.push(['Content-Type', 'application/json']);
  const content = json === undefined ? body : jsonText(json);
  const isStream = content !== undefined && typeof content !== 'string' && !(content instanceof Uint8Array);
  if (isStream && !isIterable(content)) {
    throw new TypeError('Cannot send that as a body: give a text, bytes or a stream of them; an object goes by json');
  }
  const trailers = fieldList(given.trailers);
  const choices: ResponseChoices = {
    status,
    headers,
    ...(reason === undefined ? {} : { reason }),
    ...(chunked === undefined && !isStream ? {} : { chunked: chunked ?? true }),
    ...(trailers.length === 0 ? {} : { trailers }),
    ...(content === undefined || isStream ? {} : { body: content }),
  };
  // What cannot be sent is told now, where it is written.
  cannedResponse(choices);
  return { choices, stream: isStream ? content : null, trailers, delay, drip: dripOf(drip) };
}

function dripOf(drip: Drip | boolean | null): Required<Drip> | null {
  if (drip === null || drip === false) return null;
  const given = drip === true ? {} : drip;
  checkNames('drip', given, ['bytes', 'every']);
  const { bytes = 1, every = 100 } = given;
  checkNumber('drip.bytes', bytes, 1);
  checkNumber('drip.every', every, 0);
  return { bytes: Math.floor(bytes), every };
}

function isIterable(value: object): value is MockStream {
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

function jsonText(json: unknown): string {
  const text: string | undefined = JSON.stringify(json);
  if (text === undefined) throw new TypeError(`Cannot send a ${typeof json} as JSON`);
  return text;
}

function fieldList(fields: MockFields | undefined): Field[] {
  if (fields === undefined) return [];
  if (typeof fields !== 'object' || fields === null) {
    throw new TypeError('Cannot use that as the headers or trailers of a reply: give an object, or a list of pairs');
  }
  const pairs: readonly (readonly [string, string | number | readonly string[]])[] = isPairs(fields)
    ? fields
    : Object.entries(fields);
  return pairs.flatMap(([name, value]) => [value].flat().map((one): Field => [name, String(one)]));
}

function isPairs(fields: MockFields): fields is readonly Field[] {
  return Array.isArray(fields);
}
