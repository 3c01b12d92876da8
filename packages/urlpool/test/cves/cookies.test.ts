// Cookies: what advisories found to be stored for whom it was not, sent where it should not be, or sent without measure.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CookieJar } from 'urlpool';
import { attackSite, bytesOf, redirector, victimSession } from './attack-site.ts';

/** A jar that heard these fields from a URL. */
function jarOf(url: string, ...fields: readonly string[]): CookieJar {
  const jar = new CookieJar();
  jar.receive(url, fields);
  return jar;
}

// advisory, client, who sets it, the field, who must not get it
const STRAY: readonly (readonly [string, string, string, string, string])[] = [
  ['CVE-2014-3613', 'curl', 'http://192.168.0.1/', 'a=b; Domain=168.0.1', 'http://10.168.0.1/'],
  ['CVE-2014-3613', 'curl', 'http://192.168.0.1/', 'a=b; Domain=0.1', 'http://127.0.0.1/'],
  ['CVE-2014-3620', 'curl', 'http://example.com/', 'a=b; Domain=com', 'http://other.com/'],
  ['CVE-2018-20852', 'Python', 'http://pythonicexample.com/', 'a=b; Domain=example.com', 'http://example.com/'],
  ['CVE-2018-20852', 'Python', 'http://example.com/', 'a=b; Domain=example.com', 'http://pythonicexample.com/'],
  ['CVE-2022-27779', 'curl', 'http://example.me./', 'a=b; Domain=me.', 'http://other.me./'],
  ['CVE-2022-29248', 'Guzzle', 'http://evil.test/', 'a=b; Domain=victim.test', 'http://victim.test/'],
  ['CVE-2023-46218', 'curl', 'http://evil.co.uk/', 'a=b; Domain=co.UK', 'http://victim.co.uk/'],
  ['CVE-2023-46218', 'curl', 'http://curl.CO.UK/', 'a=b; Domain=CO.UK', 'http://victim.co.uk/'],
  ['CVE-2023-46218', 'curl', 'http://evil.github.io/', 'a=b; Domain=GitHub.IO', 'http://victim.github.io/'],
  ['CVE-2015-2296', 'requests', 'http://a.test/', 'a=b', 'http://sub.a.test/'],
  ['CVE-2026-54279', 'aiohttp', 'http://a.test/', 'a=b; Domain=', 'http://sub.a.test/'],
];

for (const [advisory, client, from, field, to] of STRAY) {
  test(`${advisory} (${client}): ${field} of ${from} is not sent to ${to}`, () => {
    assert.equal(jarOf(from, field).header(to), '');
  });
}

test('CVE-2026-54279 (aiohttp): a cookie for its host alone stays so when a jar is saved and read', async (t) => {
  const jar = jarOf('https://a.test/x/', 'a=b', 'c=d; Domain=a.test; Secure; Path=/x; HttpOnly; SameSite=Strict');
  const path = join(folder(t), 'cookies');
  for (const format of ['json', 'netscape'] as const) {
    await jar.save(path, { format });
    const read = await CookieJar.load(path);
    assert.equal(read.header('https://a.test/x/'), jar.header('https://a.test/x/'));
    assert.deepEqual([read.header('https://sub.a.test/x/'), read.header('http://a.test/y')], ['c=d', '']);
    if (format === 'json') assert.deepEqual([...read], [...jar]);
  }
});

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'urlpool-cve-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('CVE-2022-32207 (curl): a file of cookies is for its owner alone, though it was open before', {
  skip: process.platform === 'win32',
}, async (t) => {
  const path = join(folder(t), 'cookies');
  const { writeFileSync } = await import('node:fs');
  writeFileSync(path, '', { mode: 0o666 });
  await jarOf('http://a.test/', 'a=b; Max-Age=100').save(path);
  assert.equal(statSync(path).mode & 0o077, 0);
});

test('CVE-2023-38546 (curl): a file that is not there is no jar, whatever it is called', async (t) => {
  await assert.rejects(CookieJar.load(join(folder(t), 'none')), { code: 'ERR_COOKIE_FILE' });
});

test('CVE-2016-8615 (curl): a long line of a cookies.txt cannot bring a cookie of its own', () => {
  const line = (value: string): string => `evil.test\tFALSE\t/\tFALSE\t0\ta\t${value}`;
  const injected = 'victim.test\tFALSE\t/\tFALSE\t0\tid\tevil';
  assert.throws(() => CookieJar.from(line(`${'x'.repeat(5_000 - 60)}${injected}`)), { code: 'ERR_INVALID_COOKIE' });
  assert.throws(() => CookieJar.from(`${line('x')}\r${injected}`), { code: 'ERR_INVALID_COOKIE' });
});

