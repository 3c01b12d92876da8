import type { Client, Endpoint } from './client.ts';
import { fetchClient } from './fetch-client.ts';

/** Bun's own fetch. It runs in Bun only: see scale/command.ts. */
export function open({ ca }: Endpoint): Client {
  const tls = ca === null ? {} : { tls: { ca } };
  return fetchClient(
    (url, init) => fetch(url, { ...init, ...tls } as RequestInit),
    async () => {},
  );
}
