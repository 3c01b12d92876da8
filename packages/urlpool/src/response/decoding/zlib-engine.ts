// One of zlib's decoders, driven a step at a time: it works off the thread, never further than one step ahead of what is
// asked for, and its memory is freed when it is closed, whatever it is doing. It is Node's stream for the coding, of which
// nothing is used but what is documented; back-pressure holds it after each piece of output.

import type { Transform } from 'node:stream';

/** What is made of input at once, in bytes. */
export const STEP_BYTES: number = 64 * 1024;

/** The format that an engine reads, without what may stand around it. */
export type ZlibFormat = 'raw' | 'zlib' | 'br' | 'zstd';

/** The largest window of a frame, as a power of 2: what RFC 9659 §3 allows of the coding zstd, 8 MiB. */
export const ZSTD_WINDOW_LOG = 23;

/** What an engine has come to: output, the need of input, or the end of its data. */
export type EngineStep = Buffer | 'hungry' | 'over';

/** What Node's streams of zlib are, and `@types/node` of Node 20 does not know of Zstandard. */
type ZlibStream = Transform & { readonly bytesWritten: number };

interface ZstdModule {
  createZstdDecompress(options: object): ZlibStream;
  readonly constants: { readonly ZSTD_d_windowLogMax: number };
}

/** What a wait for an engine ends with where it is closed meanwhile. */
export class EngineClosed extends Error {}

export class ZlibEngine {
  readonly #stream: ZlibStream;
  #given = 0;
  #hungry = true;
  #over = false;
  #closed = false;
  #error: Error | null = null;
  #wake: (() => void) | null = null;
  readonly #onClose: () => void;

  constructor(format: ZlibFormat, onClose: () => void) {
    this.#onClose = onClose;
    this.#stream = streamOf(format);
    const wakeUp = (): void => this.#wakeUp();
    this.#stream.on('readable', wakeUp);
    this.#stream.on('end', () => {
      this.#over = true;
      wakeUp();
    });
    this.#stream.on('error', (error: Error) => {
      this.#error ??= error;
      wakeUp();
    });
  }

  /** Whether it was closed: what it tells then is not about its data. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Bytes that were given and not used: they come after the end of its data. */
  get unused(): number {
    return this.#given - this.#stream.bytesWritten;
  }

  /** More input; only when it is hungry. The bytes must stay as they are until it is hungry again. */
  give(input: Buffer): void {
    this.#given += input.length;
    this.#hungry = false;
    this.#stream.write(input, () => {
      this.#hungry = true;
      this.#wakeUp();
    });
  }

  /** There is no more input: what it still holds comes, and an error where its data has no end. */
  finish(): void {
    this.#hungry = false;
    this.#stream.end();
  }

  /**
   * Goes on until there is something to tell.
   *
   * @throws zlib's error for data that is none; `EngineClosed`.
   */
  async step(): Promise<EngineStep> {
    for (;;) {
      if (this.#closed) throw new EngineClosed();
      if (this.#error !== null) throw this.#error;
      const output: Buffer | null = this.#stream.read();
      if (output !== null) return output;
      if (this.#over) return 'over';
      // At the end of its data the stream ends by itself, a turn after its input was taken.
      if (this.#hungry && !this.#stream.readableEnded && this.unused === 0) return 'hungry';
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Frees it, now. Who waits for it gets an error. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stream.destroy();
    this.#onClose();
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

function streamOf(format: ZlibFormat): ZlibStream {
  const zlib = process.getBuiltinModule('node:zlib');
  const options = { chunkSize: STEP_BYTES, highWaterMark: STEP_BYTES };
  switch (format) {
    case 'raw':
      return zlib.createInflateRaw(options);
    case 'zlib':
      return zlib.createInflate(options);
    case 'br':
      return zlib.createBrotliDecompress(options);
    case 'zstd': {
      const { createZstdDecompress, constants } = zlib as unknown as ZstdModule;
      return createZstdDecompress({ ...options, params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } });
    }
  }
}
