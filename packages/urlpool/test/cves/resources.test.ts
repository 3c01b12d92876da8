// Memory and time: what advisories found to grow as long as a peer goes on, or to take longer than the length of a text
// allows for. Times are far above what these take, and far below what the faulty ones took.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CookieJar, HTTPHeaders, LimitError, ProxyManager, parseChallenges } from 'urlpool';
import type { Script } from 'urlpool-testing';
import { answering, attackSite, leadingTo, redirector, victim, victimSession } from './attack-site.ts';

const MEGABYTE = 1024 * 1024;
const HEAD = 'HTTP/1.1 200 OK\r\n';

/** Sends a beginning, and then the same again and again until the client has had enough. */
function endless(beginning: string, again: string): Script {
  const bytes = Buffer.from(again.repeat(Math.ceil(16_384 / again.length)));
  return async (connection) => {
    await connection.request();
    await connection.write(beginning);
    for (;;) await connection.write(bytes);
  };
}

// advisory, client, what has no end, its beginning, what is repeated
for (const [advisory, client, what, beginning, again] of [
  ['CVE-2013-1752', 'Python', 'a status line', 'HTTP/1.1 200 ', 'a'],
  ['CVE-2013-1752', 'Python', 'a header field', `${HEAD}X-A: `, 'b'],
  ['CVE-2013-1752', 'Python', 'the name of a header field', HEAD, 'X'],
  ['CVE-2023-38039', 'curl', 'a list of header fields', HEAD, 'X-A: b\r\n'],
  ['CVE-2026-22815', 'aiohttp', 'a list of trailers', `${HEAD}Transfer-Encoding: chunked\r\n\r\n0\r\n`, 'X-A: b\r\n'],
  ['CVE-2021-3737', 'Python', 'a row of 100 Continue', '', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['CVE-2021-3737', 'Python', 'a row of 103 Early Hints', '', 'HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n'],
  ['CVE-2021-3737', 'Python', 'the head of a 100 Continue', 'HTTP/1.1 100 Continue\r\n', 'X-A: b\r\n'],
  ['CVE-2023-39326', 'Go', 'a chunk extension', `${HEAD}Transfer-Encoding: chunked\r\n\r\n1;`, 'a'],
  [
    'CVE-2023-39326',
    'Go',
    'a row of chunk extensions',
    `${HEAD}Transfer-Encoding: chunked\r\n\r\n`,
    `1;${'a'.repeat(90)}\r\na\r\n`,
  ],
  ['CVE-2023-39326', 'Go', 'a chunk size', `${HEAD}Transfer-Encoding: chunked\r\n\r\n`, '0'],
] as const) {
  test(`${advisory} (${client}): ${what} without an end is given up`, async (t) => {
    const server = await attackSite(t, endless(beginning, again));
    const http = victim(t, { retries: false, timeout: 8_000 });
    await assert.rejects(http.request('GET', server.origin), { code: /^ERR_(?:LIMIT|PROTOCOL)$/ });
    assert.equal(http.snapshot().open, 0);
  });
}

for (const [advisory, client, beginning] of [
  ['CVE-2019-10742', 'axios', `${HEAD}Content-Length: 99999999\r\n\r\n`],
  ['CVE-2020-15168', 'node-fetch', `${HEAD}\r\n`],
  ['CVE-2019-10742', 'axios', `${HEAD}Transfer-Encoding: chunked\r\n\r\n`],
] as const) {
  test(`${advisory} (${client}): a body above maxBodyBytes ends the connection (${JSON.stringify(beginning.slice(17, 40))})`, async (t) => {
    const chunk = beginning.includes('chunked') ? `400\r\n${'a'.repeat(1024)}\r\n` : 'a'.repeat(1024);
    const server = await attackSite(t, endless(beginning, chunk));
    const http = victim(t, { retries: false });
    await assert.rejects(http.request('GET', server.origin, { maxBodyBytes: MEGABYTE }), LimitError);
    await server.connections[0]?.closed;
    assert.equal(http.snapshot().open, 0);
  });
}

test('CVE-2019-10742 (axios): nor does what redirects say grow without an end', async (t) => {
  const end = await attackSite(t, redirector);
  const server = await attackSite(
    t,
    endless(`HTTP/1.1 302 Found\r\nLocation: ${end.origin}/end\r\n\r\n`, 'a'.repeat(1024)),
  );
  const http = victim(t);
  assert.equal((await http.request('GET', server.origin)).text(), '/end');
  await server.connections[0]?.closed;
});

test('CVE-2024-24750 (undici): a body that nobody reads is not taken in', async (t) => {
  const server = await attackSite(t, endless(`${HEAD}Content-Length: 999999999\r\n\r\n`, 'a'.repeat(16_384)));
  const http = victim(t, { retries: false });
  for (const response of [await http.stream('GET', server.origin), await http.fetch(server.origin)]) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.ok(response.status === 200);
  }
  assert.ok(http.snapshot().bytesIn < 4 * MEGABYTE, `${http.snapshot().bytesIn} bytes`);
});

