import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { pipeline } from 'node:stream/promises';
import { after, before, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  ConnectionError,
  DecodeError,
  type HTTPError,
  LimitError,
  PoolError,
  ProtocolError,
  type RequestOptions,
  type StreamedResponse,
  TimeoutError,
} from 'urlpool';
import { FakeClock, type Script, type ScriptedConnection } from 'urlpool-testing';
import { poisonSlab } from '../../src/transport/slab.ts';
import {
  echo,
  gate,
  localCertificate,
  type ServedPool,
  type ServedPoolOptions,
  servedPool,
  until,
} from '../connection/served-pool.ts';
import { unpaired } from '../trace/event-pairs.ts';

// A body that is read as it comes, over the wire. What is read is overwritten at once, so that a piece which still lies
// in the memory that all connections share shows.

before(() => poisonSlab(true));
after(() => poisonSlab(false));

const KIB = 1024;
const MIB = KIB * KIB;

/** Bytes in which every run of a few differs from those at other places. */
function pattern(size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + (i >> 8) * 7) & 0xff;
  return bytes;
}

type Framing = 'length' | 'chunked' | 'close';

function headOf(framing: Framing, size: number): string {
  const field = {
    length: `Content-Length: ${size}`,
    chunked: 'Transfer-Encoding: chunked',
    close: 'Connection: close',
  };
  return `HTTP/1.1 200 OK\r\n${field[framing]}\r\n\r\n`;
}

/** Answers with a body of this size, and every later request with its target. */
function sending(size: number, framing: Framing = 'length'): Script {
  return async (connection) => {
    await connection.request();
    await connection.write(headOf(framing, size));
    const body = pattern(size);
    for (let at = 0; at < size; at += 50_000) {
      const piece = body.subarray(at, at + 50_000);
      if (framing === 'chunked') await connection.write(`${piece.length.toString(16)}\r\n`);
      await connection.write(piece);
      if (framing === 'chunked') await connection.write('\r\n');
    }
    if (framing === 'close') return connection.end();
    if (framing === 'chunked') await connection.write('0\r\nX-Sum: 1\r\n\r\n');
    await echo(connection);
  };
}

/** Answers with the beginning of a body of 10 bytes, and the rest when `more` is open. */
function halting(more: Promise<void> = new Promise(() => {}), rest = 'world'): Script {
  return async (connection) => {
    await connection.request();
    await connection.write(`${headOf('length', 10)}hello`);
    await more;
    await connection.write(rest);
    await echo(connection);
  };
}

async function streamed(
  t: TestContext,
  script: Script | readonly Script[],
  options: ServedPoolOptions = {},
  request: RequestOptions = {},
): Promise<ServedPool & { response: StreamedResponse }> {
  const served = await servedPool(t, script, options);
  return { ...served, response: await served.pool.stream('GET', '/', request) };
}

async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** What a read fails with: an error of `Kind`. */
async function failure<Kind extends HTTPError>(
  reading: Promise<unknown>,
  Kind: new (...values: never[]) => Kind,
): Promise<Kind> {
  const error: unknown = await reading.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Kind, String(error));
  return error;
}

// The ways to read

async function viaWeb(response: StreamedResponse): Promise<Buffer> {
  return Buffer.from(await new Response(response.webStream()).arrayBuffer());
}

const READERS: readonly (readonly [string, (response: StreamedResponse) => Promise<Buffer>])[] = [
  ['for await', collected],
  ['bytes()', (response) => response.bytes()],
  ['text()', async (response) => Buffer.from(await response.text())],
  ['json()', async (response) => Buffer.from(JSON.stringify(await response.json()))],
  ['readable()', (response) => collected(response.readable())],
  ['webStream()', viaWeb],
];

