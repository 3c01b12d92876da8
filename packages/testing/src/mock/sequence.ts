// What a route does each time it is used: steps in order, each so many times. Whether it is used up follows from what was
// taken, and from nothing else.

interface Entry<Step> {
  readonly step: Step;
  times: number;
  taken: number;
}

/** Steps, to be taken one after the other. */
export class Sequence<Step> {
  readonly #entries: Entry<Step>[] = [];
  readonly #what: string;

  /** `what` names a step in errors. */
  constructor(what: string) {
    this.#what = what;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** How often a step was taken. */
  get taken(): number {
    return this.#entries.reduce((sum, { taken }) => sum + taken, 0);
  }

  /** How often one can still be taken: Infinity where the last is for always. */
  get left(): number {
    return this.#entries.reduce((sum, { times, taken }) => sum + times - taken, 0);
  }

  /** How often one must still be taken: of a step that is for always, once. */
  get pending(): number {
    return this.#entries.reduce((sum, { times, taken }) => {
      return sum + (times === Number.POSITIVE_INFINITY ? Number(taken === 0) : times - taken);
    }, 0);
  }

  /** @throws {TypeError} where none can follow, since the last is for always. */
  add(step: Step): void {
    if (this.#entries.at(-1)?.times === Number.POSITIVE_INFINITY) {
      throw new TypeError(`Cannot add a ${this.#what} after persist(): it would never be used`);
    }
    this.#entries.push({ step, times: 1, taken: 0 });
  }

  /** @throws {TypeError} without a step, or for what is no number of times. */
  repeat(times: number): void {
    const last = this.#entries.at(-1);
    if (last === undefined) throw new TypeError(`Cannot say how often before there is a ${this.#what}`);
    if (times !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(times) && times >= 1)) {
      throw new TypeError(`Cannot use ${String(times)} as times: give a whole number, 1 or more`);
    }
    last.times = times;
  }

  /** The next step; null where all are used up. */
  take(): Step | null {
    const entry = this.#entries.find(({ times, taken }) => taken < times);
    if (entry === undefined) return null;
    entry.taken += 1;
    return entry.step;
  }
}
