import { Agent, type Dispatcher, Pool } from 'undici';
import type { Endpoint } from './client.ts';
import { tlsOptions } from './tls-options.ts';

/**
 * undici's pool, or for many origins its agent, as all of its clients use it: no pipelining and no HTTP/2, since every
 * client here speaks HTTP/1.1; else its defaults.
 */
export function undiciDispatcher(endpoint: Endpoint): Dispatcher {
  const { scheme, host, port, connections, otherOrigins } = endpoint;
  const options = { connections, pipelining: 1, allowH2: false, connect: tlsOptions(endpoint) };
  return otherOrigins > 0 ? new Agent(options) : new Pool(`${scheme}://${host}:${port}`, options);
}