for (const [name, read] of READERS) {
  test(`${name} gives the body, and the connection is back afterwards`, async (t) => {
    const { pool, response } = await streamed(t, async (connection) => {
      await connection.request();
      await connection.respond({ body: '{"a":1}', chunked: true });
      await echo(connection);
    });
    assert.equal((await read(response)).toString(), '{"a":1}');
    assert.equal((await pool.request('GET', '/next')).connection.reused, true);
  });

  test(`${name} reads a body once`, async (t) => {
    const { response } = await streamed(t, async (connection) => {
      await connection.request();
      await connection.respond({ body: '1' });
    });
    await read(response);
    const error = await failure((async () => await read(response))(), PoolError);
    assert.deepEqual([error.code, error.phase, error.method], ['ERR_BODY_USED', 'body', 'GET']);
  });

  test(`${name} reads no body that was disposed of`, async (t) => {
    const { response } = await streamed(t, sending(3));
    await response.dispose();
    const error = await failure((async () => await read(response))(), PoolError);
    assert.match(error.message, /^Cannot read the body of GET .* again: it was read or disposed of before$/);
  });

  test(`${name} rejects with the reason of an abort in the middle`, async (t) => {
    const controller = new AbortController();
    const { response } = await streamed(t, halting(), {}, { signal: controller.signal });
    const reason = new Error('enough');
    const reading = read(response);
    setImmediate(() => controller.abort(reason));
    await assert.rejects(reading, (error) => error === reason);
  });

  test(`${name} fails where the server closes in the middle`, async (t) => {
    const { server, response } = await streamed(t, async (connection) => {
      await connection.request();
      await connection.write(`${headOf('length', 10)}hello`);
      connection.end();
    });
    const error = await failure(read(response), ConnectionError);
    assert.deepEqual([error.code, error.phase, error.url], ['ERR_CONNECTION_CLOSED', 'body', `${server.origin}/`]);
  });
}

test('stream() resolves at the head, before a byte of the body', async (t) => {
  const more = gate();
  const { response } = await streamed(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 206 Partial Content\r\nX-A: 1\r\nContent-Length: 1\r\n\r\n');
    await more.opened;
    await connection.write('x');
  });
  assert.deepEqual([response.status, response.headers.get('x-a'), response.bodyUsed], [206, '1', false]);
  more.open();
  assert.equal(await response.text(), 'x');
});

test('stream() holds its connection until the body has been read', async (t) => {
  const { pool, response } = await streamed(t, halting(), {});
  const { open, active, idle } = pool.snapshot();
  assert.deepEqual({ open, active, idle }, { open: 1, active: 1, idle: 0 });
  await response.dispose();
});

test('bodyUsed says whether somebody began to read', async (t) => {
  const { response } = await streamed(t, sending(3));
  const reading = response.bytes();
  assert.equal(response.bodyUsed, true);
  await reading;
});

for (const [what, script] of [
  ['to HEAD', sending(0)],
  ['of length 0', sending(0)],
  ['of no chunks', sending(0, 'chunked')],
] as const) {
  test(`stream() of a body ${what} ends at once`, async (t) => {
    const { pool } = await servedPool(t, script);
    const response = await pool.stream(what === 'to HEAD' ? 'HEAD' : 'GET', '/');
    assert.equal((await collected(response)).length, 0);
  });
}

test('text() leaves a byte order mark out, and joins characters that were cut', async (t) => {
  const bytes = Buffer.from('\ufeffĉ€😀');
  const { response } = await streamed(t, async (connection) => {
    await connection.request();
    await connection.write(headOf('length', bytes.length));
    for (const byte of bytes) await connection.write(Buffer.of(byte));
  });
  assert.equal(await response.text(), 'ĉ€😀');
});

test('json() says what came instead', async (t) => {
  const { response } = await streamed(t, async (connection) => {
    await connection.request();
    await connection.respond({ status: 503, body: '<html>' });
  });
  const error = await failure(response.json(), DecodeError);
  assert.match(error.message, /\(status 503\) as JSON: it is none at line 1, column 1, near "<html>"$/);
});

