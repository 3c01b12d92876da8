// Reads the parts of a request from wherever bytes come from. Knows no sockets; line by line, so that a bare LF is an
// error at once and not a head that never ends.

import { type Field, parseField } from './field.ts';
import { MAX_CHUNK_LINE, MAX_HEAD, MAX_UNREAD } from './limits.ts';
import { MalformedRequestError } from './malformed-request-error.ts';
import { type BodyFraming, parseRequestHead, type RequestHead } from './request-head.ts';

/** Bytes in order. Both reject when the bytes end before the wanted ones are there. */
export interface ByteSource {
  /** The next `count` bytes. */
  take(count: number): Promise<Buffer>;
  /** The next bytes up to and with the next LF; rejects when there is none within `limit` bytes. */
  takeLine(limit: number): Promise<Buffer>;
}

/** A body with what it was made of: `raw` has the chunk framing, `body` has not. */
export interface ReceivedBody {
  readonly body: Buffer;
  readonly trailers: readonly Field[];
  readonly raw: Buffer;
}

/** RFC 9112 §7.1: hexadecimal digits, then extensions. Twelve digits stay within safe integers. */
const CHUNK_LINE = /^([0-9A-Fa-f]{1,12})(?:[\t ]*;[\t\x20-\x7e]*)?$/;
const NOTHING = Buffer.alloc(0);

/** Reads one head with the empty line at its end. */
export async function readRequestHead(source: ByteSource): Promise<{ head: RequestHead; raw: Buffer }> {
  const { lines, raw } = await readLines(source);
  return { head: parseRequestHead(lines), raw };
}

/** Reads the body that `framing` announces, with its trailers. */
export async function readRequestBody(source: ByteSource, framing: BodyFraming): Promise<ReceivedBody> {
  switch (framing.kind) {
    case 'none':
      return { body: NOTHING, trailers: [], raw: NOTHING };
    case 'length': {
      refuseBeyondLimit(framing.length);
      const body = await source.take(framing.length);
      return { body, trailers: [], raw: body };
    }
    case 'chunked':
      return await readChunked(source);
  }
}

async function readChunked(source: ByteSource): Promise<ReceivedBody> {
  const raw: Buffer[] = [];
  const body: Buffer[] = [];
  let total = 0;
  for (;;) {
    const line = await source.takeLine(MAX_CHUNK_LINE);
    raw.push(line);
    const text = withoutLineEnd(line);
    const digits = CHUNK_LINE.exec(text)?.[1];
    if (digits === undefined) throw new MalformedRequestError('a chunk has no size in hexadecimal', text);
    const size = Number.parseInt(digits, 16);
    if (size === 0) break;
    total += size;
    refuseBeyondLimit(total);
    const data = await source.take(size);
    const end = await source.take(2);
    if (end.toString('latin1') !== '\r\n') {
      throw new MalformedRequestError('a chunk is not followed by CRLF', end.toString('latin1'));
    }
    body.push(data);
    raw.push(data, end);
  }
  const trailers = await readLines(source);
  raw.push(trailers.raw);
  return { body: Buffer.concat(body), trailers: trailers.lines.map(parseField), raw: Buffer.concat(raw) };
}

/** Reads lines through the empty one that ends a head or a trailer section. */
async function readLines(source: ByteSource): Promise<{ lines: string[]; raw: Buffer }> {
  const lines: string[] = [];
  const raw: Buffer[] = [];
  let size = 0;
  for (;;) {
    const line = await source.takeLine(MAX_HEAD - size);
    raw.push(line);
    size += line.length;
    const text = withoutLineEnd(line);
    if (text === '') return { lines, raw: Buffer.concat(raw) };
    lines.push(text);
  }
}

function withoutLineEnd(line: Buffer): string {
  const text = line.toString('latin1');
  if (!text.endsWith('\r\n')) throw new MalformedRequestError('a line ends in LF alone', text);
  return text.slice(0, -2);
}

function refuseBeyondLimit(length: number): void {
  if (length > MAX_UNREAD) {
    throw new MalformedRequestError(
      `request() holds bodies of at most ${MAX_UNREAD} bytes; read longer ones with head() and read()`,
      String(length),
    );
  }
}
