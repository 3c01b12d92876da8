// A binary heap: what is least comes out first. Adding and taking cost O(log n).

export class Heap<T> {
  readonly #members: T[] = [];
  readonly #key: (member: T) => number;

  /** @param key What members are compared by: it must not change while they are in the heap. */
  constructor(key: (member: T) => number) {
    this.#key = key;
  }

  get size(): number {
    return this.#members.length;
  }

  /** The least member, left where it is. */
  get first(): T | undefined {
    return this.#members[0];
  }

  add(member: T): void {
    const members = this.#members;
    const key = this.#key(member);
    let at = members.length;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = members[parentAt] as T;
      if (this.#key(parent) <= key) break;
      members[at] = parent;
      at = parentAt;
    }
    members[at] = member;
  }

  /** Takes the least member out. */
  take(): T | undefined {
    const members = this.#members;
    const first = members[0];
    const moved = members.pop();
    if (moved === undefined || members.length === 0) return first;
    const key = this.#key(moved);
    let at = 0;
    for (;;) {
      let childAt = 2 * at + 1;
      if (childAt >= members.length) break;
      const isRightLess =
        childAt + 1 < members.length && this.#key(members[childAt + 1] as T) < this.#key(members[childAt] as T);
      if (isRightLess) childAt++;
      const child = members[childAt] as T;
      if (this.#key(child) >= key) break;
      members[at] = child;
      at = childAt;
    }
    members[at] = moved;
    return first;
  }
}
