// What http.fetch is beyond the runtime's own: it keeps connections, gives them back, and goes over a session too. That it
// is the same otherwise is in differential.test.ts.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import {
  createFetch,
  defaultManager,
  fetch,
  HTTPError,
  HTTPResponse,
  PoolManager,
  type PoolManagerOptions,
  Retry,
  Session,
  type SessionOptions,
  TimeoutError,
} from 'urlpool';
import { FakeClock, fieldValues, type Script, ScriptedServer, unusedPort } from 'urlpool-testing';

const run = promisify(execFile);

async function serve(t: TestContext, script: Script | readonly Script[]): Promise<ScriptedServer> {
  const server = await ScriptedServer.start({}, script);
  t.after(() => server.close());
  return server;
}

function manager(t: TestContext, options: PoolManagerOptions = {}): PoolManager {
  const http = new PoolManager(options);
  t.after(() => http.close({ timeout: 1 }));
  return http;
}

/** Answers every request with its target. */
const echo: Script = async (connection) => {
  for (;;) {
    const { target } = await connection.request();
    await connection.respond({ body: target });
  }
};

const HEAD = 'HTTP/1.1 200 OK\r\n';

test('fetch() is bound, and the same each time', async (t) => {
  const server = await serve(t, echo);
  const http = manager(t);
  const { fetch: alone } = http;
  assert.equal(alone, http.fetch);
  assert.equal(await (await alone(`${server.origin}/a`)).text(), '/a');
});

test('fetch() keeps the connection of a body that has been read, in whichever way', async (t) => {
  const server = await serve(t, echo);
  const http = manager(t);
  for (const read of ['text', 'arrayBuffer', 'blob'] as const) {
    const response = await http.fetch(server.origin);
    await response[read]();
  }
  for await (const piece of (await http.fetch(server.origin)).body ?? []) assert.equal(piece.length, 1);
  await (await http.fetch(server.origin)).clone().text();
  const { created, reused } = http.snapshot();
  assert.deepEqual({ created, reused }, { created: 1, reused: 4 });
});

test('fetch() gives a body as bytes of its own, on every Node', async (t) => {
  const server = await serve(t, echo);
  const response = (await manager(t).fetch(`${server.origin}/b`)) as Response & { bytes(): Promise<Uint8Array> };
  const clone = response.clone() as typeof response;
  const bytes = await response.bytes();
  assert.deepEqual([bytes, bytes.constructor, bytes.buffer.byteLength], [new Uint8Array([47, 98]), Uint8Array, 2]);
  bytes.fill(0);
  assert.deepEqual(await clone.bytes(), new Uint8Array([47, 98]));
});

test('fetch() has its connection back before a body that is here is read', async (t) => {
  const server = await serve(t, echo);
  const http = manager(t, { maxSize: 1 });
  const responses = [await http.fetch(`${server.origin}/1`), await http.fetch(`${server.origin}/2`)];
  assert.deepEqual(await Promise.all(responses.map((response) => response.text())), ['/1', '/2']);
});

// what the head says of the body, what comes of it first, and then
for (const [name, framing, first, rest] of [
  ['of known length', 'Content-Length: 4\r\n\r\n', '', 'late'],
  ['of known length that has begun', 'Content-Length: 4\r\n\r\n', 'l', 'ate'],
  ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n', '2\r\nla\r\n', '2\r\nte\r\n0\r\n\r\n'],
  ['of events', 'Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n', '', '4\r\nlate\r\n0\r\n\r\n'],
] as const) {
  test(`fetch() resolves at the head, before a body ${name}`, async (t) => {
    let goOn = (): void => {};
    const awaited = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const server = await serve(t, async (connection) => {
      await connection.request();
      await connection.write(HEAD + framing + first);
      await awaited;
      await connection.write(rest);
    });
    const response = await manager(t).fetch(server.origin);
    const text = response.text();
    goOn();
    assert.equal(await text, 'late');
  });
}

