import { FormData, interceptors } from 'undici';
import type { JSONDocument } from '../servers/json-document.ts';
import type { Client, Endpoint } from './client.ts';
import { fileForm } from './file-form.ts';
import { pooled, resultsOf } from './many-of.ts';
import { lengthOf, pieces } from './pieces.ts';
import { isStored, unexpectedStatus } from './target.ts';
import { undiciDispatcher } from './undici-dispatcher.ts';

/** undici's fastest everyday call. */
export function open(endpoint: Endpoint): Client {
  const dispatcher = undiciDispatcher(endpoint);
  // It decodes nothing by itself.
  const decompressing = dispatcher.compose(interceptors.decompress());
  return {
    get: (target) => async () => {
      const { origin, path } = target;
      const { statusCode, body } = await dispatcher.request({ origin, path, method: 'GET' });
      if (statusCode !== 200) throw unexpectedStatus(statusCode, target);
      return (await body.bytes()).byteLength;
    },
    many: (target) => {
      const { origin, path } = target;
      const get = async (): Promise<number> => {
        const { statusCode, body } = await dispatcher.request({ origin, path, method: 'GET' });
        if (statusCode !== 200) throw unexpectedStatus(statusCode, target);
        return (await body.bytes()).byteLength;
      };
      return resultsOf((urls) => pooled(get, urls, endpoint.connections));
    },
    json: (target) => async () => {
      const { origin, path } = target;
      const { statusCode, body } = await decompressing.request({ origin, path, method: 'GET' });
      if (statusCode !== 200) throw unexpectedStatus(statusCode, target);
      return ((await body.json()) as JSONDocument).bytes;
    },
    stream: (target) => async () => {
      const { origin, path } = target;
      const { statusCode, body } = await dispatcher.request({ origin, path, method: 'GET' });
      if (statusCode !== 200) throw unexpectedStatus(statusCode, target);
      return lengthOf(body);
    },
    upload: (target) => async () => {
      const { origin, path, bytes } = target;
      const { statusCode, body } = await dispatcher.request({ origin, path, method: 'PUT', body: pieces(bytes) });
      if (!isStored(statusCode)) throw unexpectedStatus(statusCode, target);
      await body.bytes();
      return bytes;
    },
    form: (target, file) => async () => {
      const { origin, path } = target;
      const form = await fileForm(new FormData(), file);
      const { statusCode, body } = await dispatcher.request({ origin, path, method: 'PUT', body: form });
      if (!isStored(statusCode)) throw unexpectedStatus(statusCode, target);
      await body.bytes();
      return target.bytes;
    },
    close: () => dispatcher.close(),
  };
}
