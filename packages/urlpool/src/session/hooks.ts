// Hooks are middleware for those who want only one end of it: a request before it goes, a response when it is here, an
// error before it is thrown.

import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import type { BaseResponse } from '../response/base-response.ts';
import type { Middleware, SessionRequest } from './middleware.ts';

type Awaitable<T> = T | Promise<T>;
type OneOrMore<T> = T | readonly T[];

const NAMES = ['request', 'response', 'error'];

/** What is called at each end of a request. Each may be a list: they run in order. */
export interface SessionHooks<Context extends object = Record<string, unknown>> {
  /** Before it goes. It may change the request, or give another one. */
  readonly request?:
    | OneOrMore<(request: SessionRequest<Context>) => Awaitable<SessionRequest<Context> | void>>
    | undefined;
  /** With every response, whatever its status. It may give another one. */
  readonly response?:
    | OneOrMore<(response: BaseResponse, request: SessionRequest<Context>) => Awaitable<BaseResponse | void>>
    | undefined;
  /** With every error. It may give another one to be thrown. */
  readonly error?: OneOrMore<(error: unknown, request: SessionRequest<Context>) => Awaitable<unknown>> | undefined;
}

/**
 * The hooks as a layer; null for none.
 *
 * @param finish What becomes of a response after its hooks: an error of it is one that the hooks for errors see.
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function hookLayer<Context extends object>(
  hooks: SessionHooks<Context> | undefined,
  finish: (response: BaseResponse, request: SessionRequest<Context>) => Awaitable<BaseResponse> = (response) =>
    response,
): Middleware<Context> | null {
  if (hooks === undefined) return null;
  checkNames('hooks', hooks, NAMES);
  const onRequest = listOf('hooks.request', hooks.request);
  const onResponse = listOf('hooks.response', hooks.response);
  const onError = listOf('hooks.error', hooks.error);
  return async (given, next) => {
    let request = given;
    try {
      for (const hook of onRequest) request = (await hook(request)) ?? request;
      let response = await next(request);
      for (const hook of onResponse) response = (await hook(response, request)) ?? response;
      return await finish(response, request);
    } catch (thrown) {
      let error: unknown = thrown;
      for (const hook of onError) error = (await hook(error, request)) ?? error;
      throw error;
    }
  };
}

/**
 * Hooks, those of the first before those of the second; undefined for none.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function hooksAfter<Context extends object>(
  first: SessionHooks<Context> | undefined,
  second: SessionHooks<Context> | undefined,
): SessionHooks<Context> | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  checkNames('hooks', second, NAMES);
  return {
    request: [...listOf('hooks.request', first.request), ...listOf('hooks.request', second.request)],
    response: [...listOf('hooks.response', first.response), ...listOf('hooks.response', second.response)],
    error: [...listOf('hooks.error', first.error), ...listOf('hooks.error', second.error)],
  };
}

function listOf<Hook>(name: string, given: OneOrMore<Hook> | undefined): readonly Hook[] {
  const list = given === undefined ? [] : Array.isArray(given) ? (given as readonly Hook[]) : [given as Hook];
  for (const hook of list) {
    if (typeof hook !== 'function') throw invalidOption(name, hook, 'give a function or a list of functions');
  }
  return list;
}
