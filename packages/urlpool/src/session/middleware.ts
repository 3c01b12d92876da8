// What a program puts between its requests and the engine: each layer gets a request and the way on, and gives a response.

import { invalidOption } from '../errors/invalid-option.ts';
import { HTTPHeaders } from '../message/http-headers.ts';
import type { BaseResponse } from '../response/base-response.ts';
import type { SessionRequestOptions } from './session-options.ts';

/** A request on its way down. A layer may change it, or pass another one on. */
export interface SessionRequest<Context extends object = Record<string, unknown>> {
  method: string;
  /** Absolute, with the parameters of the session and the request. */
  url: string;
  /** The session's header fields and the request's own; those that the engine adds by itself are not among them. */
  headers: HTTPHeaders;
  /** Names of fields that the engine would add, and is not to. */
  removed: readonly string[];
  /** Everything else that the request was given. */
  options: Omit<SessionRequestOptions<Context>, 'headers' | 'params' | 'context'>;
  /** The only origin that the session's credentials are for; null for that of `url`. */
  readonly home: string | null;
  /** The program's own: the session's context with the request's over it. */
  context: Context;
  /** Whether the caller gets the whole response (HTTPResponse) or one whose body is read as it comes (StreamedResponse). */
  readonly wants: 'body' | 'stream';
}

/** Passes a request on to the next layer, and in the end to the engine. @param request @default that of the layer */
export type Next<Context extends object> = (request?: SessionRequest<Context>) => Promise<BaseResponse>;

/** Where a request goes that has all that it needs. */
export type Way<Context extends object> = (request: SessionRequest<Context>) => Promise<BaseResponse>;

/**
 * One layer. It sees every response, whatever its status: `raiseForStatus` acts on what the outermost layer gives.
 *
 * @example
 * const timed: Middleware = async (request, next) => {
 *   const response = await next(request);
 *   console.log(request.method, request.url, response.status, response.elapsed);
 *   return response;
 * };
 */
export type Middleware<Context extends object = Record<string, unknown>> = (
  request: SessionRequest<Context>,
  next: Next<Context>,
) => Promise<BaseResponse> | BaseResponse;

/**
 * The layers as one way on: the first of them is the outermost.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION` for a layer that gives no response, or passes on what is no request.
 */
export function chain<Context extends object>(
  layers: readonly Middleware<Context>[],
  send: Way<Context>,
): Way<Context> {
  return layers.reduceRight<Way<Context>>(
    (next, layer) => async (request) => {
      const response: unknown = await layer(request, async (changed = request) => await next(checked(changed)));
      if (typeof response === 'object' && response !== null && 'status' in response) return response as BaseResponse;
      throw invalidOption('what a middleware gives', response, 'give the response that next() gave, or another one');
    },
    send,
  );
}

function checked<Context extends object>(request: SessionRequest<Context>): SessionRequest<Context> {
  const given: unknown = request;
  if (typeof given !== 'object' || given === null || !('options' in given) || !('headers' in given)) {
    throw invalidOption('what a middleware or a hook passes on', given, 'give the request, or nothing for it as it is');
  }
  if (given.headers instanceof HTTPHeaders) return request;
  throw invalidOption('headers that a middleware passes on', given.headers, 'give HTTPHeaders: new HTTPHeaders({ … })');
}
