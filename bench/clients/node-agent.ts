import http from 'node:http';
import https from 'node:https';
import type { Endpoint } from './client.ts';
import { tlsOptions } from './tls-options.ts';

export interface Agents {
  readonly http: http.Agent;
  readonly https: https.Agent;
}

/** Keep-alive agents for all that is built on `node:http`. */
export function nodeAgents(endpoint: Endpoint): Agents {
  const { connections } = endpoint;
  const options = { keepAlive: true, maxSockets: connections, maxFreeSockets: connections };
  return { http: new http.Agent(options), https: new https.Agent({ ...options, ...tlsOptions(endpoint) }) };
}

export function destroyAgents(agents: Agents): void {
  agents.http.destroy();
  agents.https.destroy();
}
