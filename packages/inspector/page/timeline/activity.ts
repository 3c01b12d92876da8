// When the requests of each origin began, for its heat strip: one ascending list for each, so that the count between two
// times is found by halving.

import type { Bars } from '../../src/model/bars.ts';
import type { OriginTrace } from '../../src/model/origin-trace.ts';
import { firstWhere } from './lane-layout.ts';

export class Activity {
  readonly #bars: Bars;
  readonly #begun = new Map<OriginTrace, number[]>();
  #next = 0;

  constructor(bars: Bars) {
    this.#bars = bars;
  }

  /** Takes in what has begun since. */
  update(): void {
    const bars = this.#bars;
    for (let id = Math.max(this.#next, bars.first); id < bars.next; id++) {
      const slot = bars.slotOf(id);
      const origin = bars.lane[slot]?.origin;
      if (origin === undefined) continue;
      const begun = this.#begun.get(origin);
      if (begun === undefined) this.#begun.set(origin, [bars.from[slot] ?? 0]);
      else begun.push(bars.from[slot] ?? 0);
    }
    this.#next = bars.next;
    this.#forget();
  }

  /** Requests begun in each of the columns into which a span of time is cut. */
  columns(origin: OriginTrace, from: number, to: number, columns: number): number[] {
    return countColumns(this.#begun.get(origin) ?? [], from, to, columns);
  }

  /** What the model has forgotten long ago is forgotten here as well. */
  #forget(): void {
    const bars = this.#bars;
    const oldest = bars.first === 0 ? Number.NEGATIVE_INFINITY : (bars.from[bars.slotOf(bars.first)] ?? 0);
    for (const [origin, begun] of this.#begun) {
      const gone = firstWhere(begun.length, (i) => (begun[i] ?? 0) >= oldest);
      if (gone > 4096 && gone * 2 > begun.length) begun.splice(0, gone);
      if (begun.length === 0) this.#begun.delete(origin);
    }
  }
}

/** How many of ascending times fall into each of the columns of a span. */
export function countColumns(times: readonly number[], from: number, to: number, columns: number): number[] {
  const counts: number[] = [];
  const step = (to - from) / columns;
  let before = firstWhere(times.length, (i) => (times[i] ?? 0) >= from);
  for (let column = 1; column <= columns; column++) {
    const end = from + column * step;
    const after = firstWhere(times.length, (i) => (times[i] ?? 0) >= end);
    counts.push(after - before);
    before = after;
  }
  return counts;
}
