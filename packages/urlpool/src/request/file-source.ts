// A file of the disk as the source of a part. It is opened when its first piece is wanted and closed on every path: at its
// end, after an error, and when it is let go, be it while it opens or reads. Its size was told before the first byte was
// sent, so a file that has another size now, or gets one while it is read, is an error.

import type { FileHandle } from 'node:fs/promises';
import { RequestError } from '../errors/request-error.ts';
import type { BodySource } from './body-source.ts';
import { LengthMismatch } from './length-mismatch.ts';

/** What is read at a time; two of these are held, since the next one is read while the last is sent. */
const BLOCK_BYTES = 128 * 1024;

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** A file's path as text: a file URL is one too. */
export function pathText(path: string | URL): string {
  return typeof path === 'string' ? path : process.getBuiltinModule('node:url').fileURLToPath(path);
}

/**
 * The size of a file, in bytes.
 *
 * @param what Whose file it is, e.g. `the field "a"`.
 * @throws {RequestError} `ERR_INVALID_BODY` where there is none, or it is no regular file.
 */
export function fileSize(path: string, what: string): number {
  let stats: import('node:fs').Stats;
  try {
    stats = process.getBuiltinModule('node:fs').statSync(path);
  } catch (cause) {
    throw unusable(what, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (stats.isFile()) return stats.size;
  const kind = stats.isDirectory()
    ? 'a directory'
    : 'no regular file, so that its size is not known: give it as stream';
  throw unusable(what, `${path} is ${kind}`);
}

/** Reads a file of `size` bytes. */
export class FileSource implements BodySource {
  readonly #path: string;
  readonly #size: number;
  #handle: FileHandle | null = null;
  #ahead: Promise<Uint8Array> | null = null;
  #at = 0;
  #released = false;

  constructor(path: string, size: number) {
    this.#path = path;
    this.#size = size;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#released) return DONE;
    const handle = this.#handle ?? (await this.#open());
    if (handle === null) return DONE;
    const block = await (this.#ahead ?? this.#read(handle));
    this.#ahead = null;
    if (this.#released) return DONE;
    this.#at += block.byteLength;
    if (this.#at > this.#size) throw new LengthMismatch(`the file ${this.#path} has grown: it had ${this.#size} bytes`);
    if (block.byteLength > 0) {
      this.#readAhead(handle);
      return { done: false, value: block };
    }
    if (this.#at < this.#size) {
      throw new LengthMismatch(`the file ${this.#path} ended after ${this.#at} of the ${this.#size} bytes it had`);
    }
    this.release();
    return DONE;
  }

  /** Closing waits for a read under way. */
  release(): void {
    this.#released = true;
    const handle = this.#handle;
    this.#handle = null;
    handle?.close().catch(() => {});
  }

  /** Null if it was let go meanwhile. */
  async #open(): Promise<FileHandle | null> {
    const handle = await process.getBuiltinModule('node:fs').promises.open(this.#path, 'r');
    this.#handle = handle;
    if (this.#released) {
      this.release();
      return null;
    }
    const { size } = await handle.stat();
    if (this.#released) return null;
    if (size !== this.#size) {
      throw new LengthMismatch(`the file ${this.#path} has ${size} bytes now, it had ${this.#size}`);
    }
    return handle;
  }

  #readAhead(handle: FileHandle): void {
    const ahead = this.#read(handle);
    ahead.catch(() => {}); // told when it is waited for, if it ever is
    this.#ahead = ahead;
  }

  /** At the end one byte more is asked for: there must be none. */
  async #read(handle: FileHandle): Promise<Uint8Array> {
    const wanted = Math.min(BLOCK_BYTES, Math.max(1, this.#size - this.#at));
    const block = Buffer.allocUnsafeSlow(wanted);
    const { bytesRead } = await handle.read(block, 0, wanted, this.#at);
    return bytesRead === wanted ? block : block.subarray(0, bytesRead);
  }
}

function unusable(what: string, why: string, cause?: unknown): RequestError {
  const details = { code: 'ERR_INVALID_BODY', phase: 'request' } as const;
  return new RequestError(
    `Cannot send the file of ${what}: ${why}`,
    cause === undefined ? details : { ...details, cause },
  );
}
