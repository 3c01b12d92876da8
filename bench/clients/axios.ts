import { Readable } from 'node:stream';
import axios from 'axios';
import type { Client, Endpoint } from './client.ts';
import { destroyAgents, nodeAgents } from './node-agent.ts';
import { lengthOf, pieces } from './pieces.ts';
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
