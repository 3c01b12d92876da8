// A session without its faces: puts together what a request is sent with, leads it through the layers, and sends it.

import { checkSignal } from '../call/prepare-request.ts';
import { HTTPError } from '../errors/http-error.ts';
import { checkNames } from '../errors/invalid-option.ts';
import { checkFlag } from '../errors/option-values.ts';
import { type CloseOptions, closeTimeout } from '../manager/close-options.ts';
import type { DownloadSurroundings } from '../manager/download.ts';
import type { ManySurroundings } from '../manager/many-run.ts';
import { responseOf } from '../manager/origin-client.ts';
import { insideOf, type ManagerInside, type ManagerRequestOptions, type PoolManager } from '../manager/pool-manager.ts';
import type { PreconnectOptions } from '../manager/preconnect-options.ts';
import { type RouteOptions, routeOptionsOf } from '../manager/route-options.ts';
import { linesOver } from '../message/header-overlay.ts';
import { type HeaderEntry, type HeadersInput, headerEntries } from '../message/headers-input.ts';
import { HTTPHeaders } from '../message/http-headers.ts';
import { originText, parseUrl } from '../message/origin.ts';
import type { RateLimiter } from '../policy/rate-limiter.ts';
import { REDIRECT_SAFELIST } from '../policy/redirect-safelist.ts';
import { Timeout } from '../policy/timeout.ts';
import { closedToConnections } from '../pool/pool-words.ts';
import type { QueryPairs } from '../request/query.ts';
import { releaseInput } from '../request/release-input.ts';
import type { BaseResponse } from '../response/base-response.ts';
import type { HTTPResponse } from '../response/http-response.ts';
import { StreamedResponse } from '../response/streamed-response.ts';
import { addAbortable, removeAbortable } from '../util/abort-registry.ts';
import { ownOptions } from '../util/own-options.ts';
import { type Auth, type AuthOption, authFrom } from './auth/auth.ts';
import { CallCookies, type CallStore, callCookies } from './cookies/call-cookies.ts';
import type { CookieStore } from './cookies/cookie-store.ts';
import { FieldsMemo } from './fields-memo.ts';
import { hookLayer } from './hooks.ts';
import { type ManagerShare, shareOf } from './manager-share.ts';
import { chain, type SessionRequest, type Way } from './middleware.ts';
import type { PageSurroundings } from './pages.ts';
import { raised } from './raised.ts';
import { SessionHops } from './session-hops.ts';
import { SESSION_REQUEST_NAMES, type SessionRequestOptions, type SortedOptions } from './session-options.ts';
import { type Base, baseFrom, defaultParams, paramsText, sessionUrl, withQuery } from './session-url.ts';
import { UNDERTAKING_NAMES } from './undertakings.ts';

type Wants = SessionRequest['wants'];
type Destined = Pick<SessionRequest, 'wants' | 'method' | 'url' | 'home'>;

export class SessionClient<Context extends object> {
  readonly #manager: PoolManager;
  readonly #inside: ManagerInside;
  readonly #share: ManagerShare;
  /** What each request is given, where the manager is not the session's own. */
  readonly #perRequest: ManagerRequestOptions | null;
  readonly #base: Base | null;
  readonly #params: QueryPairs;
  readonly #fields: readonly HeaderEntry[];
  /** Those of its header fields that go to other origins than that of its base too. */
  readonly #fieldsElsewhere: readonly HeaderEntry[];
  readonly #goesAnywhere: (lowerName: string) => boolean;
  readonly #cookies: CookieStore | null;
  readonly #auth: Auth | null;
  readonly #rate: RateLimiter | null;
  readonly #memo: FieldsMemo = new FieldsMemo();
  readonly #raises: boolean;
  readonly #context: Context | undefined;
  /** The way through the layers; null where there are none. */
  readonly #layered: Way<Context> | null;

  /** @throws {RequestError} for an option that cannot be used. */
  constructor({ own, perRequest, manager, keptHeaders }: SortedOptions<Context>, cookies: CookieStore | null) {
    this.#manager = manager;
    this.#inside = insideOf(manager);
    this.#share = shareOf(manager);
    this.#perRequest = perRequest;
    this.#base = own.baseUrl === undefined ? null : baseFrom(own.baseUrl);
    this.#params = defaultParams(own.params);
    this.#fields = own.headers === undefined ? [] : headerEntries(own.headers);
    this.#goesAnywhere = (name) => REDIRECT_SAFELIST.has(name) || keptHeaders.includes(name);
    this.#fieldsElsewhere = this.#fields.filter(([name]) => this.#goesAnywhere(name.toLowerCase()));
    this.#cookies = cookies;
    this.#auth = authFrom(own.auth);
    this.#rate = this.#share.rateOf(own.rateLimit);
    this.#raises = own.raiseForStatus ?? false;
    this.#context = own.context;
    const { hooks, middleware = [] } = own;
    const outermost = hookLayer(hooks ?? (middleware.length === 0 ? undefined : {}), (response, { options }) =>
      this.#isError(response, options.raiseForStatus) ? raised(response) : response,
    );
    this.#layered = outermost && chain([outermost, ...middleware], (request) => this.#sendLayered(request));
  }

