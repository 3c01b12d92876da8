import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type HAREntry, PoolManager, Retry, recordHAR } from 'urlpool';
import { type Script, ScriptedServer, unusedPort } from 'urlpool-testing';
import { localCertificate, testAuthority } from '../connection/served-pool.ts';
import { served } from '../manager/proxied-manager.ts';
import { servedManager } from '../manager/served-manager.ts';
import { faultsOf, valid } from './valid-har.ts';

const echo: Script = async (connection) => {
  for (;;) {
    const { target } = await connection.request();
    await connection.respond({ body: target });
  }
};

/** What an entry says of the way of its call. */
function outline({ request, response, connection }: HAREntry): readonly unknown[] {
  return [request.method, new URL(request.url).pathname, response.status, connection !== undefined];
}

test('faultsOf() finds what is missing', () => {
  const log = { version: '1.2', creator: { name: 'n', version: '1' }, entries: [{ time: 'long' }] };
  assert.match(faultsOf({ log }), /entries\[0\].* 'startedDateTime'.*time should be number/s);
});

test('recordHAR() gives a valid HAR before there is anything in it', async (t) => {
  const { http } = await servedManager(t, 1, echo);
  assert.deepEqual(valid(recordHAR(http)).log.entries, []);
});

test('recordHAR() gives an entry with what was asked, what came, and when', async (t) => {
  const { http, origins } = await servedManager(t, 1, async (connection) => {
    await connection.request();
    await connection.respond({ headers: { 'Content-Type': 'text/plain' }, body: 'done' });
  });
  const har = recordHAR(http);
  const before = Date.now();
  const { connection } = await http.request('GET', `${origins[0]}/a?q=1&q=%C3%A9&empty=`, { headers: { 'X-A': 'b' } });
  const [entry] = valid(har).log.entries;
  assert.ok(entry !== undefined);
  const { request, response } = entry;
  assert.equal(request.url, `${origins[0]}/a?q=1&q=%C3%A9&empty=`);
  assert.equal(request.httpVersion, 'HTTP/1.1');
  assert.deepEqual(request.queryString, [
    { name: 'q', value: '1' },
    { name: 'q', value: 'é' },
    { name: 'empty', value: '' },
  ]);
  assert.ok(request.headers.some(({ name, value }) => name === 'X-A' && value === 'b'));
  assert.equal(request.bodySize, 0);
  assert.deepEqual([response.status, response.statusText, response.httpVersion], [200, 'OK', 'HTTP/1.1']);
  assert.deepEqual(response.content, { size: 4, mimeType: 'text/plain' });
  assert.equal(response.bodySize, 4);
  assert.deepEqual([entry.connection, entry.serverIPAddress], [String(connection.id), '127.0.0.1']);
  assert.equal('_error' in entry, false);
  const startedAt = Date.parse(entry.startedDateTime);
  assert.ok(startedAt >= before - 2 && startedAt <= Date.now(), entry.startedDateTime);
});

test('recordHAR() gives an entry for each hop, retry and replay', async (t) => {
  const { http, origins } = await servedManager(t, 1, async (connection) => {
    if (connection.index === 0) {
      await connection.request();
      await connection.respond({ status: 302, headers: { Location: '/b' } });
      await connection.request();
      connection.reset();
      return;
    }
    await connection.request();
    await connection.respond({ status: 503 });
    await echo(connection);
  });
  const har = recordHAR(http);
  await http.request('GET', `${origins[0]}/a`, { retries: new Retry(3, { statusForcelist: [503], backoffFactor: 0 }) });
  const { entries } = valid(har).log;
  assert.deepEqual(entries.map(outline), [
    ['GET', '/a', 302, true],
    ['GET', '/b', 0, true],
    ['GET', '/b', 503, true],
    ['GET', '/b', 200, true],
  ]);
  assert.equal(entries[0]?.response.redirectURL, '/b');
  assert.match(entries[1]?._error ?? '', /reset the connection/);
  assert.equal(entries[1]?.response.httpVersion, '');
  const starts = entries.map(({ startedDateTime }) => Date.parse(startedDateTime));
  assert.deepEqual(starts, starts.toSorted());
});

