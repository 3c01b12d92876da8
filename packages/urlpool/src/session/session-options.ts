// The options of a session and of its requests, checked when they are given, and how those of a session are told from
// those of a manager that it makes for itself.

import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkFlag } from '../errors/option-values.ts';
import {
  MANAGER_OPTION_NAMES,
  MANAGER_REQUEST_NAMES,
  type ManagerRequestOptions,
  PoolManager,
  type PoolManagerOptions,
} from '../manager/pool-manager.ts';
import { fieldNames } from '../message/field-names.ts';
import { linesOver } from '../message/header-overlay.ts';
import { headerEntries } from '../message/headers-input.ts';
import type { RateLimitOptions } from '../policy/rate-limit.ts';
import { Timeout } from '../policy/timeout.ts';
import { ownOptions } from '../util/own-options.ts';
import type { AuthOption } from './auth/auth.ts';
import type { CookiesOption } from './cookies/cookies-option.ts';
import type { RequestCookiesOption } from './cookies/request-cookies.ts';
import { hooksAfter, type SessionHooks } from './hooks.ts';
import type { Middleware } from './middleware.ts';
import { defaultParams, type Params, paramsOver } from './session-url.ts';

/** What a request of a session takes beside the options of any request. */
export interface SessionRequestOptions<Context extends object = Record<string, unknown>> extends ManagerRequestOptions {
  /** Parameters of the query, over the session's: null removes one of those; `params: null` removes all. */
  readonly params?: Params | null | undefined;
  /** Credentials for the origin of this URL, in place of the session's; null for none. */
  readonly auth?: AuthOption | null | undefined;
  /**
   * Cookies of this request alone, by name: they are kept nowhere, and go to the origin of this URL, not to where it leads.
   * They take the place of the session's; null keeps one of those back. `cookies: null`: none are sent, and none kept.
   */
  readonly cookies?: RequestCookiesOption | null | undefined;
  /** Whether a status of 400 or more is an error. @default the session's */
  readonly raiseForStatus?: boolean | undefined;
  /** For middleware and hooks: over the session's. */
  readonly context?: Partial<Context> | undefined;
}

/** Options of a session. Those of a manager are for the one that it makes for itself. */
export interface SessionOptions<Context extends object = Record<string, unknown>> extends PoolManagerOptions {
  /** What URLs that are not absolute are below: `/users` over `https://api.example/v1` is `https://api.example/v1/users`. */
  readonly baseUrl?: string | URL | undefined;
  /** Parameters of every query. */
  readonly params?: Params | null | undefined;
  /** Where cookies are kept: true for a jar of its own, false for nowhere; a CookieJar of tough-cookie serves too. @default true */
  readonly cookies?: CookiesOption | undefined;
  /** Credentials for the origin of `baseUrl`; without one, for the origin of each URL that is asked for. */
  readonly auth?: AuthOption | null | undefined;
  /** Layers around every request, the outermost first. */
  readonly middleware?: readonly Middleware<Context>[] | undefined;
  readonly hooks?: SessionHooks<Context> | undefined;
  /** Whether a status of 400 or more is an error. @default false */
  readonly raiseForStatus?: boolean | undefined;
  /** How often each origin is asked, redirects and retries included. @default as often as it will */
  readonly rateLimit?: RateLimitOptions | null | undefined;
  /** For middleware and hooks. */
  readonly context?: Context | undefined;
  /** Connections to share: it stays open when the session is closed. @default one of the session's own */
  readonly manager?: PoolManager | undefined;
}

/** Names of the options that are a session's own. */
const OWN = [
  'auth',
  'baseUrl',
  'context',
  'cookies',
  'hooks',
  'manager',
  'middleware',
  'params',
  'raiseForStatus',
  'rateLimit',
] as const;

