// The bytes of one connection that have come and were not read yet. It hands them out in exact amounts, to one reader
// at a time, and knows no sockets: the wire pushes, and says when no more will come. What came before the end can
// still be read after it.

import type { ClosedBy } from './connection-closed-error.ts';
import { MAX_UNREAD } from './limits.ts';
import { MalformedRequestError } from './malformed-request-error.ts';
import type { ByteSource } from './request-reader.ts';

const LF = 0x0a;
const NOTHING = Buffer.alloc(0);

/** Thrown by a take that the end of the bytes cut short. */
export class InboxEndedError extends Error {
  override name = 'InboxEndedError';
  readonly by: ClosedBy;

  constructor(by: ClosedBy) {
    super(`No more bytes will come (${by})`);
    this.by = by;
  }
}

/** Received bytes, waiting to be read. */
export class Inbox implements ByteSource {
  #chunks: Buffer[] = [];
  #size = 0;
  /** How far from the front no LF was found, so that a line that comes byte by byte is scanned once. */
  #scanned = 0;
  #ended: ClosedBy | null = null;
  #discarding: boolean = false;
  #wake: (() => void) | null = null;

  /** Bytes that came and were not taken. */
  get size(): number {
    return this.#size;
  }

  /** Adds received bytes. Returns false when the limit is passed: the wire then resets the connection. */
  push(chunk: Buffer): boolean {
    if (this.#discarding) return true;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    this.#wake?.();
    return this.#size <= MAX_UNREAD;
  }

  /** No more bytes will come. Only the first call counts. */
  end(by: ClosedBy): void {
    this.#ended ??= by;
    this.#wake?.();
  }

  /** Drops what is here and what will come. */
  discard(): void {
    this.#discarding = true;
    this.#chunks = [];
    this.#size = 0;
    this.#scanned = 0;
  }

  async take(count: number): Promise<Buffer> {
    while (this.#size < count) await this.#more();
    return this.#remove(count);
  }

  async takeLine(limit: number): Promise<Buffer> {
    for (;;) {
      const unread = this.#joined();
      const end = unread.indexOf(LF, this.#scanned);
      const length = end < 0 ? unread.length : end + 1;
      if (length > limit) {
        throw new MalformedRequestError('the head is longer than this server allows', unread.toString('latin1', 0, 81));
      }
      if (end >= 0) return this.#remove(length);
      this.#scanned = unread.length;
      await this.#more();
    }
  }

  /** Whatever is here, at least one byte; null when the peer ended its side after the last of them. */
  async takeSome(): Promise<Buffer | null> {
    while (this.#size === 0) {
      if (this.#ended === 'fin') return null;
      await this.#more();
    }
    return this.#remove(this.#size);
  }

  #more(): Promise<void> {
    const by = this.#ended;
    if (by !== null) return Promise.reject(new InboxEndedError(by));
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null;
        resolve();
      };
    });
  }

  #remove(count: number): Buffer {
    const unread = this.#joined();
    this.#chunks = count < unread.length ? [unread.subarray(count)] : [];
    this.#size -= count;
    this.#scanned = 0;
    return unread.subarray(0, count);
  }

  #joined(): Buffer {
    const [first = NOTHING, second] = this.#chunks;
    if (second === undefined) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
