// A body without its codings, as its consumer takes it: pulled through one decoder after another, each of which reads only
// when its output is wanted, so that the server is read no faster than that. Nothing of zlib is made before the first piece
// is asked for: a body that nobody reads is never decoded. Nothing here points at the response, which may be forgotten.

import { type Abortable, addAbortable, removeAbortable } from '../../util/abort-registry.ts';
import { CodingFault } from './coding-fault.ts';
import { type DecodableCoding, MAX_CODINGS } from './content-codings.ts';
import { decodeSmall } from './decode-small.ts';
import { type DecodedOf, decodingError, tooManyCodingsError } from './decoding-error.ts';
import { isTooMuch } from './inflation.ts';
import { PieceReader, type PieceSource } from './piece-reader.ts';
import { undoCoding } from './undo-coding.ts';
import { ZlibEngine, type ZlibFormat } from './zlib-engine.ts';

/** Whose body it is, and what ends its reading. */
export interface DecodedOptions {
  readonly of: DecodedOf;
  /** Aborts what is still to be decoded when the whole body has come; null where the call sees to it. */
  readonly signal: AbortSignal | null;
}

/** How it ended: with its last piece, with an error, or because nobody wants it any more. */
type End = { readonly is: 'complete' | 'closed' } | { readonly is: 'failed'; readonly reason: unknown };

export class DecodedBody implements PieceSource, Abortable {
  readonly #source: PieceSource;
  readonly #codings: readonly DecodableCoding[];
  readonly #options: DecodedOptions;
  readonly #engines = new Set<ZlibEngine>();
  #pieces: PieceSource | null = null;
  #end: End | null = null;
  /** Bytes of the body that have come, as it was sent. */
  #came = 0;
  #onPiece: ((piece: Uint8Array) => void) | null = null;

  /** @param codings What is to be undone, the last applied first. */
  constructor(source: PieceSource, codings: readonly DecodableCoding[], options: DecodedOptions) {
    this.#source = source;
    this.#codings = codings;
    this.#options = options;
  }

  /**
   * The next piece; null at the end. One at a time.
   *
   * @throws {DecodeError} `ERR_DECODE`
   * @throws {LimitError} for too many codings, or too much from too little.
   * @throws what the source ended with; the reason of the signal.
   */
  async next(): Promise<Buffer | null> {
    if (this.#end === null) {
      try {
        this.#pieces ??= this.#begin();
        const piece = await this.#pieces.next();
        if (piece !== null && this.#end === null) return piece;
        this.#finish({ is: 'complete' });
      } catch (error) {
        const reason = error instanceof CodingFault ? decodingError(error, this.#options.of, this.#came) : error;
        this.#finish({ is: 'failed', reason });
      }
    }
    if (this.#end?.is === 'failed') throw this.#end.reason;
    return null;
  }

  /**
   * All of it at once, where all that was sent is here; null where that takes too long, and where it fails, which `next()`
   * tells.
   *
   * @param most How many bytes it may have.
   */
  atOnce(sent: Buffer, most: number): Buffer | null {
    if (this.#pieces !== null || this.#end !== null) return null;
    try {
      const body = decodeSmall(sent, this.#codings, { of: this.#options.of, most });
      return typeof body === 'string' ? null : body;
    } catch {
      return null;
    }
  }

  /** Has each piece told that comes from here on, as it was sent. */
  watch(onPiece: (piece: Uint8Array) => void): void {
    this.#onPiece = onPiece;
  }

  /** Nobody wants the rest: what zlib holds is freed, now. */
  close(): void {
    this.#finish({ is: 'closed' });
  }

  /** It has no end: as `close()`, and whoever reads it is told why. */
  fail(reason: unknown): void {
    this.#finish({ is: 'failed', reason });
  }

  onAbort(): void {
    this.fail(this.#options.signal?.reason);
  }

  #begin(): PieceSource {
    const { of, signal } = this.#options;
    const count = this.#codings.length;
    if (count > MAX_CODINGS) throw tooManyCodingsError(count, of);
    signal?.throwIfAborted();
    if (signal !== null) addAbortable(signal, this);
    let source: PieceSource = { next: () => this.#nextOfSource() };
    for (const coding of this.#codings) source = this.#without(coding, source);
    return source;
  }

  async #nextOfSource(): Promise<Buffer | null> {
    const piece = await this.#source.next();
    if (piece === null) return null;
    this.#came += piece.length;
    this.#onPiece?.(piece);
    return piece;
  }

  /** The pieces without one coding. Each coding's growth counts: what is in between is work and memory too. */
  #without(coding: DecodableCoding, source: PieceSource): PieceSource {
    const pieces = undoCoding(coding, new PieceReader(source), (format) => this.#open(format));
    let length = 0;
    return {
      next: async () => {
        const { done, value } = await pieces.next();
        if (done) return null;
        length += value.length;
        if (isTooMuch(this.#came, length)) throw new CodingFault(coding, 'ratio', 'too much comes of too little');
        return value;
      },
    };
  }

  #open(format: ZlibFormat): ZlibEngine {
    const engine: ZlibEngine = new ZlibEngine(format, () => this.#engines.delete(engine));
    this.#engines.add(engine);
    if (this.#end !== null) engine.close();
    return engine;
  }

  #finish(end: End): void {
    if (this.#end !== null) return;
    this.#end = end;
    const { signal } = this.#options;
    if (signal !== null) removeAbortable(signal, this);
    for (const engine of this.#engines) engine.close();
    this.#pieces = null;
  }
}
