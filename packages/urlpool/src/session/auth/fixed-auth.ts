import type { Auth } from './auth.ts';

/** Credentials that are the same for every attempt: nothing of the program's runs where they are asked for. */
export class FixedAuth implements Auth {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  authorize(): string {
    return this.#value;
  }
}
