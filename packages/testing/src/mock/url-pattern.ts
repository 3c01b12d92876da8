// Which URLs a route is for. Pure: a pattern is compiled once, and says of a URL why it does not match, in words that can
// stand behind "the path …". A pattern goes through the URL parser, as what is asked for did.

import { checkNames } from './check-names.ts';

/**
 * Which URLs: a path (`/users/:id`, `/files/*`), a whole URL (`https://api.example/users/:id`), `*` for any, a RegExp over
 * the whole URL, or a function. `:name` stands for one segment and is in `request.params`; `*` stands for anything. A
 * query in it is compared as the option `query` is.
 */
export type URLPattern = string | RegExp | ((url: URL) => boolean);

/** What a parameter, a field or the like must be: this text, one that it matches, absent (null), or what a function says. */
export type ValuePattern = string | number | boolean | RegExp | null | readonly string[] | ((value: string) => boolean);

/** What a compiled pattern says of a URL. */
export interface URLVerdict {
  /** Why it does not match; empty where it does. */
  readonly faults: readonly string[];
  readonly params: Readonly<Record<string, string>>;
}

/** A pattern, ready to be asked. */
export interface CompiledURL {
  /** As the user wrote it. */
  readonly text: string;
  /** The parameters that its query names; null where it has none. */
  readonly query: URLSearchParams | null;
  verdict(url: URL): URLVerdict;
}

const NO_PARAMS = {};

/**
 * Compiles a pattern.
 *
 * @param anyPath Whether an origin alone is for everything there, and not for `/`.
 * @throws {TypeError} for what is no pattern.
 */
export function compileURL(pattern: URLPattern, anyPath = false): CompiledURL {
  if (typeof pattern === 'function') {
    const text = pattern.name === '' ? 'a function' : `${pattern.name}()`;
    return { text, query: null, verdict: (url) => whether(pattern(url) === true, `${text} does not accept the URL`) };
  }
  if (pattern instanceof RegExp) {
    const text = String(pattern);
    const verdict = (url: URL) => whether(url.href.search(pattern) >= 0, `the URL does not match ${text}`);
    return { text, query: null, verdict };
  }
  if (pattern === '*') return { text: '*', query: null, verdict: () => whether(true, '') };
  const parts = typeof pattern === 'string' ? /^(https?:\/\/[^/?#]*)?(\/[^?#]*)?(\?[^#]*)?$/i.exec(pattern) : null;
  const [, origin, path, query] = parts ?? [];
  if (parts === null || (origin === undefined && path === undefined)) {
    const given = typeof pattern === 'string' ? JSON.stringify(pattern) : String(pattern);
    throw new TypeError(`Cannot use ${given} as the URL of a route: begin it with "/", "http://" or "https://"`);
  }
  const ofOrigin = origin === undefined ? null : originPattern(origin, pattern);
  const ofPath = path === undefined && anyPath ? null : pathPattern(path ?? '/');
  return {
    text: pattern,
    query: query === undefined ? null : new URLSearchParams(query),
    verdict: (url) => {
      const found = ofPath?.expression.exec(url.pathname);
      const faults = [
        ...(ofOrigin?.test(url.origin) === false ? [`the origin is ${url.origin}`] : []),
        ...(found === null ? [`the path is ${url.pathname}`] : []),
      ];
      const names = ofPath?.names ?? [];
      return { faults, params: Object.fromEntries(names.map((name, i) => [name, decode(found?.[i + 1] ?? '')])) };
    },
  };
}

function whether(matches: boolean, fault: string): URLVerdict {
  return { faults: matches ? [] : [fault], params: NO_PARAMS };
}

/** `*` in a host or a port stands for any text without "/" (but not for the lack of a port). */
function originPattern(origin: string, pattern: string): RegExp {
  const isWild = origin.includes('*');
  // The parser takes "*" in a host as it is, but in no port.
  const [, bare = origin, port = ''] = (isWild ? /^(.*?)(:[\d*]*\*[\d*]*)?$/.exec(origin) : null) ?? [];
  const url = URL.canParse(bare) ? new URL(bare) : null;
  if (url === null) throw new TypeError(`Cannot use ${JSON.stringify(pattern)} as the URL of a route: it is no URL`);
  return new RegExp(`^${escaped(url.origin + port).replaceAll('\\*', '[^/]*')}$`);
}

function pathPattern(path: string): { readonly expression: RegExp; readonly names: readonly string[] } {
  const names: string[] = [];
  const { pathname } = new URL(`http://any.test${path}`);
  const source = escaped(pathname).replaceAll(/:([A-Za-z_]\w*)|\\\*/g, (_, name: string | undefined) => {
    if (name === undefined) return '.*';
    names.push(name);
    return '([^/]+)';
  });
  return { expression: new RegExp(`^${source}$`), names };
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a value is what the pattern wants; null is a value that is not there. */
export function isValue(pattern: ValuePattern, value: string | null): boolean {
  if (pattern === null || value === null) return pattern === value;
  if (typeof pattern === 'function') return pattern(value) === true;
  if (pattern instanceof RegExp) return value.search(pattern) >= 0;
  return typeof pattern === 'object' ? pattern.includes(value) : value === String(pattern);
}

/** A pattern of a value, in words. */
export function wanted(pattern: ValuePattern): string {
  if (pattern === null) return 'none';
  if (typeof pattern === 'function')
    return pattern.name === '' ? 'what a function accepts' : `what ${pattern.name}() accepts`;
  if (pattern instanceof RegExp) return String(pattern);
  return JSON.stringify(typeof pattern === 'object' ? pattern : String(pattern));
}

/** @throws {TypeError} for what is no pattern of values by name. */
export function checkValues(what: string, values: unknown): void {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) checkNames(what, values, []);
  for (const [name, value] of Object.entries(values as object)) {
    const isPlain = value === null || ['string', 'number', 'boolean', 'function'].includes(typeof value);
    const isList = Array.isArray(value) && value.every((one) => typeof one === 'string');
    if (isPlain || isList || value instanceof RegExp) continue;
    const want = 'give a text, a number, a RegExp, a function, null for none, or a list of texts';
    throw new TypeError(`Cannot use a value of type ${typeof value} as "${name}" in ${what}: ${want}`);
  }
}