for (const control of ['\0', '\x01', '\x08', '\x0a', '\x0d', '\x1f', '\x7f']) {
  test(`CVE-2022-35252 (curl): a cookie with the control character ${JSON.stringify(control)} is not stored`, () => {
    assert.equal(jarOf('http://a.test/', `a=b${control}c`, `a${control}b=c`, `a=b; Path=/${control}`).size, 0);
  });
}

test('CVE-2022-32205 (curl): a server cannot make the Cookie field so long that servers refuse it', async (t) => {
  const server = await attackSite(t, async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      const cookies = Array.from(
        { length: 100 },
        (_, i) => ['Set-Cookie', `c${target.slice(1)}-${i}=${'x'.repeat(4_000)}`] as const,
      );
      await connection.write(
        `HTTP/1.1 200 OK\r\n${(target === '/end' ? [] : cookies.slice(0, 15)).map(([name, value]) => `${name}: ${value}\r\n`).join('')}Content-Length: 0\r\n\r\n`,
      );
    }
  });
  const session = victimSession(t, { retries: false });
  session.cookies?.set('id', 'small', { url: server.origin, path: '/' });
  for (let i = 0; i < 8; i++) await session.get(`${server.origin}/${i}`);
  await session.get(`${server.origin}/end`);
  const cookie = /^Cookie: (.*)\r$/m.exec(bytesOf(server.requests.slice(-1)))?.[1] ?? '';
  assert.ok(cookie.length <= 8_190, `${cookie.length} bytes`);
  assert.match(cookie, /(?:^|; )id=small(?:;|$)/, 'what is small still goes');
});

for (const [url, field] of [
  ['http://a.test/', 'id=evil'],
  ['http://a.test/', 'id=evil; Path=/'],
  ['http://a.test/login/', 'id=evil; Path=/login/'],
  ['http://sub.a.test/', 'id=evil; Domain=a.test'],
] as const) {
  test(`CVE-2025-9086 (curl): ${field} of ${url} does not take the place of a Secure cookie`, () => {
    const jar = jarOf('https://a.test/login/', 'id=good; Secure; Path=/; Domain=a.test');
    jar.receive(url, [field]);
    assert.equal(jar.header('https://a.test/login/'), 'id=good');
  });
}

for (const field of [
  'a=polluted; Domain=__proto__; Path=/x',
  'a=polluted; Domain=__proto__; Path=__proto__',
  '__proto__=polluted',
  'constructor=polluted; Path=/__proto__',
]) {
  test(`CVE-2023-26136 (tough-cookie): ${field} changes no prototype`, () => {
    for (const url of ['http://__proto__/', 'http://a.test/__proto__/', 'http://__proto__.test/']) {
      const jar = jarOf(url, field);
      jar.header(url);
      CookieJar.from(JSON.parse(JSON.stringify(jar)));
      const plain: Record<string, unknown> = {};
      for (const name of ['/x', 'a', 'polluted', '__proto__/']) assert.equal(plain[name], undefined);
      assert.equal(Object.keys(Object.getPrototypeOf(plain)).length, 0);
    }
  });
}

test('CVE-2024-53990 (AsyncHttpClient): cookies of one session are not those of another', async (t) => {
  const server = await attackSite(t, redirector);
  const [one, two] = [victimSession(t), victimSession(t)];
  one.cookies?.set('id', 'one', { url: server.origin });
  await one.get(server.origin);
  await two.get(server.origin, { cookies: { id: 'two' } });
  await two.get(server.origin);
  const sent = server.requests.map(({ raw }) => /^Cookie: (.*)\r$/m.exec(raw.toString())?.[1]);
  assert.deepEqual(sent, ['id=one', 'id=two', undefined]);
});

test('CVE-2026-11525 (undici): a SameSite that is none of the three is not taken for the loosest', () => {
  const jar = jarOf(
    'https://a.test/',
    'a=1; Secure; SameSite=StrictNone',
    'b=2; Secure; SameSite=xlax',
    'c=3; SameSite=Lax',
  );
  assert.deepEqual(
    [...jar].map(({ sameSite }) => sameSite),
    [null, null, 'lax'],
  );
});

for (const field of [
  '__Host-a=b; Secure; Path=/; Domain=a.test',
  '__Secure-a=b',
  '__host-a=b; Path=/',
  '=__Host-a=b',
  '%5F%5FHost-a=b',
]) {
  test(`CVE-2022-36032 (ReactPHP): ${field} does not pass for a cookie with a prefix`, () => {
    const jar = jarOf('https://a.test/', field);
    assert.doesNotMatch(jar.header('https://a.test/'), /^__(?:Host|Secure)-/i);
  });
}