/** Names of the options of a request of a session. */
export const SESSION_REQUEST_NAMES: readonly string[] = [
  ...MANAGER_REQUEST_NAMES,
  'auth',
  'context',
  'cookies',
  'params',
  'raiseForStatus',
];

/** Options of a session that its requests have too, apart from header fields. */
const PER_REQUEST: readonly string[] = MANAGER_REQUEST_NAMES.filter((name) => name !== 'headers');

/** A session's options, sorted by who reads them. */
export interface SortedOptions<Context extends object> {
  readonly own: Pick<SessionOptions<Context>, (typeof OWN)[number] | 'headers'>;
  /** What each of its requests is given; null for nothing. */
  readonly perRequest: ManagerRequestOptions | null;
  readonly manager: PoolManager;
  /** Names of header fields that go to other origins too, in lower case. */
  readonly keptHeaders: readonly string[];
}

/**
 * Checks the options and makes the manager, if none is given.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function sortOptions<Context extends object>(given: SessionOptions<Context>): SortedOptions<Context> {
  const options = typeof given === 'object' && given !== null ? ownOptions(given) : given;
  const isOver = options?.manager !== undefined;
  const known = isOver ? [...OWN, 'headers', ...PER_REQUEST] : [...OWN, ...MANAGER_OPTION_NAMES];
  checkNames(isOver ? 'a session with a manager' : 'the session', options, known);
  const own: Record<string, unknown> = ownOptions({});
  const rest: Record<string, unknown> = ownOptions({});
  for (const [name, value] of Object.entries(options)) {
    if ((OWN as readonly string[]).includes(name) || name === 'headers') own[name] = value;
    else rest[name] = value;
  }
  checkFlag('raiseForStatus', options.raiseForStatus);
  const { context, manager, middleware, keepHeadersOnRedirect = [] } = options;
  if (context !== undefined && (typeof context !== 'object' || context === null)) {
    throw invalidOption('context', context, 'give an object');
  }
  if (
    middleware !== undefined &&
    !(Array.isArray(middleware) && middleware.every((one) => typeof one === 'function'))
  ) {
    throw invalidOption('middleware', middleware, 'give a list of functions');
  }
  if (manager !== undefined && !(manager instanceof PoolManager)) {
    throw invalidOption('manager', manager, 'give a PoolManager');
  }
  return {
    own,
    ...(manager === undefined
      ? { manager: new PoolManager(rest), perRequest: null }
      : { manager, perRequest: shared(rest) }),
    keptHeaders: fieldNames('keepHeadersOnRedirect', keepHeadersOnRedirect),
  };
}

/** What a session over a manager of somebody else's says of its requests. */
function shared(rest: Readonly<Record<string, unknown>>): ManagerRequestOptions {
  const { timeout } = rest as ManagerRequestOptions;
  return timeout === undefined ? rest : { ...rest, timeout: Timeout.from(timeout) };
}

/**
 * The options of a session over a shared manager, with others over them: header fields, parameters and context by name,
 * middleware and hooks after the first's.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function extendedOptions<Context extends object>(
  base: SessionOptions<Context>,
  over: SessionOptions<Context>,
): SessionOptions<Context> {
  checkNames('extend()', over, [...OWN, ...MANAGER_OPTION_NAMES]);
  const known: readonly string[] = [...OWN, 'headers', ...PER_REQUEST];
  const kept = Object.fromEntries(Object.entries(base).filter(([name]) => known.includes(name)));
  const given = Object.fromEntries(Object.entries(over).filter(([, value]) => value !== undefined));
  return {
    ...kept,
    ...given,
    headers: linesOver(headerEntries(base.headers ?? {}), headerEntries(over.headers ?? {})),
    params: over.params === null ? null : paramsOver(defaultParams(base.params), defaultParams(over.params)),
    context: { ...base.context, ...over.context } as Context,
    middleware: [...(base.middleware ?? []), ...(over.middleware ?? [])],
    hooks: hooksAfter(base.hooks, over.hooks),
  };
}
