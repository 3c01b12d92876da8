/** Latencies as they come, in 8 bytes each: a list of any length stays small. */
export class Latencies {
  #values = new Float64Array(16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(ms: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = ms;
  }

  /** All values of all lists, in ascending order. */
  static sorted(lists: Iterable<Latencies>): Float64Array {
    const all = [...lists];
    const values = new Float64Array(all.reduce((total, list) => total + list.#length, 0));
    let end = 0;
    for (const list of all) {
      values.set(list.#values.subarray(0, list.#length), end);
      end += list.#length;
    }
    return values.sort();
  }
}
