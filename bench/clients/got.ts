import got from 'got';
import { CookieJar } from 'tough-cookie';
import type { JSONDocument } from '../servers/json-document.ts';
import type { Client, Endpoint } from './client.ts';
import { fileForm } from './file-form.ts';
import { pooled, resultsOf } from './many-of.ts';
import { destroyAgents, nodeAgents } from './node-agent.ts';
import { lengthOf, pieces } from './pieces.ts';
import { COOKIES, CREDENTIALS, FIELDS } from './session-state.ts';
import { isStored, unexpectedStatus } from './target.ts';

/** got over keep-alive agents, else its defaults. It rejects on an error status by itself. */
export function open(endpoint: Endpoint): Client {
  const agents = nodeAgents(endpoint);
  const client = got.extend({ agent: agents });
  return {
    get:
      ({ url }) =>
      async () =>
        (await client.get(url, { responseType: 'buffer' })).body.byteLength,
    session: ({ url }) => {
      const cookieJar = new CookieJar();
      for (const cookie of COOKIES) cookieJar.setCookieSync(cookie, url);
      const [username, password] = CREDENTIALS;
      const session = client.extend({ cookieJar, username, password, headers: FIELDS });
      return async () => (await session.get(url, { responseType: 'buffer' })).body.byteLength;
    },
    many: ({ url }) => {
      const get = async (): Promise<number> => (await client.get(url, { responseType: 'buffer' })).body.byteLength;
      return resultsOf((urls) => pooled(get, urls, endpoint.connections));
    },
    json:
      ({ url }) =>
      async () =>
        ((await client.get(url, { responseType: 'json' })).body as JSONDocument).bytes,
    stream:
      ({ url }) =>
      () =>
        lengthOf(client.stream(url)),
    upload: (target) => async () => {
      const { statusCode } = await client.put(target.url, { body: pieces(target.bytes) });
      if (!isStored(statusCode)) throw unexpectedStatus(statusCode, target);
      return target.bytes;
    },
    form: (target, file) => async () => {
      const { statusCode } = await client.put(target.url, { body: await fileForm(new FormData(), file) });
      if (!isStored(statusCode)) throw unexpectedStatus(statusCode, target);
      return target.bytes;
    },
    async close() {
      destroyAgents(agents);
    },
  };
}
