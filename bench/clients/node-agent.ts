import http from 'node:http';
import https from 'node:https';
import type { Endpoint } from './client.ts';
import { tlsOptions } from './tls-options.ts';

export interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

/** Agents for all that is built on `node:http`: they keep connections, unless each request is to have its own. */
export function nodeAgents(endpoint: Endpoint): Agents {
  const { connections, closesEach } = endpoint;
  // With a bound on its sockets an agent keeps them for the requests that wait, whatever keepAlive says.
  const options = closesEach
    ? { keepAlive: false }
    : { keepAlive: true, maxSockets: connections, maxFreeSockets: connections };
  return { http: new http.Agent(options), https: new https.Agent({ ...options, ...tlsOptions(endpoint) }) };
}

export function destroyAgents(agents: Agents): void {
  agents.http.destroy();
  agents.https.destroy();
}
