// Decodes a small body at once: zlib's functions that do it in one go cost a fraction of what its streams do. The thread
// stands still meanwhile, so what can take long is left to them. Measured on one core of an Intel Xeon: 512 KiB of the text
// that is slowest to decode take 2.3 ms by gzip and 2 by Brotli, 100 KB of JSON 0.1 ms; a body that was made to be slow, of
// nothing but the tables of empty blocks, takes 64 µs per KiB of input, so 4 ms for the largest.

import { codeOf } from '../code-of.ts';
import { CodingFault, faultOf } from './coding-fault.ts';
import type { DecodableCoding } from './content-codings.ts';
import { deflateFormat } from './deflate-format.ts';
import * as gzip from './gzip-header.ts';
import { checkGzipTrailer, GZIP_TRAILER_BYTES } from './gzip-trailer.ts';
import { readsAsZlib } from './reads-as-zlib.ts';
import { type ZlibFormat, ZSTD_WINDOW_LOG } from './zlib-engine.ts';
import * as zstd from './zstd-frame.ts';

/** What is taken in and given out at once, at most; several codings share it. */
export const NOW_INPUT_BYTES: number = 64 * 1024;
export const NOW_OUTPUT_BYTES: number = 512 * 1024;

/** Members of gzip or frames of Zstandard: each costs some microseconds of its own. */
const NOW_PARTS = 32;

/** What zlib begins with for output of unknown length: so many times the input. */
const USUAL_GROWTH = 6;
const LEAST_CHUNK_BYTES = 1024;

/** What deflate makes of a byte, at most (RFC 1951: 258 bytes take two bits). */
const GREATEST_GROWTH = 1032;

/** A part of the result and how many bytes of input it was. */
interface Inflated {
  readonly buffer: Buffer;
  readonly used: number;
}

interface ZlibOptions {
  readonly info: true;
  readonly maxOutputLength: number;
  readonly chunkSize: number;
}

/** What zlib's functions give with `info`. */
interface InfoResult {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** Zstandard, which `@types/node` of Node 20 does not know. */
interface ZstdModule {
  zstdDecompressSync(input: Buffer, options: object): unknown;
  readonly constants: { readonly ZSTD_d_windowLogMax: number };
}

/** More would come of it than there is room for. */
class TooLarge extends Error {}

/** It takes longer than may be taken at once. */
class TooSlow extends Error {}

/**
 * The body without its codings; `too-slow` where that is to be done off the thread, `too-long` where it has more than `most`
 * bytes.
 *
 * @throws {CodingFault}
 */
export function decodeNow(
  data: Buffer,
  codings: readonly DecodableCoding[],
  most: number,
): Buffer | 'too-slow' | 'too-long' {
  const output = NOW_OUTPUT_BYTES / codings.length;
  let body = data;
  let isLast = false;
  try {
    for (let i = 0; i < codings.length; i++) {
      const coding = codings[i];
      isLast = i === codings.length - 1;
      if (body.length > NOW_INPUT_BYTES / codings.length) return 'too-slow';
      if (coding !== undefined && body.length > 0)
        body = undone(coding, body, isLast ? Math.min(output, most) : output);
    }
  } catch (error) {
    if (error instanceof TooLarge) return isLast && most < output ? 'too-long' : 'too-slow';
    if (error instanceof TooSlow) return 'too-slow';
    throw error;
  }
  return body.length > most ? 'too-long' : compact(body);
}

function undone(coding: DecodableCoding, input: Buffer, room: number): Buffer {
  switch (coding) {
    case 'gzip':
      return joined(input, room, gunzipped, (rest) => gzip.beginsMember(rest.subarray(0, gzip.MAGIC_BYTES)));
    case 'zstd':
      return joined(input, room, unframed, (rest) => zstd.beginsFrame(rest.subarray(0, zstd.MAGIC_BYTES)));
    case 'deflate':
      return inflated(coding, deflateFormat(input) ?? (readsAsZlib(input) ? 'zlib' : 'raw'), input, { room }).buffer;
    case 'br':
      return inflated(coding, 'br', input, { room }).buffer;
  }
}

/** The parts of the input, one after another, and together; what follows the last one is passed over. */
function joined(
  input: Buffer,
  room: number,
  undo: (rest: Buffer, room: number) => Inflated,
  follows: (rest: Buffer) => boolean,
): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  let rest = input;
  do {
    if (parts.length === NOW_PARTS) throw new TooSlow();
    const { buffer, used } = undo(rest, room - length);
    parts.push(buffer);
    length += buffer.length;
    rest = rest.subarray(used);
  } while (follows(rest));
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts, length);
}

