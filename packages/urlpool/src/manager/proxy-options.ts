// The `proxy` option: how a proxy is given, and what it is made into before it is used.

import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkFlag } from '../errors/option-values.ts';
import type { Fields } from '../message/fields.ts';
import { type HeadersInput, refusedField } from '../message/headers-input.ts';
import type { Origin } from '../message/origin.ts';
import { fieldsFrom } from '../request/header-fields.ts';
import { Forward } from '../route/forward.ts';
import { NoProxy } from '../route/no-proxy.ts';
import { ProxyCredentials } from '../route/proxy-credentials.ts';
import { type ProxyServer, parseProxy, proxyText } from '../route/proxy-server.ts';
import type { TLSOptions } from '../transport/tls-options.ts';
import { TLSContext } from '../transport/tls-settings.ts';
import { ownOptions } from '../util/own-options.ts';
import { contentKey } from './content-key.ts';

/** A proxy, and how it is spoken to. */
export interface ProxyOptions {
  /** `http:`, `https:`, `socks4:`, `socks4a:`, `socks5:` or `socks5h:`; a user and password in it are for the proxy alone. */
  readonly url: string | URL;
  /** Header fields for an HTTP proxy alone. */
  readonly headers?: HeadersInput | undefined;
  /** How TLS is spoken with an `https:` proxy. @default with the runtime's authorities */
  readonly tls?: TLSOptions | undefined;
  /**
   * How an HTTP proxy is told the user and the password: at once, or, with `digest`, never in a form that can be read, so
   * that it has to ask first. Where it asks for Digest it gets that in either case. @default 'basic'
   */
  readonly auth?: 'basic' | 'digest' | undefined;
  /** Whether http origins are reached through a tunnel too (CONNECT). @default false: the proxy forwards their requests */
  readonly tunnel?: boolean | undefined;
  /** What goes without the proxy, as NO_PROXY has it, e.g. `localhost, .example.org, 10.0.0.0/8`. */
  readonly noProxy?: string | undefined;
}

/** A proxy by itself; null for none. */
export type ProxyChoice = string | URL | ProxyOptions | null | undefined;

/** A proxy, ready to be used. */
export interface ProxySettings {
  readonly server: ProxyServer;
  /** Without credentials. */
  readonly text: string;
  /** What makes two of them different. */
  readonly key: string;
  /** The key that it has if it opens tunnels to everything. */
  readonly tunnelKey: string;
  /** Header fields for the proxy, without its credentials. */
  readonly fields: Fields;
  readonly credentials: ProxyCredentials;
  /** What requests are told that it forwards. */
  readonly forward: Forward;
  readonly tls: TLSOptions;
  readonly tlsContext: TLSContext;
  readonly tunnelsAll: boolean;
}

/** Which proxy an origin is reached through; null for none. */
export type ProxyChooser = (origin: Origin) => ProxySettings | null;

/**
 * One proxy for everything but what its `noProxy` covers.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function oneProxy(choice: NonNullable<ProxyChoice>): ProxyChooser {
  const options = ownOptions(isOptions(choice) ? choice : { url: choice });
  const settings = settingsOf(options);
  const { noProxy } = options;
  if (noProxy !== undefined && typeof noProxy !== 'string') {
    throw invalidOption('proxy.noProxy', noProxy, 'give a text');
  }
  const list = new NoProxy(noProxy ?? '');
  return (origin) => (list.covers(origin) ? null : settings);
}

/** The same proxy, but with a tunnel to every origin. */
export function tunnelling(proxy: ProxySettings): ProxySettings {
  return proxy.tunnelsAll ? proxy : { ...proxy, tunnelsAll: true, key: proxy.tunnelKey };
}

function settingsOf(options: ProxyOptions): ProxySettings {
  checkNames('proxy', options, ['url', 'auth', 'headers', 'tls', 'tunnel', 'noProxy']);
  const { url, headers, tls: givenTLS = {}, tunnel = false, auth = 'basic' } = options;
  const tls = ownTLS(givenTLS);
  checkFlag('proxy.tunnel', tunnel);
  const server = parseProxy(url);
  checkAuth(options, server);
  const text = proxyText(server);
  const given = headers === undefined ? [] : fieldsFrom(headers);
  const isCredential = (i: number): boolean => given[i - (i % 2)]?.toLowerCase() === 'proxy-authorization';
  const fields = given.filter((_, i) => !isCredential(i));
  checkFields(fields);
  const own = given.find((_, i) => i % 2 === 1 && isCredential(i)) ?? null;
  const { userinfo } = server;
  const credentials = new ProxyCredentials({ userinfo, given: own, scheme: auth });
  const key = (tunnelsAll: boolean): string => `${text} ${contentKey({ given, userinfo, tls, auth, tunnelsAll })}`;
  return {
    server,
    text,
    key: key(tunnel),
    tunnelKey: key(true),
    fields,
    credentials,
    forward: new Forward(text, fields, credentials),
    tls,
    tlsContext: new TLSContext(tls, 'proxy.tls.'),
    tunnelsAll: tunnel,
  };
}

/** What is no object is refused where it is read. */
function ownTLS(tls: TLSOptions): TLSOptions {
  return typeof tls === 'object' && tls !== null ? ownOptions(tls) : tls;
}

/** Fields that the requests themselves have, once. */
const NOT_THE_PROXYS: ReadonlySet<string> = new Set(['host', 'content-length', 'transfer-encoding', 'connection']);

function checkFields(fields: Fields): void {
  const name = fields.find((field, i) => i % 2 === 0 && NOT_THE_PROXYS.has(field.toLowerCase()));
  if (name !== undefined) throw refusedField(name, "it is the request's own, and cannot be one of proxy.headers");
}

function checkAuth({ auth, headers }: ProxyOptions, { scheme, userinfo }: ProxyServer): void {
  if (auth !== undefined && auth !== 'basic' && auth !== 'digest') {
    throw invalidOption('proxy.auth', auth, "give 'basic' or 'digest'");
  }
  if (auth !== undefined && userinfo === null) {
    throw invalidOption('proxy.auth', auth, 'there is no user and password in the URL of the proxy');
  }
  if (!scheme.startsWith('socks')) return;
  for (const [name, value] of Object.entries({ auth, headers })) {
    if (value !== undefined) throw invalidOption(`proxy.${name}`, value, 'a SOCKS proxy is not spoken to in HTTP');
  }
}

/** Whether a proxy is given by its options, and not by its URL alone. */
function isOptions(choice: ProxyChoice): choice is ProxyOptions {
  return typeof choice === 'object' && choice !== null && !(choice instanceof URL) && !Array.isArray(choice);
}
