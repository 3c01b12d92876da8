import type { CloseReason } from 'urlpool';

/** What has happened, counted: of one origin, or of all. It goes on counting where the exchanges themselves are forgotten. */
export class Totals {
  /** Exchanges begun. */
  requests = 0;
  /** Exchanges under way. */
  running = 0;
  /** Exchanges that ended with an error. */
  failed = 0;
  /** Exchanges on a connection that had carried another before. */
  reused = 0;
  /** Connections: those that were opened, and those that carried an exchange and whose opening was not seen. */
  connections = 0;
  /** Connections that could not be opened. */
  dialFailures = 0;
  /** Connections that are open. */
  open = 0;
  bytesSent = 0;
  bytesReceived = 0;
  retries = 0;
  replays = 0;
  redirects = 0;
  /** Responses by their status: those of 404 and 410 are two, for instance. */
  readonly statuses: Map<number, number> = new Map();
  /** Connections closed, by reason. */
  readonly closed: Map<CloseReason, number> = new Map();

  /** The share of the exchanges that were carried by a kept connection, from 0 to 1; 0 where there were none. */
  get reuse(): number {
    return this.requests === 0 ? 0 : this.reused / this.requests;
  }

  /** Exchanges for each connection; 0 where there was none. */
  get requestsPerConnection(): number {
    return this.connections === 0 ? 0 : this.requests / this.connections;
  }
}

/** Adds one to a count. */
export function countUp<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
