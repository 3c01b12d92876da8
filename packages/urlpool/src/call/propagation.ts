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

/** The request with what is to be propagated over its own header fields. */
export function propagated(
  request: WireRequest,
  { at, resends }: Pick<OutgoingRequest, 'at' | 'resends'>,
  propagate: Propagate,
): WireRequest {
  const { call, attempt, method, url } = request;
  const more = propagate({ at, call, attempt, resends, method, url });
  if (more === null || more === undefined) return request;
  return { ...request, fields: mergeFields(request.fields.fields, more).block };
}
