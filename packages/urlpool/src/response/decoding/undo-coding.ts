// Undoes one coding of a body, piece by piece: what stands around the compressed data is read here, the data itself by
// zlib. Several members of gzip and several frames of Zstandard are one body (RFC 1952 §2.2, RFC 8878 §3.1); bytes after the
// last one belong to none and are passed over, as all peers do, but read, so that the connection can be kept. A body of
// nothing is nothing in every coding: servers send it.

import { CodingFault, faultOf } from './coding-fault.ts';
import type { DecodableCoding } from './content-codings.ts';
import { type DeflateFormat, deflateFormat, TELLING_BYTES, TRIED_BYTES } from './deflate-format.ts';
import * as gzip from './gzip-header.ts';
import { checkGzipTrailer, GZIP_TRAILER_BYTES } from './gzip-trailer.ts';
import { MemberCount } from './member-count.ts';
import type { PieceReader } from './piece-reader.ts';
import { readsAsZlib } from './reads-as-zlib.ts';
import type { ZlibEngine, ZlibFormat } from './zlib-engine.ts';
import * as zstd from './zstd-frame.ts';

/** Makes an engine, and knows it until it is closed. */
export type OpenEngine = (format: ZlibFormat) => ZlibEngine;

/**
 * The pieces without this coding, none longer than a step of an engine's.
 *
 * @throws {CodingFault} where they cannot be told.
 */
export async function* undoCoding(
  coding: DecodableCoding,
  input: PieceReader,
  open: OpenEngine,
): AsyncGenerator<Buffer, void> {
  if ((await input.look(1)).length > 0) {
    switch (coding) {
      case 'gzip':
        yield* undoGzip(input, open);
        break;
      case 'zstd':
        yield* undoZstd(input, open);
        break;
      case 'deflate':
        yield* inflated(coding, await formatOfDeflate(input), input, open);
        break;
      case 'br':
        yield* inflated(coding, 'br', input, open);
        break;
    }
  }
  await input.drain();
}

async function* undoGzip(input: PieceReader, open: OpenEngine): AsyncGenerator<Buffer, void> {
  const { crc32 } = process.getBuiltinModule('node:zlib');
  const members = new MemberCount('gzip');
  do {
    await readGzipHeader(input, new gzip.GzipHeader(crc32));
    let checksum = 0;
    let length = 0;
    for await (const piece of inflated('gzip', 'raw', input, open)) {
      checksum = crc32(piece, checksum);
      length = (length + piece.length) % 2 ** 32;
      yield piece;
    }
    const trailer = await input.look(GZIP_TRAILER_BYTES);
    checkGzipTrailer(trailer, checksum, length);
    members.add(length);
    input.putBack(trailer.subarray(GZIP_TRAILER_BYTES));
  } while (gzip.beginsMember(await input.look(gzip.MAGIC_BYTES)));
}

async function readGzipHeader(input: PieceReader, header: gzip.GzipHeader): Promise<void> {
  while (!header.done) {
    const piece = await input.take();
    if (piece === null) throw new CodingFault('gzip', 'cut', 'its header has no end');
    const used = header.read(piece);
    if (used === null) throw new CodingFault('gzip', 'false', 'it has no gzip header');
    input.putBack(piece.subarray(used));
  }
}

async function* undoZstd(input: PieceReader, open: OpenEngine): AsyncGenerator<Buffer, void> {
  const frames = new MemberCount('zstd');
  do {
    const waiting = await input.look(1);
    const skippable = zstd.skippableBytes(waiting);
    input.putBack(waiting.subarray(skippable));
    if (skippable > 0) continue;
    const frame = new zstd.ZstdFrame();
    let engine: ZlibEngine | null = null;
    let length = 0;
    try {
      while (!frame.done) {
        const piece = await input.take();
        if (piece === null) throw new CodingFault('zstd', 'cut', 'its frame has no end');
        const used = frame.read(piece);
        if (used === null) throw new CodingFault('zstd', 'false', 'it has no Zstandard frame');
        input.putBack(piece.subarray(used));
        if (frame.skippable) continue;
        engine ??= open('zstd');
        engine.give(piece.subarray(0, used));
        for (let step = await stepOf('zstd', engine); step instanceof Buffer; step = await stepOf('zstd', engine)) {
          length += step.length;
          yield step;
        }
      }
      if (!frame.holds(length)) throw new CodingFault('zstd', 'false', 'its length is another');
      if (engine !== null) frames.add(length);
    } finally {
      engine?.close();
    }
  } while (zstd.beginsFrame(await input.look(zstd.MAGIC_BYTES)));
}

async function formatOfDeflate(input: PieceReader): Promise<DeflateFormat> {
  const format = deflateFormat(await input.look(TELLING_BYTES));
  return format ?? (readsAsZlib(await input.look(TRIED_BYTES)) ? 'zlib' : 'raw');
}

/** The data that stand next, decoded; what follows them is left. */
async function* inflated(
  coding: DecodableCoding,
  format: ZlibFormat,
  input: PieceReader,
  open: OpenEngine,
): AsyncGenerator<Buffer, void> {
  const engine = open(format);
  try {
    let given: Buffer | null = null;
    for (;;) {
      const step = await stepOf(coding, engine);
      if (step === 'over') break;
      if (step !== 'hungry') yield step;
      else {
        given = await input.take();
        if (given === null) engine.finish();
        else engine.give(given);
      }
    }
    if (given !== null) input.putBack(given.subarray(given.length - engine.unused));
  } finally {
    engine.close();
  }
}

/** One step; zlib's errors become faults, anything else is not about the data. */
async function stepOf(coding: DecodableCoding, engine: ZlibEngine): ReturnType<ZlibEngine['step']> {
  try {
    return await engine.step();
  } catch (error) {
    throw engine.closed ? error : faultOf(coding, error);
  }
}
