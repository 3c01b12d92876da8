// The dials that the events tell of, and what is known of whom a dial is for: one that is started while nobody else waits
// is the only waiter's, and fails with it.

import type { TraceEvent } from 'urlpool';
import type { Waiting, WaitingLine } from './waiting-line.ts';

type DialStart = Extract<TraceEvent, { type: 'dial-start' }>;
type DialEnd = Extract<TraceEvent, { type: 'dial-end' }>;

export class DialBook {
  started = 0;
  succeeded = 0;
  failed = 0;
  readonly #underWay = new Map<string, number>();
  /** Origins to which one was started in this turn of the event loop: others may be left for the next. */
  readonly #recent = new Set<string>();
  /** Whose a dial is, by its id. */
  readonly #owners = new Map<number, Waiting>();
  /** Who must have been told that its dial failed. */
  readonly #doomed = new Map<Waiting, WaitingLine>();

  /** Dials to an origin under way. */
  underWay(origin: string): number {
    return this.#underWay.get(origin) ?? 0;
  }

  start({ origin, connection }: DialStart, line: WaitingLine): void {
    this.started++;
    const [only, another] = line.all;
    if (this.underWay(origin) === 0 && only !== undefined && another === undefined) this.#owners.set(connection, only);
    this.#underWay.set(origin, this.underWay(origin) + 1);
    this.#recent.add(origin);
  }

  end({ origin, connection, error }: DialEnd, line: WaitingLine): void {
    this.#underWay.set(origin, this.underWay(origin) - 1);
    if (error === null) this.succeeded++;
    else this.failed++;
    const owner = this.#owners.get(connection);
    if (error !== null && owner !== undefined) this.#doomed.set(owner, line);
  }

  /** Whether dials to an origin may be due that are left for the next turn. */
  mayFollow(origin: string): boolean {
    return this.#recent.has(origin);
  }

  /** A turn of the event loop ends. */
  nextTurn(): void {
    this.#recent.clear();
  }

  /** What is wrong when everything has come to rest for a moment. */
  rest(): string[] {
    const forgotten = [...this.#doomed].filter(([owner, line]) => line.all.includes(owner));
    this.#doomed.clear();
    return forgotten.map(([{ call }]) => `call ${call} was not told that its dial failed`);
  }
}
