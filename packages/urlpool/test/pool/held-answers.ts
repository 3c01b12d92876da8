// A server that answers every request with its target, but one whose target begins with /held only when the test says so.

import type { Script } from 'urlpool-testing';
import { gate } from '../connection/served-pool.ts';

export class HeldAnswers {
  readonly #gates = new Map<string, ReturnType<typeof gate>>();

  readonly script: Script = async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      if (target.startsWith('/held')) await this.#gateOf(target).opened;
      await connection.respond({ body: target });
    }
  };

  /** Answers these, now or when they come. */
  release(...targets: readonly string[]): void {
    for (const target of targets) this.#gateOf(target).open();
  }

  #gateOf(target: string): ReturnType<typeof gate> {
    const known = this.#gates.get(target);
    if (known !== undefined) return known;
    const made = gate();
    this.#gates.set(target, made);
    return made;
  }
}