test('fetch() gives each piece of a stream as it comes', async (t) => {
  const steps: (() => void)[] = [];
  const server = await serve(t, async (connection) => {
    await connection.request();
    await connection.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    for (const piece of ['one', 'two']) {
      await new Promise<void>((resolve) => steps.push(resolve));
      await connection.write(`3\r\n${piece}\r\n`);
    }
    await connection.write('0\r\n\r\n');
  });
  const { body } = await manager(t).fetch(server.origin);
  const reader = body?.getReader();
  const pieces: string[] = [];
  for (let i = 0; i < 2; i++) {
    const reading = reader?.read();
    while (steps[i] === undefined) await new Promise((resolve) => setImmediate(resolve));
    steps[i]?.();
    pieces.push(Buffer.from((await reading)?.value ?? []).toString());
  }
  assert.deepEqual([...pieces, (await reader?.read())?.done], ['one', 'two', true]);
});

// name, what is done with a response that is not held
const FORGOTTEN = [
  ['a response', 'response'],
  ['a stream that nobody reads', 'response.body'],
  ['a stream that was begun', 'await response.body.getReader().read()'],
  ['two clones', 'response.clone()'],
] as const;

for (const [name, use] of FORGOTTEN) {
  test(`fetch() gives the connection of ${name} back that was forgotten`, async (t) => {
    const endless: Script = async (connection) => {
      await connection.request();
      await connection.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n`);
      await connection.wait(60_000);
    };
    const server = await serve(t, [endless, echo]);
    const conditions = process.execArgv.filter((argument) => /^(-C|--conditions)/.test(argument));
    const program = `
      import { PoolManager } from 'urlpool';
      const http = new PoolManager({ maxSize: 1 });
      await (async () => { const response = await http.fetch('${server.origin}/forgotten'); void (${use}); })();
      const collecting = setInterval(gc, 5);
      const response = await http.fetch('${server.origin}/next');
      clearInterval(collecting);
      console.log(await response.text(), JSON.stringify(http.snapshot().closed));
      await http.close();`;
    const options = [...conditions, '--expose-gc', '--input-type=module', '--eval', program];
    const { stdout } = await run(process.execPath, options, { cwd: import.meta.dirname, timeout: 8_000 });
    assert.equal(stdout, '/next {"unread-body":1}\n');
  });
}

test('fetch() sends a body that is there with its length, and again after a redirect', async (t) => {
  const server = await serve(t, async (connection) => {
    await connection.request();
    await connection.respond({ status: 307, headers: { Location: '/there' } });
    await connection.request();
    await connection.respond({ body: 'done' });
  });
  const input = new Request(server.origin, { method: 'POST', body: 'of a Request' });
  await (await manager(t).fetch(input)).text();
  const sent = server.requests.map(({ target, headers, body }) => [
    target,
    ...fieldValues(headers, 'content-length'),
    body.toString(),
  ]);
  assert.deepEqual(sent, [
    ['/', '12', 'of a Request'],
    ['/there', '12', 'of a Request'],
  ]);
});

test('fetch() sends a Request’s stream as it comes', async (t) => {
  const server = await serve(t, async (connection) => {
    await connection.head();
    assert.equal((await connection.bytes(8)).toString(), '3\r\none\r\n');
    goOn();
    assert.equal((await connection.bytes(13)).toString(), '3\r\ntwo\r\n0\r\n\r\n');
    await connection.respond({ body: 'both' });
  });
  let goOn = (): void => {};
  const awaited = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(Buffer.from('one'));
      await awaited;
      controller.enqueue(Buffer.from('two'));
      controller.close();
    },
  });
  const init = { method: 'POST', body, duplex: 'half' } as const;
  const response = await manager(t).fetch(new Request(server.origin, init));
  assert.equal(await response.text(), 'both');
  assert.deepEqual(server.errors, []);
});

test('fetch() cancels the stream of a Request when it is aborted', async (t) => {
  const server = await serve(t, async (connection) => {
    await connection.head();
    abort.abort(new Error('enough'));
    await connection.wait(60_000);
  });
  const abort = new AbortController();
  const cancelled = new Promise((resolve) => {
    const body = new ReadableStream({ pull: () => new Promise<void>(() => {}), cancel: () => resolve('cancelled') });
    const init = { method: 'POST', body, duplex: 'half', signal: abort.signal } as const;
    const fetching = manager(t).fetch(new Request(server.origin, init));
    fetching.catch(({ message }: Error) => assert.equal(message, 'enough'));
  });
  assert.equal(await cancelled, 'cancelled');
});

test('fetch() takes a Request of any class by its members', async (t) => {
  const server = await serve(t, echo);
  const request = { url: `${server.origin}/own`, method: 'PUT', headers: new Map([['X-Own', 'yes']]), body: null };
  await (await manager(t).fetch(request as unknown as Request)).text();
  const [received] = server.requests;
  assert.equal(`${received?.method} ${received?.target}`, 'PUT /own');
  assert.deepEqual(fieldValues(received?.headers ?? [], 'x-own'), ['yes']);
});

test('fetch() gives a 503 as an answer, and does not ask again', async (t) => {
  const server = await serve(t, async (connection) => {
    await connection.request();
    await connection.respond({ status: 503, headers: { 'Retry-After': '1' } });
  });
  const { status, ok } = await manager(t).fetch(server.origin);
  assert.deepEqual([status, ok, server.requests.length], [503, false, 1]);
});

test('fetch() asks again where the manager’s Retry says so', async (t) => {
  const server = await serve(t, async (connection) => {
    await connection.request();
    await connection.respond({ status: 503 });
    await connection.request();
    await connection.respond({ body: 'at last' });
  });
  const http = manager(t, { retries: new Retry(1, { statusForcelist: [503] }) });
  assert.equal(await (await http.fetch(server.origin)).text(), 'at last');
});

test('fetch() tells why the network failed, in words that those who try again know', async (t) => {
  const port = await unusedPort();
  const error = await manager(t, { retries: false })
    .fetch(`http://127.0.0.1:${port}/`)
    .catch((thrown: unknown) => thrown);
  assert.ok(error instanceof TypeError);
  assert.ok(
    error.message.startsWith(`error sending request for url (http://127.0.0.1:${port}/) with fetch: Cannot connect`),
  );
  assert.ok(error.cause instanceof HTTPError);
  assert.equal(error.cause.code, 'ERR_CONNECTION_REFUSED');
});

test('fetch() takes a scheme that nobody speaks for a network that fails, as the standard does', async (t) => {
  await assert.rejects(manager(t).fetch('ftp://example.org/'), {
    name: 'TypeError',
    message:
      /^error sending request for url \(ftp:\/\/example\.org\/\) with fetch: .* its scheme is "ftp", not http or https$/,
  });
});

test('fetch() tells a mistake as one, without those words', async (t) => {
  const error = await manager(t)
    .fetch('http://', {})
    .catch((thrown: unknown) => thrown);
  assert.ok(error instanceof TypeError);
  assert.match(error.message, /^Cannot use "http:\/\/" as a URL/);
  assert.ok(error.cause instanceof HTTPError);
});

for (const [name, init, message] of [
  ['a dispatcher', { dispatcher: {} }, /^Cannot use the option dispatcher: give its options to the PoolManager/],
  ['a mode that is none', { redirect: 'maybe' }, /^Cannot use "maybe" as redirect: give one of follow, error, manual$/],
  ['a body with GET', { body: 'x' }, /^Cannot send a body with GET: /],
  ['headers that are none', { headers: 5 }, /^Cannot use a number as headers: give Headers, an object or pairs$/],
  ['a signal that is none', { signal: {} }, /^Cannot use an object as signal: give an AbortSignal$/],
  ['options that are none', 5, /^Cannot use a number as the options of fetch\(\): give an object$/],
] as const) {
  test(`fetch() refuses ${name} with a sentence`, async (t) => {
    await assert.rejects(manager(t).fetch('http://127.0.0.1:1/', init as unknown as RequestInit), {
      name: 'TypeError',
      message,
    });
  });
}

test('fetch() shows no password of a URL in its error', async (t) => {
  const error = await manager(t)
    .fetch('http://user:hunter2@example.org/')
    .catch((thrown: unknown) => thrown);
  assert.ok(error instanceof TypeError);
  assert.doesNotMatch(error.message, /hunter2/);
});

test('fetch() waits 300 s for a server that says nothing', async (t) => {
  const clock = new FakeClock();
  const server = await serve(t, async (connection) => {
    await connection.request();
    clock.advance(299_000);
    clock.advance(10_000);
    await connection.wait(60_000);
  });
  const error = await manager(t, { clock, retries: false })
    .fetch(server.origin)
    .catch((thrown: unknown) => thrown);
  assert.ok(error instanceof TypeError && error.cause instanceof TimeoutError);
  assert.match(error.message, /300000 ms/);
});

test('createFetch() goes over any function that sends', async () => {
  const calls: unknown[] = [];
  const own = createFetch(async (...given) => {
    calls.push(given);
    throw new RangeError('not today');
  });
  await assert.rejects(own('http://example.org/a', { method: 'post', body: 'x', credentials: 'omit' }), {
    name: 'RangeError',
    message: 'not today',
  });
  assert.deepEqual(calls, [
    [
      'POST',
      'http://example.org/a',
      { headers: [['Content-Type', 'text/plain;charset=UTF-8']], body: 'x' },
      { omitsCredentials: true },
    ],
  ]);
});

test('createFetch() takes a whole response too', async (t) => {
  const server = await serve(t, echo);
  const http = manager(t);
  const own = createFetch((method, url, options) => http.request(method, url, options));
  const response = await own(`${server.origin}/whole`);
  assert.equal(await response.clone().text(), '/whole');
  assert.equal(await new Response(response.body).text(), '/whole');
  assert.ok((await http.request('GET', server.origin)) instanceof HTTPResponse);
});

test('fetch() of the module goes over the default manager', async (t) => {
  const server = await serve(t, echo);
  t.after(() => defaultManager().close({ timeout: 1 }));
  assert.equal(await (await fetch(`${server.origin}/top`)).text(), '/top');
  assert.equal(defaultManager().snapshot().created, 1);
});

function session(t: TestContext, options: SessionOptions): Session {
  const made = new Session(options);
  t.after(() => made.close({ timeout: 1 }));
  return made;
}

const withCookie: Script = async (connection) => {
  for (;;) {
    await connection.request();
    await connection.respond({ body: 'ok', headers: { 'Set-Cookie': 'id=1; Path=/' } });
  }
};

test('fetch() of a session has its base URL, header fields, cookies and credentials', async (t) => {
  const server = await serve(t, withCookie);
  const { fetch: own } = session(t, {
    baseUrl: `${server.origin}/v1`,
    headers: { 'X-App': 'mine' },
    auth: ['user', 'secret'],
  });
  await (await own('/first')).text();
  await (await own('/second', { method: 'POST', body: 'x' })).text();
  const [first, second] = server.requests.map(({ target, headers }) => [
    target,
    ...['x-app', 'cookie', 'authorization'].map((name) => fieldValues(headers, name).join()),
  ]);
  assert.deepEqual(first, ['/v1/first', 'mine', '', 'Basic dXNlcjpzZWNyZXQ=']);
  assert.deepEqual(second, ['/v1/second', 'mine', 'id=1', 'Basic dXNlcjpzZWNyZXQ=']);
});

test("fetch() of a session with credentials: 'omit' sends none, and keeps no cookie", async (t) => {
  const server = await serve(t, withCookie);
  const own = session(t, { auth: ['user', 'secret'] });
  await (await own.fetch(server.origin, { credentials: 'omit' })).text();
  await (await own.fetch(server.origin, { credentials: 'omit' })).text();
  for (const { headers } of server.requests) {
    assert.deepEqual([...fieldValues(headers, 'cookie'), ...fieldValues(headers, 'authorization')], []);
  }
});

test('fetch() of a session goes through its middleware, and gives a 404 though the session raises', async (t) => {
  const server = await serve(t, async (connection) => {
    await connection.request();
    await connection.respond({ status: 404, body: 'none' });
  });
  const seen: string[] = [];
  const own = session(t, {
    raiseForStatus: true,
    middleware: [
      (request, next) => {
        seen.push(`${request.method} ${request.wants}`);
        return next(request);
      },
    ],
  });
  const response = await own.fetch(server.origin);
  assert.deepEqual([response.status, await response.text(), seen], [404, 'none', ['GET stream']]);
});
