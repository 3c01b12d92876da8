import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PoolError, PoolManager, RequestError } from 'urlpool';
import { fieldValues, type ReceivedRequest, type ScriptedConnection, ScriptedServer } from 'urlpool-testing';
import { ACCEPT_ENCODING } from '../../src/response/decoding/content-codings.ts';
import { VERSION } from '../../src/util/version.ts';

async function echo(connection: ScriptedConnection): Promise<void> {
  for (;;) {
    const { target } = await connection.request();
    await connection.respond({ body: target });
  }
}

/** What one request of a manager puts on the wire. */
async function sent(
  make: (http: PoolManager, origin: string) => Promise<unknown>,
  http: PoolManager = new PoolManager(),
) {
  const server = await ScriptedServer.start({}, echo);
  try {
    await make(http, server.origin);
    return await server.request(0);
  } finally {
    await http.close();
    await server.close();
  }
}

function head(request: ReceivedRequest): string {
  return request.raw.toString('latin1').replace(/Host: .*/, 'Host: -');
}

test('VERSION is that of the package', () => {
  const path = new URL('../../package.json', import.meta.url);
  assert.equal(VERSION, JSON.parse(readFileSync(path, 'utf8')).version);
});

test('request() keeps a pool per origin', async () => {
  const servers = [await ScriptedServer.start({}, echo), await ScriptedServer.start({}, echo)];
  const http = new PoolManager();
  for (const { origin } of [...servers, ...servers]) {
    assert.equal((await http.request('GET', `${origin}/a?b=c#d`)).text(), '/a?b=c');
  }
  const { numConnections, numRequests, pools } = http.snapshot();
  assert.deepEqual([numConnections, numRequests, pools.length], [2, 4, 2]);
  await http.close();
  for (const server of servers) await server.close();
});

test('request() takes a URL object', async () => {
  const request = await sent((http, origin) => http.request('GET', new URL('/x y', origin)));
  assert.equal(request.target, '/x%20y');
});

test('request() writes Host, Accept, Accept-Encoding and User-Agent, in this order', async () => {
  const request = await sent((http, origin) => http.request('GET', `${origin}/`));
  const fields = `Accept: */*\r\nAccept-Encoding: ${ACCEPT_ENCODING}\r\nUser-Agent: urlpool/${VERSION}\r\n`;
  assert.equal(head(request), `GET / HTTP/1.1\r\nHost: -\r\n${fields}\r\n`);
});

test("request() merges the call's fields over the manager's, and null removes one", async () => {
  const http = new PoolManager({
    headers: { 'X-Team': 'a', 'x-both': 'manager', Accept: null, 'accept-encoding': null },
  });
  const request = await sent(
    (manager, origin) => manager.request('GET', `${origin}/`, { headers: { 'X-Both': 'call', 'user-agent': null } }),
    http,
  );
  assert.equal(head(request), 'GET / HTTP/1.1\r\nHost: -\r\nX-Team: a\r\nX-Both: call\r\n\r\n');
});

test('request() makes Basic authentication of userinfo, and shows it nowhere', async () => {
  const http = new PoolManager();
  const server = await ScriptedServer.start({}, echo);
  const response = await http.request('GET', `${server.origin.replace('//', '//us%20er:p%40ss@')}/a`);
  const [request] = server.requests;
  assert.deepEqual(request && fieldValues(request.headers, 'authorization'), [`Basic ${btoa('us er:p@ss')}`]);
  assert.equal(response.url, `${server.origin}/a`);
  await http.close();
  await server.close();
});

// name, body option, body on the wire, framing fields
const BODIES = [
  ['a string as UTF-8', { body: 'héllo' }, 'h\u00c3\u00a9llo', ['content-length', '6']],
  ['bytes', { body: new Uint8Array([104, 105]) }, 'hi', ['content-length', '2']],
  ['a view of a buffer', { body: new Uint16Array([0x6968]) }, 'hi', ['content-length', '2']],
  ['an ArrayBuffer', { body: new Uint8Array([104, 105]).buffer }, 'hi', ['content-length', '2']],
  ['an empty string', { body: '' }, '', ['content-length', '0']],
  ['an iterable', { body: ['a', new Uint8Array([98])] }, 'ab', ['transfer-encoding', 'chunked']],
  ['a web stream', { body: () => new Response('ab').body ?? '' }, 'ab', ['transfer-encoding', 'chunked']],
  ['a function that makes a string', { body: () => 'ab' }, 'ab', ['transfer-encoding', 'chunked']],
  ['JSON', { json: { a: [1, null] } }, '{"a":[1,null]}', ['content-length', '14']],
  ['JSON null', { json: null }, 'null', ['content-length', '4']],
  ['nothing, and says so', {}, '', ['content-length', '0']],
  ['an iterable of known length', { body: ['ab'], headers: { 'Content-Length': '2' } }, 'ab', ['content-length', '2']],
] as const;

