// What advisories found to end a process or to change its objects: answers that no code had reckoned with, and a prototype
// that another part of the program let be written to. An uncaught exception fails the test that it comes in.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  CookieJar,
  digestAuth,
  encodeMultipartFormdata,
  HTTPError,
  HTTPHeaders,
  PoolManager,
  parseChallenges,
  Session,
} from 'urlpool';
import { createCertificateAuthority, TestProxy } from 'urlpool-testing';
import { answering, attackSite, bytesOf, redirector, victim, victimSession } from './attack-site.ts';

/** What a call gives: a status, or the code of an error of this library. Anything else fails. */
async function outcomeOf(call: Promise<{ readonly status: number }>): Promise<number | string> {
  try {
    return (await call).status;
  } catch (error) {
    assert.ok(error instanceof HTTPError, String(error));
    return error.code;
  }
}

// advisory, client, what a challenge holds
for (const [advisory, client, challenge] of [
  ['CVE-2025-4476', 'libsoup', 'Digest'],
  ['CVE-2025-4476', 'libsoup', 'Digest realm="r"'],
  ['CVE-2025-32910', 'libsoup', 'Digest nonce="n"'],
  ['CVE-2025-32912', 'libsoup', 'Digest realm="r", nonce="n", qop="nothing"'],
  ['CVE-2025-4476', 'libsoup', 'Digest realm="r", nonce="n", algorithm=MD9, domain=" "'],
  ['CVE-2025-4476', 'libsoup', 'Digest realm="r", nonce="n", domain="http://[", qop="auth"'],
  ['CVE-2025-4476', 'libsoup', 'Digest realm="\u00ff", nonce="n", userhash=true, charset=x, qop=auth'],
  ['CVE-2025-4476', 'libsoup', 'Digest __proto__="r", constructor="n", qop=auth'],
  ['CVE-2025-4476', 'libsoup', ', , ="'],
] as const) {
  test(`${advisory} (${client}): the challenge ${challenge} is an answer like any other`, async (t) => {
    const server = await attackSite(t, async (connection) => {
      for (;;) {
        await connection.request();
        await connection.write(
          `HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: ${challenge}\r\nContent-Length: 0\r\n\r\n`,
        );
      }
    });
    const session = victimSession(t, { auth: digestAuth('me', 'pw'), retries: false });
    assert.equal(await outcomeOf(session.get(server.origin)), 401);
    assert.ok(server.requests.length <= 4);
  });
}

const HEAD = 'HTTP/1.1 200 OK\r\n';
const NO_BODY = 'Content-Length: 0\r\n\r\n';

