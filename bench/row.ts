// A row: what is measured, by which clients, and what must be reached. The rows themselves are in rows.ts.
//
// There are several kinds, each with a file in turns/ that takes a client's turn at it, and one in tasks/ that is the
// client's part of the turn, in the client's process (for the import there is none: Node does it all).

import type { ClientName } from './client-name.ts';
import type { Figure } from './figure.ts';

/** The bodies the server holds. The path is also the name of the file that nginx serves. */
export const BODIES = {
  '1 KB': { path: '/1k', bytes: 1024 },
  '64 KB': { path: '/64k', bytes: 64 * 1024 },
  '1 MB': { path: '/1m', bytes: 1024 * 1024 },
  /** A JSON document, sent by gzip; the length is that of its text. */
  '100 KB of JSON by gzip': { path: '/json', bytes: 100 * 1024 },
  '50 MB': { path: '/50m', bytes: 50 * 1024 * 1024 },
  '100 MB': { path: '/100m', bytes: 100 * 1024 * 1024 },
} as const;

export type Target =
  /** urlpool's figure is at most `atMost` times that of `against`. */
  | { readonly is: 'ratio'; readonly against: ClientName; readonly atMost: number }
  /** urlpool's ratio to `against` is at most `atMost` times the one it has in another row. */
  | { readonly is: 'ratio as in'; readonly row: string; readonly against: ClientName; readonly atMost: number }
  /** urlpool's figure itself is at most `atMost`, in its unit: the median of the rounds, or every one of them. */
  | { readonly is: 'figure'; readonly atMost: number; readonly of: 'median' | 'max' };

interface Common {
  readonly id: string;
  /** What the targets compare. */
  readonly metric: Figure;
  /** Who runs, unless `--only` says otherwise. */
  readonly clients: readonly ClientName[];
  readonly targets: readonly Target[];
}

/** Whether connections are kept, or each request opens one and the server closes it, with a TLS handshake in full or resumed. */
export type Dials = 'kept' | 'each, in full' | 'each, resumed';

/** What lies between client and server: nothing, or a proxy that forwards requests or opens tunnels (CONNECT). */
export type Road = 'direct' | 'forwarded' | 'tunnel';

/** One request after another on every connection, for a while. */
export interface LoadRow extends Common {
  readonly is: 'load';
  readonly scheme: 'http' | 'https';
  /**
   * `get` ends with the body in memory, `json` with it read as JSON, `stream` takes it piece by piece, `upload` sends one,
   * `form` a file in a form; `fetch` is `get` by the standard's function; `session` is `get` with cookies and credentials,
   * `many` works through lists of URLs.
   */
  readonly use: 'get' | 'json' | 'stream' | 'upload' | 'form' | 'fetch' | 'session' | 'many';
  readonly body: keyof typeof BODIES;
  /** Connections, and requests at once. */
  readonly connections: number;
  /** @default 'kept' */
  readonly dials?: Dials;
  /** @default 'direct' */
  readonly road?: Road;
}

/** Memory of connections that are kept and idle. */
export interface IdleMemoryRow extends Common {
  readonly is: 'idle-memory';
  readonly connections: number;
}

/** Time that `import()` takes in a fresh process. */
export interface ImportTimeRow extends Common {
  readonly is: 'import-time';
  /** Processes per round. */
  readonly processes: number;
}

/** As many requests to as many origins, against the same number to one. */
export interface OriginsRow extends Common {
  readonly is: 'origins';
  readonly origins: number;
  /** Requests at once, and connections to the one origin. */
  readonly connections: number;
  /** Whether every origin has its kept connection already, or each request opens one. */
  readonly kept: boolean;
}

/** A burst of requests on a few warm connections, where to open another one takes long. */
export interface LateBindingRow extends Common {
  readonly is: 'late-binding';
  readonly warm: number;
  readonly requests: number;
  /** The most that may be open, on both sides. */
  readonly connections: number;
  readonly dialMs: number;
  readonly serviceMs: number;
}

/** A steady trickle of GETs while nginx is restarted gracefully. */
export interface ReloadRow extends Common {
  readonly is: 'reload';
  readonly reloads: number;
  readonly requestsPerSecond: number;
  readonly connections: number;
}

export type Row = LoadRow | IdleMemoryRow | ImportTimeRow | OriginsRow | LateBindingRow | ReloadRow;

/** "https, 1 KB × 50 connections". */
export function describeRow(row: Row): string {
  switch (row.is) {
    case 'load':
      return describeLoad(row);
    case 'idle-memory':
      return `memory per idle connection at ${count(row.connections)}`;
    case 'import-time':
      return 'import of the library in a fresh process';
    case 'origins':
      return `${count(row.origins)} origins against one, ${row.kept ? 'connections kept' : 'a dial each'}, CPU`;
    case 'late-binding':
      return `${row.requests} requests at once on ${row.warm} warm connections, a dial takes ${row.dialMs} ms: mean time from call to server`;
    case 'reload':
      return `nginx restarted gracefully ${row.reloads} times under ${row.requestsPerSecond} GETs/s: errors`;
  }
}

function describeLoad({ scheme, use, body, connections, dials = 'kept', road = 'direct' }: LoadRow): string {
  const how = {
    get: body === '100 MB' ? ' preloaded' : '',
    json: '',
    stream: ' streamed',
    upload: ' upload from a stream',
    form: ' file uploaded in a multipart form',
    fetch: ' by fetch()',
    session: ' with 3 cookies and basic auth',
    many: ' from lists of 10,000 URLs',
  }[use];
  const opened = {
    kept: '',
    'each, in full': ', a full handshake each',
    'each, resumed': ', a resumed handshake each',
  }[dials];
  const through = { direct: '', forwarded: ', forwarded by squid', tunnel: ', in tunnels through squid' }[road];
  return `${scheme}, ${body}${how} × ${connections} ${connections === 1 ? 'connection' : 'connections'}${opened}${through}`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
