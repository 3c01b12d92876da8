// Encoded bodies over the wire: what the caller gets, what becomes of the connection, and how it ends before its time.

import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  DecodeError,
  type HTTPError,
  LimitError,
  PoolError,
  PoolManager,
  type RequestOptions,
  Retry,
  TimeoutError,
} from 'urlpool';
import { FakeClock, fieldValues, type Script, type ScriptedConnection } from 'urlpool-testing';
import { ACCEPT_ENCODING } from '../../../src/response/decoding/content-codings.ts';
import { poisonSlab } from '../../../src/transport/slab.ts';
import {
  echo,
  gate,
  type ServedPool,
  type ServedPoolOptions,
  servedPool,
  until,
} from '../../connection/served-pool.ts';
import { bomb } from './bomb.ts';
import { freed, watchDecoders } from './decoders.ts';
import { CODINGS, encoded, noise } from './encoded.ts';

before(() => poisonSlab(true));
after(() => poisonSlab(false));

const MIB = 1024 * 1024;
const SMALL = Buffer.from(JSON.stringify({ text: 'hello '.repeat(100) }));
/** More than is decoded at once. */
const LARGE = noise(300_000);

type Framing = 'length' | 'chunked' | 'close';

interface Answer {
  readonly coding?: string;
  readonly framing?: Framing;
  readonly status?: number;
}

/** Writes one response with this body. */
async function answer(connection: ScriptedConnection, body: Buffer, choices: Answer = {}): Promise<void> {
  const { coding = 'gzip', framing = 'length', status = 200 } = choices;
  const fields = {
    length: `Content-Length: ${body.length}`,
    chunked: 'Transfer-Encoding: chunked',
    close: 'Connection: close',
  };
  await connection.write(`HTTP/1.1 ${status} S\r\nContent-Encoding: ${coding}\r\n${fields[framing]}\r\n\r\n`);
  for (let at = 0; at < body.length; at += 50_000) {
    const piece = body.subarray(at, at + 50_000);
    if (framing === 'chunked') await connection.write(`${piece.length.toString(16)}\r\n`);
    await connection.write(piece);
    if (framing === 'chunked') await connection.write('\r\n');
  }
  if (framing === 'chunked') await connection.write('0\r\nX-Sum: 1\r\n\r\n');
  if (framing === 'close') connection.end();
}

/** Answers the first request of a connection so, and every later one with its target. */
function first(body: Buffer, choices: Answer = {}): Script {
  return async (connection) => {
    await connection.request();
    await answer(connection, body, choices);
    if (choices.framing !== 'close') await echo(connection);
  };
}

function served(t: TestContext, script: Script, options: ServedPoolOptions = {}): Promise<ServedPool> {
  return servedPool(t, script, options);
}

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

/** Whether the next request goes over the connection that is there. */
async function isKept({ pool }: ServedPool): Promise<boolean> {
  const { connection } = await pool.request('GET', '/next');
  const { open, numConnections } = pool.snapshot();
  assert.equal(open, 1);
  return connection.reused && numConnections === 1;
}

for (const coding of CODINGS) {
  for (const framing of ['length', 'chunked', 'close'] as const) {
    for (const [size, body] of [
      ['small', SMALL],
      ['large', LARGE],
    ] as const) {
      test(`request() and stream() give a ${size} body by ${coding}, its end told by ${framing}`, async (t) => {
        const script: Script = async (connection) => {
          for (;;) {
            await connection.request();
            await answer(connection, encoded(coding, body), { coding, framing });
            if (framing === 'close') return;
          }
        };
        const { pool } = await served(t, script);
        const whole = await pool.request('GET', '/');
        assert.ok(whole.data.equals(body));
        assert.equal(whole.headers.get('content-encoding'), coding);
        assert.equal(whole.trailers.get('x-sum'), framing === 'chunked' ? '1' : null);
        const streamed = await pool.stream('GET', '/');
        assert.ok((await streamed.bytes()).equals(body));
        assert.equal(streamed.headers.get('content-encoding'), coding);
        assert.equal(streamed.trailers.get('x-sum'), framing === 'chunked' ? '1' : null);
        assert.equal(pool.snapshot().numConnections, framing === 'close' ? 2 : 1);
      });
    }
  }
}