/** One member. The last bytes of the input are its length, unless more members or other bytes follow. */
function gunzipped(input: Buffer, room: number): Inflated {
  const { crc32 } = process.getBuiltinModule('node:zlib');
  const header = new gzip.GzipHeader(crc32);
  const begin = header.read(input);
  if (begin === null) throw new CodingFault('gzip', 'false', 'it has no gzip header');
  if (!header.done) throw new CodingFault('gzip', 'cut', 'its header has no end');
  const said = input.length < GZIP_TRAILER_BYTES ? 0 : input.readUInt32LE(input.length - 4);
  const { buffer, used } = inflated('gzip', 'raw', input.subarray(begin), { room, said });
  const end = begin + used;
  checkGzipTrailer(input.subarray(end, end + GZIP_TRAILER_BYTES), crc32(buffer), buffer.length);
  return { buffer, used: end + GZIP_TRAILER_BYTES };
}

/** One frame. */
function unframed(input: Buffer, room: number): Inflated {
  const frame = new zstd.ZstdFrame();
  const used = frame.read(input);
  if (used === null) throw new CodingFault('zstd', 'false', 'it has no Zstandard frame');
  const buffer = frame.skippable ? Buffer.alloc(0) : inflated('zstd', 'zstd', input.subarray(0, used), { room }).buffer;
  // Only now: false data may look as if they had no end.
  if (!frame.done) throw new CodingFault('zstd', 'cut', 'its frame has no end');
  if (!frame.holds(buffer.length)) throw new CodingFault('zstd', 'false', 'its length is another');
  return { buffer, used };
}

/** @param sizes How much may come of it, and how much is said to come, in bytes; 0 where nothing is said. */
function inflated(
  coding: DecodableCoding,
  format: ZlibFormat,
  input: Buffer,
  { room, said = 0 }: { readonly room: number; readonly said?: number },
): Inflated {
  const most = Math.max(1, Math.floor(room)); // zlib takes no 0
  // More than this is no length: other bytes follow the member.
  const isLikely = said > 0 && said <= input.length * GREATEST_GROWTH;
  if (isLikely && said > NOW_OUTPUT_BYTES) throw new TooSlow();
  const guess = isLikely ? said : Math.max(LEAST_CHUNK_BYTES, input.length * USUAL_GROWTH);
  const options: ZlibOptions = {
    info: true,
    maxOutputLength: most,
    // One more, so that a full chunk is not followed by an empty one.
    chunkSize: Math.max(LEAST_CHUNK_BYTES, Math.min(guess, most) + 1),
  };
  try {
    const { buffer, engine } = inOneGo(format, input, options);
    return { buffer, used: engine.bytesWritten };
  } catch (error) {
    throw codeOf(error) === 'ERR_BUFFER_TOO_LARGE' ? new TooLarge() : faultOf(coding, error);
  }
}

function inOneGo(format: ZlibFormat, input: Buffer, options: ZlibOptions): InfoResult {
  const zlib = process.getBuiltinModule('node:zlib');
  switch (format) {
    case 'raw':
      return told(zlib.inflateRawSync(input, options));
    case 'zlib':
      return told(zlib.inflateSync(input, options));
    case 'br':
      return told(zlib.brotliDecompressSync(input, options));
    case 'zstd': {
      const { zstdDecompressSync, constants } = zlib as unknown as ZstdModule;
      const params = { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG };
      return told(zstdDecompressSync(input, { ...options, params }));
    }
  }
}

/** What zlib gives where it is asked for `info`. */
function told(result: unknown): InfoResult {
  return result as InfoResult;
}

/** A copy where the view would keep much more memory alive than it shows; not of what lies in the pool that all share. */
function compact(body: Buffer): Buffer {
  const kept = body.buffer.byteLength;
  return kept === Buffer.poolSize || kept - body.length <= body.length / 8 ? body : Buffer.from(body);
}
