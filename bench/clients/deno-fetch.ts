import type { Client, Endpoint } from './client.ts';
import { fetchClient } from './fetch-client.ts';

/** The little of Deno that is used. */
declare const Deno: {
  createHttpClient(options: { caCerts: string[]; poolMaxIdlePerHost: number; http2: false }): object;
};

/** Deno's own fetch. It runs in Deno only: see scale/command.ts. */
export function open({ ca, connections }: Endpoint): Client {
  const caCerts = ca === null ? [] : [ca];
  const client = Deno.createHttpClient({ caCerts, poolMaxIdlePerHost: connections, http2: false });
  return fetchClient(
    (url, init) => fetch(url, { ...init, client } as RequestInit),
    async () => {},
  );
}
