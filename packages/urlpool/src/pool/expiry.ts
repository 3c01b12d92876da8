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
  /** When its maximum age is reached, by the monotonic clock; Infinity for none. */
  readonly retireAt: number;
}

/** Why it must not be used any more; null if it may. A time of day that was set back makes nothing younger. */
export function expiry(times: IdleTimes, now: number, skewNow: number): 'idle-timeout' | 'max-age' | null {
  const time = now + Math.max(0, skewNow - times.skew);
  if (time >= times.retireAt) return 'max-age';
  return time >= times.idleSince + times.keepFor ? 'idle-timeout' : null;
}

/** When it expires by the monotonic clock, if the machine is not suspended before. */
export function expiresAt(times: IdleTimes): number {
  return Math.min(times.idleSince + times.keepFor, times.retireAt);
}

/** Maximum ages are spread by up to a tenth, so that connections opened together do not all close together. */
const JITTER = 0.1;

/** When a connection opened at `openedAt` is retired; `random` is from 0 to 1. */
export function retirement(openedAt: number, maxAge: number, random: number): number {
  return openedAt + maxAge + maxAge * JITTER * (2 * random - 1);
}
