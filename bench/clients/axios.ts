import { Readable } from 'node:stream';
import axios from 'axios';
import { HttpCookieAgent } from 'http-cookie-agent/http';
import { CookieJar } from 'tough-cookie';
import type { Client, Endpoint } from './client.ts';
import { destroyAgents, nodeAgents } from './node-agent.ts';
import { lengthOf, pieces } from './pieces.ts';
import { COOKIES, CREDENTIALS, FIELDS } from './session-state.ts';
import { isStored, unexpectedStatus } from './target.ts';

/** axios over keep-alive agents, else its defaults. It rejects on an error status by itself. */
export function open(endpoint: Endpoint): Client {
  const agents = nodeAgents(endpoint);
  const client = axios.create({ httpAgent: agents.http, httpsAgent: agents.https });
  return {
    get:
      ({ url }) =>
      async () =>
        (await client.get<Buffer>(url, { responseType: 'arraybuffer' })).data.byteLength,
    session: ({ url }) => {
      const jar = new CookieJar();
      for (const cookie of COOKIES) jar.setCookieSync(cookie, url);
      const { connections } = endpoint;
      const options = { cookies: { jar }, keepAlive: true, maxSockets: connections, maxFreeSockets: connections };
      const [username, password] = CREDENTIALS;
      const session = axios.create({
        httpAgent: new HttpCookieAgent(options),
        auth: { username, password },
        headers: FIELDS,
      });
      return async () => (await session.get<Buffer>(url, { responseType: 'arraybuffer' })).data.byteLength;
    },
    stream:
      ({ url }) =>
      async () =>
        lengthOf((await client.get<Readable>(url, { responseType: 'stream' })).data),
    upload: (target) => async () => {
      // With redirects allowed it would keep the whole body, to send it again.
      const { status } = await client.put(target.url, Readable.from(pieces(target.bytes)), { maxRedirects: 0 });
      if (!isStored(status)) throw unexpectedStatus(status, target);
      return target.bytes;
    },
    async close() {
      destroyAgents(agents);
    },
  };
}
