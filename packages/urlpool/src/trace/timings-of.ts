// Where the time of a call went, from the times that were noted on the way. Binding is late: an attempt may have waited for
// a part of a dial only, or have had a connection that was opened long before for somebody else. So of the steps of
// opening its connection only what fell into its own waiting counts.

import type { Timings } from '../errors/timings.ts';
import { AttemptTimes } from './attempt-times.ts';
import type { OpeningStep, OpeningTimes } from './opening-times.ts';

/** An attempt, by the clock's `now()`. */
export interface AttemptSpan {
  /** When its call began. */
  readonly startedAt: number;
  /** When it began to want a connection. */
  readonly enteredAt: number;
  readonly endedAt: number;
  readonly attempt: number;
}

/** Of an attempt that had a connection, or never waited for one to be opened. */
export function timingsOf(span: AttemptSpan, times: AttemptTimes | null): Timings {
  const { startedAt, enteredAt, endedAt, attempt } = span;
  const beganAt = reached(times?.beganAt, endedAt);
  const sentAt = reached(times?.sentAt, endedAt);
  const headAt = reached(times?.headAt, endedAt);
  const reused = times !== null && times.served > 0;
  const opening = times?.opening ?? null;
  const lengthOf = (step: OpeningStep): number =>
    opening === null || reused ? 0 : opening.lengthOf(step, enteredAt, beganAt);
  const dns = lengthOf('dns');
  const connect = lengthOf('connect');
  const proxy = lengthOf('proxy');
  const tls = lengthOf('tls');
  return {
    queue: Math.max(0, beganAt - enteredAt - dns - connect - proxy - tls),
    dns,
    connect,
    proxy,
    tls,
    send: Math.max(0, Math.min(sentAt, headAt) - beganAt),
    wait: Math.max(0, headAt - Math.max(beganAt, Math.min(sentAt, headAt))),
    receive: endedAt - headAt,
    total: endedAt - startedAt,
    reused,
    connection: opening?.connection ?? null,
    addresses: opening?.addresses ?? [],
    attempt,
  };
}

/** What the timings of a failed opening were made of. */
const failed = new WeakMap<Timings, OpeningTimes>();

/** Of an opening that failed, for those who wait for it: as if it had been for one attempt alone. */
export function failedOpening(opening: OpeningTimes, endedAt: number): Timings {
  const { startedAt } = opening;
  const span = { startedAt, enteredAt: startedAt, endedAt, attempt: 1 };
  const timings = timingsOf(span, new AttemptTimes(opening, 0, 0));
  failed.set(timings, opening);
  return timings;
}

/** Of an attempt for which a connection could not be opened: it may have waited for a part of that only. */
export function refusedTimings(span: AttemptSpan, opening: Timings): Timings {
  const times = failed.get(opening);
  return timingsOf(span, times === undefined ? null : new AttemptTimes(times, 0, 0));
}

/** What was not reached is where the attempt ended. */
function reached(at: number | undefined, endedAt: number): number {
  return at === undefined || at < 0 ? endedAt : at;
}
