// Sends a request's body over HTTP/1.1: in steps, so that progress shows and a stalled server is seen; chunked where
// the length is not known; and no faster than the transport takes it. The source is asked for the next piece only when
// the last one has left, and is let go when no more is wanted, even while it makes a piece.
//
// A body of known length is sent when its last byte is, not when its source says that it has ended: the response may be
// here before that. The source is still asked, since a longer one is a mistake to be told.

import { CHUNK_END, chunkHead, lastChunk } from '../http1/chunked-writer.ts';
import { type Fields, NO_FIELDS } from '../message/fields.ts';
import type { Transport } from '../message/transport.ts';
import { pieceOf } from '../request/body-input.ts';
import type { BodySource } from '../request/body-source.ts';
import { LengthMismatch } from '../request/length-mismatch.ts';
import type { RequestBody } from '../request/request-body.ts';

/** At most this much is handed to the transport before it is asked whether it has left. */
const STEP_BYTES = 128 * 1024;

/** Told how the upload goes. */
export interface UploadEvents {
  /** From here on it waits for the peer (`true`) or for the body's source (`false`). */
  onWait(forPeer: boolean): void;
  /** So many of the body's bytes have been handed to the transport. It may stop the upload. */
  onProgress(sent: number): void;
  /** The last byte has been handed to the transport. Once at most. */
  onSent(): void;
  /** The source threw or gave what is no chunk, or the body has another length than was promised. The last event. */
  onFailure(kind: 'source' | 'length', cause: Error): void;
}

/** One body on its way. */
export class BodyUpload {
  readonly #transport: Transport;
  readonly #body: RequestBody;
  readonly #trailers: (() => Fields) | null;
  readonly #events: UploadEvents;
  #source: BodySource | null = null;
  #sent = 0;
  #complete = false;
  #stopped = false;
  #drained: (() => void) | null = null;

  constructor(transport: Transport, body: RequestBody, trailers: (() => Fields) | null, events: UploadEvents) {
    this.#transport = transport;
    this.#body = body;
    this.#trailers = trailers;
    this.#events = events;
  }

  /** Begins; the head has been written. */
  start(): void {
    // Its own failures are events: nothing is left to reject.
    void this.#run();
  }

  /** The transport has sent all it was given. */
  onDrain(): void {
    const drained = this.#drained;
    this.#drained = null;
    drained?.();
  }

  /** Sends no more, and lets the source go. No event follows. */
  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#source?.release();
    this.onDrain();
  }

  async #run(): Promise<void> {
    try {
      this.#events.onWait(false);
      this.#source = await this.#body.open();
      if (this.#stopped) this.#source.release();
      this.#completeIfSent();
      while (!this.#stopped) {
        const next = await this.#source.next();
        if (this.#stopped) return;
        if (next.done) {
          this.#onSourceEnd();
          return;
        }
        await this.#send(pieceOf(next.value));
      }
    } catch (cause) {
      if (this.#stopped) return;
      this.stop();
      const error = cause instanceof Error ? cause : new Error(String(cause), { cause });
      this.#events.onFailure(error instanceof LengthMismatch ? 'length' : 'source', error);
    }
  }

  async #send(bytes: Uint8Array): Promise<void> {
    const { length } = this.#body;
    if (length !== null && this.#sent + bytes.byteLength > length) {
      throw new LengthMismatch(`it is longer than the ${length} bytes it was said to have`);
    }
    for (let at = 0; at < bytes.byteLength && !this.#stopped; at += STEP_BYTES) {
      const step = at === 0 && bytes.byteLength <= STEP_BYTES ? bytes : bytes.subarray(at, at + STEP_BYTES);
      this.#sent += step.byteLength;
      this.#events.onWait(true);
      const more = this.#write(step);
      this.#events.onProgress(this.#sent);
      this.#completeIfSent();
      if (!more && !this.#complete && !this.#stopped) await new Promise<void>((resolve) => (this.#drained = resolve));
    }
    if (!this.#stopped && !this.#complete) this.#events.onWait(false);
  }

  #write(step: Uint8Array): boolean {
    if (this.#body.length !== null) return this.#transport.write(step);
    this.#transport.cork();
    this.#transport.write(chunkHead(step.byteLength));
    this.#transport.write(step);
    const more = this.#transport.write(CHUNK_END);
    this.#transport.uncork();
    return more;
  }

  #onSourceEnd(): void {
    const { length } = this.#body;
    if (length === null) {
      this.#transport.write(lastChunk(this.#trailers === null ? NO_FIELDS : this.#trailers()));
      this.#events.onSent();
    } else if (this.#sent < length) {
      throw new LengthMismatch(`it ended after ${this.#sent} of the ${length} bytes it was said to have`);
    }
  }

  #completeIfSent(): void {
    if (this.#complete || this.#stopped || this.#sent !== this.#body.length) return;
    this.#complete = true;
    this.#events.onSent();
  }
}
