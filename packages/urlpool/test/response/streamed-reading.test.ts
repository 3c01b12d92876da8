import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { HTTPConnectionPool, type HTTPError, type RequestOptions, type StreamedResponse } from 'urlpool';
import { type Script, ScriptedServer } from 'urlpool-testing';
import { echo, servedPool } from '../connection/served-pool.ts';

// What a consumer can read of a body on its way, piece by piece and line by line.

/** Sends a body in these chunks, each on its own as far as the network lets it. */
function chunks(...pieces: readonly (string | Uint8Array)[]): Script {
  return async (connection) => {
    await connection.request();
    await connection.write(
      'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    for (const piece of pieces) {
      const bytes = Buffer.from(piece);
      await connection.write(
        Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]),
      );
    }
    await connection.write('0\r\n\r\n');
    await echo(connection);
  };
}

const cutAfter =
  (text: string): Script =>
  async (connection) => {
    await connection.request();
    await connection.write(`HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n${text}`);
    connection.end();
  };

async function streamed(t: TestContext, script: Script, options?: RequestOptions) {
  const { pool } = await servedPool(t, script);
  return { pool, response: await pool.stream('GET', '/', options) };
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of source) items.push(item);
  return items;
}

async function failure(work: Promise<unknown>): Promise<HTTPError> {
  return work.then(
    () => assert.fail('it did not fail'),
    (error) => error,
  );
}

const shown = (piece: Buffer | null) => piece?.toString() ?? null;

// read()

test('read() gives at most so many bytes, and null at the end, again and again', async (t) => {
  const { pool, response } = await streamed(t, chunks('abcdefgh'));
  const pieces = [
    await response.read(3),
    await response.read(1),
    await response.read(),
    await response.read(5),
    await response.read(),
  ];
  assert.deepEqual(pieces.map(shown), ['abc', 'd', 'efgh', null, null]);
  assert.equal((await pool.request('GET', '/next')).connection.reused, true);
});

test('read() mixes with for await from where it stands', async (t) => {
  const { response } = await streamed(t, chunks('abcdefgh'));
  assert.equal(shown(await response.read(2)), 'ab');
  const pieces: (string | null)[] = [];
  for await (const piece of response) pieces.push(shown(piece), shown(await response.read(1)));
  assert.deepEqual(pieces, ['cdefgh', null]);
});

for (const [name, rest] of [
  ['bytes()', async (response: StreamedResponse) => shown(await response.bytes())],
  ['text()', (response: StreamedResponse) => response.text()],
  ['lines()', async (response: StreamedResponse) => (await all(response.lines())).join()],
  ['readable()', async (response: StreamedResponse) => Buffer.concat(await all(response.readable())).toString()],
  ['webStream()', (response: StreamedResponse) => new Response(response.webStream()).text()],
] as const) {
  test(`read() leaves the rest to ${name}, and has nothing more then`, async (t) => {
    const { response } = await streamed(t, chunks('abcdefgh'));
    await response.read(2);
    assert.equal(response.bodyUsed, true);
    assert.equal(await rest(response), 'cdefgh');
    assert.equal((await failure(response.read())).code, 'ERR_BODY_USED');
  });
}

test('read() several times at once gives each its own, in turn', async (t) => {
  const { response } = await streamed(t, chunks('abcdef'));
  const pieces = await Promise.all([response.read(2), response.read(2), response.read(2), response.read(2)]);
  assert.deepEqual(pieces.map(shown), ['ab', 'cd', 'ef', null]);
});

test('for await that is asked twice at once gives each its own', async (t) => {
  const { response } = await streamed(t, chunks('abc'));
  const pieces = response[Symbol.asyncIterator]();
  const [one, other] = await Promise.all([pieces.next(), pieces.next()]);
  assert.deepEqual([shown(one.value ?? null), other.done], ['abc', true]);
});

test('read() gives what came, and fails then, each time', async (t) => {
  const { response } = await streamed(t, cutAfter('abc'));
  assert.equal(shown(await response.read(2)), 'ab');
  assert.equal(shown(await response.read(2)), 'c');
  for (let i = 0; i < 2; i++) assert.equal((await failure(response.read())).code, 'ERR_CONNECTION_CLOSED');
});

test('read() has nothing of a response that was disposed of', async (t) => {
  const { response } = await streamed(t, chunks('abc'));
  await response.read(1);
  await response.dispose();
  assert.equal((await failure(response.read())).code, 'ERR_BODY_USED');
});

for (const most of [0, -1, 1.5, Number.NaN, '3'] as never[]) {
  test(`read() refuses ${most} bytes, and leaves the body alone`, async (t) => {
    const { response } = await streamed(t, chunks('abc'));
    assert.equal((await failure(response.read(most))).code, 'ERR_INVALID_OPTION');
    assert.deepEqual([response.bodyUsed, await response.text()], [false, 'abc']);
  });
}

