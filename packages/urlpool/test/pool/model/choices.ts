// What a seed chooses: the limits of a run, and the options of a call.

import type { TimeoutOptions } from 'urlpool';

/** What a run is bounded by. */
export interface WorldLimits {
  /** To how many origins requests are sent, redirects aside. */
  readonly origins: number;
  readonly maxSize: number;
  readonly maxConnections: number;
  readonly maxIdle: number;
  readonly minIdle: number;
  readonly maxQueued: number;
  readonly numPools: number;
  readonly block: boolean;
  readonly idleTimeout: number;
  readonly maxAge: number;
  readonly maxRequestsPerConnection: number;
}

/** What a call is made with. */
export interface CallChoices {
  readonly origin: number;
  readonly method: string;
  readonly body: 'none' | 'small' | 'large' | 'once';
  readonly streams: boolean;
  readonly timeout: TimeoutOptions;
  readonly retries: boolean | number;
  /** An abort signal of its own, one that other calls share, or one that has aborted. */
  readonly signal: 'own' | 'shared' | 'aborted';
  /** Calls that follow it as soon as it has settled. */
  readonly followers: number;
}
