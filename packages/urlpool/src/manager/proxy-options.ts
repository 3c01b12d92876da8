// The `proxy` option: which proxy a request goes through, if any, and what that one is told.

import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkFlag } from '../errors/option-values.ts';
import type { Fields } from '../message/fields.ts';
import { type HeadersInput, headerEntries } from '../message/headers-input.ts';
import { type Origin, originText } from '../message/origin.ts';
import { basicAuthorization } from '../request/header-fields.ts';
import { NoProxy } from '../route/no-proxy.ts';
import { type Environment, proxyFromEnvironment } from '../route/proxy-environment.ts';
import { type ProxyServer, parseProxy, proxyText } from '../route/proxy-server.ts';
import { TLSContext, type TLSOptions } from '../transport/tls-settings.ts';
import { contentKey } from './content-key.ts';

/** A proxy, and how it is spoken to. */
export interface ProxyOptions {
  /** `http:`, `https:`, `socks4:`, `socks4a:`, `socks5:` or `socks5h:`; a user and password in it are for the proxy alone. */
  readonly url: string | URL;
  /** Header fields for an HTTP proxy alone. */
  readonly headers?: HeadersInput | undefined;
  /** How TLS is spoken with an `https:` proxy. @default with the runtime's authorities */
  readonly tls?: TLSOptions | undefined;
  /** Whether http origins are reached through a tunnel too (CONNECT). @default false: the proxy forwards their requests */
  readonly tunnel?: boolean | undefined;
  /** What goes without the proxy, as NO_PROXY has it, e.g. `localhost, .example.org, 10.0.0.0/8`. */
  readonly noProxy?: string | undefined;
}

/** A proxy by itself; null for none. */
export type ProxyChoice = string | URL | ProxyOptions | null | undefined;

/** What a function that chooses is told, as a PAC file is. */
export interface ProxyRequest extends Origin {
  /** Scheme, host and port as text. */
  readonly origin: string;
}

/** A proxy for everything, or a function that chooses one for each origin. */
export type ProxyOption = ProxyChoice | ((request: ProxyRequest) => ProxyChoice);

/** A proxy, ready to be used. */
export interface ProxySettings {
  readonly server: ProxyServer;
  /** Without credentials. */
  readonly text: string;
  /** What makes two of them different. */
  readonly key: string;
  /** Header fields for the proxy, its credentials among them. */
  readonly fields: Fields;
  readonly tls: TLSOptions;
  readonly tlsContext: TLSContext;
  readonly tunnelsAll: boolean;
}

/** Which proxy an origin is reached through; null for none. */
export type ProxyChooser = (origin: Origin) => ProxySettings | null;

/**
 * What the option stands for; null where nothing goes through a proxy.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function proxyChooser(option: ProxyOption): ProxyChooser | null {
  if (option === undefined || option === null) return null;
  if (typeof option !== 'function') return chooserOf(option);
  const known = new Map<ProxyChoice, ProxyChooser>();
  return (origin) => {
    const choice = option({ ...origin, origin: originText(origin) });
    if (choice === undefined || choice === null) return null;
    let chooser = known.get(choice);
    if (chooser === undefined) {
      chooser = chooserOf(choice);
      if (known.size >= REMEMBERED) known.clear();
      known.set(choice, chooser);
    }
    return chooser(origin);
  };
}

/** Choices of a function to remember: a program has few proxies. */
const REMEMBERED = 64;

function chooserOf(choice: string | URL | ProxyOptions): ProxyChooser {
  const { noProxy } = isOptions(choice) ? choice : {};
  if (noProxy !== undefined && typeof noProxy !== 'string')
    throw invalidOption('proxy.noProxy', noProxy, 'give a text');
  const list = new NoProxy(noProxy ?? '');
  const settings = settingsOf(isOptions(choice) ? choice : { url: choice });
  return (origin) => (list.covers(origin) ? null : settings);
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

function settingsOf(options: ProxyOptions): ProxySettings {
  checkNames('proxy', options, ['url', 'headers', 'tls', 'tunnel', 'noProxy']);
  const { url, headers, tls = {}, tunnel = false } = options;
  checkFlag('proxy.tunnel', tunnel);
  const server = parseProxy(url);
  const text = proxyText(server);
  const credentials = server.userinfo === null ? [] : ['Proxy-Authorization', basicAuthorization(server.userinfo)];
  const own =
    headers === undefined
      ? []
      : headerEntries(headers).flatMap(([name, value]) => (value === null ? [] : [name, value]));
  const isNamed = own.some((name, i) => i % 2 === 0 && name.toLowerCase() === 'proxy-authorization');
  const fields = [...(isNamed ? [] : credentials), ...own];
  return {
    server,
    text,
    key: `${text} ${contentKey({ fields, userinfo: server.userinfo, tls, tunnel })}`,
    fields,
    tls,
    tlsContext: new TLSContext(tls),
    tunnelsAll: tunnel,
  };
}

function isOptions(choice: ProxyChoice): choice is ProxyOptions {
  return typeof choice === 'object' && choice !== null && !(choice instanceof URL);
}
