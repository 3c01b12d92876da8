// A body that its consumer takes as it comes, and what the response asks of the call behind it. Nothing here leads to the
// response: one that its user forgets is to be garbage-collected.

import type { HTTPError } from '../errors/http-error.ts';
import type { Fields } from '../message/fields.ts';
import { BodyQueue } from '../response/body-queue.ts';
import type { DecodableCoding } from '../response/decoding/content-codings.ts';
import { DecodedBody } from '../response/decoding/decoded-body.ts';
import type { DecodedOf } from '../response/decoding/decoding-error.ts';
import type { BodyControl } from '../response/streamed-response.ts';
import type { BodyDestination } from './body-destination.ts';
import type { Discard } from './discard.ts';

/** The call whose response is streamed. */
export interface StreamingCall {
  /** Whether the body has come to its end, or will not come. */
  readonly isDone: boolean;
  readonly maxBodyBytes: number;
  /** Has the connection read on. */
  resume(): void;
  /** Begins to discard the rest of a body of which so many bytes have come. */
  discardAfter(bytes: number): Discard;
  /** What those are told who still read a body that was disposed of. */
  disposedError(): HTTPError;
  /** The response was garbage-collected before its body had come. */
  onForgotten(): void;
}

/** What undoes the codings, if there are any. */
export interface StreamCodings {
  readonly codings: readonly DecodableCoding[];
  readonly of: DecodedOf;
  readonly signal: AbortSignal | null;
}

export class StreamedBody implements BodyDestination, BodyControl {
  readonly queue: BodyQueue;
  /** The body without its codings; null where it has none that are undone. */
  readonly decoded: DecodedBody | null;
  readonly #call: StreamingCall;
  #bytes = 0;
  /** Once nobody wants the rest. */
  #discard: Discard | null = null;
  /** Resolves when a response that was disposed of has let its connection go. */
  #released: { readonly promise: Promise<void>; resolve(): void } | null = null;

  constructor(call: StreamingCall, { codings, of, signal }: StreamCodings) {
    this.#call = call;
    this.queue = new BodyQueue(() => call.resume());
    this.decoded = codings.length === 0 ? null : new DecodedBody(this.queue, codings, { of, signal });
  }

  // As a destination.

  push(view: Uint8Array): boolean {
    if (this.#discard !== null) return this.#discard.push(view);
    this.#bytes += view.length;
    return this.queue.push(view);
  }

  memory(): Buffer | null {
    return this.#discard === null ? this.queue.memory() : null;
  }

  /** All of it has come. */
  complete(trailers: Fields): void {
    this.queue.finish({ is: 'complete', trailers });
  }

  end(reason: unknown): void {
    this.#discard?.end();
    if (this.queue.end?.is !== 'complete') {
      this.queue.finish({ is: 'failed', reason });
      this.decoded?.fail(reason);
    }
    this.#released?.resolve();
  }

  // As what controls it for the response.

  get maxBodyBytes(): number {
    return this.#call.maxBodyBytes;
  }

  dispose(): Promise<void> {
    this.decoded?.fail(this.#call.disposedError());
    if (this.#call.isDone) return Promise.resolve();
    if (this.#released !== null) return this.#released.promise;
    let resolve = (): void => {};
    const promise = new Promise<void>((settle) => {
      resolve = settle;
    });
    this.#released = { promise, resolve };
    this.queue.clear();
    this.queue.finish({ is: 'failed', reason: this.#call.disposedError() });
    this.#discard = this.#call.discardAfter(this.#bytes);
    this.#call.resume();
    return promise;
  }

  abandoned(): void {
    this.decoded?.close();
    if (this.#call.isDone) return;
    this.#call.onForgotten();
    void this.dispose();
  }
}
