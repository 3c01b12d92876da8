import { Agent, type Dispatcher, Pool, ProxyAgent } from 'undici';
import type { Endpoint } from './client.ts';
import { tlsOptions } from './tls-options.ts';

/**
 * undici's pool, or for many origins its agent, or its ProxyAgent, as all of its clients use it: no pipelining and no HTTP/2, since every
 * client here speaks HTTP/1.1; else its defaults.
 */
export function undiciDispatcher(endpoint: Endpoint): Dispatcher {
  const { scheme, host, port, connections, otherOrigins, closesEach, proxy } = endpoint;
  // Without keep-alive it writes Connection: close, and opens another connection for the next request.
  const pipelining = closesEach ? 0 : 1;
  const kept = { connections, pipelining, allowH2: false };
  if (proxy !== null) {
    const { url: uri, tunnels: proxyTunnel } = proxy;
    // The pool of forwarded requests is not told its bound otherwise, and opens twice as many connections as it needs.
    const factory = (to: string | URL, options: object): Dispatcher => new Pool(to, { ...options, ...kept });
    const requestTls = { allowH2: false, ...tlsOptions(endpoint) };
    return new ProxyAgent({ ...kept, uri, proxyTunnel, factory, requestTls });
  }
  const options = { ...kept, connect: tlsOptions(endpoint) };
  return otherOrigins > 0 ? new Agent(options) : new Pool(`${scheme}://${host}:${port}`, options);
}
