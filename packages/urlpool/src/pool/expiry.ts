// When an idle connection has been kept long enough: a pure function of times. The monotonic clock stands still while
// the machine is suspended, the time of day does not: by how much the one has run ahead of the other since the
// connection became idle is time in which its server has gone on counting.

/** An idle connection's times, in ms. */
export interface IdleTimes {
  /** By the monotonic clock. */
  readonly idleSince: number;
  /** The time of day less the monotonic time, as it was known when the connection became idle. */
  readonly skew: number;
  readonly keepFor: number;
}

/** Whether it must not be used any more. A time of day that was set back makes nothing younger. */
export function isExpired(times: IdleTimes, now: number, skewNow: number): boolean {
  const suspended = Math.max(0, skewNow - times.skew);
  return now + suspended >= expiresAt(times);
}

/** When it expires by the monotonic clock, if the machine is not suspended before. */
export function expiresAt(times: IdleTimes): number {
  return times.idleSince + times.keepFor;
}
