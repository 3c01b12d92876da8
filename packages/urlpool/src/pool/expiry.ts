// When an idle connection has been kept long enough: a pure function of times.

/** An idle connection's times, in ms. */
export interface IdleTimes {
  /** By the monotonic clock. */
  readonly idleSince: number;
  /** By the time of day, which goes on while the machine is suspended: then the monotonic clock alone would lie. */
  readonly idleSinceWall: number;
  readonly keepFor: number;
}

/** Whether it must not be used any more. A time of day that was set back makes nothing younger. */
export function isExpired(times: IdleTimes, now: number, wallNow: number): boolean {
  return now - times.idleSince >= times.keepFor || wallNow - times.idleSinceWall >= times.keepFor;
}