// name, Content-Encoding, body, options, what the caller gets
const AS_IT_CAME: readonly (readonly [string, string, Buffer, RequestOptions, Buffer])[] = [
  ['an unknown coding', 'compress', SMALL, {}, SMALL],
  ['a known one beside an unknown one', 'gzip, exi', encoded('gzip', SMALL), {}, encoded('gzip', SMALL)],
  ['identity', 'identity', SMALL, {}, SMALL],
  ['decodeContent: false', 'gzip', encoded('gzip', SMALL), { decodeContent: false }, encoded('gzip', SMALL)],
];

for (const [name, coding, body, options, expected] of AS_IT_CAME) {
  test(`request() and stream() give the body as it came with ${name}`, async (t) => {
    const script: Script = async (connection) => {
      for (;;) {
        await connection.request();
        await answer(connection, body, { coding });
      }
    };
    const { pool } = await served(t, script);
    assert.deepEqual((await pool.request('GET', '/', options)).data, expected);
    assert.deepEqual(await (await pool.stream('GET', '/', options)).bytes(), expected);
  });
}

test('request() decodes as the pool says, and as the call says over that', async (t) => {
  const raw = encoded('gzip', SMALL);
  const script: Script = async (connection) => {
    for (;;) {
      await connection.request();
      await answer(connection, raw);
    }
  };
  const { pool } = await served(t, script, { decodeContent: false });
  assert.deepEqual((await pool.request('GET', '/')).data, raw);
  assert.deepEqual((await pool.request('GET', '/', { decodeContent: true })).data, SMALL);
  const manager = new PoolManager({ decodeContent: false });
  assert.deepEqual((await manager.request('GET', `http://127.0.0.1:${pool.port}/`)).data, raw);
  await manager.close();
});

test('request() undoes several fields of codings, the last one first', async (t) => {
  const body = encoded('br', encoded('gzip', SMALL));
  const { pool } = await served(t, first(body, { coding: 'gzip\r\nContent-Encoding: br' }));
  assert.deepEqual((await pool.request('GET', '/')).json(), JSON.parse(SMALL.toString()));
});

test('request() refuses more than five codings, and keeps the connection', async (t) => {
  const pool = await served(t, first(Buffer.from('x'), { coding: 'gzip, gzip, gzip, gzip, gzip, gzip' }));
  const error = await failure(pool.pool.request('GET', '/'), LimitError);
  assert.deepEqual([error.limit, error.phase, error.code], ['codings', 'body', 'ERR_LIMIT']);
  assert.ok(await isKept(pool));
});

// Without a body