test('trailers are there once the body has been read, and not before', async (t) => {
  const more = gate();
  const { response } = await streamed(t, async (connection) => {
    await connection.request();
    await connection.write(`${headOf('chunked', 0)}4\r\ntext\r\n`);
    await more.opened;
    await connection.write('0\r\nX-Sum: 1\r\n\r\n');
  });
  const before = response.trailers.get('x-sum');
  more.open();
  await response.bytes();
  assert.deepEqual([before, response.trailers.get('X-SUM')], [null, '1']);
});

// Whole bodies

for (const secure of [false, true]) {
  for (const framing of ['length', 'chunked', 'close'] as const) {
    for (const size of [100, 20 * KIB, 300 * KIB, 3 * MIB + 7]) {
      test(`for await gives every byte of ${size}: ${framing}, over ${secure ? 'TLS' : 'TCP'}`, async (t) => {
        const options = secure ? { tls: await localCertificate() } : {};
        const { response } = await streamed(t, sending(size, framing), options);
        assert.ok((await collected(response)).equals(pattern(size)));
      });
    }
  }

  test(`for await gives every byte to a consumer that stops now and then, over ${secure ? 'TLS' : 'TCP'}`, async (t) => {
    const size = 3 * MIB;
    const options = secure ? { tls: await localCertificate() } : {};
    const { response } = await streamed(t, sending(size, 'chunked'), options);
    const pieces: Buffer[] = [];
    for await (const piece of response) {
      pieces.push(piece);
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(Buffer.concat(pieces).equals(pattern(size)));
  });
}

test('bytes() gives the same as request()', async (t) => {
  const { response } = await streamed(t, sending(2 * MIB, 'chunked'));
  assert.ok((await response.bytes()).equals(pattern(2 * MIB)));
});

test('for await gives pieces that may be kept and written to', async (t) => {
  const { response } = await streamed(t, sending(MIB));
  const all: Buffer[] = [];
  for await (const piece of response) {
    all.push(Buffer.from(piece));
    piece.fill(0);
  }
  assert.ok(Buffer.concat(all).equals(pattern(MIB)));
});

// Back-pressure

/** Sends without end, and counts what the kernel has taken. */
function endless(count: { sent: number }): Script {
  return async (connection) => {
    await connection.request();
    await connection.write(headOf('length', 1_000_000_000));
    const piece = Buffer.alloc(64 * KIB);
    for (; count.sent < 500 * MIB; count.sent += piece.length) await connection.write(piece);
  };
}

/** Waits until a number stays as it is for some turns of the event loop. */
async function steady(value: () => number): Promise<number> {
  let last = -1;
  let turns = 0;
  await until(() => {
    turns = value() === last ? turns + 1 : 0;
    last = value();
    return turns > 200;
  });
  return last;
}

for (const secure of [false, true]) {
  test(`stream() reads little of a body that nobody takes, over ${secure ? 'TLS' : 'TCP'}`, async (t) => {
    const count = { sent: 0 };
    const options = secure ? { tls: await localCertificate() } : {};
    const { pool, response } = await streamed(t, endless(count), options);
    await until(() => pool.snapshot().bytesIn >= 256 * KIB);
    const read = await steady(() => pool.snapshot().bytesIn);
    assert.ok(read < 512 * KIB, `read ${read} bytes`);
    await response.dispose();
  });
}

test('stream() keeps a server waiting whose body nobody takes', async (t) => {
  const count = { sent: 0 };
  const { pool, response } = await streamed(t, endless(count));
  await until(() => pool.snapshot().bytesIn >= 256 * KIB);
  const sent = await steady(() => count.sent);
  assert.ok(sent < 32 * MIB, `sent ${sent} bytes`); // what kernels buffer is not ours to say
  await response.dispose();
});

test('stream() reads on when the body is taken', async (t) => {
  const count = { sent: 0 };
  const { pool, response } = await streamed(t, endless(count));
  await until(() => pool.snapshot().bytesIn >= 256 * KIB);
  const before = await steady(() => pool.snapshot().bytesIn);
  let taken = 0;
  for await (const piece of response) {
    taken += piece.length;
    if (taken > before + MIB) break;
  }
  assert.ok(pool.snapshot().bytesIn > before + MIB);
});

test('readable() reads little of a body that nobody takes', async (t) => {
  const { pool, response } = await streamed(t, endless({ sent: 0 }));
  const stream = response.readable();
  stream.once('readable', () => {});
  await until(() => pool.snapshot().bytesIn >= 256 * KIB);
  assert.ok((await steady(() => pool.snapshot().bytesIn)) < 512 * KIB);
  stream.destroy();
  await until(() => pool.snapshot().open === 0);
});

test('webStream() reads little of a body that nobody takes', async (t) => {
  const { pool, response } = await streamed(t, endless({ sent: 0 }));
  const reader = response.webStream().getReader();
  await reader.read();
  await until(() => pool.snapshot().bytesIn >= 256 * KIB);
  assert.ok((await steady(() => pool.snapshot().bytesIn)) < 768 * KIB);
  await reader.cancel();
});

test('Timeout.read does not run while nobody takes the body', async (t) => {
  const clock = new FakeClock();
  const { pool, response } = await streamed(t, sending(MIB), { clock }, { timeout: { read: 100 } });
  await until(() => pool.snapshot().bytesIn >= 256 * KIB);
  await steady(() => pool.snapshot().bytesIn);
  clock.advance(1_000_000);
  assert.ok((await response.bytes()).equals(pattern(MIB)));
});

// Giving it up

test('dispose() keeps the connection where the rest is short', async (t) => {
  const { pool, response } = await streamed(t, sending(200 * KIB));
  await response.dispose();
  assert.equal((await pool.request('GET', '/next')).connection.reused, true);
});

test('dispose() waits for the rest', async (t) => {
  const more = gate();
  const { pool, response } = await streamed(t, halting(more.opened));
  const disposed = response.dispose();
  assert.equal(pool.snapshot().active, 1);
  more.open();
  await disposed;
  assert.equal(pool.snapshot().idle, 1);
});

test('dispose() waits 50 ms for the rest, and no longer', async (t) => {
  const clock = new FakeClock();
  const { pool, response } = await streamed(t, halting(), { clock });
  const disposed = response.dispose();
  clock.advance(49);
  assert.equal(pool.snapshot().open, 1);
  clock.advance(1);
  await disposed;
  assert.deepEqual(pool.snapshot().closed, { 'unread-body': 1 });
});

for (const framing of ['length', 'chunked', 'close'] as const) {
  test(`dispose() closes the connection where the rest is long: ${framing}`, async (t) => {
    const { pool, response } = await streamed(t, [sending(2 * MIB, framing), echo]);
    await response.dispose();
    assert.deepEqual(pool.snapshot().closed, { 'unread-body': 1 });
    assert.equal((await pool.request('GET', '/next')).text(), '/next');
  });
}

test('dispose() of a paused body keeps the connection where the rest is short', async (t) => {
  const size = 400 * KIB;
  const { pool, response } = await streamed(t, sending(size));
  await until(() => pool.snapshot().bytesIn >= 256 * KIB);
  await steady(() => pool.snapshot().bytesIn);
  await response.dispose();
  assert.equal((await pool.request('GET', '/next')).connection.reused, true);
});

test('dispose() does nothing once the body has been read', async (t) => {
  const { pool, response } = await streamed(t, sending(3));
  await response.bytes();
  await response.dispose();
  await response.dispose();
  assert.deepEqual(pool.snapshot().closed, {});
});

test('dispose() lets those go on that wait for the place', async (t) => {
  const { pool, response } = await streamed(t, [sending(MIB), echo], { maxSize: 1 });
  const next = pool.request('GET', '/next');
  assert.equal(pool.snapshot().queued, 1);
  await response.dispose();
  assert.equal((await next).text(), '/next');
});

test('Symbol.asyncDispose disposes of the response', async (t) => {
  const { pool, response } = await streamed(t, sending(3));
  await response[Symbol.asyncDispose]();
  assert.deepEqual([response.bodyUsed, pool.snapshot().idle], [true, 1]);
});

// name, how the body is left, given a response of which a little was taken
const LEAVES: readonly (readonly [string, (response: StreamedResponse) => Promise<void>])[] = [
  [
    'break',
    async (response) => {
      for await (const _ of response) break;
    },
  ],
  [
    'throw',
    async (response) => {
      await assert.rejects(async () => {
        for await (const _ of response) throw new Error('enough');
      }, /enough/);
    },
  ],
  [
    'return() of an iterator that was not asked',
    async (response) => {
      await response[Symbol.asyncIterator]().return?.();
    },
  ],
  [
    'cancel() of a web stream',
    async (response) => {
      const reader = response.webStream().getReader();
      await reader.read();
      await reader.cancel();
    },
  ],
  [
    'destroy() of a Readable',
    async (response) => {
      const stream = response.readable();
      const closed = new Promise((resolve) => stream.once('close', resolve));
      stream.once('data', () => stream.destroy());
      await closed;
    },
  ],
];

for (const [name, leave] of LEAVES) {
  test(`${name} keeps the connection where the rest is short`, async (t) => {
    const { pool, response } = await streamed(t, sending(200 * KIB));
    await leave(response);
    assert.equal((await pool.request('GET', '/next')).connection.reused, true);
  });

  test(`${name} closes the connection where the rest is long`, async (t) => {
    const { pool, response } = await streamed(t, [sending(4 * MIB), echo]);
    await leave(response);
    assert.deepEqual(pool.snapshot().closed, { 'unread-body': 1 });
  });
}

// Limits

test('bytes() holds no more than maxBodyBytes', async (t) => {
  const { server, response } = await streamed(t, sending(11), {}, { maxBodyBytes: 10 });
  const error = await failure(response.bytes(), LimitError);
  assert.deepEqual(
    [error.limit, error.message],
    [
      'maxBodyBytes',
      `Cannot hold the body of GET ${server.origin}/: 10 bytes are allowed, and it is longer than that; option: maxBodyBytes`,
    ],
  );
});

test('bytes() holds exactly maxBodyBytes', async (t) => {
  const { response } = await streamed(t, sending(10), {}, { maxBodyBytes: 10 });
  assert.equal((await response.bytes()).length, 10);
});

test('bytes() that refuses a body gives its place back', async (t) => {
  const { pool, response } = await streamed(t, [sending(MIB), echo], { maxSize: 1 }, { maxBodyBytes: 10 });
  await failure(response.bytes(), LimitError);
  assert.equal((await pool.request('GET', '/next')).text(), '/next');
});

test('for await gives a body that is longer than maxBodyBytes', async (t) => {
  const { response } = await streamed(t, sending(MIB), {}, { maxBodyBytes: 10 });
  assert.equal((await collected(response)).length, MIB);
});

test('Timeout.total ends a body in the middle', async (t) => {
  const clock = new FakeClock();
  const { pool, server, response } = await streamed(t, halting(), { clock }, { timeout: { total: 100 } });
  const reading = response.bytes();
  clock.advance(99);
  assert.equal(pool.snapshot().open, 1);
  clock.advance(1);
  const error = await failure(reading, TimeoutError);
  assert.deepEqual(
    [error.phase, error.message],
    ['total', `Cannot finish GET ${server.origin}/ within 100 ms: still reading the body; option: timeout.total`],
  );
  assert.deepEqual(pool.snapshot().closed, { timeout: 1 });
});

test('Timeout.total ends a body that nobody takes', async (t) => {
  const clock = new FakeClock();
  const { pool, response } = await streamed(t, sending(MIB), { clock }, { timeout: { total: 100 } });
  await until(() => pool.snapshot().bytesIn >= 256 * KIB);
  clock.advance(100);
  assert.deepEqual(pool.snapshot().closed, { timeout: 1 });
  await failure(response.bytes(), TimeoutError);
});

test('Timeout.read ends a body whose server falls silent', async (t) => {
  const clock = new FakeClock();
  const { response } = await streamed(t, halting(), { clock }, { timeout: { read: 100 } });
  const pieces = response[Symbol.asyncIterator]();
  await pieces.next();
  const next = pieces.next();
  clock.advance(100);
  const error = await failure(next, TimeoutError);
  assert.match(error.message, /^Cannot read the response body of GET .* within 100 ms; option: timeout\.read$/);
});

// Ends in the middle

type End = (connection: ScriptedConnection) => void | Promise<void>;
const fin: End = (connection) => connection.end();
const rst: End = (connection) => connection.reset();
const garbage: End = (connection) => connection.write('not a chunk\r\n');

// name, framing, end, class, code
const ENDS: readonly (readonly [string, Framing, End, new (...values: never[]) => HTTPError, string])[] = [
  ['FIN before Content-Length', 'length', fin, ConnectionError, 'ERR_CONNECTION_CLOSED'],
  ['FIN before the last chunk', 'chunked', fin, ConnectionError, 'ERR_CONNECTION_CLOSED'],
  ['RST before Content-Length', 'length', rst, ConnectionError, 'ERR_CONNECTION_RESET'],
  ['RST before the last chunk', 'chunked', rst, ConnectionError, 'ERR_CONNECTION_RESET'],
  ['RST of a body until close', 'close', rst, ConnectionError, 'ERR_CONNECTION_RESET'],
  ['what is no chunk', 'chunked', garbage, ProtocolError, 'ERR_PROTOCOL'],
];

for (const [name, framing, end, Kind, code] of ENDS) {
  test(`for await gives what came, and fails by ${name}`, async (t) => {
    const hello = framing === 'chunked' ? '5\r\nhello\r\n' : 'hello';
    const taken = gate();
    const { pool, response } = await streamed(t, async (connection) => {
      await connection.request();
      await connection.write(headOf(framing, 10) + hello);
      await taken.opened; // a reset would take along what was not read yet
      await end(connection);
    });
    let text = '';
    const reading = (async () => {
      for await (const piece of response) {
        text += piece.toString();
        taken.open();
      }
    })();
    const error = await failure(reading, Kind);
    assert.deepEqual([text, error.code, pool.snapshot().open], ['hello', code, 0]);
  });
}

test('for await fails again after it has failed', async (t) => {
  const { response } = await streamed(t, async (connection) => {
    await connection.request();
    await connection.write(headOf('length', 10));
    connection.end();
  });
  const pieces = response[Symbol.asyncIterator]();
  const first = await failure(pieces.next(), ConnectionError);
  assert.equal(await failure(pieces.next(), ConnectionError), first);
});

test('stream() that was aborted fails when it is read later, and nowhere before', async (t) => {
  const controller = new AbortController();
  const { pool, response } = await streamed(t, halting(), {}, { signal: controller.signal });
  const reason = new Error('enough');
  controller.abort(reason);
  await until(() => pool.snapshot().open === 0);
  await assert.rejects(response.text(), (error) => error === reason);
});

test('stream() that was read takes no notice of a later abort', async (t) => {
  const controller = new AbortController();
  const { pool, response } = await streamed(t, sending(3), {}, { signal: controller.signal });
  await response.bytes();
  controller.abort();
  assert.equal((await pool.request('GET', '/next')).connection.reused, true);
});

test('readable() hands the error of a pipeline on, and gives the connection up', async (t) => {
  const { pool, response } = await streamed(t, sending(4 * MIB));
  const failing = async (pieces: AsyncIterable<Buffer>) => {
    for await (const _ of pieces) throw new Error('disk full');
  };
  await assert.rejects(pipeline(response.readable(), failing), /disk full/);
  await until(() => pool.snapshot().open === 0);
});

// Events

test('stream() tells the end of its call when the body has ended', async (t) => {
  const more = gate();
  const { events, response } = await streamed(t, halting(more.opened));
  assert.equal(
    events.some(({ type }) => type === 'call-end'),
    false,
  );
  more.open();
  await response.bytes();
  assert.deepEqual([events.at(-1)?.type, unpaired(events)], ['call-end', []]);
});

for (const [name, leave] of LEAVES) {
  test(`${name} leaves no event without its pair`, async (t) => {
    const { events, response } = await streamed(t, sending(4 * MIB));
    await leave(response);
    assert.deepEqual(unpaired(events), []);
  });
}

// Memory

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

test('for await holds no more of a large body than is under way', async (t) => {
  const { response } = await streamed(t, endless({ sent: 0 }));
  /** Twice, since what the first run finds is freed in a thread of its own. */
  const bytes = async (): Promise<number> => {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    return process.memoryUsage().arrayBuffers;
  };
  const before = await bytes();
  let most = 0;
  let taken = 0;
  let measured = 0;
  for await (const piece of response) {
    taken += piece.length;
    if (taken > measured + 8 * MIB) {
      measured = taken;
      most = Math.max(most, await bytes());
    }
    if (taken > 64 * MIB) break;
  }
  assert.ok(most - before < 2 * MIB, `${most - before} bytes`);
});

// A program of its own

const run = promisify(execFile);

// name, what the server sends
const FORGOTTEN = [
  ['whose server is silent', halting()],
  ['of which much is to come', sending(4 * MIB)],
] as const;

for (const [name, script] of FORGOTTEN) {
  test(`stream() that is forgotten gives its place back, and warns of it: one ${name}`, async (t) => {
    const { server } = await servedPool(t, [script, echo]);
    const conditions = process.execArgv.filter((argument) => /^(-C|--conditions)/.test(argument));
    const program = `
      import { HTTPConnectionPool } from 'urlpool';
      const warnings = [];
      const onEvent = (event) => event.type === 'warning' && warnings.push([event.code, event.message]);
      const pool = new HTTPConnectionPool('127.0.0.1', { port: ${server.port}, maxSize: 1, onEvent });
      await (async () => void (await pool.stream('GET', '/forgotten')))();
      const collecting = setInterval(gc, 5);
      const { connection } = await pool.request('GET', '/next');
      clearInterval(collecting);
      console.log(JSON.stringify({ warnings, closed: pool.snapshot().closed, reused: connection.reused }));`;
    const options = [...conditions, '--expose-gc', '--input-type=module', '--eval', program];
    const { stdout } = await run(process.execPath, options, { cwd: import.meta.dirname, timeout: 5_000 });
    const url = `${server.origin}/forgotten`;
    const message = `The streamed response of GET ${url} was forgotten: read its body to the end, or dispose() of it`;
    assert.deepEqual(JSON.parse(stdout), {
      warnings: [['unread-body', message]],
      closed: { 'unread-body': 1 },
      reused: false,
    });
  });
}

// name, what is done with the response, which is dropped then
const NOT_FORGOTTEN = [
  ['an iterator is', `const it = response[Symbol.asyncIterator](); await it.next(); return it;`],
  ['a Readable is', `const stream = response.readable(); return stream;`],
  ['a web stream is', `const stream = response.webStream(); return stream;`],
  ['a promise of its bytes is', `return { bytes: response.bytes() };`],
] as const;

for (const [name, use] of NOT_FORGOTTEN) {
  test(`stream() is not forgotten while ${name} held`, async (t) => {
    const { server } = await servedPool(t, halting());
    const conditions = process.execArgv.filter((argument) => /^(-C|--conditions)/.test(argument));
    const program = `
      import { HTTPConnectionPool } from 'urlpool';
      let warnings = 0;
      const onEvent = (event) => event.type === 'warning' && warnings++;
      const pool = new HTTPConnectionPool('127.0.0.1', { port: ${server.port}, onEvent });
      const held = await (async () => {
        const response = await pool.stream('GET', '/');
        ${use}
      })();
      for (let turn = 0; turn < 20; turn++) {
        gc();
        await new Promise((resolve) => setImmediate(resolve));
      }
      console.log(warnings, typeof held);
      process.exit();`;
    const options = [...conditions, '--expose-gc', '--input-type=module', '--eval', program];
    const { stdout } = await run(process.execPath, options, { cwd: import.meta.dirname, timeout: 5_000 });
    assert.equal(stdout, '0 object\n');
  });
}
