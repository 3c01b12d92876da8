// Look-ups that a test answers one by one: it decides when each dial of a pool goes on, and how it ends.

import type { LookupFunction } from 'urlpool';

type Answer = Parameters<LookupFunction>[2];

const LOOPBACK = [{ address: '127.0.0.1', family: 4 }];

export class HeldLookup {
  /** What the pool is made for: a name, so that it must be looked up. */
  readonly host = 'name.test';
  readonly #answers: Answer[] = [];
  readonly #free: number;

  /** @param free How many of the first are answered at once. */
  constructor(free: number = 0) {
    this.#free = free;
  }

  /** Look-ups so far: one for each dial. */
  get asked(): number {
    return this.#answers.length;
  }

  /** The option of a pool. */
  readonly lookup: LookupFunction = (_host, _options, answer) => {
    this.#answers.push(answer);
    if (this.asked <= this.#free) answer(null, LOOPBACK);
  };

  /** Lets a dial connect, by its index. */
  answer(index: number): void {
    this.#at(index)(null, LOOPBACK);
  }

  /** Lets every dial connect that was started so far. */
  answerAll(): void {
    for (const answer of this.#answers) answer(null, LOOPBACK);
  }

  /** Lets a dial fail with a NameResolutionError. */
  fail(index: number): void {
    this.#at(index)(new Error('no such name'), []);
  }

  #at(index: number): Answer {
    const answer = this.#answers[index];
    if (answer === undefined) throw new Error(`Look-up ${index} was not asked for, only ${this.asked} were`);
    return answer;
  }
}