  /**
   * Sends one request, through the layers.
   *
   * @param home The only origin that the session's credentials and its own header fields are for. @default that of the base;
   * without one, that of the URL
   */
  async call(
    wants: Wants,
    method: string,
    url: string | URL,
    given?: SessionRequestOptions<Context>,
    home: string | null = this.#base?.origin ?? null,
  ): Promise<BaseResponse> {
    let options = given;
    try {
      if (options !== undefined) {
        checkNames('the request', options, SESSION_REQUEST_NAMES);
        options = ownOptions(options);
        checkFlag('raiseForStatus', options.raiseForStatus);
        checkSignal(options.signal);
      }
      const whole = this.#whole(url, options?.params);
      const fields = this.#fieldsFor(whole, home);
      const to = { wants, method, url: whole, home };
      if (this.#layered !== null) return await this.#throughLayers(this.#layered, to, options, fields);
      const response = await this.#send(to, options, fields.length === 0 ? null : fields);
      return this.#isError(response, options?.raiseForStatus) ? await raised(response) : response;
    } catch (error) {
      releaseInput(options);
      // The frames of the layers, and those in here, would leave no room for the caller's own.
      if (error instanceof HTTPError) Error.captureStackTrace(error, this.call);
      throw error;
    }
  }

  /** Whether its connections are being closed, by it or by the session that it was made from. */
  get isClosing(): boolean {
    return this.#share.layered.closing;
  }

  /**
   * Waits for the requests that are in the layers, then closes the connections.
   *
   * @throws {RequestError} `ERR_INVALID_OPTION`
   */
  async close(options: CloseOptions): Promise<void> {
    const timeout = closeTimeout(options);
    const { clock } = this.#inside.settings;
    const until = clock.now() + timeout;
    await this.#share.layered.close(timeout);
    await this.#manager.close({ timeout: Math.max(0, until - clock.now()) });
  }

  /** Whose turns its requests take. */
  get turns(): Pick<ManySurroundings, 'clock' | 'rate'> {
    return { clock: this.#inside.settings.clock, rate: this.#rate };
  }

  /**
   * Opens connections, by the session's routes and within its limit of time.
   *
   * @param isClosed Whether the session takes no more.
   */
  async preconnect(
    url: string | URL,
    count: number | undefined,
    options: (PreconnectOptions & RouteOptions) | undefined,
    isClosed: boolean,
  ): Promise<number> {
    const whole = sessionUrl(url, this.#base);
    if (isClosed || this.isClosing) throw closedToConnections(this.#inside.originOf(whole));
    if (this.#perRequest === null) return await this.#manager.preconnect(whole, count, options);
    const usual = routeOptionsOf(this.#perRequest);
    return await this.#manager.preconnect(whole, count, { ...usual, ...options, ...this.#timeout(options ?? {}) });
  }

  /**
   * The origin that a URL of the session is at.
   *
   * @throws {RequestError} `ERR_INVALID_URL`
   */
  originOf(url: string | URL): string {
    return this.#inside.originOf(sessionUrl(url, this.#base));
  }

  /** What a download or a stream of events from a URL has of the session, beside its requests. */
  surroundings(url: string | URL, params: SessionRequestOptions['params']): Omit<DownloadSurroundings, 'stream'> {
    const { clock, random, calls, timeout } = this.#inside.settings;
    const usual = this.#perRequest?.timeout;
    const { origin, target } = parseUrl(this.#whole(url, params));
    return {
      url: originText(origin) + target,
      optionNames: UNDERTAKING_NAMES,
      clock,
      random,
      calls,
      timeoutFrom: (option) => Timeout.from(option, usual instanceof Timeout ? usual : timeout),
    };
  }

  /** What pages have of the session, beside their requests. */
  get ofPages(): Omit<PageSurroundings<Context>, 'send'> {
    const base = this.#base;
    return {
      params: this.#params,
      goesAnywhere: this.#goesAnywhere,
      wholeUrl: (url, params) => this.#whole(url, params),
      homeOf: (whole) => {
        const origin = this.#inside.originOf(whole);
        return base === null || base.origin === origin ? origin : '';
      },
    };
  }

  #whole(url: string | URL, params: SessionRequestOptions['params']): string {
    return withQuery(sessionUrl(url, this.#base), paramsText(params, this.#params));
  }

  async #throughLayers(
    layered: Way<Context>,
    to: Destined,
    { params: _, context, headers: own, ...options }: SessionRequestOptions<Context> = {},
    fields: readonly HeaderEntry[],
  ): Promise<BaseResponse> {
    const { kept: headers, removed } = mergedHeaders(fields, own);
    const { layered: calls } = this.#share;
    calls.begin();
    try {
      const whole = { ...this.#context, ...context } as Context;
      return await unlessAborted(layered({ ...to, headers, removed, options, context: whole }), options.signal);
    } finally {
      calls.end();
    }
  }

  /** What comes out of the layers goes to the engine. */
  #sendLayered({ headers, removed, options, ...to }: SessionRequest<Context>): Promise<BaseResponse> {
    const left = removed.filter((name) => !headers.has(name)).map((name) => [name, null] as const);
    return this.#send(to, ownOptions({ ...options, headers: [...headers, ...left] }), null);
  }

  async #send(
    { wants, method, url, home }: Destined,
    given: SessionRequestOptions | undefined,
    fields: HeadersInput | null,
  ): Promise<BaseResponse> {
    const cookies = callCookies(this.#cookies, given?.cookies, () => this.#inside.originOf(url));
    const hops = this.#hopsFor(url, given?.auth, home, cookies);
    const options = this.#optionsFor(given);
    const response = responseOf<HTTPResponse | StreamedResponse>(
      await this.#inside.send(method, url, options, { wants, fields, hops }),
    );
    if (cookies instanceof CallCookies) await storedWith(cookies, response, options?.signal);
    return response;
  }

  #isError({ status }: BaseResponse, raises: boolean = this.#raises): boolean {
    return raises && status >= 400;
  }

  /** What the engine is told; undefined for nothing, which it has a shorter way for. */
  #optionsFor(given: SessionRequestOptions | undefined): ManagerRequestOptions | undefined {
    if (given === undefined) return this.#perRequest ?? undefined;
    const { auth, context, cookies, params, raiseForStatus, ...own } = given;
    return this.#perRequest === null ? own : { ...this.#perRequest, ...own, ...this.#timeout(own) };
  }

  /** Limits of the request over those of the session. */
  #timeout({ timeout }: ManagerRequestOptions): Pick<ManagerRequestOptions, 'timeout'> {
    const usual = this.#perRequest?.timeout;
    return usual instanceof Timeout ? { timeout: Timeout.from(timeout, usual) } : {};
  }

  #hopsFor(
    url: string,
    option: AuthOption | null | undefined,
    home: string | null,
    cookies: CallStore | null,
  ): SessionHops | undefined {
    const own = authFrom(option);
    const auth = option === undefined ? this.#auth : own;
    if (cookies === null && auth === null && this.#rate === null) return undefined;
    const authOrigin = auth === null ? '' : own === null && home !== null ? home : this.#inside.originOf(url);
    return new SessionHops({ cookies, auth, authOrigin, rate: this.#rate, memo: this.#memo });
  }

  #fieldsFor(url: string, home: string | null): readonly HeaderEntry[] {
    const isAway =
      home !== null && this.#fieldsElsewhere.length < this.#fields.length && this.#inside.originOf(url) !== home;
    return isAway ? this.#fieldsElsewhere : this.#fields;
  }
}

/** Waits for the store of the program's own; where it fails, or the call is aborted meanwhile, nobody gets the response. */
async function storedWith(
  cookies: CallCookies,
  response: BaseResponse,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await unlessAborted(cookies.stored(), signal);
  } catch (error) {
    if (response instanceof StreamedResponse) void response.dispose();
    throw error;
  }
}

/** What comes of work, or the reason of a signal that aborts before it is done. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const member = { onAbort: (): void => reject(signal.reason) };
    if (signal.aborted) member.onAbort();
    else addAbortable(signal, member);
    work.then(resolve, reject).finally(() => removeAbortable(signal, member));
  });
}

/** Fields of a session with those of a request over them, and the names that either gives as null. */
function mergedHeaders(
  base: readonly HeaderEntry[],
  own: HeadersInput | undefined,
): { readonly kept: HTTPHeaders; readonly removed: readonly string[] } {
  const lines = own === undefined ? base : linesOver(base, headerEntries(own));
  return {
    kept: new HTTPHeaders(lines),
    removed: lines.flatMap(([name, value]) => (value === null ? [name] : [])),
  };
}