test('CVE-2023-38039 (curl): a Content-Length that is not kept reserves no memory', async (t) => {
  const server = await attackSite(t, async (connection) => {
    await connection.request();
    await connection.write(`${HEAD}Content-Length: 250000000\r\n\r\nabc`);
    await connection.wait(50);
    connection.end();
  });
  const http = victim(t, { retries: false });
  const before = process.memoryUsage().arrayBuffers;
  const calls = Array.from({ length: 8 }, () => http.request('GET', server.origin).catch(() => {}));
  await new Promise((resolve) => setTimeout(resolve, 30));
  const grown = process.memoryUsage().arrayBuffers - before;
  await Promise.all(calls);
  assert.ok(grown < 64 * MEGABYTE, `${Math.round(grown / MEGABYTE)} MiB`);
});

test('undici #5552: an event without an end is given up', async (t) => {
  const server = await attackSite(t, endless(`${HEAD}Content-Type: text/event-stream\r\n\r\ndata: `, 'a'.repeat(1024)));
  const http = victim(t, { retries: false });
  const read = async (): Promise<void> => {
    for await (const event of http.eventStream(server.origin, { retries: false }))
      assert.fail(String(event.data.length));
  };
  await assert.rejects(read(), { code: 'ERR_LIMIT' });
});

test('CVE-2024-38372 (undici): the buffer of a body holds the body and nothing else', async (t) => {
  const server = await attackSite(t, redirector);
  const http = victim(t);
  for (const length of [1, 100, 5_000]) {
    const target = `/${'a'.repeat(length)}`;
    const buffer = await (await http.fetch(server.origin + target)).arrayBuffer();
    assert.equal(Buffer.from(buffer).toString(), target);
    const short = await attackSite(t, answering(`${HEAD}Content-Length: 5000\r\n\r\nabc`));
    await assert.rejects(async () => await (await http.fetch(short.origin)).arrayBuffer());
  }
});

/** How long something takes, in ms. */
async function spent(act: () => unknown): Promise<number> {
  const before = performance.now();
  try {
    await act();
  } catch {
    // What is refused counts too.
  }
  return performance.now() - before;
}

const LONG = 200_000;

// advisory, client, what is read
for (const [advisory, client, what, act] of [
  ['CVE-2020-8492', 'Python', 'a challenge of commas', () => parseChallenges([`Basic ${', '.repeat(LONG)}`])],
  ['CVE-2021-3733', 'Python', 'a challenge of names', () => parseChallenges([`Basic realm${',a=b'.repeat(LONG)}"`])],
  ['CVE-2021-21240', 'httplib2', 'a challenge of no-break spaces', () => parseChallenges([`x ${'\xa0'.repeat(LONG)}`])],
  ['CVE-2021-3733', 'Python', 'a challenge of quotes', () => parseChallenges([`Digest a="${'\\'.repeat(LONG)}`])],
  ['CVE-2021-3749', 'axios', 'a value of spaces', () => new HTTPHeaders({ a: `a${' '.repeat(LONG)}b` })],
  [
    'CVE-2023-24807',
    'undici',
    'a value of tabs',
    () => new HTTPHeaders({ a: `${'\t'.repeat(LONG)}a${'\t'.repeat(LONG)}` }),
  ],
  [
    'CVE-2022-25901',
    'cookiejar',
    'a cookie of spaces',
    () => new CookieJar().receive('http://a.test/', [`a=b${' '.repeat(LONG)};c`, `a${' '.repeat(LONG)}`]),
  ],
  [
    'CVE-2022-25901',
    'cookiejar',
    'a cookie of semicolons',
    () => new CookieJar().receive('http://a.test/', [`a=b${'; '.repeat(LONG)}`, `a=b; Expires=${'1 '.repeat(LONG)}`]),
  ],
  ['CVE-2021-33503', 'urllib3', 'a URL of at signs', () => new ProxyManager(`http://${'@'.repeat(LONG)}`)],
  [
    'CVE-2021-33503',
    'urllib3',
    'NO_PROXY of commas',
    () => ProxyManager.fromEnv({}, { http_proxy: 'http://a.test', no_proxy: ', .'.repeat(LONG) }),
  ],
] as const) {
  test(`${advisory} (${client}): ${what} is read in time that grows with its length alone`, async () => {
    assert.ok((await spent(act)) < 2_000);
  });
}

