// URLs: what advisories found to be read as one host and asked at another, and addresses that a program did not mean to
// reach for those who give it URLs.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { HTTPConnectionPool, PoolManager, RequestError } from 'urlpool';
import { attackSite, bytesOf, leadingTo, redirector, victim, victimSession } from './attack-site.ts';

// advisory, client, what it has, a text that is no URL
for (const [advisory, client, what, url] of [
  ['CVE-2022-27780', 'curl', 'an encoded slash in its host', 'http://example.com%2F127.0.0.1/'],
  ['CVE-2022-27780', 'curl', 'an encoded question mark in its host', 'http://example.com%3F.evil.test/'],
  ['CVE-2022-27780', 'curl', 'an encoded at sign in its host', 'http://example.com%40evil.test/'],
  ['CVE-2022-27775', 'curl', 'a zone', 'http://[fe80::1%25eth0]/'],
  ['CVE-2019-9636', 'Python', 'a character that normalises to a/c', 'http://example.com\u2100.evil.test/'],
  ['CVE-2019-10160', 'Python', 'a wide number sign in its host', 'http://user@example\uff03.evil.test/'],
  ['CVE-2024-11168', 'Python', 'a name in brackets', 'http://[example.com]/'],
  ['CVE-2024-11168', 'Python', 'a version in brackets', 'http://[v1.a]/'],
  ['CVE-2023-24329', 'Python', 'a vertical tab before it', '\x0bhttp://example.com/'],
  ['CVE-2023-24329', 'Python', 'a tab before it', '\thttp://example.com/'],
  ['CVE-2022-0391', 'Python', 'a line end in its host', 'http://exa\nmple.com/'],
  ['CVE-2025-58754', 'axios', 'a scheme for text of its own', 'data:text/plain;base64,AAAA'],
  ['CVE-2022-33987', 'got', 'a scheme for sockets', 'unix:/var/run/docker.sock:/'],
  ['CVE-2009-0037', 'curl', 'a scheme for files', 'file:///etc/passwd'],
  ['CVE-2022-45061', 'Python', 'a host of a hundred thousand letters', `http://${'\u0e01'.repeat(100_000)}.test/`],
  ['CVE-2024-3651', 'idna', 'a host of a hundred thousand marks', `http://${'\u0301'.repeat(100_000)}/`],
] as const) {
  test(`${advisory} (${client}): a URL with ${what} is refused at once`, async (t) => {
    const before = performance.now();
    await assert.rejects(victim(t).request('GET', url), { name: 'RequestError', code: 'ERR_INVALID_URL' });
    assert.ok(performance.now() - before < 1_000);
  });
}

