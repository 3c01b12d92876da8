// Which connections close though nothing is wrong with them: pure functions of counts.

/** What a pool may keep. */
export interface KeepLimits {
  readonly maxSize: number;
  /** Idle connections to keep. */
  readonly maxIdle: number;
}

/** Whether one idle connection too many is kept: `maxSize` may have been exceeded. The coldest goes. */
export function isSurplus(idle: number, limits: KeepLimits): boolean {
  return idle > Math.min(limits.maxIdle, limits.maxSize);
}

/**
 * Whether a pool whose connection came free closes it so that another origin can open one, though it has waiters of its
 * own: where the manager's cap is reached and the other has none at all, or fewer by more than one. A smaller difference
 * would come back with the next connection, and every change costs a dial.
 */
export function yieldsTo(own: number, other: number): boolean {
  return other === 0 || own > other + 1;
}
