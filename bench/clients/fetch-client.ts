// All that speaks fetch is measured by the same calls: undici's, ky's, and those of other runtimes.

import type { Client, Prepare } from './client.ts';
import { lengthOf, pieces } from './pieces.ts';
import { isStored, type Target, unexpectedStatus } from './target.ts';

/** What is used of a Response. */
export interface FetchResponse {
  readonly status: number;
  readonly body: AsyncIterable<Uint8Array> | null;
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What is used of a request's options. */
export interface FetchInit {
  readonly method?: 'PUT';
  readonly body?: AsyncIterable<Uint8Array>;
  readonly duplex?: 'half';
}

export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

/** A client of a function like fetch. */
export function fetchClient(fetch: Fetch, close: () => Promise<void>): Client {
  const get: Prepare = (target) => async () => (await (await good(fetch, target)).arrayBuffer()).byteLength;
  return {
    get,
    fetch: get,
    stream: (target) => async () => {
      const { body } = await good(fetch, target);
      return body === null ? 0 : lengthOf(body);
    },
    upload: (target) => async () => {
      const init = { method: 'PUT', body: pieces(target.bytes), duplex: 'half' } as const;
      const response = await fetch(target.url, init);
      if (!isStored(response.status)) throw unexpectedStatus(response.status, target);
      await response.arrayBuffer();
      return target.bytes;
    },
    close,
  };
}

async function good(fetch: Fetch, target: Target): Promise<FetchResponse> {
  const response = await fetch(target.url, {});
  if (response.status !== 200) throw unexpectedStatus(response.status, target);
  return response;
}
