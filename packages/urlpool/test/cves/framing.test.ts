// Where a response ends: what advisories found to be read in two ways, by a client and by what stands before it or by the
// next request of the client itself. After each of these answers the next request goes over another connection.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HTTPError, type PoolManager } from 'urlpool';
import type { Script, ScriptedServer } from 'urlpool-testing';
import { attackSite, bytesOf, redirector, victim } from './attack-site.ts';

/** What an attacker wants the next request to be answered with. */
const SMUGGLED = 'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nSMUGGLED';
const HEAD = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

/** The first connection gives these bytes for every request, all others the target. */
async function poisoned(
  t: TestContext,
  bytes: string | Buffer,
): Promise<{ http: PoolManager; server: ScriptedServer }> {
  const evil: Script = async (connection) => {
    for (;;) {
      await connection.request();
      await connection.write(bytes);
    }
  };
  const server = await attackSite(t, [evil, redirector]);
  return { http: victim(t, { retries: false, timeout: 5_000 }), server };
}

// advisory, client, what is odd, the answer
const REFUSED: readonly (readonly [string, string, string, string])[] = [
  [
    'CVE-2005-2088',
    'Apache',
    'both Content-Length and Transfer-Encoding',
    `${HEAD}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  [
    'CVE-2026-1525',
    'undici',
    'two Content-Lengths',
    `${HEAD}Content-Length: 4\r\nContent-Length: 8\r\n\r\nabcd${SMUGGLED}`,
  ],
  ['CVE-2026-1525', 'undici', 'a list of Content-Lengths', `${HEAD}Content-Length: 4, 8\r\n\r\nabcd${SMUGGLED}`],
  ['CVE-2018-7159', 'Node', 'a space within Content-Length', `${HEAD}Content-Length: 4 8\r\n\r\nabcd${SMUGGLED}`],
  ['CVE-2021-32715', 'hyper', 'a sign before Content-Length', `${HEAD}Content-Length: +4\r\n\r\nabcd${SMUGGLED}`],
  ['CVE-2023-37276', 'aiohttp', 'a sign before a chunk size', `${CHUNKED}+4\r\nabcd\r\n0\r\n\r\n${SMUGGLED}`],
  ['CVE-2024-23829', 'aiohttp', '0x before a chunk size', `${CHUNKED}0x4\r\nabcd\r\n0\r\n\r\n${SMUGGLED}`],
  [
    'CVE-2024-23829',
    'aiohttp',
    'an underscore within Content-Length',
    `${HEAD}Content-Length: 0_4\r\n\r\nabcd${SMUGGLED}`,
  ],
  ['CVE-2025-69224', 'aiohttp', 'digits that are not ASCII', `${HEAD}Content-Length: \u00b2\r\n\r\nabcd${SMUGGLED}`],
  [
    'CVE-2024-27982',
    'Node',
    'a space before the colon of Content-Length',
    `${HEAD}Content-Length : 4\r\n\r\nabcd${SMUGGLED}`,
  ],
  [
    'CVE-2021-32714',
    'hyper',
    'a chunk size that overflows',
    `${CHUNKED}10000000000000004\r\nabcd\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  ['CVE-2025-22871', 'Go', 'a bare LF after a chunk size', `${CHUNKED}4\nabcd\r\n0\r\n\r\n${SMUGGLED}`],
  ['CVE-2025-43859', 'h11', 'other bytes than CRLF after a chunk', `${CHUNKED}4\r\nabcdXX0\r\n\r\n${SMUGGLED}`],
  ['CVE-2024-52304', 'aiohttp', 'a bare LF in a chunk extension', `${CHUNKED}4;a\n=b\r\nabcd\r\n0\r\n\r\n${SMUGGLED}`],
  ['CVE-2024-52304', 'aiohttp', 'a bare CR in a chunk extension', `${CHUNKED}4;a\r=b\r\nabcd\r\n0\r\n\r\n${SMUGGLED}`],
  ['CVE-2023-30589', 'Node', 'a bare CR that ends a field', `${HEAD}X-A: b\rContent-Length: 4\r\n\r\nabcd${SMUGGLED}`],
  [
    'CVE-2022-35256',
    'Node',
    'a bare CR within a field',
    `${HEAD}X-A:\rTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\nabcd${SMUGGLED}`,
  ],
  [
    'CVE-2022-32213',
    'Node',
    'a Transfer-Encoding whose last coding is not chunked',
    `${HEAD}Transfer-Encoding: chunked, identity\r\nContent-Length: 4\r\n\r\nabcd${SMUGGLED}`,
  ],
  [
    'CVE-2022-32215',
    'Node',
    'a Transfer-Encoding of several lines',
    `${HEAD}Transfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n\r\nabcd${SMUGGLED}`,
  ],
  [
    'CVE-2020-8287',
    'Node',
    'two Transfer-Encodings',
    `${HEAD}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${SMUGGLED}`,
  ],
  [
    'CVE-2022-1705',
    'Go',
    'a Transfer-Encoding that is nearly chunked',
    `${HEAD}Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\nabcd${SMUGGLED}`,
  ],
  [
    'CVE-2019-15605',
    'Node',
    'a form feed before chunked',
    `${HEAD}Transfer-Encoding: \fchunked\r\nContent-Length: 4\r\n\r\nabcd${SMUGGLED}`,
  ],
  [
    'CVE-2024-52530',
    'libsoup',
    'a NUL after a name',
    `${HEAD}Transfer-Encoding\0: chunked\r\nContent-Length: 4\r\n\r\nabcd${SMUGGLED}`,
  ],
  ['CVE-2025-53643', 'aiohttp', 'a bare LF among trailers', `${CHUNKED}0\r\nX-A: b\n\n${SMUGGLED}`],
  [
    'CVE-2021-22959',
    'Node',
    'a name with a space in it',
    `${HEAD}X-A B: c\r\nContent-Length: 4\r\n\r\nabcd${SMUGGLED}`,
  ],
  ['CVE-2021-22960', 'Node', 'a CR LF within a chunk extension', `${CHUNKED}4;a\r\r\nabcd\r\n0\r\n\r\n${SMUGGLED}`],
  [
    'CVE-2023-47627',
    'aiohttp',
    'a status that is no number',
    `HTTP/1.1 2\u00b20 OK\r\nContent-Length: 4\r\n\r\nabcd${SMUGGLED}`,
  ],
  [
    'CVE-2023-49081',
    'aiohttp',
    'a version that is none',
    `HTTP/1.1\r\nHTTP/9.9 200 OK\r\nContent-Length: 4\r\n\r\nabcd${SMUGGLED}`,
  ],
];

for (const [advisory, client, what, answer] of REFUSED) {
  test(`${advisory} (${client}): ${what} is refused, and its connection closed`, async (t) => {
    const { http, server } = await poisoned(t, Buffer.from(answer, 'latin1'));
    const call = http.request('GET', `${server.origin}/a`);
    await assert.rejects(call, (error: unknown) => error instanceof HTTPError && error.code === 'ERR_PROTOCOL');
    assert.equal((await http.request('GET', `${server.origin}/next`)).text(), '/next');
    assert.equal(server.connections.length, 2);
  });
}

// advisory, client, what comes after a response that is sound
for (const [advisory, client, answer] of [
  ['CVE-2026-6733', 'undici', `${HEAD}Content-Length: 4\r\n\r\nabcd${SMUGGLED}`],
  ['CVE-2026-48931', 'Node', `${CHUNKED}4\r\nabcd\r\n0\r\n\r\n${SMUGGLED}`],
  ['CVE-2026-6733', 'undici', `HTTP/1.1 204 No Content\r\n\r\n${SMUGGLED}`],
  ['CVE-2026-6733', 'undici', `HTTP/1.1 304 Not Modified\r\nContent-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`],
  ['CVE-2026-16728', 'undici', `HTTP/1.1 100 Continue\r\n\r\n${HEAD}Content-Length: 0\r\n\r\n${SMUGGLED}`],
] as const) {
  test(`${advisory} (${client}): what comes after a response answers no request (${JSON.stringify(answer.slice(0, 40))})`, async (t) => {
    const { http, server } = await poisoned(t, answer);
    await http.request('GET', `${server.origin}/a`);
    for (const target of ['/b', '/c']) assert.equal((await http.request('GET', server.origin + target)).text(), target);
    assert.equal(server.connections.length, 2);
  });
}

test('CVE-2026-48931 (Node): what comes while a connection is idle answers no request', async (t) => {
  const server = await attackSite(t, [
    async (connection) => {
      await connection.request();
      await connection.respond({ body: 'first' });
      await connection.wait(20);
      await connection.write(SMUGGLED);
    },
    redirector,
  ]);
  const http = victim(t, { retries: false });
  assert.equal((await http.request('GET', server.origin)).text(), 'first');
  await server.connections[0]?.closed;
  assert.equal((await http.request('GET', `${server.origin}/b`)).text(), '/b');
});

test('CVE-2026-48931 (Node): the answer to HEAD has no body, whatever it says', async (t) => {
  const { http, server } = await poisoned(t, `${HEAD}Content-Length: ${SMUGGLED.length}\r\n\r\n${SMUGGLED}`);
  assert.equal((await http.request('HEAD', server.origin)).data.length, 0);
  assert.equal((await http.request('GET', `${server.origin}/b`)).text(), '/b');
});

test('CVE-2024-24791 (Go): a body that the server did not want is not what its next answer is to', async (t) => {
  const server = await attackSite(t, async (connection) => {
    for (;;) {
      const { headers } = await connection.head();
      const expects = headers.some(([name]) => name.toLowerCase() === 'expect');
      if (!expects) await connection.request();
      await connection.respond({ body: expects ? 'no' : 'yes' });
      if (expects) await connection.request();
    }
  });
  const http = victim(t, { retries: false, timeout: 2_000 });
  const put = await http.request('PUT', server.origin, {
    body: 'GET /evil HTTP/1.1\r\nHost: a\r\n\r\n',
    expectContinue: true,
  });
  assert.equal(put.text(), 'no');
  assert.equal((await http.request('GET', `${server.origin}/b`)).text(), 'yes');
  assert.doesNotMatch(server.requests.map(({ target }) => target).join(' '), /evil/);
});

for (const [advisory, client, what, headers, body] of [
  ['CVE-2026-1525', 'undici', 'two Content-Lengths', { 'Content-Length': ['4', '5'] }, 'abcd'],
  ['CVE-2026-1525', 'undici', 'two Hosts', { Host: ['a.test', 'b.test'] }, null],
  ['CVE-2026-34525', 'aiohttp', 'the same Host twice', { Host: ['a.test', 'a.test'] }, null],
  ['CVE-2020-8287', 'Node', 'a Transfer-Encoding', { 'Transfer-Encoding': 'chunked' }, 'abcd'],
  ['CVE-2026-16728', 'undici', 'a Content-Length below that of its body', { 'Content-Length': '2' }, 'abcd'],
  ['CVE-2021-32715', 'hyper', 'a Content-Length with a sign', { 'Content-Length': '+4' }, 'abcd'],
] as const) {
  test(`${advisory} (${client}): a request with ${what} is not sent`, async (t) => {
    const server = await attackSite(t, redirector);
    const call = victim(t, { retries: false }).request('POST', server.origin, { headers, body });
    await assert.rejects(call, { code: /^ERR_(?:INVALID_HEADER|INVALID_BODY|BODY_LENGTH)$/ });
    assert.equal(server.requests.length, 0);
  });
}

test('CVE-2026-16728 (undici): a body that turns out longer than its length ends the connection, and nothing of it is a request', async (t) => {
  const server = await attackSite(t, redirector);
  const http = victim(t, { retries: false });
  const body = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.from('abcd');
    yield Buffer.from('GET /evil HTTP/1.1\r\nHost: a\r\n\r\n');
  };
  const headers = { 'Content-Length': '4' };
  await assert.rejects(http.request('POST', server.origin, { body: body(), headers }), { code: 'ERR_BODY_LENGTH' });
  assert.equal((await http.request('GET', `${server.origin}/b`)).text(), '/b');
  assert.doesNotMatch(server.requests.map(({ target }) => target).join(' '), /evil/);
});

