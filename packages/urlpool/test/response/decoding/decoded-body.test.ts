// A body decoded step by step: when zlib is used, how far it runs ahead, and when its memory is freed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeWhole, MemoryPieces } from '../../../src/response/decoding/decode-whole.ts';
import type { DecodedBody } from '../../../src/response/decoding/decoded-body.ts';
import { RATIO_FREE_BYTES } from '../../../src/response/decoding/inflation.ts';
import { STEP_BYTES } from '../../../src/response/decoding/zlib-engine.ts';
import { bomb } from './bomb.ts';
import { freed, watchDecoders } from './decoders.ts';
import { allOf, CODINGS, cutAt, decodedBody, encoded, noise, Pieces } from './encoded.ts';

const MIB = 1024 * 1024;

/** Pieces that come when they are sent. */
class Slow extends Pieces {
  #send: ((piece: Buffer | null) => void) | null = null;
  #fail: ((reason: unknown) => void) | null = null;

  constructor() {
    super([]);
  }

  override next(): Promise<Buffer | null> {
    return new Promise((resolve, reject) => {
      this.#send = resolve;
      this.#fail = reject;
    });
  }

  async send(piece: Buffer | null): Promise<void> {
    while (this.#send === null) await turn();
    const send = this.#send;
    this.#send = null;
    this.#fail = null;
    send(piece);
  }

  async fail(reason: unknown): Promise<void> {
    while (this.#fail === null) await turn();
    this.#fail(reason);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

for (const coding of CODINGS) {
  const text = Buffer.alloc(3 * MIB, 'hello hello world ');
  const body = encoded(coding, text);

  test(`DecodedBody gives ${coding} in steps of a bounded size`, async () => {
    const pieces = await allOf(decodedBody(new Pieces(cutAt(body, [10, 100, 1_000])), [coding]));
    assert.ok(Buffer.concat(pieces).equals(text));
    assert.ok(pieces.every(({ length }) => length > 0 && length <= STEP_BYTES));
  });

  test(`DecodedBody reads no further of ${coding} than it is asked for`, async () => {
    const source = new Pieces(
      cutAt(
        encoded(coding, noise(10 * STEP_BYTES)),
        Array.from({ length: 99 }, (_, i) => i * 8_192),
      ),
    );
    const decoded = decodedBody(source, [coding]);
    assert.equal(source.taken, 0);
    await decoded.next();
    const first = source.taken;
    await turn();
    assert.equal(source.taken, first);
    assert.ok(first * 8_192 <= 4 * STEP_BYTES, `${first}`);
    decoded.close();
  });

  test(`DecodedBody gives what it can of ${coding} before more comes`, async () => {
    const source = new Slow();
    const decoded = decodedBody(source, [coding]);
    const whole = encoded(coding, noise(200_000));
    const next = decoded.next();
    await source.send(whole.subarray(0, 150_000));
    assert.ok(((await next)?.length ?? 0) > 0);
    decoded.close();
  });

  test(`DecodedBody makes a decoder of zlib's for ${coding} when it is read, and frees it when it is closed`, async (t) => {
    const decoders = watchDecoders(t);
    const decoded = decodedBody(new Pieces([body]), [coding]);
    assert.deepEqual(freed(decoders), []);
    await decoded.next();
    assert.deepEqual(freed(decoders), [false]);
    decoded.close();
    assert.deepEqual(freed(decoders), [true]);
  });

  test(`DecodedBody frees its decoder for ${coding} at the end`, async (t) => {
    const decoders = watchDecoders(t);
    await allOf(decodedBody(new Pieces([body]), [coding]));
    assert.deepEqual(freed(decoders), [true]);
  });
}

/** Ways in which the reading of a body ends while zlib holds something. */
const ENDS: readonly (readonly [string, (body: DecodedBody, source: Slow) => Promise<void> | void])[] = [
  ['is closed', (body) => body.close()],
  ['fails', (body) => body.fail(new Error('stop'))],
  ['gets false data', (_body, source) => source.send(Buffer.alloc(100_000, 0xff))],
  ['has no end', (_body, source) => source.send(null)],
  ['loses its source', (_body, source) => source.fail(new Error('stop'))],
];

for (const [name, end] of ENDS) {
  test(`DecodedBody frees its decoders when it ${name} in the middle`, async (t) => {
    const decoders = watchDecoders(t);
    const source = new Slow();
    const decoded = decodedBody(source, ['br', 'gzip']);
    const first = decoded.next();
    await source.send(encoded('br', encoded('gzip', noise(50_000))).subarray(0, 30_000));
    await first;
    assert.deepEqual(freed(decoders), [false, false]);
    const ended = decoded.next().then(drained, () => {});
    await end(decoded, source);
    if (!['is closed', 'fails'].includes(name)) await ended;
    assert.deepEqual(freed(decoders), [true, true]);

    async function drained(): Promise<void> {
      await allOf(decoded).catch(() => {});
    }
  });
}

test('DecodedBody that is closed while it waits for zlib gives nothing more', async () => {
  const decoded = decodedBody(new Pieces([encoded('gzip', Buffer.alloc(MIB))]), ['gzip']);
  await decoded.next();
  const next = decoded.next();
  decoded.close();
  assert.equal(await next, null);
  assert.equal(await decoded.next(), null);
});

test('DecodedBody that failed says why, each time', async () => {
  const decoded = decodedBody(new Pieces([encoded('gzip', Buffer.alloc(MIB))]), ['gzip']);
  const reason = new Error('stop');
  await decoded.next();
  decoded.fail(reason);
  await assert.rejects(decoded.next(), reason);
  await assert.rejects(decoded.next(), reason);
});

test('DecodedBody ends with its first error, each time', async () => {
  const decoded = decodedBody(new Pieces([Buffer.from('hello')]), ['gzip']);
  const error = await decoded.next().catch((reason: unknown) => reason);
  assert.equal(await decoded.next().catch((reason: unknown) => reason), error);
});

test('DecodedBody is aborted by its signal, and leaves nothing there', async () => {
  const controller = new AbortController();
  const source = new Pieces([encoded('gzip', Buffer.alloc(MIB))]);
  const decoded = decodedBody(source, ['gzip'], controller.signal);
  await decoded.next();
  const next = decoded.next();
  controller.abort(new Error('stop'));
  await assert.rejects(next, /stop/);
  await assert.rejects(decodedBody(source, ['gzip'], controller.signal).next(), /stop/);
});

test('DecodedBody refuses more than five codings when it is read', async () => {
  const source = new Pieces([Buffer.from('x')]);
  await assert.rejects(decodedBody(source, new Array(6).fill('gzip')).next(), { name: 'LimitError', limit: 'codings' });
  assert.equal(source.taken, 0);
});

for (const codings of [['gzip'], ['br'], ['gzip', 'gzip']] as const) {
  test(`DecodedBody ends a bomb by ${codings}, quickly and in little memory`, async () => {
    const [last] = codings;
    const inner = await bomb(last, 1_024);
    const body = codings.length === 1 ? inner : encoded('gzip', inner);
    assert.ok(body.length < 12 * MIB);
    const decoded = decodedBody(new MemoryPieces(body), codings);
    let length = 0;
    let peak = 0;
    const before = process.memoryUsage().rss;
    const error = await (async () => {
      for (let piece = await decoded.next(); piece !== null; piece = await decoded.next()) {
        length += piece.length;
        peak = Math.max(peak, process.memoryUsage().rss - before);
      }
    })().catch((reason: unknown) => reason);
    assert.deepEqual(
      { ...(error as object), message: (error as Error).message },
      { ...(error as object), code: 'ERR_LIMIT', limit: 'ratio', message: (error as Error).message },
    );
    assert.ok(length <= RATIO_FREE_BYTES, `${length}`);
    assert.ok(peak < 60 * MIB, `${peak / MIB} MiB`);
  });

  test(`decodeWhole() holds a bomb by ${codings} to the limit`, async () => {
    const inner = await bomb(codings[0], 64);
    const body = codings.length === 1 ? inner : encoded('gzip', inner);
    const before = process.memoryUsage().rss;
    const decoded = decodedBody(new MemoryPieces(body), codings);
    assert.equal(await decodeWhole(decoded, 5 * MIB), null);
    assert.ok(process.memoryUsage().rss - before < 60 * MIB);
    assert.equal(await decoded.next(), null);
  });
}

test('DecodedBody lets a body grow as it likes up to 64 MiB', async () => {
  const decoded = decodedBody(new MemoryPieces(await bomb('br', 64)), ['br']);
  let length = 0;
  for (let piece = await decoded.next(); piece !== null; piece = await decoded.next()) length += piece.length;
  assert.equal(length, RATIO_FREE_BYTES);
});

test('decodeWhole() gives a body of exactly the limit', async () => {
  const body = encoded('gzip', noise(300_000));
  const whole = (most: number) => decodeWhole(decodedBody(new MemoryPieces(body), ['gzip']), most);
  assert.ok((await whole(300_000))?.equals(noise(300_000)));
  assert.equal(await whole(299_999), null);
});

// name, coding, what there is much of, with nothing for zlib in it
const LABORIOUS = [
  ['frames of Zstandard to skip', 'zstd', Buffer.alloc(MIB, Buffer.from([0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0]))],
  ['a name in a gzip header', 'gzip', Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8]), Buffer.alloc(MIB, 'n')])],
  ['bytes after gzip', 'gzip', Buffer.concat([encoded('gzip', noise(10)), Buffer.alloc(MIB, 'x')])],
] as const;

for (const [name, coding, body] of LABORIOUS) {
  test(`decodeWhole() lets the event loop turn while it reads ${name}`, async () => {
    let turns = 0;
    let over = false;
    const count = (): void => {
      turns++;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    await decodeWhole(decodedBody(new MemoryPieces(body), [coding]), MIB).catch(() => null);
    over = true;
    assert.ok(turns >= 60, `${turns}`);
  });
}