for (const [name, options, body, [field, value]] of BODIES) {
  test(`request() sends ${name}`, async () => {
    const request = await sent((http, origin) => http.request('POST', `${origin}/`, options));
    assert.equal(request.body.toString('latin1'), body);
    assert.deepEqual(fieldValues(request.headers, field), [value]);
  });
}

test('request() names the type of JSON, unless the caller does', async () => {
  const json = { a: 1 };
  const plain = await sent((http, origin) => http.request('POST', `${origin}/`, { json }));
  assert.deepEqual(fieldValues(plain.headers, 'content-type'), ['application/json']);
  const headers = { 'content-type': 'application/ld+json' };
  const own = await sent((http, origin) => http.request('POST', `${origin}/`, { json, headers }));
  assert.deepEqual(fieldValues(own.headers, 'content-type'), ['application/ld+json']);
  const none = await sent((http, origin) =>
    http.request('POST', `${origin}/`, { json, headers: { 'Content-Type': null } }),
  );
  assert.deepEqual(fieldValues(none.headers, 'content-type'), []);
});

test('request() sends the trailers that are made when the body was sent', async () => {
  let length = 0;
  const body = function* () {
    for (const piece of ['a', 'bc']) {
      length += piece.length;
      yield piece;
    }
  };
  const trailers = () => ({ 'X-Length': `${length}` });
  const request = await sent((http, origin) => http.request('POST', `${origin}/`, { body, trailers }));
  assert.equal(request.body.toString(), 'abc');
  assert.deepEqual(request.trailers, [['X-Length', '3']]);
});

// name, method, URL, options, code
const REFUSED = [
  ['a URL without a scheme', 'GET', 'example.org', {}, 'ERR_INVALID_URL'],
  ['another scheme', 'GET', 'ftp://example.org/', {}, 'ERR_INVALID_URL'],
  ['a line feed in a URL', 'GET', 'http://example.org/\n', {}, 'ERR_INVALID_URL'],
  ['a method that is no token', 'GET /', 'http://127.0.0.1:9/', {}, 'ERR_INVALID_METHOD'],
  ['a line feed in a header', 'GET', 'http://127.0.0.1:9/', { headers: { a: 'b\r\nc: d' } }, 'ERR_INVALID_HEADER'],
  ['a header that is no latin1', 'GET', 'http://127.0.0.1:9/', { headers: { a: '€' } }, 'ERR_INVALID_HEADER'],
  ['a name with a space', 'GET', 'http://127.0.0.1:9/', { headers: { 'a b': 'c' } }, 'ERR_INVALID_HEADER'],
  ['two Hosts', 'GET', 'http://127.0.0.1:9/', { headers: { Host: ['a', 'b'] } }, 'ERR_INVALID_HEADER'],
  [
    'a Transfer-Encoding',
    'POST',
    'http://127.0.0.1:9/',
    { headers: { 'transfer-encoding': 'chunked' }, body: 'a' },
    'ERR_INVALID_HEADER',
  ],
  [
    'a wrong Content-Length',
    'POST',
    'http://127.0.0.1:9/',
    { headers: { 'content-length': '3' }, body: 'a' },
    'ERR_INVALID_HEADER',
  ],
  [
    'a Content-Length without a body',
    'POST',
    'http://127.0.0.1:9/',
    { headers: { 'content-length': '3' } },
    'ERR_INVALID_BODY',
  ],
  ['body and json', 'POST', 'http://127.0.0.1:9/', { body: 'a', json: 1 }, 'ERR_INVALID_BODY'],
  ['JSON of a function', 'POST', 'http://127.0.0.1:9/', { json: () => {} }, 'ERR_INVALID_BODY'],
  [
    'trailers of a body of known length',
    'POST',
    'http://127.0.0.1:9/',
    { body: 'a', trailers: () => ({}) },
    'ERR_INVALID_BODY',
  ],
  ['a timeout of zero', 'GET', 'http://127.0.0.1:9/', { timeout: 0 }, 'ERR_INVALID_OPTION'],
  ['a limit below zero', 'GET', 'http://127.0.0.1:9/', { maxBodyBytes: -1 }, 'ERR_INVALID_OPTION'],
] as const;

for (const [name, method, url, options, code] of REFUSED) {
  test(`request() refuses ${name} before it connects`, async () => {
    const http = new PoolManager();
    await assert.rejects(
      http.request(method, url, options),
      (error) => error instanceof RequestError && error.code === code,
    );
    assert.equal(http.snapshot().numConnections, 0);
    await http.close();
  });
}