for (const [name, method, head] of [
  ['HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n'],
  ['204', 'GET', 'HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n'],
  ['304', 'GET', 'HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\n\r\n'],
  ['an empty body', 'GET', 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n'],
] as const) {
  test(`request() and stream() decode nothing of ${name}`, async (t) => {
    const decoders = watchDecoders(t);
    const { pool } = await served(t, async (connection) => {
      for (;;) {
        await connection.request();
        await connection.write(head);
      }
    });
    assert.equal((await pool.request(method, '/')).data.length, 0);
    assert.equal((await (await pool.stream(method, '/')).bytes()).length, 0);
    assert.deepEqual(freed(decoders), []);
    assert.equal(pool.snapshot().numConnections, 1);
  });
}

// Accept-Encoding

const PARTS = { Range: 'bytes=0-9' };

// name, pool's headers, request's headers, what is sent
const ACCEPTED: readonly (readonly [string, object, object, readonly string[]])[] = [
  ['what can be undone', {}, {}, [ACCEPT_ENCODING]],
  ['what can be undone, beside other fields', {}, { 'X-A': '1' }, [ACCEPT_ENCODING]],
  ["the caller's", {}, { 'accept-encoding': 'br' }, ['br']],
  ["the pool's", { 'accept-encoding': 'gzip' }, {}, ['gzip']],
  ["the caller's over the pool's", { 'accept-encoding': 'gzip' }, { 'Accept-Encoding': 'br' }, ['br']],
  ['nothing for null', {}, { 'accept-encoding': null }, []],
  ['nothing for null of the pool', { 'accept-encoding': null }, {}, []],
  ['nothing with a Range', {}, PARTS, []],
  ['nothing with a Range of the pool', PARTS, {}, []],
  ["the caller's, with a Range", {}, { ...PARTS, 'Accept-Encoding': 'identity' }, ['identity']],
  [
    "the caller's, like the default, with a Range",
    {},
    { ...PARTS, 'Accept-Encoding': ACCEPT_ENCODING },
    [ACCEPT_ENCODING],
  ],
  ["the pool's, with a Range", { 'accept-encoding': ACCEPT_ENCODING }, PARTS, [ACCEPT_ENCODING]],
];

for (const [name, ofPool, ofRequest, sent] of ACCEPTED) {
  test(`request() accepts ${name}`, async (t) => {
    const { pool, server } = await served(t, echo, { headers: { ...ofPool } });
    await pool.request('GET', '/', { headers: { ...ofRequest } });
    assert.deepEqual(fieldValues(server.requests[0]?.headers ?? [], 'accept-encoding'), sent);
  });
}

// Faults

for (const [size, body] of [
  ['small', encoded('gzip', SMALL)],
  ['large', encoded('gzip', LARGE)],
] as const) {
  test(`request() tells of a ${size} body that is cut, and keeps the connection`, async (t) => {
    const pool = await served(t, first(body.subarray(0, -1)));
    const error = await failure(pool.pool.request('GET', '/a'), DecodeError);
    const { code, phase, method, url, connection, attempt } = error;
    assert.deepEqual([code, phase, method, attempt], ['ERR_DECODE', 'body', 'GET', 1]);
    assert.equal(url, `http://127.0.0.1:${pool.pool.port}/a`);
    assert.equal(connection?.reused, false);
    assert.match(error.message, new RegExp(`coding gzip, after ${body.length - 1} bytes; use decodeContent: false`));
    assert.match(error.stack ?? '', /decoding-wire\.test/);
    assert.ok(await isKept(pool));
  });

  test(`stream() tells of a ${size} body that is cut, and keeps the connection`, async (t) => {
    const pool = await served(t, first(body.subarray(0, -1)));
    const response = await pool.pool.stream('GET', '/a');
    const error = await failure(response.bytes(), DecodeError);
    assert.deepEqual([error.code, error.phase, error.connection?.reused], ['ERR_DECODE', 'body', false]);
    assert.ok(await isKept(pool));
  });
}

test('request() does not try again for a body that is false', async (t) => {
  const { pool, server } = await served(t, first(SMALL), { retries: 3 });
  await failure(pool.request('GET', '/'), DecodeError);
  assert.equal(server.requests.length, 1);
});

test('stream() tells of false data before the rest has come, and disposes of it', async (t) => {
  const { pool } = await served(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1000000\r\n\r\nhello');
    await connection.closed;
  });
  const response = await pool.stream('GET', '/');
  await failure(response.bytes(), DecodeError);
  assert.deepEqual([pool.snapshot().open, pool.snapshot().closed], [0, { 'unread-body': 1 }]);
});

