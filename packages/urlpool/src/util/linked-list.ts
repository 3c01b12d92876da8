// A doubly linked list whose links live in its members: joining, leaving from the middle and taking from either end are
// O(1) and allocate nothing. Waiters leave when they are cancelled, idle connections when their server closes.

/** What a member brings: the links, null while it is in no list. A member is in at most one list. */
export interface Linked<T> {
  previous: T | null;
  next: T | null;
  list: object | null;
}

/** A first-in first-out queue and a stack at once: `push` adds the newest at the end. */
export class LinkedList<T extends Linked<T>> {
  #first: T | null = null;
  #last: T | null = null;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): T | null {
    return this.#first;
  }

  get last(): T | null {
    return this.#last;
  }

  /** Adds a member at the end. */
  push(member: T): void {
    member.list = this;
    member.previous = this.#last;
    if (this.#last === null) this.#first = member;
    else this.#last.next = member;
    this.#last = member;
    this.#size++;
  }

  /** Adds a member at the beginning. */
  unshift(member: T): void {
    member.list = this;
    member.next = this.#first;
    if (this.#first === null) this.#last = member;
    else this.#first.previous = member;
    this.#first = member;
    this.#size++;
  }

  /** Takes the first member out. */
  shift(): T | null {
    const member = this.#first;
    if (member !== null) this.delete(member);
    return member;
  }

  /** Takes a member out, wherever it stands; false if it is not in this list. */
  delete(member: T): boolean {
    if (member.list !== this) return false;
    if (member.previous === null) this.#first = member.next;
    else member.previous.next = member.next;
    if (member.next === null) this.#last = member.previous;
    else member.next.previous = member.previous;
    member.previous = null;
    member.next = null;
    member.list = null;
    this.#size--;
    return true;
  }

  /** Takes all of them out. */
  clear(): void {
    for (const member of this) this.delete(member);
  }

  *[Symbol.iterator](): Generator<T> {
    let member = this.#first;
    while (member !== null) {
      const next: T | null = member.next;
      yield member;
      member = next;
    }
  }
}
