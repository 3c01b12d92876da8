/** What a pool is bounded by. */
export interface PoolLimits {
  readonly maxSize: number;
  readonly maxIdle: number;
  readonly block: boolean;
  readonly maxQueued: number;
  /** How old a connection may become, in ms. */
  readonly maxAge: number;
  /** Connections to keep warm. */
  readonly minIdle: number;
  /** `Timeout.connect` of the dials for these, in ms; null for none. */
  readonly connectTimeout: number | null;
}