test('stream() whose connection is lost says that, not that the coding has no end', async (t) => {
  const decoders = watchDecoders(t);
  const { pool } = await served(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 100000\r\n\r\n');
    await connection.write(encoded('gzip', LARGE).subarray(0, 50_000));
    connection.end();
  });
  const response = await pool.stream('GET', '/');
  await assert.rejects(response.bytes(), { name: 'ConnectionError' });
  assert.ok(freed(decoders).every(Boolean));
});

// Limits

for (const [size, body] of [
  ['small', SMALL],
  ['large', LARGE],
] as const) {
  test(`maxBodyBytes bounds a ${size} body as it is decoded`, async (t) => {
    const script: Script = async (connection) => {
      for (;;) {
        await connection.request();
        await answer(connection, encoded('gzip', body));
      }
    };
    const { pool } = await served(t, script);
    const exact = { maxBodyBytes: body.length };
    const less = { maxBodyBytes: body.length - 1 };
    assert.ok((await pool.request('GET', '/', exact)).data.equals(body));
    assert.ok((await (await pool.stream('GET', '/', exact)).bytes()).equals(body));
    const error = await failure(pool.request('GET', '/', less), LimitError);
    assert.deepEqual([error.limit, error.phase], ['maxBodyBytes', 'body']);
    assert.equal(pool.snapshot().numConnections, 1);
    assert.equal((await failure((await pool.stream('GET', '/', less)).bytes(), LimitError)).limit, 'maxBodyBytes');
  });
}

test('maxBodyBytes lets a body be longer encoded than it is decoded', async (t) => {
  const { pool } = await served(t, first(encoded('gzip', Buffer.from('hello'))));
  assert.equal((await pool.request('GET', '/', { maxBodyBytes: 5 })).text(), 'hello');
});

test('maxBodyBytes bounds what comes of no coding that is undone, as it came', async (t) => {
  const { pool } = await served(t, first(Buffer.alloc(6), { coding: 'exi' }));
  assert.equal((await failure(pool.request('GET', '/', { maxBodyBytes: 5 }), LimitError)).limit, 'maxBodyBytes');
});

for (const coding of ['gzip', 'br'] as const) {
  test(`request() and stream() end with a bomb by ${coding} soon`, async (t) => {
    const body = await bomb(coding, 1_024);
    const script: Script = async (connection) => {
      for (;;) {
        await connection.request();
        await answer(connection, body, { coding });
      }
    };
    const { pool } = await served(t, script);
    const before = process.memoryUsage().rss;
    assert.equal((await failure(pool.request('GET', '/', { maxBodyBytes: MIB }), LimitError)).limit, 'maxBodyBytes');
    assert.ok(process.memoryUsage().rss - before < 60 * MIB);
    const response = await pool.stream('GET', '/');
    let length = 0;
    const reading = async (): Promise<void> => {
      for await (const piece of response) length += piece.length;
    };
    assert.equal((await failure(reading(), LimitError)).limit, 'ratio');
    assert.ok(length <= 100 * MIB, `${length}`);
    assert.ok(process.memoryUsage().rss - before < 120 * MIB);
  });
}

// Ending before the end

/** Answers with a body of which much comes, so that decoding takes long. */
async function longBody(): Promise<Buffer> {
  return encoded('gzip', Buffer.alloc(100 * MIB, noise(10_000)));
}

test('request() is aborted while its body is decoded; its connection is back before', async (t) => {
  const decoders = watchDecoders(t);
  const { pool, told } = await served(t, first(await longBody()));
  const controller = new AbortController();
  const request = pool.request('GET', '/', { signal: controller.signal }).catch((reason: unknown) => reason);
  await told('exchange-end');
  await until(() => decoders.length > 0);
  assert.equal(pool.snapshot().idle, 1);
  controller.abort(new Error('stop'));
  assert.equal(((await request) as Error).message, 'stop');
  assert.deepEqual(freed(decoders), [true]);
  assert.equal((await pool.request('GET', '/next')).connection.reused, true);
});