test('read() gives every byte, whatever is asked for', async () => {
  const body = Buffer.alloc(3_000, 'abcdefg');
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 9 }), async (sizes) => {
      const server = await ScriptedServer.start({}, chunks(body.subarray(0, 1_000), body.subarray(1_000)));
      const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port });
      const response = await pool.stream('GET', '/');
      const pieces: Buffer[] = [];
      for (let i = 0; ; i++) {
        const most = sizes[i % sizes.length] ?? 1;
        const piece = await response.read(most);
        if (piece === null) break;
        assert.ok(piece.length >= 1 && piece.length <= most);
        pieces.push(piece);
      }
      assert.ok(Buffer.concat(pieces).equals(body));
      await pool.close();
      await server.close();
    }),
    { numRuns: 15 },
  );
});

// webStream()

test('webStream() fills the buffer of its reader', async (t) => {
  const { response } = await streamed(t, chunks('abcdefgh'));
  const reader = response.webStream().getReader({ mode: 'byob' });
  const seen: string[] = [];
  let buffer = new ArrayBuffer(3);
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(buffer));
    if (done) break;
    seen.push(Buffer.from(value).toString());
    buffer = value.buffer as ArrayBuffer;
  }
  assert.deepEqual(seen, ['abc', 'def', 'gh']);
});

test('webStream() fills a part of a buffer, and leaves what is around it', async (t) => {
  const { response } = await streamed(t, chunks('abcdefgh'));
  const reader = response.webStream().getReader({ mode: 'byob' });
  const { value } = await reader.read(new Uint8Array(new ArrayBuffer(10), 4, 3));
  assert.ok(value !== undefined);
  assert.deepEqual([...new Uint8Array(value.buffer)], [0, 0, 0, 0, 97, 98, 99, 0, 0, 0]);
  await reader.cancel();
});

test('webStream() can be piped and teed, and hands out memory that nobody else has', async (t) => {
  const { response } = await streamed(t, chunks('abc', 'def'));
  const [one, other] = response.webStream().tee();
  const texts: string[] = [];
  await one.pipeTo(
    new WritableStream({
      write(piece) {
        texts.push(Buffer.from(piece).toString());
        piece.fill(0);
      },
    }),
  );
  assert.deepEqual([texts.join(''), await new Response(other).text()], ['abcdef', 'abcdef']);
});

test('webStream() fails as the body does', async (t) => {
  const { response } = await streamed(t, cutAfter('abc'));
  const reader = response.webStream().getReader({ mode: 'byob' });
  await reader.read(new Uint8Array(100));
  assert.equal((await failure(reader.read(new Uint8Array(100)))).code, 'ERR_CONNECTION_CLOSED');
});

// lines(), ndjson(), events()

test('lines() gives lines wherever they were cut', async (t) => {
  const { pool, response } = await streamed(
    t,
    chunks('\ufeffa', 'b\r', '\nc\r', 'd\n\n', Buffer.from([0xc3]), Buffer.from([0xa9]), '\ne'),
  );
  assert.deepEqual(await all(response.lines()), ['ab', 'c', 'd', '', 'é', 'e']);
  assert.equal((await pool.request('GET', '/next')).connection.reused, true);
});

test('lines() gives a line before the next one is there', async (t) => {
  let more = (): void => {};
  const waiting = new Promise<void>((resolve) => (more = resolve));
  const { response } = await streamed(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\na\r');
    await waiting;
    await connection.write('\nb\nc');
  });
  const lines = response.lines();
  assert.equal((await lines.next()).value, 'a');
  more();
  assert.deepEqual(await all(lines), ['b', 'c']);
});

test('lines() reads by the charset that is asked for', async (t) => {
  const { response } = await streamed(t, chunks(Buffer.from([0xe9, 0x0a, 0x80])));
  assert.deepEqual(await all(response.lines({ charset: 'latin1' })), ['é', '€']);
});

test('lines() refuses a line that is too long, and gives the connection up', async (t) => {
  const { pool, response } = await streamed(t, chunks('abc\n', 'abcdef\n'));
  const lines = response.lines({ maxLineBytes: 5 });
  assert.equal((await lines.next()).value, 'abc');
  const error = await failure(lines.next());
  assert.deepEqual([error.code, error.message.endsWith('option: maxLineBytes')], ['ERR_LIMIT', true]);
  const { open, idle } = pool.snapshot();
  assert.equal(open - idle, 0);
});

test('lines() refuses a line beyond 1 MiB by default', async (t) => {
  const { response } = await streamed(t, chunks('a'.repeat(1024 * 1024), '\n', 'a'.repeat(1024 * 1024), 'a\n'));
  const lines = response.lines();
  assert.equal((await lines.next()).value?.length, 1024 * 1024);
  assert.equal((await failure(lines.next())).code, 'ERR_LIMIT');
});

