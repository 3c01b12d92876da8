// Origins and request targets (RFC 9110 §4.2, RFC 9112 §3.2). The WHATWG URL parser is the only parser of absolute
// URLs (absolute-url.ts). It silently drops tabs, newlines and surrounding control characters, so those are refused before
// it sees them.

import { invalidOption } from '../errors/invalid-option.ts';
import { RequestError } from '../errors/request-error.ts';
import { absoluteUrl } from './absolute-url.ts';
import { redactUrl } from './redact-url.ts';
import { socketPathOf } from './socket-path.ts';

/** Scheme, host and port. */
export interface Origin {
  readonly scheme: 'http' | 'https';
  /** Lower-case name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** Of a URL that names a Unix socket or a pipe, its path: host and port are then what is said to the server there. */
  readonly socketPath?: string;
}

/** An absolute URL, taken apart. */
export interface ParsedUrl {
  readonly origin: Origin;
  /** Path and query, as sent: the fragment is never part of it. */
  readonly target: string;
  /** `user:password`, decoded; null if the URL had none. */
  readonly userinfo: string | null;
}

/** The default port of each scheme (RFC 9110 §4.2.1, §4.2.2). */
const DEFAULT_PORTS = { http: 80, https: 443 } as const;

/** Host and port as in a Host field: IPv6 in brackets, the scheme's default port left out (RFC 9110 §7.2). */
export function authority(origin: Origin): string {
  const host = origin.host.includes(':') ? `[${origin.host}]` : origin.host;
  return origin.port === DEFAULT_PORTS[origin.scheme] ? host : `${host}:${origin.port}`;
}

/** The path of the socket that a URL named, its origin's own (prototypes may be given more); null for the network. */
export function namedSocket(origin: Origin): string | null {
  return Object.hasOwn(origin, 'socketPath') ? (origin.socketPath ?? null) : null;
}

/** An origin as text, e.g. `https://example.org`, `http://[::1]:8080` or `http+unix://%2Frun%2Fdocker.sock`. */
export function originText(origin: Origin): string {
  const path = namedSocket(origin);
  if (path !== null) return `${origin.scheme}+unix://${encodeURIComponent(path)}`;
  return `${origin.scheme}://${authority(origin)}`;
}

/** The origin of a URL that a call goes to: no user stands in it. */
export function originPart(url: string): string {
  const end = url.indexOf('/', url.indexOf('://') + 3);
  return end === -1 ? url : url.slice(0, end);
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\x00-\x1f\x7f]/;

/**
 * Takes an absolute http or https URL apart, or one that names a socket (`http+unix:`, `https+unix:`).
 *
 * @throws {RequestError} `ERR_INVALID_URL`; the message quotes the URL without its credentials.
 */
export function parseUrl(input: string | URL): ParsedUrl {
  const text: unknown = typeof input === 'object' && input !== null ? input.href : input;
  if (typeof text !== 'string') throw invalidUrl(kindOf(text), 'it is no text');
  if (CONTROL.test(text)) throw invalidUrl(text, 'it holds a control character');
  const url = absoluteUrl(text);
  if (url === null) throw invalidUrl(text, whyUnparsable(text));
  if (url.protocol === 'http+unix:' || url.protocol === 'https+unix:') return parseSocketUrl(text, url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    // A name and a password without a scheme look as if the name were one.
    const scheme = text.includes('@') ? 'is not' : `is "${url.protocol.slice(0, -1)}", not`;
    throw invalidUrl(text, `its scheme ${scheme} http or https`);
  }
  const scheme = url.protocol === 'http:' ? 'http' : 'https';
  const origin = originOf(scheme, url.hostname, url.port === '' ? DEFAULT_PORTS[scheme] : Number(url.port));
  return { origin, target: url.pathname + queryOf(url), userinfo: userinfoOf(url) };
}

/** A socket has no name: what is said to the server, and what its certificate is for, is `localhost`. */
function parseSocketUrl(text: string, url: URL): ParsedUrl {
  const scheme = url.protocol === 'http+unix:' ? 'http' : 'https';
  const found = socketPathOf(url.hostname);
  if ('fault' in found) throw invalidUrl(text, found.fault);
  if (url.port !== '') throw invalidUrl(text, 'a socket has no port');
  const origin = { scheme, host: 'localhost', port: DEFAULT_PORTS[scheme], socketPath: found.path } as const;
  // To the parser it is no special scheme (WHATWG URL §3.1): the path may be empty.
  return { origin, target: (url.pathname || '/') + queryOf(url), userinfo: userinfoOf(url) };
}

