import { invalidOption } from '../errors/invalid-option.ts';
import { RequestError } from '../errors/request-error.ts';
import { absoluteUrl } from '../message/absolute-url.ts';
import { redactUrl } from '../message/redact-url.ts';

/** What proxies speak: HTTP, HTTP over TLS, and SOCKS; with `4a` and `5h` names are looked up by the proxy. */
export const PROXY_SCHEMES = ['http', 'https', 'socks4', 'socks4a', 'socks5', 'socks5h'] as const;

/** A proxy. */
export interface ProxyServer {
  readonly scheme: (typeof PROXY_SCHEMES)[number];
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** `user:password`, decoded; null if there is none. */
  readonly userinfo: string | null;
}

/** Ports where a URL names none. */
const DEFAULT_PORTS = { http: 80, https: 443, socks4: 1080, socks4a: 1080, socks5: 1080, socks5h: 1080 } as const;

/**
 * Takes a proxy's URL apart; without a scheme it is an HTTP proxy, as curl has it, and `socks` is `socks5h`.
 *
 * @param option What it was given as.
 * @throws {RequestError} `ERR_INVALID_OPTION`; the message shows no credentials.
 */
export function parseProxy(input: string | URL, option = 'proxy'): ProxyServer {
  const text: unknown = input instanceof URL ? input.href : input;
  if (typeof text !== 'string') {
    const want = text === false ? 'give null for no proxy' : 'give one URL, e.g. http://proxy.example:3128';
    throw invalidOption(option, text, want);
  }
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const given = whole.slice(0, whole.indexOf(':')).toLowerCase();
  const scheme = PROXY_SCHEMES.find((known) => known === (given === 'socks' ? 'socks5h' : given));
  if (scheme === undefined) throw refused(option, text, `its scheme is none of ${PROXY_SCHEMES.join(', ')}`);
  // The parser knows the host of a URL whose scheme it knows: as http it canonicalises names and addresses.
  const url = absoluteUrl(`http${whole.slice(given.length)}`);
  if (url === null || url.hostname === '') throw refused(option, text, 'it is not a URL');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') throw refused(option, text, 'a proxy has no path');
  const { hostname, port, username, password } = url;
  const userinfo = username === '' && password === '' ? null : `${decoded(username)}:${decoded(password)}`;
  // Digest writes the user into a header field as it is (RFC 7616 §3.4).
  if (!scheme.startsWith('socks') && userinfo !== null && CONTROL.test(userinfo)) {
    throw refused(option, text, 'its user or password holds a control character (RFC 7617 §2)');
  }
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return { scheme, host, port: portOf(port, whole, scheme), userinfo };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\x00-\x1f\x7f]/;

/** The parser drops the port 80, which is not the default of every scheme. */
function portOf(port: string, whole: string, scheme: ProxyServer['scheme']): number {
  if (port !== '') return Number(port);
  return /^[^/?#]*:\/\/[^/?#]*:0*80(?:[/?#]|$)/.test(whole) ? 80 : DEFAULT_PORTS[scheme];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A proxy as text, without credentials: for messages, events and pool keys. */
export function proxyText({ scheme, host, port }: ProxyServer): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function refused(option: string, text: string, why: string): RequestError {
  const message = `Cannot use ${JSON.stringify(redactUrl(text))} as ${option}: ${why}`;
  return new RequestError(message, { code: 'ERR_INVALID_OPTION', phase: 'request' });
}
