// A stream that was given for a body, or for a part of one: it can be read once. Whether it was is what decides whether the
// body can be sent again; a stream that was read is never sent again as an empty one.

import { RequestError } from '../errors/request-error.ts';
import type { BodyStream } from './body-input.ts';
import { type BodySource, ignoreErrorsUntilRead, openSource, releaseStream, wasRead } from './body-source.ts';

export class GivenStream {
  readonly #stream: BodyStream & object;
  #taken = false;

  /**
   * @param what Its name in the error, e.g. `the body`.
   * @throws {RequestError} `ERR_BODY_CONSUMED` for one that was read before.
   */
  constructor(stream: BodyStream & object, what: string) {
    ignoreErrorsUntilRead(stream);
    this.#stream = stream;
    if (!wasRead(stream)) return;
    const message = `Cannot send ${what}: its stream was read before; give a new one, or a function that makes one`;
    throw new RequestError(message, { code: 'ERR_BODY_CONSUMED', phase: 'request' });
  }

  /** Whether it was opened or let go. */
  get taken(): boolean {
    return this.#taken;
  }

  /** Begins to read it, once. */
  open(): BodySource {
    if (this.#taken) throw new Error('it was a stream, and was read before');
    this.#taken = true;
    return openSource(this.#stream);
  }

  /** Frees it if it was never opened. */
  release(): void {
    if (this.#taken) return;
    this.#taken = true;
    releaseStream(this.#stream);
  }
}