test('recordHAR() matches the last attempts of a long call with what they were answered', async (t) => {
  const { http, origins } = await servedManager(t, 1, async (connection) => {
    for (let i = 1; ; i++) {
      await connection.request();
      await (i === 130
        ? connection.respond()
        : connection.respond({ status: 503, headers: { 'X-Answer': String(i) } }));
    }
  });
  const har = recordHAR(http);
  await http.request('GET', origins[0], { retries: new Retry(200, { statusForcelist: [503], backoffFactor: 0 }) });
  const { entries } = valid(har).log;
  assert.equal(entries.length, 101);
  const answers = entries.map(({ response }) => response.headers.find(({ name }) => name === 'X-Answer')?.value);
  assert.deepEqual([answers[0], answers[99], answers[100]], ['30', '129', undefined]);
});

// reason, what the entry says
for (const [reason, said] of [
  [new Error('enough'), 'enough'],
  [new TypeError(), 'TypeError'],
  ['enough', 'enough'],
] as const) {
  test(`recordHAR() says that a call was aborted with ${typeof reason} ${reason}`, async (t) => {
    const aborting = new AbortController();
    const { http, origins } = await servedManager(t, 1, async (connection) => {
      await connection.request();
      aborting.abort(reason);
      await connection.closed;
    });
    const har = recordHAR(http);
    await assert.rejects(http.request('GET', origins[0], { signal: aborting.signal }), (error) => error === reason);
    assert.deepEqual(
      valid(har).log.entries.map(({ response, _error }) => [response.status, _error]),
      [[0, said]],
    );
  });
}

test('recordHAR() says why a body did not come whole', async (t) => {
  const { http, origins } = await servedManager(t, 1, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345');
    await connection.closed;
  });
  const har = recordHAR(http);
  const aborting = new AbortController();
  const response = await http.stream('GET', origins[0], { signal: aborting.signal });
  aborting.abort(new Error('enough'));
  await assert.rejects(response.text(), /enough/);
  const [entry] = valid(har).log.entries;
  assert.deepEqual([entry?.response.status, entry?._error], [200, 'enough']);
});

test('recordHAR() gives an entry without a connection where none could be opened', async (t) => {
  const { http } = await servedManager(t, 1, echo);
  const har = recordHAR(http);
  await assert.rejects(http.request('GET', `http://127.0.0.1:${await unusedPort()}/`));
  const [entry] = valid(har).log.entries;
  assert.deepEqual(entry === undefined ? null : outline(entry), ['GET', '/', 0, false]);
  assert.match(entry?._error ?? '', /refused the connection/);
  assert.deepEqual([entry?.request.bodySize, entry?.response.bodySize], [-1, -1]);
});

test('recordHAR() splits the opening of a connection by TLS', async (t) => {
  const server = await ScriptedServer.start({ tls: await localCertificate() }, echo);
  const http = new PoolManager({ ca: (await testAuthority()).certificate });
  t.after(() => Promise.all([http.close({ timeout: 0 }), server.close()]));
  const har = recordHAR(http);
  await http.request('GET', server.origin);
  await http.request('GET', server.origin);
  const [first, second] = valid(har).log.entries;
  assert.ok((first?.timings.ssl ?? 0) > 0 && (first?.timings.connect ?? 0) > (first?.timings.ssl ?? 0));
  assert.deepEqual([second?.timings.dns, second?.timings.connect, second?.timings.ssl], [-1, -1, -1]);
});

test('recordHAR() tells of requests by a proxy, forwarded and through a tunnel', async (t) => {
  const { http, plain, secure } = await served(t);
  const har = recordHAR(http);
  await http.request('GET', `${plain.origin}/plain`);
  await http.request('GET', `${secure.origin}/secure`);
  const { entries } = valid(har).log;
  assert.deepEqual(entries.map(outline), [
    ['GET', '/plain', 200, true],
    ['GET', '/secure', 200, true],
  ]);
  assert.ok((entries[1]?.timings.connect ?? 0) > (entries[1]?.timings.ssl ?? 0));
});

