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
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** One pool. */
export interface PoolSnapshot {
  readonly origin: string;
  /** Connections open now: idle + active. */
  readonly open: number;
  readonly idle: number;
  readonly active: number;
  /** Dials under way now. */
  readonly dialling: number;
  /** Attempts waiting for a connection now. */
  readonly queued: number;
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
  readonly connections: readonly ConnectionSnapshot[];
}

/** A manager: its pools, and their sums. */
export interface ManagerSnapshot extends Omit<PoolSnapshot, 'origin' | 'connections'> {
  readonly pools: readonly PoolSnapshot[];
}
