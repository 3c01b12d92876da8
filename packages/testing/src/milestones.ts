/** A list that only grows, whose items can be awaited by their index before they are there. */
export class Milestones<T> {
  readonly items: readonly T[];
  #items: T[] = [];
  #waiting: { readonly index: number; resolve(item: T): void; reject(error: Error): void }[] = [];
  #noun: string;
  #ended: boolean = false;

  /** `noun` names an item in errors. */
  constructor(noun: string) {
    this.#noun = noun;
    this.items = this.#items;
  }

  /** Adds an item, and lets go who waits for it. */
  push(item: T): void {
    const index = this.#items.push(item) - 1;
    const due = this.#waiting.filter((waiter) => waiter.index === index);
    this.#waiting = this.#waiting.filter((waiter) => waiter.index !== index);
    for (const waiter of due) waiter.resolve(item);
  }

  /** The item at `index`, counted from 0, once it is there. Rejects when `end()` comes first. */
  at(index: number): Promise<T> {
    const item = this.#items[index];
    if (item !== undefined) return Promise.resolve(item);
    const promise = new Promise<T>((resolve, reject) => {
      if (this.#ended) reject(this.#missing(index));
      else this.#waiting.push({ index, resolve, reject });
    });
    // One that nobody awaits any more must not end the process.
    promise.catch(() => {});
    return promise;
  }

  /** No more items will come. */
  end(): void {
    this.#ended = true;
    for (const { index, reject } of this.#waiting.splice(0)) reject(this.#missing(index));
  }

  #missing(index: number): Error {
    return new Error(`Cannot wait for ${this.#noun} ${index}: the server closed after ${this.#items.length} of them`);
  }
}