/** `user:password`, decoded; null where there is none. */
function userinfoOf({ username, password }: URL): string | null {
  return username === '' && password === '' ? null : `${decode(username)}:${decode(password)}`;
}

/** "?" and the query, which may be empty; nothing where there is none (WHATWG URL §4.5). `search` does not tell those apart. */
function queryOf({ search, href, hash }: URL): string {
  if (search !== '') return search;
  const end = hash === '' && href.endsWith('#') ? href.length - 1 : href.length - hash.length;
  return href.charAt(end - 1) === '?' ? '?' : '';
}

/**
 * The origin of a host and port given apart, as pools take them.
 *
 * @throws {RequestError} `ERR_INVALID_URL` if the host is not one, or holds anything else, a port or a path say.
 */
export function parseHost(scheme: Origin['scheme'], host: string, port: number | undefined): Origin {
  if (typeof host !== 'string') throw invalidHost(kindOf(host));
  const bare = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const url = CONTROL.test(host) ? null : absoluteUrl(`${scheme}://${bare}/`);
  const plain = url !== null && url.pathname === '/' && url.search === '' && url.username === '' && url.port === '';
  if (url === null || !plain || host === '' || /[/?#@\\]/.test(host)) {
    throw invalidHost(`"${redactUrl(host)}"`);
  }
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65535)) {
    throw invalidOption('port', port, 'give an integer from 1 to 65535');
  }
  return originOf(scheme, url.hostname, port ?? DEFAULT_PORTS[scheme]);
}

function originOf(scheme: Origin['scheme'], hostname: string, port: number): Origin {
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return { scheme, host, port };
}

/** What a target may hold without being encoded: visible ASCII, and no fragment. */
const PLAIN_TARGET = /^\/[\x21\x22\x24-\x7e]*$/;

/**
 * The origin-form of a request target (RFC 9112 §3.2.1) given as a path with an optional query. What is not visible
 * ASCII is percent-encoded as the WHATWG URL parser does, a fragment is dropped, everything else is sent as it is.
 *
 * @throws {RequestError} `ERR_INVALID_TARGET`
 */
export function requestTarget(target: string): string {
  if (typeof target !== 'string') throw invalidTarget(kindOf(target), 'it is no text');
  if (PLAIN_TARGET.test(target)) return target;
  if (target === '*') return target;
  if (CONTROL.test(target)) throw invalidTarget(target, 'it holds a control character');
  if (!target.startsWith('/')) throw invalidTarget(target, 'it does not begin with "/"');
  const path = target.replace(/#.*$/s, '');
  return path.replace(/[^\x21-\x7e]+/g, percentEncoded);
}

function percentEncoded(text: string): string {
  // Half of a pair is no character: by way of UTF-8 it becomes U+FFFD, as the standard has it.
  return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray "%": taken as it stands
  }
}

/** What a value is, where it is no text: what it holds may be a secret. */
function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === 'object' && Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}

function whyUnparsable(text: string): string {
  if (text === '') return 'it is empty';
  if (!/^[a-z][a-z0-9+.-]*:/i.test(text)) return 'it has no scheme; write it with http:// or https://';
  const port = /^[^/?#]*:\/\/[^/?#]*:(?<port>\d+)(?:[/?#]|$)/.exec(text)?.groups?.port;
  if (port !== undefined && Number(port) > 65_535) return `its port is ${port.slice(0, 20)}, above 65535`;
  return 'it is not a URL';
}

function invalidUrl(text: string, why: string): RequestError {
  return new RequestError(`Cannot use "${redactUrl(text)}" as a URL: ${why}`, {
    code: 'ERR_INVALID_URL',
    phase: 'request',
  });
}

function invalidHost(host: string): RequestError {
  return new RequestError(`Cannot use ${host} as a host: give a name or an IP address alone`, {
    code: 'ERR_INVALID_URL',
    phase: 'request',
  });
}

/** The error of a target that cannot be sent. */
export function invalidTarget(target: string, why: string): RequestError {
  return new RequestError(`Cannot use "${redactUrl(target)}" as a request target: ${why}`, {
    code: 'ERR_INVALID_TARGET',
    phase: 'request',
  });
}