test('CVE-2022-32221 (curl): a request has nothing of the one before, by the same options', async (t) => {
  const server = await attackSite(t, redirector);
  const http = victim(t);
  const shared = Object.freeze({ headers: Object.freeze({ 'X-A': 'b' }) });
  await http.request('PUT', server.origin, { ...shared, body: 'op3nSesame' });
  await http.request('POST', server.origin, shared);
  await http.request('GET', server.origin, shared);
  assert.deepEqual(
    server.requests.map(({ method, body }) => [method, body.toString()]),
    [
      ['PUT', 'op3nSesame'],
      ['POST', ''],
      ['GET', ''],
    ],
  );
  assert.doesNotMatch(bytesOf(server.requests.slice(1)), /op3nSesame|content-type/i);
});

test('CVE-2024-30261 (undici): a weaker digest beside a stronger one does not let a changed body pass', async (t) => {
  const server = await attackSite(t, redirector);
  const { createHash } = await import('node:crypto');
  const digest = (name: string, text: string): string => `${name}-${createHash(name).update(text).digest('base64')}`;
  const { fetch } = victim(t);
  const integrity = `${digest('sha256', '/a')} ${digest('sha512', 'other')}`;
  await assert.rejects(fetch(`${server.origin}/a`, { integrity }), TypeError);
  const sound = await fetch(`${server.origin}/a`, { integrity: `${digest('sha256', 'x')} ${digest('sha512', '/a')}` });
  assert.equal(await sound.text(), '/a');
});