for (const [name, read] of [
  ['lines()', (response: StreamedResponse) => response.lines()],
  ['ndjson()', (response: StreamedResponse) => response.ndjson()],
  ['events()', (response: StreamedResponse) => response.events()],
] as const) {
  test(`${name} that is left gives the connection back`, async (t) => {
    const { pool, response } = await streamed(t, chunks(name === 'ndjson()' ? '1\n2\n' : 'data: 1\n\ndata: 2\n\n'));
    for await (const item of read(response)) {
      assert.ok(item !== undefined);
      break;
    }
    assert.equal((await pool.request('GET', '/next')).connection.reused, true);
  });

  test(`${name} fails as the body does`, async (t) => {
    const { response } = await streamed(t, cutAfter(name === 'ndjson()' ? '1\n' : 'data: 1\n\n'));
    assert.equal((await failure(all(read(response) as AsyncIterable<unknown>))).code, 'ERR_CONNECTION_CLOSED');
  });

  test(`${name} takes the body at once, and no body twice`, async (t) => {
    const { response } = await streamed(t, chunks('1\n'));
    read(response);
    assert.equal(response.bodyUsed, true);
    assert.throws(() => read(response), { code: 'ERR_BODY_USED' });
  });

  test(`${name} refuses an option that nobody knows, and leaves the body alone`, async (t) => {
    const { response } = await streamed(t, chunks('1\n'));
    const method = name.slice(0, -2) as 'lines';
    assert.throws(() => response[method]({ maxlines: 1 } as never), { code: 'ERR_INVALID_OPTION' });
    assert.equal(response.bodyUsed, false);
  });
}

test('ndjson() gives values, and passes empty lines over', async (t) => {
  const { response } = await streamed(t, chunks('\ufeff{"a":1}\n', '\n  \r\n[2', ']\r\n"\u2028"\n', 'null'));
  assert.deepEqual(await all(response.ndjson()), [{ a: 1 }, [2], '\u2028', null]);
});

test('ndjson() names the line that is no JSON, and where', async (t) => {
  const { response } = await streamed(t, chunks('1\n\n{"a":x}\n4\n'));
  const values = response.ndjson();
  assert.equal((await values.next()).value, 1);
  const error = await failure(values.next());
  assert.equal(error.code, 'ERR_INVALID_JSON');
  assert.match(
    error.message,
    /^Cannot read line 3 of the body of GET .* \(status 200\) as JSON: it is none at column 6, near "\{\\"a\\":x\}"$/,
  );
});

test('events() gives the events of the body', async (t) => {
  const { response } = await streamed(
    t,
    chunks('\ufeffevent: a\nda', 'ta: 1\nid: 7\n', '\r\n: x\n\ndata: 2\n\ndata: lost'),
  );
  assert.deepEqual(await all(response.events()), [
    { type: 'a', data: '1', lastEventId: '7' },
    { type: 'message', data: '2', lastEventId: '7' },
  ]);
});

test('events() refuses an event that is too large', async (t) => {
  const { response } = await streamed(t, chunks('data: 123\n', 'data: 456\n\n'));
  const error = await failure(all(response.events({ maxEventBytes: 6 })));
  assert.deepEqual([error.code, error.message.endsWith('option: maxEventBytes')], ['ERR_LIMIT', true]);
});

test('text() reads by the charset that is asked for, and refuses one that nobody knows', async (t) => {
  const { response } = await streamed(t, chunks(Buffer.from([0xe9])));
  assert.equal((await failure(response.text('never-heard'))).code, 'ERR_INVALID_OPTION');
  assert.equal(await response.text('iso-8859-1'), 'é');
});

// Leaving

/** Sends a part of a body, whose rest never comes. */
const unfinished: Script = async (connection) => {
  await connection.request();
  await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}\n{}\n\ndata: a\n\n');
  await connection.closed;
};

const READERS = ['lines', 'ndjson', 'events'] as const;

for (const name of READERS) {
  test(`${name}() that is left before its first step frees its connection`, async (t) => {
    const { pool, response } = await streamed(t, unfinished);
    await response[name]().return();
    assert.deepEqual([pool.snapshot().active, response.bodyUsed], [0, true]);
  });

  test(`${name}() that fails before its first step frees its connection`, async (t) => {
    const { pool, response } = await streamed(t, unfinished);
    await assert.rejects(response[name]().throw(new Error('enough')), /enough/);
    assert.equal(pool.snapshot().active, 0);
  });

  test(`${name}() as a stream that is destroyed while it waits frees its connection`, async (t) => {
    const { pool, response } = await streamed(t, unfinished);
    const stream = Readable.from(response[name]());
    await once(stream, 'data').catch(() => {}); // NDJSON ends with what is none
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.destroy();
    await closed;
    assert.equal(pool.snapshot().active, 0);
  });
}

test('lines() that is left while it waits ends what waits for it', async (t) => {
  const { pool, response } = await streamed(t, unfinished);
  const lines = response.lines();
  for (let i = 0; i < 5; i++) await lines.next();
  const waiting = failure(lines.next());
  assert.deepEqual(await lines.return(), { done: true, value: undefined });
  assert.deepEqual([(await waiting).code, pool.snapshot().active], ['ERR_BODY_USED', 0]);
  assert.deepEqual(await lines.next(), { done: true, value: undefined });
});
