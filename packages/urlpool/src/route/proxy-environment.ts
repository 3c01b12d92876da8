// What the environment says of proxies, by curl's rules: the lower-case name of a variable wins, ALL_PROXY stands for every
// scheme that has none of its own, and NO_PROXY for what goes without.

import type { Origin } from '../message/origin.ts';
import { NoProxy } from './no-proxy.ts';
import { type ProxyServer, parseProxy } from './proxy-server.ts';

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy that the environment has for an origin; null for none.
 *
 * `HTTP_PROXY` is not read in a CGI program, whose environment holds what a client sends as a `Proxy` field (CVE-2016-5385).
 *
 * @throws {RequestError} `ERR_INVALID_OPTION` for a variable that holds no proxy.
 */
export function proxyFromEnvironment(env: Environment): (origin: Origin) => ProxyServer | null {
  const noProxy = new NoProxy(read(env, 'no_proxy')?.value ?? '');
  const all = read(env, 'all_proxy');
  const isCGI = own(env, 'REQUEST_METHOD') !== undefined;
  const http = (isCGI ? variable(env, 'http_proxy') : read(env, 'http_proxy')) ?? all;
  const https = read(env, 'https_proxy') ?? all;
  const proxies = { http: proxyOf(http), https: proxyOf(https) };
  return (origin) => (noProxy.covers(origin) ? null : proxies[origin.scheme]);
}

/** A variable that is set to something. */
interface Variable {
  readonly name: string;
  readonly value: string;
}

function read(env: Environment, name: string): Variable | null {
  // Set but empty, the lower-case one still wins: that is how a proxy is turned off for one command.
  return own(env, name) === undefined ? variable(env, name.toUpperCase()) : variable(env, name);
}

function variable(env: Environment, name: string): Variable | null {
  const value = own(env, name)?.trim() ?? '';
  return value === '' ? null : { name, value };
}

/** `process.env` too has the prototype of all objects, to which another part of the program may have added a proxy. */
function own(env: Environment, name: string): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}

function proxyOf(given: Variable | null): ProxyServer | null {
  return given === null ? null : parseProxy(given.value, given.name);
}
