import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type BodyInput, HTTPError, type RequestOptions } from 'urlpool';
import type { ScriptedConnection } from 'urlpool-testing';
import { gate, servedPool, until } from './served-pool.ts';

// Expect: 100-continue (RFC 9110 §10.1.1), in every order in which the answers can come.

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const LARGE = Buffer.alloc(300_000, 'l');

/** Longer than any test. */
const LONG = 60_000;

function expects(connection: ScriptedConnection): Promise<string | undefined> {
  return connection.head().then((head) => head.headers.find(([name]) => name.toLowerCase() === 'expect')?.[1]);
}

// name, body, its bytes
const BODIES: readonly (readonly [string, () => BodyInput, number])[] = [
  ['a small body', () => 'small', 5],
  ['a large one', () => LARGE, LARGE.length],
  ['a stream', () => Readable.from([LARGE, 'x']), LARGE.length + 1],
];

for (const [name, makeBody, length] of BODIES) {
  test(`request() holds ${name} until the server asks for it`, async (t) => {
    const before: number[] = [];
    const { pool, server } = await servedPool(t, async (connection) => {
      assert.equal(await expects(connection), '100-continue');
      const headBytes = connection.bytesRead;
      await connection.wait(20);
      before.push(connection.bytesRead - headBytes);
      await connection.write(CONTINUE);
      const { body } = await connection.request();
      await connection.respond({ body: String(body.length) });
      await connection.request();
      await connection.respond({ body: 'second' });
    });
    const response = await pool.request('POST', '/', { body: makeBody(), expectContinue: LONG });
    assert.equal(response.text(), String(length));
    assert.deepEqual(before, [0]);
    assert.equal((await pool.request('GET', '/')).text(), 'second');
    assert.equal(server.connections.length, 1);
  });

  test(`request() sends ${name} unasked when the wait is over`, async (t) => {
    const { pool } = await servedPool(t, async (connection) => {
      const { body } = await connection.request();
      await connection.respond({ body: String(body.length) });
    });
    const startedAt = performance.now();
    const response = await pool.request('PUT', '/', { body: makeBody(), expectContinue: 50 });
    assert.equal(response.text(), String(length));
    assert.ok(performance.now() - startedAt >= 50);
  });

  for (const status of [200, 413]) {
    test(`request() never sends ${name} after a ${status}`, async (t) => {
      const { pool, server, events } = await servedPool(t, async (connection) => {
        await connection.head();
        const headBytes = connection.bytesRead;
        await connection.respond({ status, body: 'final' });
        await connection.closed;
        assert.equal(connection.bytesRead, headBytes);
      });
      const body = makeBody();
      const response = await pool.request('POST', '/', { body, expectContinue: LONG });
      assert.deepEqual([response.status, response.text()], [status, 'final']);
      assert.deepEqual(pool.snapshot().closed, { 'early-response': 1 });
      if (body instanceof Readable) assert.equal(body.destroyed, true);
      const sends = events.flatMap((event) => (event.type === 'send-end' ? [event.complete] : []));
      assert.deepEqual(sends, [false]);
      await server.connections[0]?.closed;
    });
  }

  test(`request() sends ${name} without asking after a 417, once`, async (t) => {
    const asked: (string | undefined)[] = [];
    const { pool } = await servedPool(t, async (connection) => {
      asked.push(await expects(connection));
      if (asked.length === 1) {
        await connection.respond({ status: 417 });
        return;
      }
      const { body } = await connection.request();
      await connection.respond({ body: String(body.length) });
    });
    const response = await pool.request('POST', '/', { body: makeBody(), expectContinue: LONG });
    assert.deepEqual([response.status, response.text()], [200, String(length)]);
    assert.deepEqual(asked, ['100-continue', undefined]);
  });
}

test('request() gives a 417 that comes again', async (t) => {
  const { pool, server } = await servedPool(t, async (connection) => {
    await connection.head();
    await connection.respond({ status: 417 });
    connection.discard();
  });
  assert.equal((await pool.request('POST', '/', { body: 'a', expectContinue: LONG })).status, 417);
  assert.equal(server.connections.length, 2);
});

test('request() gives a 417 after a stream was read', async (t) => {
  const { pool, server } = await servedPool(t, async (connection) => {
    await connection.head();
    await connection.write(CONTINUE);
    await connection.request();
    await connection.respond({ status: 417 });
  });
  const response = await pool.request('POST', '/', { body: Readable.from(['a']), expectContinue: LONG });
  assert.equal(response.status, 417);
  assert.equal(server.connections.length, 1);
});

test('request() gives a 417 where it did not ask', async (t) => {
  const { pool, server } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.respond({ status: 417 });
  });
  assert.equal((await pool.request('POST', '/', { body: 'a' })).status, 417);
  assert.equal(server.requests.length, 1);
});