test('request() ends by its deadline while its body is decoded', async (t) => {
  const clock = new FakeClock();
  const decoders = watchDecoders(t);
  const { pool } = await served(t, first(await longBody()), { clock });
  const request = failure(pool.request('GET', '/', { timeout: { total: 1_000 } }), TimeoutError);
  await until(() => decoders.length > 0);
  clock.advance(1_001);
  const error = await request;
  assert.match(error.message, /within 1000 ms: still decoding the body; option: timeout\.total/);
  assert.deepEqual(freed(decoders), [true]);
});

test('close() waits for a body that is decoded', async (t) => {
  const decoders = watchDecoders(t);
  const { pool } = await served(t, first(encoded('gzip', Buffer.alloc(20 * MIB, noise(10_000)))));
  let settled = false;
  const request = pool.request('GET', '/').then(({ data }) => {
    settled = true;
    return data.length;
  });
  await until(() => decoders.length > 0);
  await pool.close();
  assert.ok(settled);
  assert.equal(await request, 20 * MIB);
});

test('close() gives up a body that takes longer to decode than it may', async (t) => {
  const decoders = watchDecoders(t);
  const { pool } = await served(t, first(await longBody()));
  const request = failure(pool.request('GET', '/'), PoolError);
  await until(() => decoders.length > 0);
  await pool.close({ timeout: 1 });
  assert.equal((await request).code, 'ERR_POOL_CLOSED');
  assert.deepEqual(freed(decoders), [true]);
});