test('recordHAR() counts what was sent, streamed and encoded, and holds no body', async (t) => {
  const packed = gzipSync('a'.repeat(1_000));
  let goOn = (): void => {};
  const isWanted = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const { http, origins } = await servedManager(t, 1, async (connection) => {
    await connection.request();
    await connection.write(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\n\r\n`);
    await isWanted;
    await connection.write(packed);
  });
  const har = recordHAR(http);
  const response = await http.stream('POST', origins[0], { body: 'twelve bytes' });
  assert.equal(valid(har).log.entries.length, 0, 'a call has its entries when it is over');
  goOn();
  assert.equal((await response.text()).length, 1_000);
  const [entry] = valid(har).log.entries;
  assert.equal(entry?.request.bodySize, 12);
  assert.equal(entry?.response.bodySize, packed.length);
  assert.doesNotMatch(JSON.stringify(har), /postData|twelve bytes/);
});

test('recordHAR() hides credentials, and so has no cookies', async (t) => {
  const { http, origins } = await servedManager(t, 1, async (connection) => {
    await connection.request();
    await connection.respond({
      headers: { 'Set-Cookie': 'id=hidden-1', 'Content-Location': 'http://user:hidden-2@127.0.0.1/' },
    });
  });
  const har = recordHAR(http);
  const url = origins[0].replace('//', '//user:hidden-3@');
  await http.request('GET', url, { headers: { Cookie: 'id=hidden-4', 'X-API-Key': 'hidden-5' } });
  const [entry] = valid(har).log.entries;
  assert.deepEqual([entry?.request.cookies, entry?.response.cookies], [[], []]);
  assert.doesNotMatch(JSON.stringify(har), /hidden/);
  assert.ok(entry?.request.headers.some(({ name, value }) => name === 'Authorization' && value === 'REDACTED'));
});

test('recordHAR() gives an IPv6 address without brackets', async (t) => {
  const server = await ScriptedServer.start({ host: '::1' }, echo).catch(() => null);
  if (server === null) {
    t.skip('this machine has no ::1');
    return;
  }
  const http = new PoolManager();
  t.after(() => Promise.all([http.close({ timeout: 0 }), server.close()]));
  const har = recordHAR(http);
  await http.request('GET', `http://[::1]:${server.port}/`);
  assert.equal(valid(har).log.entries[0]?.serverIPAddress, '::1');
});

test('recordHAR() forgets the oldest beyond maxEntries', async (t) => {
  const { http, origins } = await servedManager(t, 1, echo);
  const har = recordHAR(http, { maxEntries: 2 });
  for (const path of ['/1', '/2', '/3']) await http.request('GET', origins[0] + path);
  const paths = valid(har).log.entries.map(({ request }) => new URL(request.url).pathname);
  assert.deepEqual(paths, ['/2', '/3']);
});

test('stop() ends the recording, of calls that have begun too, and may come twice', async (t) => {
  const { http, origins } = await servedManager(t, 1, echo);
  const har = recordHAR(http);
  await http.request('GET', `${origins[0]}/1`);
  const late = http.request('GET', `${origins[0]}/2`);
  har.stop();
  har.stop();
  await late;
  await http.request('GET', `${origins[0]}/3`);
  assert.equal(valid(har).log.entries.length, 1);
});

test('recordHAR() ends with its block', async (t) => {
  const { http, origins } = await servedManager(t, 1, echo);
  const har = recordHAR(http);
  har[Symbol.dispose]();
  await http.request('GET', origins[0]);
  assert.equal(valid(har).log.entries.length, 0);
});

// what was given, the sentence
for (const [source, options, message] of [
  [null, {}, 'Cannot use null as the source of events: give a PoolManager, a pool or a Session'],
  ['http', {}, 'Cannot use "http" as the source of events: give a PoolManager, a pool or a Session'],
  [{}, { maxEntries: 0 }, 'Cannot use an object as the source of events: give a PoolManager, a pool or a Session'],
  [new PoolManager(), { maxEntries: 0 }, 'Cannot use 0 as maxEntries: give a whole number, 1 or more, or Infinity'],
  [
    new PoolManager(),
    { limit: 1 },
    'Cannot use the option limit of recordHAR(): there is none of that name; known are maxEntries',
  ],
] as const) {
  test(`recordHAR() says: ${message}`, () => {
    // @ts-expect-error: what the types refuse
    assert.throws(() => recordHAR(source, options), { code: 'ERR_INVALID_OPTION', message });
  });
}