// advisory, client, what is odd, the answer
for (const [advisory, client, what, answer] of [
  ['undici #3753', 'assertions', 'nothing at all', ''],
  ['undici #3753', 'assertions', 'an empty line', '\r\n'],
  ['undici #5360', 'assertions', 'half of a status line', 'HTTP/1.1 200'],
  ['undici #5360', 'assertions', 'a body that is cut', `${HEAD}Content-Length: 5\r\n\r\nab`],
  ['undici #5546', 'assertions', 'a chunk that is cut', `${HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\nab`],
  [
    'undici #2808',
    'assertions',
    'a 101 that nobody asked for',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81\x05hello',
  ],
  ['undici #2808', 'assertions', 'a 101 without a protocol', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
  ['CVE-2021-31525', 'Go', 'a Connection of many names', `${HEAD}Connection: ${'a,'.repeat(20_000)}\r\n${NO_BODY}`],
  [
    'undici #3753',
    'assertions',
    'a range that ends before it begins',
    `HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 9-1/0\r\n${NO_BODY}`,
  ],
  ['undici #3753', 'assertions', 'a range of less than nothing', `${HEAD}Content-Range: bytes */-1\r\n${NO_BODY}`],
  [
    'CVE-2025-32911',
    'libsoup',
    'a file name that is missing',
    `${HEAD}Content-Disposition: attachment; filename=\r\n${NO_BODY}`,
  ],
  [
    'CVE-2025-32913',
    'libsoup',
    'parameters that are none',
    `${HEAD}Content-Disposition: ;;;=;filename*=UTF-8''%\r\n${NO_BODY}`,
  ],
  ['CVE-2025-2784', 'libsoup', 'an empty Content-Type', `${HEAD}Content-Type: \r\n${NO_BODY}`],
  [
    'CVE-2025-2784',
    'libsoup',
    'a charset that is a backslash',
    `${HEAD}Content-Type: text/html; charset=\\\r\n${NO_BODY}`,
  ],
  [
    'CVE-2024-52531',
    'libsoup',
    'a charset with half an encoding',
    `${HEAD}Content-Type: text/html; charset*=x'\xff'%ff%\r\n${NO_BODY}`,
  ],
  ['CVE-2024-52532', 'libsoup', 'an empty Upgrade', `${HEAD}Upgrade: \r\nConnection: upgrade\r\n${NO_BODY}`],
  [
    'CVE-2026-13697',
    'undici',
    'a Cache-Control that does not end',
    `${HEAD}Cache-Control: private="\r\nVary: *\r\n${NO_BODY}`,
  ],
  [
    'CVE-2018-1303',
    'Apache',
    'dates and numbers that are none',
    `${HEAD}Date: x\r\nExpires: 0\r\nAge: -1\r\nRetry-After: -1e999\r\n${NO_BODY}`,
  ],
  [
    'CVE-2026-11525',
    'undici',
    'cookies that are none',
    `${HEAD}Set-Cookie: \r\nSet-Cookie: ;;;\r\nSet-Cookie: a=b; Expires=Thu, 99 Foo 99999 99:99:99; Max-Age=1e9\r\n${NO_BODY}`,
  ],
  [
    'CVE-2023-26159',
    'follow-redirects',
    'a Location with half a bracket',
    `HTTP/1.1 302 Found\r\nLocation: http://[::1\r\n${NO_BODY}`,
  ],
  [
    'CVE-2023-26159',
    'follow-redirects',
    'a Location that is not UTF-8',
    `HTTP/1.1 302 Found\r\nLocation: http://\xff\xfe/\r\n${NO_BODY}`,
  ],
  [
    'CVE-2023-26159',
    'follow-redirects',
    'a Location of two slashes',
    `HTTP/1.1 302 Found\r\nLocation: //\r\n${NO_BODY}`,
  ],
  [
    'CVE-2023-26159',
    'follow-redirects',
    'an empty Location',
    `HTTP/1.1 300 Multiple Choices\r\nLocation: \r\n${NO_BODY}`,
  ],
  ['CVE-2023-47627', 'aiohttp', 'the status 999', `HTTP/1.1 999 \r\n${NO_BODY}`],
  ['CVE-2023-47627', 'aiohttp', 'the status 000', `HTTP/1.1 000 \r\n${NO_BODY}`],
] as const) {
  test(`${advisory} (${client}): ${what} ends a call at most, and nothing else`, async (t) => {
    const server = await attackSite(t, answering(Buffer.from(answer, 'latin1')));
    const session = victimSession(t, { retries: 2, timeout: 3_000 });
    const look = async (): Promise<{ readonly status: number }> => {
      const response = await session.get(server.origin, { retries: answer.includes('Location') ? 1 : false });
      for (const read of ['links', 'mediaType', 'charset', 'contentType'] as const) void response[read];
      response.text();
      return response;
    };
    await outcomeOf(look());
    const { fetch } = session;
    const text = async (): Promise<string> => await (await fetch(server.origin)).text();
    await text().catch((error: unknown) => assert.ok(error instanceof TypeError, String(error)));
    assert.deepEqual(session.snapshot().open, session.snapshot().idle);
  });
}

test('undici #5389: a server that leaves at any moment is an error of the call', async (t) => {
  const whole = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: b\r\n\r\n5\r\nhello\r\n0\r\nX-B: c\r\n\r\n';
  let cut = 0;
  const server = await attackSite(t, async (connection) => {
    await connection.request();
    await connection.write(whole.slice(0, cut));
    if (cut % 2 === 0) connection.end();
    else connection.reset();
  });
  const http = victim(t, { retries: false, timeout: 3_000 });
  for (; cut < whole.length; cut++) {
    assert.match(String(await outcomeOf(http.request('GET', server.origin))), /^ERR_/, `after ${cut} bytes`);
  }
  assert.deepEqual([http.snapshot().open, http.snapshot().queued], [0, 0]);
});

/** Adds a property to every object of the program until the test is over. */
function pollute(t: TestContext, name: string, value: unknown, enumerable: boolean): void {
  Object.defineProperty(Object.prototype, name, { value, enumerable, configurable: true, writable: true });
  t.after(() => Reflect.deleteProperty(Object.prototype, name));
}

// advisory, client, what every object has, its value
const POLLUTIONS: readonly (readonly [string, string, string, unknown])[] = [
  ['CVE-2026-42264', 'axios', 'proxy', 'http://127.0.0.1:9'],
  ['CVE-2026-42264', 'axios', 'headers', { 'X-Evil': '1' }],
  ['CVE-2026-42264', 'axios', 'body', 'evil'],
  ['CVE-2026-42264', 'axios', 'json', { evil: 1 }],
  ['CVE-2026-42264', 'axios', 'fields', { evil: '1' }],
  ['CVE-2026-42264', 'axios', 'form', { evil: '1' }],
  ['CVE-2026-42264', 'axios', 'params', { evil: '1' }],
  ['CVE-2026-42264', 'axios', 'auth', ['evil', 'evil']],
  ['CVE-2026-42264', 'axios', 'cookies', { evil: '1' }],
  ['CVE-2026-42264', 'axios', 'baseUrl', 'http://127.0.0.1:9/evil'],
  ['CVE-2026-42264', 'axios', 'lookup', () => assert.fail('the lookup of an attacker')],
  ['CVE-2026-42264', 'axios', 'resolve', { 'a.test:80': '192.0.2.1' }],
  ['CVE-2026-42264', 'axios', 'connector', () => assert.fail('the connector of an attacker')],
  ['CVE-2026-42264', 'axios', 'socketPath', '/tmp/evil'],
  ['CVE-2026-42264', 'axios', 'localAddress', '192.0.2.1'],
  ['CVE-2026-42042', 'axios', 'middleware', [() => assert.fail('the middleware of an attacker')]],
  ['CVE-2026-42042', 'axios', 'hooks', { request: () => assert.fail('the hook of an attacker') }],
  ['CVE-2026-42042', 'axios', 'onEvent', () => assert.fail('the listener of an attacker')],
  ['CVE-2026-42042', 'axios', 'onUploadProgress', () => assert.fail('the listener of an attacker')],
  ['CVE-2026-67319', 'axios', 'rejectUnauthorized', false],
  ['CVE-2026-67319', 'axios', 'ca', 'evil'],
  ['CVE-2026-67319', 'axios', 'servername', 'evil.test'],
  ['CVE-2026-67319', 'axios', 'allowDowngrade', true],
  ['CVE-2026-67319', 'axios', 'keepHeadersOnRedirect', ['authorization']],
  ['CVE-2026-67319', 'axios', 'retries', false],
  ['CVE-2026-67319', 'axios', 'redirect', false],
  ['CVE-2026-67319', 'axios', 'maxBodyBytes', 0],
  ['CVE-2026-67319', 'axios', 'decodeContent', false],
  ['CVE-2026-67319', 'axios', 'timeout', 0.001],
  ['CVE-2026-25639', 'axios', 'trailers', 'evil'],
  ['CVE-2026-25639', 'axios', 'evil', 'evil'],
];

const FETCH_OPTIONS: ReadonlySet<string> = new Set(['body', 'headers', 'redirect', 'signal']);

for (const isEnumerable of [true, false]) {
  for (const [advisory, client, name, value] of POLLUTIONS) {
    test(`${advisory} (${client}): a prototype that was given ${name} changes nothing, ${isEnumerable ? 'seen' : 'unseen'} by loops`, async (t) => {
      const server = await attackSite(t, redirector);
      const start = `${server.origin}/302?${encodeURIComponent('/end')}`;
      const ask = async (http: PoolManager, session: Session): Promise<void> => {
        const headers = { 'X-A': 'b' };
        const calls = [
          () => http.request('GET', start),
          () => http.request('GET', start, { headers }),
          () => http.request('POST', start, { headers, timeout: { connect: 1_000 } }),
          () => session.get(start),
          () => session.post(start, { headers }),
        ];
        for (const call of calls) assert.equal((await call()).text(), '/end');
        // The standard reads the options of fetch() from prototypes too.
        if (!FETCH_OPTIONS.has(name)) assert.equal(await (await http.fetch(start, { headers })).text(), '/end');
      };
      const [before, sessionBefore] = [new PoolManager(), new Session()];
      await ask(before, sessionBefore);
      const expected = bytesOf(server.requests);
      const count = server.requests.length;
      pollute(t, name, value, isEnumerable);
      await ask(before, sessionBefore);
      const [after, sessionAfter] = [new PoolManager(), new Session({ retries: undefined })];
      await ask(after, sessionAfter);
      Reflect.deleteProperty(Object.prototype, name);
      assert.equal(bytesOf(server.requests.slice(count)), expected + expected);
      await Promise.all([before, sessionBefore, after, sessionAfter].map((one) => one.close({ timeout: 0 })));
    });
  }
}

for (const [name, value] of [
  ['tls', { rejectUnauthorized: false }],
  ['rejectUnauthorized', false],
  ['headers', { 'X-Evil': '1' }],
  ['tunnel', true],
  ['noProxy', '*'],
] as const) {
  test(`CVE-2026-42264 (axios): a prototype that was given ${name} changes nothing of what a proxy is told`, async (t) => {
    const { key, cert, ca } = await (await createCertificateAuthority()).issue();
    const [proxy, secure] = [await TestProxy.start(), await TestProxy.start({ tls: { key, cert, ca } })];
    t.after(() => Promise.all([proxy.close(), secure.close()]));
    const server = await attackSite(t, redirector);
    const urls = [proxy.url, secure.url] as const;
    pollute(t, name, value, true);
    const one = new PoolManager({ proxy: urls[0], retries: false });
    const two = new PoolManager({ proxy: { url: urls[1], tls: {} }, retries: false });
    const text = (await one.request('GET', `${server.origin}/a`)).text();
    const refused = await two.request('GET', server.origin).catch(({ code }: { readonly code: string }) => code);
    Reflect.deleteProperty(Object.prototype, name);
    await Promise.all([one.close({ timeout: 0 }), two.close({ timeout: 0 })]);
    assert.deepEqual([text, refused], ['/a', 'ERR_TLS_CERTIFICATE']);
    assert.deepEqual([proxy.requests.map(({ method }) => method), secure.requests], [['GET'], []]);
    assert.equal(
      proxy.requests[0]?.headers.some(([field]) => field === 'X-Evil'),
      false,
    );
  });
}

test('CVE-2023-26136 (tough-cookie): names of the prototype are names like any other, wherever they come in', async (t) => {
  const given = JSON.parse('{"__proto__": "x", "constructor": "y", "a": "b"}') as Record<string, string>;
  const server = await attackSite(t, async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({
        headers: { ['__proto__']: 'x', 'Content-Type': 'text/html; __proto__=x', Link: '<a>; rel=a; __proto__=x' },
        body: '{"__proto__": {"polluted": 1}}',
      });
    }
  });
  const session = victimSession(t);
  const response = await session.post(server.origin, { params: given, fields: given, headers: given });
  void [response.links, response.mediaType, response.headers.toJSON(), response.json()];
  void [new HTTPHeaders(given).toJSON(), parseChallenges(['a __proto__=x']), encodeMultipartFormdata(given)];
  new CookieJar().set('__proto__', 'x', { url: server.origin });
  assert.equal(response.headers.get('__proto__'), 'x');
  assert.deepEqual([Object.keys(Object.prototype), ({} as { polluted?: unknown }).polluted], [[], undefined]);
});