for (const [name, bad] of [
  ['retries', {}],
  ['redirect', 1],
  ['decodeContent', 'no'],
] as const) {
  test(`request() takes ${name}: false, and refuses what is no value of it`, async () => {
    const request = await sent((http, origin) => http.request('GET', `${origin}/a`, { [name]: false }));
    assert.equal(request.target, '/a');
    const http = new PoolManager();
    await assert.rejects(http.request('GET', 'http://127.0.0.1:9/', { [name]: bad as unknown as false }), RequestError);
    await http.close();
  });
}

test('PoolManager refuses an option that it does not know, and says which was meant', () => {
  const options = { max_size: 5 } as object;
  assert.throws(() => new PoolManager(options), { code: 'ERR_INVALID_OPTION', message: /did you mean maxSize/ });
});

test('PoolManager knows the names of its own options', () => {
  assert.throws(() => new PoolManager({ num_pools: 5 } as object), { message: /did you mean numPools/ });
  assert.throws(() => new PoolManager({ pools: 5 } as object), { message: /of the manager: .*numPools/ });
});

test('PoolManager refuses header fields that cannot be sent before it sends any', () => {
  for (const [headers, code] of [
    ['X-A: 1', 'ERR_INVALID_OPTION'],
    [{ 'a b': '1' }, 'ERR_INVALID_HEADER'],
    [{ Host: ['a', 'b'] }, 'ERR_INVALID_HEADER'],
    [{ 'Transfer-Encoding': 'chunked' }, 'ERR_INVALID_HEADER'],
  ] as const) {
    assert.throws(() => new PoolManager({ headers: headers as never }), { code });
  }
});

test('request() to every origin has the fields of the manager, though they could be read only once', async () => {
  const servers = [await ScriptedServer.start({}, echo), await ScriptedServer.start({}, echo)];
  const http = new PoolManager({ headers: [['X-A', '1'] as const].values() });
  for (const server of servers) {
    await http.request('GET', server.origin);
    assert.deepEqual(server.requests[0]?.headers.at(-1), ['X-A', '1']);
    await server.close();
  }
  await http.close();
});

test('request() fails, and does not hang, when trailers cannot be sent', async () => {
  const http = new PoolManager();
  const server = await ScriptedServer.start({}, echo);
  for (const trailers of [() => ({ 'Content-Length': '1' }), () => ({ a: 'b\n' }), () => assert.fail('thrown')]) {
    await assert.rejects(http.request('POST', server.origin, { body: ['a'], trailers }), { name: 'SendError' });
  }
  await http.close();
  await server.close();
});

test('PoolManager goes on when its listener throws', { concurrency: false }, async () => {
  const thrown: unknown[] = [];
  process.setUncaughtExceptionCaptureCallback((error) => thrown.push(error));
  const http = new PoolManager({
    onEvent: () => {
      throw new Error('of the listener');
    },
  });
  const server = await ScriptedServer.start({}, echo);
  assert.equal((await http.request('GET', server.origin)).status, 200);
  await http.close();
  await server.close();
  process.setUncaughtExceptionCaptureCallback(null);
  assert.ok(thrown.length > 0);
});

test('PoolManager refuses bad values', () => {
  for (const options of [
    { maxSize: 0 },
    { maxSize: 1.5 },
    { idleTimeout: -1 },
    { timeout: Number.NaN },
    { maxHeadBytes: -1 },
    { maxRequestsPerConnection: 0 },
    { resolve: { 'example.org': '127.0.0.1' } },
    { resolve: { 'example.org:80': 'localhost' } },
    { replay: 'always' as 'safe' },
  ]) {
    assert.throws(() => new PoolManager(options), { code: 'ERR_INVALID_OPTION' }, JSON.stringify(options));
  }
});

test('close() closes every pool, and refuses new calls', async () => {
  const server = await ScriptedServer.start({}, echo);
  const http = new PoolManager();
  await http.request('GET', server.origin);
  await http.close();
  assert.equal(http.snapshot().open, 0);
  await assert.rejects(
    http.request('GET', server.origin),
    (error) => error instanceof PoolError && error.code === 'ERR_POOL_CLOSED',
  );
  await server.close();
});

test('clear() closes idle connections of every pool', async () => {
  const server = await ScriptedServer.start({}, echo);
  const http = new PoolManager();
  await http.request('GET', server.origin);
  http.clear();
  assert.deepEqual(http.snapshot().closed, { cleared: 1 });
  await http.close();
  await server.close();
});
