// Which proxy a request goes through, if any: the option `proxy` in all its forms, as one function of the origin.

import { RequestError } from '../errors/request-error.ts';
import { type Origin, originText } from '../message/origin.ts';
import { type Environment, proxyFromEnvironment } from '../route/proxy-environment.ts';
import { type ProxyServer, proxyText } from '../route/proxy-server.ts';
import { isProxyMap, mapChooser, type ProxyMap } from './proxy-map.ts';
import { oneProxy, type ProxyChoice, type ProxyChooser } from './proxy-options.ts';

/** What a function that chooses is told, as a PAC file is. */
export interface ProxyRequest extends Origin {
  /** Scheme, host and port as text. */
  readonly origin: string;
}

/** A proxy for everything, proxies by what they are for, or a function that chooses one for each origin, at once. */
export type ProxyOption = ProxyChoice | ProxyMap | ((request: ProxyRequest) => ProxyChoice);

/** Choices of a function to remember: a program has few proxies. */
const REMEMBERED = 64;

/**
 * What the option stands for; null where nothing goes through a proxy.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function proxyChooser(option: ProxyOption): ProxyChooser | null {
  if (option === undefined || option === null) return null;
  if (typeof option === 'function') return functionChooser(option);
  if (typeof option === 'object' && isProxyMap(option)) return mapChooser(option);
  return oneProxy(option as NonNullable<ProxyChoice>);
}

function functionChooser(option: (request: ProxyRequest) => ProxyChoice): ProxyChooser {
  const known = new Map<ProxyChoice, ProxyChooser>();
  return (origin) => {
    const choice = chosen(option, origin);
    if (choice === undefined || choice === null) return null;
    let chooser = known.get(choice);
    if (chooser === undefined) {
      chooser = oneProxy(choice);
      if (known.size >= REMEMBERED) known.clear();
      known.set(choice, chooser);
    }
    return chooser(origin);
  };
}

function chosen(option: (request: ProxyRequest) => ProxyChoice, origin: Origin): ProxyChoice {
  const text = originText(origin);
  let choice: unknown;
  try {
    choice = option({ ...origin, origin: text });
  } catch (cause) {
    throw failed(text, `the function proxy threw (${cause instanceof Error ? cause.message : String(cause)})`, cause);
  }
  if (!isPromise(choice)) return choice as ProxyChoice;
  // Whatever becomes of it is not waited for.
  Promise.resolve(choice).catch(() => {});
  throw failed(
    text,
    'the function proxy gave a promise, and has to answer at once; look up before what it needs to know',
  );
}

function failed(origin: string, why: string, cause?: unknown): RequestError {
  return new RequestError(`Cannot choose a proxy for ${origin}: ${why}`, {
    code: 'ERR_INVALID_OPTION',
    phase: 'request',
    ...(cause === undefined ? {} : { cause }),
  });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** The proxies of the environment (`http_proxy`, `https_proxy`, `all_proxy`, `no_proxy`), as a function that chooses. */
export function environmentChooser(env: Environment): (request: ProxyRequest) => ProxyChoice {
  const choose = proxyFromEnvironment(env);
  return (request) => {
    const server = choose(request);
    return server === null ? null : proxyUrl(server);
  };
}

function proxyUrl(server: ProxyServer): string {
  const [user = '', ...password] = server.userinfo?.split(':') ?? [];
  const credentials =
    server.userinfo === null ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password.join(':'))}@`;
  return proxyText(server).replace('://', `://${credentials}`);
}
