// What a client's process does in one turn. Each kind is a function in a file of its own; perform.ts calls it.

import type { Endpoint, Open } from '../clients/client.ts';
import type { Sample } from '../figure.ts';

/** One GET, to see that the client works here. */
export interface TryTask {
  readonly is: 'try';
  readonly path: string;
  readonly bytes: number;
}

export interface LoadTask {
  readonly is: 'load';
  readonly use: 'get' | 'json' | 'stream' | 'upload' | 'form' | 'fetch' | 'session' | 'many';
  readonly path: string;
  /** The file of a `form`; null for the others. */
  readonly file: string | null;
  /** Length that every body must have. */
  readonly bytes: number;
  /** Requests at once. */
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly windowSeconds: number;
}

export interface IdleMemoryTask {
  readonly is: 'idle-memory';
  readonly connections: number;
}

export interface OriginsTask {
  readonly is: 'origins';
  readonly origins: number;
  /** Requests at once. */
  readonly connections: number;
  readonly kept: boolean;
  readonly path: string;
  readonly bytes: number;
}

export interface BurstTask {
  readonly is: 'burst';
  readonly warm: number;
  readonly requests: number;
}

export interface ReloadTask {
  readonly is: 'reload';
  /** nginx's master process: SIGHUP makes it start new workers, and the old ones close what is idle and go. */
  readonly pid: number;
  readonly reloads: number;
  readonly requestsPerSecond: number;
  readonly path: string;
  readonly bytes: number;
}

export type Task = TryTask | LoadTask | IdleMemoryTask | OriginsTask | BurstTask | ReloadTask;

/** Carries a task out with one client. Rejects if the client fails, which is no figure. */
export type Perform<T extends Task> = (task: T, endpoint: Endpoint, open: Open) => Promise<Sample>;

/** That a client has no way to do what a row asks: it is left out of that row. */
export class Unable extends Error {}
