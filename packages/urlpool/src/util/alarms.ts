// Every deadline of one clock behind one timer. A request moves its connection's deadline several times and hardly ever
// reaches it, so moving one later only writes a number: the heap still holds the old time, and the entry is put right
// when that comes. Setting, moving and clearing cost O(1) in that case and O(log n) otherwise; nothing is allocated.
// An alarm is never early: the clock is read before it rings.

import type { Clock, Timer } from './clock.ts';
import { outside } from './context.ts';

const NOT_QUEUED = -1;

/** One deadline that can be set, moved and cleared any number of times. */
export class Alarm {
  /** When to ring, in the clock's `now()`; Infinity while it is off. */
  deadline: number = Number.POSITIVE_INFINITY;
  /** Where the heap believes the deadline to be: never later than it is. */
  due: number = Number.POSITIVE_INFINITY;
  index: number = NOT_QUEUED;
  readonly #alarms: Alarms;
  readonly ring: (late: number) => void;

  /** @param ring Told by how many ms it rings late: more than a few where the event loop was busy. */
  constructor(alarms: Alarms, ring: (late: number) => void) {
    this.#alarms = alarms;
    this.ring = ring;
  }

  /** Rings once at `deadline`, unless it is set again or cleared before. */
  set(deadline: number): void {
    this.deadline = deadline;
    if (deadline < this.due) this.#alarms.enqueue(this);
  }

  /** Turns it off, for an alarm that will be set again: the heap forgets it in its own time. */
  clear(): void {
    this.deadline = Number.POSITIVE_INFINITY;
  }

  /** Turns it off for good. */
  remove(): void {
    this.deadline = Number.POSITIVE_INFINITY;
    if (this.index !== NOT_QUEUED) this.#alarms.dequeue(this);
  }
}

/** The heap of one clock's alarms and the one timer behind them. */
export class Alarms {
  readonly clock: Clock;
  readonly #heap: Alarm[] = [];
  #timer: Timer | null = null;
  #timerAt: number = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Alarms in the heap, those cleared but not yet forgotten included. */
  get size(): number {
    return this.#heap.length;
  }

  /** Puts an alarm whose deadline moved earlier, or that is new, in its place. For Alarm only. */
  enqueue(alarm: Alarm): void {
    alarm.due = alarm.deadline;
    if (alarm.index === NOT_QUEUED) {
      alarm.index = this.#heap.length;
      this.#heap.push(alarm);
    }
    this.#siftUp(alarm);
    this.#arm();
  }

  /** Takes an alarm out. For Alarm only. */
  dequeue(alarm: Alarm): void {
    const { index } = alarm;
    const last = this.#heap.pop();
    alarm.index = NOT_QUEUED;
    alarm.due = Number.POSITIVE_INFINITY;
    if (last !== undefined && last !== alarm) {
      this.#heap[index] = last;
      last.index = index;
      this.#siftUp(last);
      this.#siftDown(last);
    }
    if (index > 0) return;
    this.#disarm();
    this.#arm();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || first.due >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = first.due;
    // The timer serves whoever comes: it must not hold on to the context of the one that happened to arm it.
    this.#timer = outside(() => this.clock.setTimer(first.due - this.clock.now(), this.#onTimer));
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  readonly #onTimer = (): void => {
    this.#timer = null;
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = this.clock.now();
    // All that is due is taken out before the first one rings: one that is set anew by ringing, even for a time that has
    // passed, waits for the next timer.
    const due: Alarm[] = [];
    for (let first = this.#heap[0]; first !== undefined && first.due <= now; first = this.#heap[0]) {
      if (first.deadline <= now) due.push(first);
      if (first.deadline > now && first.deadline !== Number.POSITIVE_INFINITY) {
        first.due = first.deadline;
        this.#siftDown(first);
      } else {
        this.dequeue(first);
      }
    }
    for (const alarm of due) {
      // An alarm that rang before it may have moved it or turned it off.
      if (alarm.deadline > now) continue;
      const late = now - alarm.deadline;
      alarm.deadline = Number.POSITIVE_INFINITY;
      alarm.ring(late);
    }
    this.#arm();
  };

  #siftUp(alarm: Alarm): void {
    const heap = this.#heap;
    let { index } = alarm;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || parent.due <= alarm.due) break;
      heap[index] = parent;
      parent.index = index;
      index = parentIndex;
    }
    heap[index] = alarm;
    alarm.index = index;
  }

  #siftDown(alarm: Alarm): void {
    const heap = this.#heap;
    let { index } = alarm;
    for (;;) {
      const left = heap[2 * index + 1];
      const right = heap[2 * index + 2];
      const child = right !== undefined && left !== undefined && right.due < left.due ? right : left;
      if (child === undefined || child.due >= alarm.due) break;
      const childIndex = child.index;
      heap[index] = child;
      child.index = index;
      index = childIndex;
    }
    heap[index] = alarm;
    alarm.index = index;
  }
}
