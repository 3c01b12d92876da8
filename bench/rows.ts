// What is measured and what must be reached, as data: a new row or a new peer is a line here, nothing else.

/** The clients, in the order of the tables. Each is the file `clients/<name>.ts`. */
export const CLIENTS = ['urlpool', 'undici-request', 'undici-dispatch', 'node-http', 'floor', 'floor-onread'] as const;

export type ClientName = (typeof CLIENTS)[number];

/** The bodies the server holds. The path is also the name of the file that nginx serves. */
export const BODIES = {
  '1 KB': { path: '/1k', bytes: 1024 },
  '64 KB': { path: '/64k', bytes: 64 * 1024 },
  '1 MB': { path: '/1m', bytes: 1024 * 1024 },
} as const;

/** What a row's targets compare: `cpu` in µs of user and system time per request, `p50` in µs of latency. */
export type Metric = 'cpu' | 'p50';

/** urlpool's figure may be at most `atMost` times that of `against`. */
export interface Target {
  readonly against: ClientName;
  readonly atMost: number;
}

export interface Row {
  readonly id: string;
  readonly scheme: 'http' | 'https';
  readonly body: keyof typeof BODIES;
  readonly connections: number;
  readonly metric: Metric;
  readonly targets: readonly Target[];
}

export const ROWS: readonly Row[] = [
  {
    id: '1k-50',
    scheme: 'http',
    body: '1 KB',
    connections: 50,
    metric: 'cpu',
    targets: [
      { against: 'undici-request', atMost: 0.55 },
      { against: 'undici-dispatch', atMost: 0.8 },
      { against: 'floor', atMost: 1.5 },
    ],
  },
  {
    id: '1k-1',
    scheme: 'http',
    body: '1 KB',
    connections: 1,
    metric: 'p50',
    targets: [
      { against: 'undici-request', atMost: 0.7 },
      { against: 'floor', atMost: 1.25 },
    ],
  },
  {
    id: '1k-50-tls',
    scheme: 'https',
    body: '1 KB',
    connections: 50,
    metric: 'cpu',
    targets: [
      { against: 'undici-request', atMost: 0.35 },
      { against: 'floor', atMost: 1.5 },
    ],
  },
  {
    id: '64k-20',
    scheme: 'http',
    body: '64 KB',
    connections: 20,
    metric: 'cpu',
    targets: [{ against: 'undici-request', atMost: 0.35 }],
  },
];

/** "https, 1 KB × 50 connections". */
export function describeRow(row: Pick<Row, 'scheme' | 'body' | 'connections'>): string {
  return `${row.scheme}, ${row.body} × ${row.connections} ${row.connections === 1 ? 'connection' : 'connections'}`;
}
