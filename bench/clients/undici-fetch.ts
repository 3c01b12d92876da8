import { FormData, fetch } from 'undici';
import type { JSONDocument } from '../servers/json-document.ts';
import type { Client, Endpoint } from './client.ts';
import { fetchClient } from './fetch-client.ts';
import { fileForm } from './file-form.ts';
import { isStored, unexpectedStatus } from './target.ts';
import { undiciDispatcher } from './undici-dispatcher.ts';

/** fetch of the pinned undici, not the one that Node has built in. */
export function open(endpoint: Endpoint): Client {
  const dispatcher = undiciDispatcher(endpoint);
  const client = fetchClient(
    (url, init) => fetch(url, { ...init, dispatcher }),
    () => dispatcher.close(),
  );
  return {
    ...client,
    json: (target) => async () => {
      const response = await fetch(target.url, { dispatcher });
      if (response.status !== 200) throw unexpectedStatus(response.status, target);
      return ((await response.json()) as JSONDocument).bytes;
    },
    form: (target, file) => async () => {
      const body = await fileForm(new FormData(), file);
      const response = await fetch(target.url, { method: 'PUT', body, dispatcher });
      if (!isStored(response.status)) throw unexpectedStatus(response.status, target);
      await response.arrayBuffer();
      return target.bytes;
    },
  };
}
