import { invalidOption } from '../errors/invalid-option.ts';
import { refusedField } from '../message/headers-input.ts';
import { type HeadersInput, mergeFields } from '../request/header-fields.ts';
import type { WireRequest } from '../request/wire-request.ts';

/** A request that is about to be sent, or sent again. */
export interface OutgoingRequest {
  /** When, by the clock of the events. */
  readonly at: number;
  /** The number of its call: that of the events. */
  readonly call: number;
  /** Which attempt of the call it is, from 1; a replay has the number of what it replays. */
  readonly attempt: number;
  /** How often the call has sent a request before: by redirects, retries and replays. */
  readonly resends: number;
  readonly method: string;
  /** Without credentials. */
  readonly url: string;
}

/** Gives header fields that tell the server which trace a request belongs to, `traceparent` say (W3C Trace Context). */
export type Propagate = (request: OutgoingRequest) => HeadersInput | null | undefined;

/**
 * The request with what is to be propagated over its own header fields.
 *
 * @throws {RequestError} `ERR_INVALID_HEADER` for a field that must not be sent, or that frames the body, `ERR_INVALID_OPTION`
 * for what holds no fields; and what `propagate` throws.
 */
export function propagated(
  request: WireRequest,
  { at, resends }: Pick<OutgoingRequest, 'at' | 'resends'>,
  propagate: Propagate,
): WireRequest {
  const { call, attempt, method, url } = request;
  const more = propagate({ at, call, attempt, resends, method, url });
  if (more === null || more === undefined) return request;
  if (more instanceof Promise) {
    more.catch(() => {}); // it comes too late, whatever it says
    throw invalidOption(
      'what propagate() returned',
      'a promise',
      'give header fields at once, not by an async function',
    );
  }
  const { block, contentLength } = mergeFields(request.fields.fields, more);
  if (contentLength !== null) {
    throw refusedField('Content-Length', 'the body decides how it is framed: leave the field out');
  }
  return { ...request, fields: block };
}
