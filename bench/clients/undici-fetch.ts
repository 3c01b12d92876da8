import { fetch } from 'undici';
import type { Client, Endpoint } from './client.ts';
import { fetchClient } from './fetch-client.ts';
import { undiciDispatcher } from './undici-dispatcher.ts';

/** fetch of the pinned undici, not the one that Node has built in. */
export function open(endpoint: Endpoint): Client {
  const dispatcher = undiciDispatcher(endpoint);
  return fetchClient(
    (url, init) => fetch(url, { ...init, dispatcher }),
    () => dispatcher.close(),
  );
}