// advisory, client, what it has, a URL, the only host that may be asked
for (const [advisory, client, what, url, host] of [
  ['CVE-2016-8624', 'curl', 'an at sign behind a number sign', 'http://example.com#@evil.test/', 'example.com'],
  ['CVE-2020-13956', 'Apache HttpClient', 'two at signs', 'http://user@apache.test:80@evil.test/', 'evil.test'],
  ['CVE-2024-38428', 'wget', 'a semicolon in its user', 'http://a;b@example.com/', 'example.com'],
  ['CVE-2024-38428', 'wget', 'a host for a user', 'http://evil.test;@example.com/', 'example.com'],
  ['CVE-2019-10160', 'Python', 'a wide number sign in its user', 'http://example.com\uff03@evil.test/', 'evil.test'],
  ['CVE-2022-0686', 'url-parse', 'a backslash before an at sign', 'http://evil.test\\@example.com/', 'evil.test'],
  ['CVE-2022-0639', 'url-parse', 'backslashes alone', 'http:\\\\evil.test\\@example.com', 'evil.test'],
  ['CVE-2023-26159', 'follow-redirects', 'an at sign in its query', 'http://example.com:80?@evil.test/', 'example.com'],
  ['CVE-2022-27779', 'curl', 'a dot at its end', 'HTTP://EXAMPLE.COM./', 'example.com.'],
] as const) {
  test(`${advisory} (${client}): a URL with ${what} has one host, the same for who looks and who asks`, async (t) => {
    const asked: string[] = [];
    const server = await attackSite(t, redirector);
    const http = new PoolManager({
      retries: false,
      lookup: (name, _options, answer) => {
        asked.push(name);
        answer(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
      },
    });
    t.after(() => http.close({ timeout: 0 }));
    await assert.rejects(http.request('GET', url), { code: 'ERR_NAME_NOT_FOUND' });
    assert.deepEqual(asked, [host]);
    assert.equal(new URL(url).hostname, host);
    const start = server.origin + leadingTo(url);
    await assert.rejects(http.request('GET', start, { retries: 2 }));
    assert.deepEqual(new Set(asked), new Set([host]));
  });
}

for (const [advisory, client, target] of [
  ['CVE-2022-35949', 'undici', '//evil.test/'],
  ['CVE-2022-35949', 'undici', '//evil.test:80/a?b'],
  ['CVE-2022-35949', 'undici', '/\\evil.test/'],
] as const) {
  test(`${advisory} (${client}): the path ${target} of a pool does not lead to another host`, async (t) => {
    const server = await attackSite(t, redirector);
    const pool = new HTTPConnectionPool('127.0.0.1', { port: server.port, retries: false });
    t.after(() => pool.close());
    const { url } = await pool.request('GET', target);
    assert.equal(new URL(url).origin, server.origin);
    assert.equal(server.requests.length, 1);
  });
}

for (const [advisory, client, target] of [
  ['CVE-2024-39338', 'axios', '//evil.test/'],
  ['CVE-2026-25765', 'Faraday', '//evil.test/'],
  ['CVE-2024-39338', 'axios', '\\\\evil.test/'],
  ['CVE-2024-39338', 'axios', '/\\evil.test/'],
] as const) {
  test(`${advisory} (${client}): ${target} below a base URL does not lead to another host`, async (t) => {
    const session = victimSession(t, { baseUrl: 'http://a.test/', retries: false });
    await assert.rejects(session.get(target), { code: 'ERR_INVALID_URL' });
  });
}

for (const target of [
  '@evil.test/',
  '.evil.test/',
  ':80@evil.test/',
  ';@evil.test/',
  '%40evil.test/',
  '../../evil.test/',
]) {
  test(`CVE-2021-41945 (httpx): ${target} below a base URL stays at its host`, async (t) => {
    const server = await attackSite(t, redirector);
    const session = victimSession(t, { baseUrl: server.origin, retries: false });
    assert.equal(new URL((await session.get(target)).url).origin, server.origin);
  });
}

test('CVE-2025-27152 (axios): an absolute URL gets nothing of what a session has for its base', async (t) => {
  const [home, other] = [await attackSite(t, redirector), await attackSite(t, redirector)];
  const session = victimSession(t, {
    baseUrl: home.origin,
    auth: ['me', 'op3nSesame'],
    headers: { 'X-API-Key': 'op3nSesame', Cookie: 'id=op3nSesame' },
  });
  await session.get('/a');
  await session.get(`${other.origin}/b`);
  assert.match(bytesOf(home.requests), /op3nSesame/);
  assert.equal(other.requests.length, 1);
  assert.doesNotMatch(bytesOf(other.requests), /op3nSesame|authorization|cookie/i);
});

/** A host with the port of a server. */
const GUARDED = { code: 'ERR_ADDRESS_REFUSED' } as const;

// advisory, client, how loopback is written
for (const [advisory, client, host] of [
  ['CVE-2023-42282', 'ip', '0x7f.1'],
  ['CVE-2023-42282', 'ip', '0x7f000001'],
  ['CVE-2021-28918', 'netmask', '0177.0.0.01'],
  ['CVE-2024-29415', 'ip', '127.1'],
  ['CVE-2024-29415', 'ip', '[::ffff:7f00:1]'],
  ['CVE-2024-29415', 'ip', '[::ffff:127.0.0.1]'],
  ['CVE-2024-29415', 'ip', '0'],
  ['CVE-2020-28360', 'private-ip', '[::]'],
  ['CVE-2020-28360', 'private-ip', '[64:ff9b::7f00:1]'],
  ['CVE-2020-28360', 'private-ip', '[2002:7f00:1::]'],
  ['CVE-2024-50342', 'Symfony', 'name.test'],
  ['CVE-2020-28360', 'private-ip', '169.254.169.254'],
  ['CVE-2020-28360', 'private-ip', '\uff11\uff12\uff17.0.0.1'],
] as const) {
  test(`${advisory} (${client}): a guard of public addresses does not connect to ${host}`, async (t) => {
    const server = await attackSite(t, redirector);
    const http = victim(t, { guard: 'public', retries: false });
    await assert.rejects(http.request('GET', `http://${host}:${server.port}/`), GUARDED);
    assert.equal(server.connections.length, 0);
  });
}

test('CVE-2023-28155 (request): a guard holds for what a redirect leads to, of another scheme too', async (t) => {
  const inside = await attackSite(t, redirector);
  const start = await attackSite(t, redirector, { host: '0.0.0.0' });
  const guard = (address: string): boolean => address === '127.0.0.2';
  const http = victim(t, { guard, lookup: undefined });
  for (const url of [
    `http://127.0.0.1:${inside.port}/`,
    `https://127.0.0.1:${inside.port}/`,
    `http://localhost:${inside.port}/`,
  ]) {
    await assert.rejects(http.request('GET', `http://127.0.0.2:${start.port}${leadingTo(url)}`), GUARDED);
  }
  assert.equal(inside.connections.length, 0);
  assert.equal(start.requests.length, 3);
});

test('CVE-2024-50342 (Symfony): a name that leads elsewhere at its second look-up does not pass the guard', async (t) => {
  const server = await attackSite(t, redirector);
  let asked = 0;
  const http = victim(t, {
    retries: false,
    guard: 'public',
    dnsCache: false,
    lookup: (_name, _options, answer) =>
      answer(null, [{ address: asked++ === 0 ? '198.18.0.1' : '127.0.0.1', family: 4 }]),
  });
  for (let i = 0; i < 3; i++) {
    await assert.rejects(http.request('GET', `http://rebind.test:${server.port}/`), GUARDED);
  }
  assert.equal(server.connections.length, 0);
});

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'urlpool-cve-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('CVE-2020-8177 (curl): a download goes where the program said, whatever the server calls the file', async (t) => {
  const names = ['../evil', '/tmp/evil', '.bashrc', '..\\evil'];
  const server = await attackSite(t, async (connection) => {
    for (const name of names) {
      await connection.request();
      await connection.respond({ headers: { 'Content-Disposition': `attachment; filename="${name}"` }, body: 'text' });
    }
  });
  const path = folder(t);
  for (const _ of names) await victim(t).download(`${server.origin}/..%2fevil`, join(path, 'file'));
  assert.deepEqual(readdirSync(path), ['file']);
});

