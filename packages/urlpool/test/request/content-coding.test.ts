import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { BodyInput, ContentCoding } from 'urlpool';
import { bytesOf } from '../../src/request/body-input.ts';
import { RequestBody } from '../../src/request/request-body.ts';

const LARGE = Buffer.alloc(300_000, 'abcdefgh\n');

// coding, what undoes it
const CODINGS: (readonly [ContentCoding, (bytes: Buffer) => Buffer])[] = [
  ['gzip', gunzipSync],
  ['deflate', inflateSync],
  ['br', brotliDecompressSync],
];
if ('zstdDecompressSync' in zlib) CODINGS.push(['zstd', zlib.zstdDecompressSync as (bytes: Buffer) => Buffer]);

async function bytesOfBody(body: RequestBody): Promise<Buffer> {
  const source = await body.open();
  const pieces: Uint8Array[] = [];
  for (let step = await source.next(); step.done !== true; step = await source.next()) {
    pieces.push(bytesOf(step.value) ?? new Uint8Array(0));
  }
  return Buffer.concat(pieces);
}

// name, body, its bytes, state
const BODIES: readonly (readonly [string, () => BodyInput, Buffer, string])[] = [
  ['large bytes', () => LARGE, LARGE, 'replayable'],
  ['a stream', () => Readable.from([LARGE, '', 'ä']), Buffer.concat([LARGE, Buffer.from('ä')]), 'unread'],
  ['a function', () => () => [LARGE], LARGE, 'replayable'],
  ['a Blob', () => new Blob([LARGE]), LARGE, 'replayable'],
  ['an empty stream', () => Readable.from([]), Buffer.alloc(0), 'unread'],
];

for (const [coding, undo] of CODINGS) {
  test(`RequestBody.compressed() packs small bytes at once, as ${coding}`, () => {
    const body = RequestBody.from('a'.repeat(1000)).compressed(coding);
    assert.equal(body.length, body.bytes?.byteLength);
    assert.ok((body.length ?? 1000) < 100);
    assert.equal(undo(Buffer.from(body.bytes ?? [])).toString(), 'a'.repeat(1000));
  });

  for (const [name, makeInput, bytes, state] of BODIES) {
    test(`RequestBody.compressed() packs ${name} while it is read, as ${coding}`, async () => {
      const body = RequestBody.from(makeInput()).compressed(coding);
      assert.deepEqual([body.length, body.bytes, body.state], [null, null, state]);
      assert.ok(undo(await bytesOfBody(body)).equals(bytes));
      assert.equal(body.state, state === 'unread' ? 'consumed' : state);
      if (state === 'replayable') assert.ok(undo(await bytesOfBody(body)).equals(bytes));
    });
  }
}

test('RequestBody.compressed() passes on what its source fails with', async () => {
  const error = new Error('no more');
  async function* failing(): AsyncGenerator<string> {
    yield 'a';
    throw error;
  }
  await assert.rejects(bytesOfBody(RequestBody.from(failing()).compressed('gzip')), (thrown) => thrown === error);
});

test('RequestBody.compressed() refuses a piece that is none', async () => {
  const input: unknown = [5];
  const body = RequestBody.from(input as BodyInput).compressed('gzip');
  await assert.rejects(bytesOfBody(body), {
    name: 'TypeError',
    message: 'a body is made of strings and bytes, not of number',
  });
});

for (const begun of [false, true]) {
  test(`BodySource.release() frees the stream of a compressed body${begun ? ' that is being read' : ''}`, async () => {
    const stream = new Readable({ read() {} });
    stream.push('a');
    const source = await RequestBody.from(stream).compressed('gzip').open();
    if (begun) Promise.resolve(source.next()).catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    source.release();
    assert.equal(stream.destroyed, true);
  });
}
