// Which requests a route is for, and why another one is not: pure, so that a test's author can be told what came near.

import { isDeepStrictEqual } from 'node:util';
import { checkNames } from './check-names.ts';
import type { MockRequest } from './mock-request.ts';
import {
  type CompiledURL,
  checkValues,
  compileURL,
  isValue,
  type URLPattern,
  type URLVerdict,
  type ValuePattern,
  wanted,
} from './url-pattern.ts';

/** What a route asks of a request besides its method and URL. */
export interface RequestPattern {
  /**
   * The parameters, all of them: one that is not named here must not be there. A list is one that is there several times,
   * with these values. By default any.
   */
  readonly query?: Readonly<Record<string, ValuePattern>> | URLSearchParams | ((query: URLSearchParams) => boolean);
  /** Header fields, by name in any case; others may be there too. A list means one of these. */
  readonly headers?: Readonly<Record<string, ValuePattern>>;
  /** The body as text, or as bytes. */
  readonly body?: string | Uint8Array | RegExp | ((request: MockRequest) => boolean);
  /** The body as JSON: this value, whatever the order of its members, or what a function accepts. */
  readonly json?: unknown;
}

const NAMES = ['query', 'headers', 'body', 'json'] as const;

/** Methods that a manager takes in lower case too. */
const STANDARD = /^(get|head|post|put|patch|delete|options|trace)$/i;

/** Fields whose values are shown nowhere. */
const SECRET = /^(proxy-)?authorization$|cookie|token|key|secret/i;

/** What a pattern says of a request. */
export interface Verdict extends URLVerdict {
  /** Whether method or URL do not match, let alone the rest. */
  readonly isFar: boolean;
}

/** A pattern of requests, ready to be asked. */
export interface CompiledPattern {
  /** Null for any. */
  readonly method: string | null;
  readonly url: CompiledURL;
  /** `GET /users/:id`, and what else it asks for. */
  readonly description: string;
  verdict(request: MockRequest): Verdict;
}

type Fault = (request: MockRequest) => readonly string[];

/**
 * Compiles a pattern.
 *
 * @param method `*` for any.
 * @throws {TypeError} for what is no pattern.
 */
export function compilePattern(method: string, url: URLPattern, pattern: RequestPattern = {}): CompiledPattern {
  if (typeof method !== 'string' || !/^(\*|[!#$%&'*+\-.^_`|~0-9A-Za-z]+)$/.test(method)) {
    throw new TypeError(`Cannot use ${JSON.stringify(method)} as the method of a route: give a name, or "*" for any`);
  }
  checkNames('the pattern of a route', pattern, NAMES);
  const compiled = compileURL(url);
  const query = pattern.query ?? compiled.query;
  if (pattern.query !== undefined && compiled.query !== null) {
    throw new TypeError(`Cannot use both the query of ${JSON.stringify(url)} and the option query: give one of them`);
  }
  const faults: Fault[] = [];
  if (query !== undefined && query !== null) faults.push(queryFaults(query));
  if (pattern.headers !== undefined) faults.push(headerFaults(pattern.headers));
  if (pattern.body !== undefined) faults.push(bodyFaults(pattern.body));
  if ('json' in pattern) faults.push(jsonFaults(pattern.json));
  const rest = NAMES.filter((name) => name in pattern);
  const name = STANDARD.test(method) ? method.toUpperCase() : method;
  return {
    method: name === '*' ? null : name,
    url: compiled,
    description: `${name} ${compiled.text}${rest.length === 0 ? '' : ` (by ${rest.join(', ')})`}`,
    verdict: (request) => {
      const found = compiled.verdict(new URL(request.url));
      const ofMethod = name === '*' || name === request.method ? [] : [`the method is ${request.method}`];
      return {
        isFar: ofMethod.length + found.faults.length > 0,
        faults: [...ofMethod, ...found.faults, ...faults.flatMap((fault) => fault(request))],
        params: found.params,
      };
    },
  };
}

function queryFaults(query: NonNullable<RequestPattern['query']>): Fault {
  if (typeof query === 'function') {
    return (request) => (query(request.query) === true ? [] : [`the query is not accepted: "${request.query}"`]);
  }
  if (query instanceof URLSearchParams) {
    const sorted = sortedText(query);
    return (request) =>
      sortedText(request.query) === sorted ? [] : [`the query is "${request.query}", not "${query}"`];
  }
  checkValues('the query of a route', query);
  return (request) => {
    const more = [...new Set(request.query.keys())].filter((name) => !Object.hasOwn(query, name));
    const faults = Object.entries(query).flatMap(([name, value]) => {
      const given = request.query.getAll(name);
      const matches = isParameter(value, given);
      const shown = given.length === 0 ? 'not there' : given.map((one) => JSON.stringify(one)).join(', ');
      return matches ? [] : [`the parameter ${name} is ${shown}, not ${wanted(value)}`];
    });
    return [...faults, ...more.map((name) => `there is a parameter ${name} that the route does not name`)];
  };
}

/** A list is all values of a parameter that is there several times, in their order. */
function isParameter(value: ValuePattern, given: readonly string[]): boolean {
  if (given.length === 0) return isValue(value, null);
  if (Array.isArray(value)) return isDeepStrictEqual(value, given);
  return value !== null && given.every((one) => isValue(value, one));
}

function sortedText(query: URLSearchParams): string {
  const copy = new URLSearchParams(query);
  copy.sort();
  return copy.toString();
}

function headerFaults(headers: Readonly<Record<string, ValuePattern>>): Fault {
  checkValues('the headers of a route', headers);
  return (request) =>
    Object.entries(headers).flatMap(([name, value]) => {
      const given = request.headers.get(name);
      if (isValue(value, given)) return [];
      if (given === null) return [`the field ${name} is not there`];
      return [
        SECRET.test(name)
          ? `the field ${name} is another`
          : `the field ${name} is ${JSON.stringify(given)}, not ${wanted(value)}`,
      ];
    });
}

function bodyFaults(body: NonNullable<RequestPattern['body']>): Fault {
  if (typeof body === 'function') return (request) => (body(request) === true ? [] : ['the body is not accepted']);
  if (body instanceof Uint8Array) return (request) => (request.body.equals(body) ? [] : ['the body has other bytes']);
  if (typeof body !== 'string' && !(body instanceof RegExp)) {
    throw new TypeError(
      'Cannot use that as the body of a route: give a text, bytes, a RegExp or a function; or use json',
    );
  }
  return (request) => {
    const text = read(() => request.text());
    return text !== undefined && isValue(body, text) ? [] : [`the body is ${shortened(text ?? '')}`];
  };
}

function jsonFaults(json: unknown): Fault {
  // What is sent has no undefined members either.
  const wantedJSON: unknown =
    typeof json === 'function' ? json : read(() => JSON.parse(JSON.stringify(json)) as unknown);
  if (wantedJSON === undefined) throw new TypeError('Cannot use that as the json of a route: it is no JSON value');
  return (request) => {
    const value = read(() => request.json());
    if (value === undefined) return ['the body is no JSON'];
    const matches =
      typeof wantedJSON === 'function' ? wantedJSON(value) === true : isDeepStrictEqual(value, wantedJSON);
    return matches ? [] : [`the JSON is ${shortened(JSON.stringify(value))}`];
  };
}

function read<T>(get: () => T): T | undefined {
  try {
    return get();
  } catch {
    return undefined;
  }
}

function shortened(text: string): string {
  if (text === '') return 'empty';
  return text.length > 120 ? `${text.slice(0, 120)}… (${text.length} characters)` : text;
}
