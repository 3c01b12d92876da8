// What a pool or a manager looks like at one moment, as plain JSON: tests assert it, tools print it. Counts are
// totals since the pool was made unless they say otherwise; bytes are those of the transport's plain side.

import type { CloseReason } from './close-reason.ts';

/** One open connection. */
export interface ConnectionSnapshot {
  readonly id: number;
  readonly protocol: 'http/1.1' | 'h2';
  readonly address: string;
  readonly state: 'idle' | 'active' | 'draining';
  /** Exchanges begun on it. */
  readonly served: number;
  /** Age in ms. */
  readonly age: number;
  /** For how long it has been idle, in ms; null while it is active. */
  readonly idleFor: number | null;
  /** For how long its response has been held up by a consumer that takes nothing, in ms; null while it is not. */
  readonly pausedFor: number | null;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** What a pool has done since it was made. */
export interface PoolCounters {
  /** Dials started. */
  readonly numConnections: number;
  /** Exchanges begun, replays included. */
  readonly numRequests: number;
  /** Dials that became a connection. */
  readonly created: number;
  /** Exchanges begun on a connection that had served one before. */
  readonly reused: number;
  /** TLS handshakes that resumed an earlier session. */
  readonly resumed: number;
  /** Connections closed, by reason; reasons that never occurred are absent. */
  readonly closed: Readonly<Partial<Record<CloseReason, number>>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** What a pool holds now. */
export interface PoolLevels {
  /** Connections open: idle + active. */
  readonly open: number;
  readonly idle: number;
  readonly active: number;
  /** Dials under way. */
  readonly dialling: number;
  /** Attempts waiting for a connection. */
  readonly queued: number;
}

/** One pool. */
export interface PoolSnapshot extends PoolLevels, PoolCounters {
  readonly origin: string;
  readonly connections: readonly ConnectionSnapshot[];
}

/** A manager: the sums over its pools, those included that it has given up, and the pools it has. */
export interface ManagerSnapshot extends PoolLevels, PoolCounters {
  readonly pools: readonly PoolSnapshot[];
}