// advisory, client, what is long, the field
for (const [advisory, client, what, name, value] of [
  ['CVE-2022-25881', 'http-cache-semantics', 'a Cache-Control of blanks', 'Cache-Control', ' '.repeat(60_000)],
  ['CVE-2021-33503', 'urllib3', 'a Location of at signs', 'Location', `http://${'@'.repeat(60_000)}`],
  ['CVE-2022-2596', 'node-fetch', 'a Location of dots', 'Location', `/${'./'.repeat(30_000)}`],
  ['CVE-2022-2596', 'node-fetch', 'a Link of semicolons', 'Link', `<a>${'; '.repeat(30_000)}`],
  ['CVE-2022-2596', 'node-fetch', 'a Link of brackets', 'Link', '<'.repeat(60_000)],
  ['CVE-2022-2596', 'node-fetch', 'a Content-Type of parameters', 'Content-Type', `text/html${'; a'.repeat(20_000)}`],
  [
    'CVE-2022-2596',
    'node-fetch',
    'a Content-Type of quotes',
    'Content-Type',
    `text/html; charset="${'\\"'.repeat(30_000)}`,
  ],
  ['CVE-2020-8492', 'Python', 'a challenge of parameters', 'WWW-Authenticate', `Digest ${'a="b",'.repeat(10_000)}`],
  ['CVE-2022-25881', 'http-cache-semantics', 'a Retry-After of ones', 'Retry-After', '1'.repeat(60_000)],
  ['CVE-2022-25881', 'http-cache-semantics', 'a Keep-Alive of ones', 'Keep-Alive', `timeout=${'1'.repeat(60_000)}`],
  ['CVE-2022-25881', 'http-cache-semantics', 'a Connection of closes', 'Connection', 'close ,'.repeat(8_000)],
] as const) {
  test(`${advisory} (${client}): ${what} takes no time`, async (t) => {
    const status = name === 'Location' ? '302 Found' : name === 'WWW-Authenticate' ? '401 Unauthorized' : '200 OK';
    const server = await attackSite(
      t,
      answering(`HTTP/1.1 ${status}\r\n${name}: ${value}\r\nContent-Length: 0\r\n\r\n`),
    );
    const session = victimSession(t, { retries: false });
    const time = await spent(async () => {
      const response = await session.get(server.origin);
      for (const read of ['links', 'mediaType', 'charset'] as const) void response[read];
      response.text();
    });
    assert.ok(time < 2_000, `${time} ms`);
    const followed = await spent(() => session.get(server.origin, { retries: 2 }));
    assert.ok(followed < 2_000, `${followed} ms`);
  });
}

test('CVE-2021-3737 (Python): a ring of redirects ends', async (t) => {
  const server = await attackSite(t, async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      await connection.respond({ status: 302, headers: { Location: `${target}a` } });
    }
  });
  await assert.rejects(victim(t).request('GET', `${server.origin}/`), { code: 'ERR_TOO_MANY_REDIRECTS' });
  assert.ok(server.requests.length <= 21, `${server.requests.length} requests`);
  const ring = server.origin + leadingTo(`${server.origin}/`);
  await assert.rejects(victim(t).request('GET', ring, { maxRedirects: 3 }), { code: 'ERR_TOO_MANY_REDIRECTS' });
});

test('CVE-2018-12122 (Node): a head that comes byte by byte does not hold a call for ever', async (t) => {
  const server = await attackSite(t, async (connection) => {
    await connection.request();
    for (;;) {
      await connection.write('H');
      await connection.wait(20);
    }
  });
  const before = performance.now();
  await assert.rejects(victim(t, { retries: false }).request('GET', server.origin, { timeout: { total: 300 } }));
  assert.ok(performance.now() - before < 3_000);
});
