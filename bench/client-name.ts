/** The clients in the order of the tables. Each is the file `clients/<name>.ts`. */
export const CLIENTS = [
  'urlpool',
  'urlpool-pool',
  'undici-request',
  'undici-dispatch',
  'undici-fetch',
  'node-http',
  'got',
  'axios',
  'ky',
  'floor',
  'floor-onread',
] as const;

/** Clients of the rows that name them, and of no others. */
export const OF_SOME_ROWS = ['global-fetch'] as const;

/** Clients of other runtimes and languages, for scale: run with `--scale`, where they are installed. How is in scale/. */
export const SCALE = ['bun-fetch', 'deno-fetch', 'go', 'wrk', 'aiohttp', 'urllib3'] as const;

/** Clients that open a connection for each request where they are told to. */
export const OPENING_EACH = ['urlpool', 'undici-request', 'node-http'] as const;

/** Clients that go through a proxy where they are told to. */
export const THROUGH_PROXY = ['urlpool', 'undici-request'] as const;

export type ScaleName = (typeof SCALE)[number];

export type ClientName = (typeof CLIENTS)[number] | (typeof OF_SOME_ROWS)[number] | ScaleName;

export function isForScale(client: ClientName): client is ScaleName {
  return SCALE.some((name) => name === client);
}