test('request() takes a 100 that comes after the body went', async (t) => {
  const { pool, server } = await servedPool(t, async (connection) => {
    for (const body of ['first', 'second']) {
      await connection.request();
      await connection.write(CONTINUE);
      await connection.respond({ body });
    }
  });
  const options: RequestOptions = { body: 'a', expectContinue: 1 };
  assert.equal((await pool.request('POST', '/', options)).text(), 'first');
  assert.equal((await pool.request('POST', '/', options)).text(), 'second');
  assert.equal(server.connections.length, 1);
});

test('request() holds the body through other interim responses', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.head();
    const headBytes = connection.bytesRead;
    await connection.write('HTTP/1.1 103 Early Hints\r\n\r\n');
    await connection.wait(20);
    assert.equal(connection.bytesRead, headBytes);
    await connection.write(CONTINUE + CONTINUE);
    const { body } = await connection.request();
    await connection.respond({ body });
  });
  assert.equal((await pool.request('POST', '/', { body: 'a', expectContinue: LONG })).text(), 'a');
});

test('request() follows a redirect with a stream that it has held', async (t) => {
  const { pool } = await servedPool(
    t,
    [
      async (connection) => {
        await connection.head();
        await connection.respond({ status: 307, headers: [['Location', '/b']] });
      },
      async (connection) => {
        await connection.head();
        await connection.write(CONTINUE);
        const { body, target } = await connection.request();
        await connection.respond({ body: `${target} ${body}` });
      },
    ],
    { retries: 3 },
  );
  const response = await pool.request('POST', '/a', { body: Readable.from(['s']), expectContinue: LONG });
  assert.equal(response.text(), '/b s');
});

test('request() asks nothing for a request without a body', async (t) => {
  const { pool, server } = await servedPool(t, async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond();
    }
  });
  await pool.request('GET', '/', { expectContinue: true });
  await pool.request('POST', '/', { body: '', expectContinue: true });
  await pool.request('POST', '/', { expectContinue: true, headers: { 'X-A': '1' } });
  const names = server.requests.flatMap(({ headers }) => headers.map(([name]) => name));
  assert.ok(!names.includes('Expect'));
});

test('request() writes the head byte by byte as it should be', async (t) => {
  const { pool, server } = await servedPool(t, async (connection) => {
    await connection.head();
    await connection.write(CONTINUE);
    await connection.request();
    await connection.respond();
  });
  const headers = { Host: 'h', 'User-Agent': null, Accept: null, 'Accept-Encoding': null };
  await pool.request('PUT', '/a', { body: 'b', headers, expectContinue: true });
  const [request] = server.requests;
  assert.equal(
    request?.raw.toString('latin1'),
    'PUT /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nb',
  );
});

test('request() ends the wait by Timeout.read', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.head();
  });
  await assert.rejects(pool.request('POST', '/', { body: 'a', expectContinue: LONG, timeout: { read: 50 } }), {
    code: 'ERR_TIMEOUT',
    phase: 'send',
  });
});

test('request() ends the wait when it is aborted, and frees the body', async (t) => {
  const head = gate();
  const { pool } = await servedPool(t, async (connection) => {
    await connection.head();
    head.open();
  });
  const controller = new AbortController();
  const body = new Readable({ read() {} });
  const response = pool.request('POST', '/', { body, expectContinue: LONG, signal: controller.signal });
  await head.opened;
  const reason = new Error('enough');
  controller.abort(reason);
  await assert.rejects(response, (error) => error === reason);
  await until(() => body.destroyed);
});

test('request() tells that the connection ended during the wait, and frees the body', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.head();
    connection.reset();
  });
  const body = new Readable({ read() {} });
  await assert.rejects(pool.request('POST', '/', { body, expectContinue: LONG }), HTTPError);
  assert.equal(body.destroyed, true);
});

// name, options, message
const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
  ['text', { expectContinue: '1s' }, /as expectContinue: give true, false, or a number of milliseconds, 0 or more$/],
  ['a negative wait', { expectContinue: -1 }, /give true, false, or a number/],
  ['an endless wait', { expectContinue: Number.POSITIVE_INFINITY }, /give true, false, or a number/],
  ['an Expect of the caller beside it', { expectContinue: true, headers: { expect: 'x' } }, /Expect is given already/],
];

for (const [name, options, message] of REFUSED) {
  test(`request() refuses ${name}`, async (t) => {
    const { pool } = await servedPool(t, () => {});
    const choices = { body: 'a', ...(options as RequestOptions) };
    await assert.rejects(pool.request('POST', '/', choices), { code: 'ERR_INVALID_OPTION', message });
  });
}
