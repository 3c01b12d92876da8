import { checkFault, DIAL_FAULTS, type DialFault } from './mock-fault.ts';
import type { Sequence } from './sequence.ts';
import type { CompiledURL } from './url-pattern.ts';

/** What the server knows of a rule for connections. */
export interface DialRecord {
  readonly pattern: CompiledURL;
  readonly steps: Sequence<DialFault | 'accept'>;
}

/**
 * What becomes of the connections to an origin, each in turn: only in process, since a server that listens cannot refuse.
 * When it is used up, they are opened.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { MockServer } from 'urlpool-testing';
 *
 * const mock = new MockServer();
 * mock.dial('https://api.example').fault('refused');
 * const http = mock.manager({ retries: false });
 * await assert.rejects(http.request('GET', 'https://api.example/'), { code: 'ERR_CONNECTION_REFUSED' });
 * await mock.close();
 * ```
 */
export class MockDial {
  readonly #record: DialRecord;

  /** Made by the server. */
  constructor(record: DialRecord) {
    this.#record = record;
  }

  /** Does not open it. @throws {TypeError} for what is no fault. */
  fault(fault: DialFault): this {
    checkFault(fault, DIAL_FAULTS);
    this.#record.steps.add(fault);
    return this;
  }

  /** Opens it. */
  accept(): this {
    this.#record.steps.add('accept');
    return this;
  }

  /** The last is for so many connections. */
  times(count: number): this {
    this.#record.steps.repeat(count);
    return this;
  }

  /** The last is for every further connection. */
  persist(): this {
    return this.times(Number.POSITIVE_INFINITY);
  }
}
