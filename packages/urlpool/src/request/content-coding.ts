// Content codings in which a body can be sent (RFC 9110 §8.4.1; Brotli by RFC 7932, Zstandard by RFC 8878). A body in
// memory that is small is compressed at once; any other while it is sent, a piece at a time.

import type { Transform } from 'node:stream';
import { invalidOption } from '../errors/invalid-option.ts';
import { pieceOf } from './body-input.ts';
import type { BodySource } from './body-source.ts';

/** `deflate` is the zlib format; `zstd` needs Node 22.15 or 23.8. */
export type ContentCoding = 'gzip' | 'deflate' | 'br' | 'zstd';

/** What each coding is done with. */
interface Coder {
  /** Compresses what is in memory. */
  once(bytes: Uint8Array): Uint8Array;
  /** Compresses what is written to it. */
  stream(): Transform;
}

/** Zstandard as Node has it since 22.15. */
interface ZstdModule {
  zstdCompressSync(bytes: Uint8Array): Uint8Array;
  createZstdCompress(options: { readonly chunkSize: number }): Transform;
}

const CODINGS: readonly string[] = ['gzip', 'deflate', 'br', 'zstd'];
const CHUNK_BYTES = 64 * 1024;

/** Brotli's best is some hundred times slower than this, for a tenth less: what servers use for what they make at once. */
const BROTLI_QUALITY = 4;

/**
 * Checks a `compress` option.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION` for what is none, or what this runtime cannot do.
 */
export function checkCoding(coding: ContentCoding): void {
  if (!CODINGS.includes(coding)) throw invalidOption('compress', coding, `give one of ${CODINGS.join(', ')}`);
  if (coding === 'zstd' && !hasZstd()) {
    throw invalidOption('compress', coding, 'this runtime has no Zstandard (Node 22.15 or later has); give br or gzip');
  }
}

/** Whether this runtime has Zstandard, both ways. Node says so in its versions, so that its zlib need not be loaded to know. */
export function hasZstd(): boolean {
  return process.versions.zstd !== undefined;
}

/** The bytes, compressed. */
export function compressed(bytes: Uint8Array, coding: ContentCoding): Uint8Array {
  return coderOf(coding).once(bytes);
}

/** Reads a source, compressed. It is let go with this. */
export class CompressedSource implements BodySource {
  readonly #source: BodySource;
  readonly #stream: Transform;
  readonly #pieces: AsyncIterator<unknown>;
  #begun = false;
  #released = false;

  constructor(source: BodySource, coding: ContentCoding) {
    this.#source = source;
    this.#stream = coderOf(coding).stream();
    this.#stream.on('error', () => {}); // told by the iterator, and by nobody after `release()`
    this.#pieces = this.#stream[Symbol.asyncIterator]();
  }

  next(): Promise<IteratorResult<unknown>> {
    if (!this.#begun) {
      this.#begun = true;
      void this.#feed();
    }
    return this.#pieces.next();
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#source.release();
    this.#stream.destroy();
  }

  async #feed(): Promise<void> {
    try {
      for (;;) {
        const step = await this.#source.next();
        if (this.#released) return;
        if (step.done === true) break;
        const piece = pieceOf(step.value);
        await new Promise<void>((resolve) => this.#stream.write(piece, () => resolve()));
      }
      this.#stream.end();
    } catch (cause) {
      this.#stream.destroy(cause instanceof Error ? cause : new Error(String(cause), { cause }));
    }
  }
}

function coderOf(coding: ContentCoding): Coder {
  const zlib = process.getBuiltinModule('node:zlib');
  const options = { chunkSize: CHUNK_BYTES };
  switch (coding) {
    case 'gzip':
      return { once: (bytes) => zlib.gzipSync(bytes), stream: () => zlib.createGzip(options) };
    case 'deflate':
      return { once: (bytes) => zlib.deflateSync(bytes), stream: () => zlib.createDeflate(options) };
    case 'br': {
      const params = { [zlib.constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
      return {
        once: (bytes) => zlib.brotliCompressSync(bytes, { params }),
        stream: () => zlib.createBrotliCompress({ ...options, params }),
      };
    }
    case 'zstd': {
      const zstd = zlib as unknown as ZstdModule;
      return { once: (bytes) => zstd.zstdCompressSync(bytes), stream: () => zstd.createZstdCompress(options) };
    }
  }
}
