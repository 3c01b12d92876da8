import { CookieJar, PoolManager, type PoolManagerOptions, Session } from 'urlpool';
import type { JSONDocument } from '../servers/json-document.ts';
import type { Client, Endpoint } from './client.ts';
import { fetchClient } from './fetch-client.ts';
import { resultsOf } from './many-of.ts';
import { lengthOf, pieces } from './pieces.ts';
import { COOKIES, CREDENTIALS, FIELDS } from './session-state.ts';
import { isStored, unexpectedStatus } from './target.ts';
import { tlsOptions } from './tls-options.ts';

/** Its default bounds on connections and origins. */
const MAX_CONNECTIONS = 512;
const NUM_POOLS = 256;

/** `PoolManager.request()` of the built package, as a user gets it: `urlpool` resolves to packages/urlpool/dist by the workspace's link. */
export function open(endpoint: Endpoint): Client {
  const { connections, closesEach, proxy } = endpoint;
  const http = new PoolManager({
    maxSize: connections,
    ...raisedBounds(endpoint),
    ...tlsOptions(endpoint),
    ...(closesEach ? { headers: { Connection: 'close' } } : {}),
    ...(proxy === null ? {} : { proxy: { url: proxy.url, tunnel: proxy.tunnels } }),
  });
  return {
    get: (target) => {
      const { url } = target;
      return async () => {
        const response = await http.request('GET', url);
        if (response.status !== 200) throw unexpectedStatus(response.status, target);
        return response.data.byteLength;
      };
    },
    session: (target) => {
      const cookies = new CookieJar();
      for (const cookie of COOKIES) cookies.setCookie(cookie, target.url);
      const session = new Session({
        manager: http,
        baseUrl: target.origin,
        cookies,
        auth: CREDENTIALS,
        headers: FIELDS,
      });
      return async () => {
        const response = await session.get(target.path);
        if (response.status !== 200) throw unexpectedStatus(response.status, target);
        return response.data.byteLength;
      };
    },
    many: (target) =>
      resultsOf(async function* (urls) {
        const list = new Array<string>(urls).fill(target.url);
        for await (const { response, error } of http.many(list, { concurrency: connections })) {
          if (error !== null) throw error;
          if (response.status !== 200) throw unexpectedStatus(response.status, target);
          yield response.data.byteLength;
        }
      }),
    fetch: (target) => fetchClient(http.fetch, () => http.close()).get(target),
    json: (target) => async () => {
      const response = await http.request('GET', target.url);
      if (response.status !== 200) throw unexpectedStatus(response.status, target);
      return response.json<JSONDocument>().bytes;
    },
    stream: (target) => async () => {
      const response = await http.stream('GET', target.url);
      if (response.status !== 200) throw unexpectedStatus(response.status, target);
      return lengthOf(response);
    },
    upload: (target) => async () => {
      const { status } = await http.request('PUT', target.url, { body: pieces(target.bytes) });
      if (!isStored(status)) throw unexpectedStatus(status, target);
      return target.bytes;
    },
    form: (target, file) => async () => {
      const { status } = await http.request('PUT', target.url, { fields: { file: { path: file } } });
      if (!isStored(status)) throw unexpectedStatus(status, target);
      return target.bytes;
    },
    close: () => http.close(),
  };
}

/** The bounds over all origins, only where the defaults would close connections that are to be kept. */
function raisedBounds({ connections, otherOrigins, keepsAll }: Endpoint): PoolManagerOptions {
  if (!keepsAll) return {};
  const maxConnections = connections + otherOrigins;
  return {
    ...(maxConnections > MAX_CONNECTIONS ? { maxConnections } : {}),
    ...(otherOrigins >= NUM_POOLS ? { numPools: otherOrigins + 1 } : {}),
  };
}
