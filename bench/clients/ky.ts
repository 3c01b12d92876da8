import ky from 'ky';
import { install, setGlobalDispatcher } from 'undici';
import type { Client, Endpoint } from './client.ts';
import { fetchClient } from './fetch-client.ts';
import { undiciDispatcher } from './undici-dispatcher.ts';

/**
 * ky over the pinned undici, put in the place of Node's globals: that of Node 24.21 is 7.29.1, one of those that are slow
 * by a known bug. It rejects on an error status by itself.
 */
export function open(endpoint: Endpoint): Client {
  const dispatcher = undiciDispatcher(endpoint);
  install();
  setGlobalDispatcher(dispatcher);
  return fetchClient(
    (url, init) => ky(url, init),
    () => dispatcher.close(),
  );
}