test('CVE-2022-27778 (curl): a download that fails leaves the file as it was', async (t) => {
  const server = await attackSite(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc');
    connection.reset();
  });
  const path = join(folder(t), 'file');
  writeFileSync(path, 'before');
  await assert.rejects(victim(t, { retries: false }).download(server.origin, path));
  assert.equal(readFileSync(path, 'utf8'), 'before');
  assert.equal(existsSync(path), true);
});

test('CVE-2018-20483 (wget): a file that is downloaded does not hold the credentials of its URL', async (t) => {
  const server = await attackSite(t, redirector);
  const path = folder(t);
  const url = `${server.origin.replace('//', '//me:op3nSesame@')}/a`;
  const saved = await victim(t).download(url, join(path, 'file'));
  assert.doesNotMatch(JSON.stringify(saved), /op3nSesame/);
  for (const name of readdirSync(path))
    assert.doesNotMatch(name + readFileSync(join(path, name), 'latin1'), /op3nSesame/);
});

test('CVE-2021-41945 (httpx): a URL that is no text is refused by what it is', async (t) => {
  for (const url of [null, 7, ['http://a.test/'], { toString: () => 'http://a.test/' }]) {
    await assert.rejects(async () => await victim(t).request('GET', url as unknown as string), RequestError);
  }
});
