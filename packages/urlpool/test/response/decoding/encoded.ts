// Encoded bodies, and every way to decode one: at once, and step by step from pieces of any size.

import zlib from 'node:zlib';
import { HTTPError } from 'urlpool';
import { hasZstd } from '../../../src/request/content-coding.ts';
import { CodingFault } from '../../../src/response/decoding/coding-fault.ts';
import type { DecodableCoding } from '../../../src/response/decoding/content-codings.ts';
import { decodeNow } from '../../../src/response/decoding/decode-now.ts';
import { DecodedBody } from '../../../src/response/decoding/decoded-body.ts';
import type { DecodedOf } from '../../../src/response/decoding/decoding-error.ts';
import type { PieceSource } from '../../../src/response/decoding/piece-reader.ts';

/** Zstandard, which `@types/node` of Node 20 does not know. */
interface ZstdModule {
  zstdCompressSync(bytes: Uint8Array, options?: object): Buffer;
  readonly constants: { readonly ZSTD_c_checksumFlag: number; readonly ZSTD_c_windowLog: number };
}

export const zstd: ZstdModule = zlib as unknown as ZstdModule;

/** The codings that this runtime can undo. */
export const CODINGS: readonly DecodableCoding[] = ['gzip', 'deflate', 'br', ...(hasZstd() ? (['zstd'] as const) : [])];

const QUICK = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } };

export function encoded(coding: DecodableCoding, bytes: Uint8Array): Buffer {
  switch (coding) {
    case 'gzip':
      return zlib.gzipSync(bytes);
    case 'deflate':
      return zlib.deflateSync(bytes);
    case 'br':
      return zlib.brotliCompressSync(bytes, QUICK);
    case 'zstd':
      return zstd.zstdCompressSync(bytes);
  }
}

export const OF: DecodedOf = { method: 'GET', url: 'http://h/a', attempt: 2, connection: null, history: [] };

/** The bytes cut after each. */
export function oneByOne(bytes: Buffer): Buffer[] {
  return Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
}

/** The bytes cut at positions; those outside them cut nothing. */
export function cutAt(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const inside = [...new Set(positions)].filter((at) => at > 0 && at < bytes.length).sort((a, b) => a - b);
  const cuts = [0, ...inside, bytes.length];
  return cuts.slice(1).map((end, i) => bytes.subarray(cuts[i], end));
}

/** Gives pieces, and counts those that were taken. */
export class Pieces implements PieceSource {
  taken = 0;
  readonly #pieces: readonly Buffer[];

  constructor(pieces: readonly Buffer[]) {
    this.#pieces = pieces;
  }

  async next(): Promise<Buffer | null> {
    return this.#pieces[this.taken++] ?? null;
  }
}

export function decodedBody(
  source: PieceSource,
  codings: readonly DecodableCoding[],
  signal: AbortSignal | null = null,
): DecodedBody {
  return new DecodedBody(source, codings, { of: OF, signal });
}

/** All pieces of a body. */
export async function allOf(body: PieceSource): Promise<Buffer[]> {
  const pieces: Buffer[] = [];
  for (let piece = await body.next(); piece !== null; piece = await body.next()) pieces.push(piece);
  return pieces;
}

/** What a fault of this kind is told as. */
const SENTENCES = [
  [/: it ends in the middle of its coding (\w+), after/, 'cut'],
  [/: it is not the (\w+) that its Content-Encoding says \(/, 'false'],
] as const;

/** What comes of it, or e.g. `cut gzip` where it cannot be told. */
export type Decoded = Buffer | string;

export function atOnce(bytes: Buffer, codings: readonly DecodableCoding[]): Decoded {
  try {
    return decodeNow(bytes, codings, Number.POSITIVE_INFINITY);
  } catch (error) {
    if (error instanceof CodingFault) return `${error.kind} ${error.coding}`;
    throw error;
  }
}

export async function inSteps(pieces: readonly Buffer[], codings: readonly DecodableCoding[]): Promise<Decoded> {
  try {
    return Buffer.concat(await allOf(decodedBody(new Pieces(pieces), codings)));
  } catch (error) {
    if (!(error instanceof HTTPError) || error.code !== 'ERR_DECODE') throw error;
    for (const [pattern, kind] of SENTENCES) {
      const [, coding] = pattern.exec(error.message) ?? [];
      if (coding !== undefined) return `${kind} ${coding}`;
    }
    throw error;
  }
}

/** A sequence of bytes that does not repeat soon, the same in every run. */
export function noise(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = state >>> 16;
  }
  return bytes;
}