/** A stream of which one piece has been read and the rest has come, or has not. */
async function halfRead(t: TestContext, rest: 'come' | 'not come', options: RequestOptions = {}) {
  const decoders = watchDecoders(t);
  const body = encoded('gzip', noise(100_000));
  const more = gate();
  const pool = await served(t, async (connection) => {
    await connection.request();
    await connection.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`);
    await connection.write(body.subarray(0, 80_000));
    if (rest === 'not come') await more.opened;
    await connection.write(body.subarray(80_000));
    await echo(connection);
  });
  const response = await pool.pool.stream('GET', '/', options);
  const pieces = response[Symbol.asyncIterator]();
  await pieces.next();
  if (rest === 'come') await until(() => pool.pool.snapshot().idle === 1);
  assert.deepEqual(freed(decoders), [false]);
  return { ...pool, decoders, response, pieces, more };
}

for (const rest of ['come', 'not come'] as const) {
  test(`stream() that is disposed of frees its decoder at once; the rest has ${rest}`, async (t) => {
    const { response, decoders } = await halfRead(t, rest);
    const disposed = response.dispose();
    assert.deepEqual(freed(decoders), [true]);
    await disposed;
  });

  test(`stream() that is left by break frees its decoder; the rest has ${rest}`, async (t) => {
    const { pieces, decoders } = await halfRead(t, rest);
    await pieces.return?.();
    assert.deepEqual(freed(decoders), [true]);
  });

  test(`stream() that is aborted frees its decoder at once, and says why; the rest has ${rest}`, async (t) => {
    const controller = new AbortController();
    const { pieces, decoders } = await halfRead(t, rest, { signal: controller.signal });
    controller.abort(new Error('stop'));
    assert.deepEqual(freed(decoders), [true]);
    await assert.rejects(pieces.next(), /stop/);
  });
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

for (const rest of ['come', 'not come'] as const) {
  test(`stream() that is forgotten frees its decoder; the rest has ${rest}`, async (t) => {
    const decoders = await (async () => (await halfRead(t, rest)).decoders)();
    await until(() => {
      collectGarbage();
      return freed(decoders)[0] === true;
    });
  });
}

test('stream() whose server fails frees its decoder at once', async (t) => {
  const decoders = watchDecoders(t);
  const broken = gate();
  const { pool } = await served(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n');
    const piece = encoded('gzip', LARGE).subarray(0, 80_000);
    await connection.write(`${piece.length.toString(16)}\r\n`);
    await connection.write(piece);
    await broken.opened;
    connection.reset();
  });
  const response = await pool.stream('GET', '/');
  const pieces = response[Symbol.asyncIterator]();
  await pieces.next();
  broken.open();
  await until(() => pool.snapshot().open === 0);
  assert.deepEqual(freed(decoders), [true]);
  await assert.rejects(async () => {
    while (!(await pieces.next()).done);
  });
});

test('a body that is disposed of unread, or stands before a redirect or another attempt, is not decoded', async (t) => {
  const decoders = watchDecoders(t);
  const body = encoded('gzip', LARGE).subarray(0, 100_000);
  let attempts = 0;
  const { pool } = await served(
    t,
    async (connection) => {
      for (;;) {
        const { target } = await connection.request();
        if (target === '/to') await connection.respond({ body: 'there' });
        else if (target === '/again' && ++attempts > 2) await connection.respond({ body: 'at last' });
        else {
          const status = { '/from': 302, '/again': 503 }[target] ?? 200;
          const head = `HTTP/1.1 ${status} S\r\nLocation: /to\r\nContent-Encoding: gzip\r\n`;
          await connection.write(`${head}Content-Length: ${body.length}\r\n\r\n`);
          await connection.write(body);
        }
      }
    },
    { retries: new Retry(3, { statusForcelist: [503], backoffFactor: 0 }) },
  );
  await (await pool.stream('GET', '/unread')).dispose();
  assert.equal((await pool.request('GET', '/from')).text(), 'there');
  assert.equal((await pool.request('GET', '/again')).text(), 'at last');
  assert.deepEqual(freed(decoders), []);
  assert.equal(pool.snapshot().numConnections, 1);
});

test('stream() reads the server no faster than its pieces are taken', async (t) => {
  const size = 4 * MIB;
  const body = encoded('gzip', noise(size));
  let written = 0;
  const { pool } = await served(t, async (connection) => {
    await connection.request();
    await connection.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length * 4}\r\n\r\n`);
    for (let i = 0; i < 4; i++) {
      for (let at = 0; at < body.length; at += 65_536) {
        await connection.write(body.subarray(at, at + 65_536));
        written += 65_536;
      }
    }
    await echo(connection);
  });
  const response = await pool.stream('GET', '/');
  const pieces = response[Symbol.asyncIterator]();
  await pieces.next();
  const received = (): number => pool.snapshot().connections[0]?.bytesIn ?? 0;
  // Until nothing more has come for many turns of the loop.
  for (let before = -1, still = 0; still < 200; before = received()) {
    await new Promise((resolve) => setImmediate(resolve));
    still = received() === before ? still + 1 : 0;
  }
  const bytesIn = received();
  assert.ok(bytesIn > 0 && bytesIn < 2 * MIB, `${bytesIn}`);
  let length = 0;
  for await (const piece of { [Symbol.asyncIterator]: () => pieces }) length += piece.length;
  assert.ok(length > 3 * size && length <= 4 * size);
  assert.ok(written >= body.length * 4);
});

test('stream() gives events as they come, encoded', async (t) => {
  const zlib = process.getBuiltinModule('node:zlib');
  const more = gate();
  const { pool } = await served(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n');
    const encoder = zlib.createGzip({ flush: zlib.constants.Z_SYNC_FLUSH });
    encoder.on(
      'data',
      (piece: Buffer) =>
        void connection.write(
          Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]),
        ),
    );
    encoder.write('one\n');
    await more.opened;
    encoder.end('two\n');
    await new Promise((resolve) => encoder.once('end', resolve));
    await connection.write('0\r\n\r\n');
    await echo(connection);
  });
  const lines = (await pool.stream('GET', '/')).lines();
  assert.equal((await lines.next()).value, 'one');
  more.open();
  assert.equal((await lines.next()).value, 'two');
  assert.equal((await lines.next()).done, true);
});
