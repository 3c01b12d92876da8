// How many waited for a connection, over time: the times at which that changed. Most requests are given a connection at
// once: such a wait is no change. Where there would be too many samples, two become one, with the greater depth.

/** A wait below this, in ms, leaves no sample: an idle connection was there. */
const AT_ONCE = 0.2;

const MOST_SAMPLES = 20_000;

export class QueueDepth {
  /** Ascending. */
  readonly at: number[] = [];
  /** How many waited from `at[i]` to `at[i + 1]`. */
  readonly depth: number[] = [];
  #now = 0;
  #greatest = 0;

  /** How many wait now. */
  get now(): number {
    return this.#now;
  }

  /** The greatest depth that stands in the samples. */
  get greatest(): number {
    return this.#greatest;
  }

  /** @param queued How many waited then, by the pool's own count: it knows also of those that were not seen to enter. */
  enter(at: number, queued: number): void {
    this.#put(at, Math.max(this.#now + 1, queued));
  }

  /** Who waits is not known any longer: events are missing, and those that were seen to enter may have left. */
  forget(at: number): void {
    if (this.#now > 0) this.#put(at, 0);
  }

  leave(at: number): void {
    this.#put(at, Math.max(0, this.#now - 1));
  }

  #put(at: number, depth: number): void {
    this.#now = depth;
    const last = this.at.length - 1;
    const before = last > 0 ? (this.depth[last - 1] ?? 0) : 0;
    if (last >= 0 && before === depth && at - (this.at[last] ?? 0) < AT_ONCE) {
      this.at.pop();
      this.depth.pop();
      return;
    }
    this.at.push(Math.max(at, this.at[last] ?? at));
    this.depth.push(depth);
    this.#greatest = Math.max(this.#greatest, depth);
    if (this.at.length > MOST_SAMPLES) this.#thin();
  }

  #thin(): void {
    const half = this.at.length >> 1;
    for (let i = 0; i < half; i++) {
      this.at[i] = this.at[2 * i] ?? 0;
      this.depth[i] = Math.max(this.depth[2 * i] ?? 0, this.depth[2 * i + 1] ?? 0);
    }
    this.at.length = half;
    this.depth.length = half;
    // What holds now begins a sample of its own.
    this.at.push(this.at[half - 1] ?? 0);
    this.depth.push(this.#now);
  }
}
