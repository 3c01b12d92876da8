import { Unable } from '../tasks/task.ts';
import type { Client, Endpoint } from './client.ts';
import { fetchClient } from './fetch-client.ts';

/** The fetch that Node has built in: it opens as many connections as there are requests at once, and trusts no server of ours. */
export function open({ scheme }: Endpoint): Client {
  if (scheme === 'https') throw new Unable('it takes no certificate of its own');
  return fetchClient(
    (url, init) => fetch(url, init as RequestInit),
    async () => {},
  );
}
