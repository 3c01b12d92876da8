// Whose certificate it is, and which connection a request may ride: what advisories found to be trusted that nobody
// vouched for. Certificates are made on the spot, by an authority that the client knows or by another.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import type { ManagerRequestOptions, PoolManagerOptions } from 'urlpool';
import { createCertificateAuthority, type ScriptedServer, type ServerTls } from 'urlpool-testing';
import { attackSite, redirector, victim } from './attack-site.ts';

const REFUSED = { name: 'TLSError', code: 'ERR_TLS_CERTIFICATE' } as const;
const [authority, stranger] = await Promise.all([createCertificateAuthority(), createCertificateAuthority()]);
const ca = authority.certificate;

async function site(t: TestContext, tls?: ServerTls): Promise<ScriptedServer> {
  return await attackSite(t, redirector, { tls: tls ?? (await authority.issue()) });
}

// advisory, client, the names of the certificate, its common name, the host that is asked for
const OTHERS: readonly (readonly [string, string, readonly string[], string | undefined, string])[] = [
  ['CVE-2012-5783', 'Apache HttpClient', ['other.test'], undefined, 'localhost'],
  ['CVE-2012-6153', 'Apache HttpClient', ['other.test'], 'localhost', 'localhost'],
  ['CVE-2014-3577', 'Apache HttpClient', ['other.test'], 'x, O=a, CN=localhost', 'localhost'],
  ['CVE-2014-0139', 'curl', ['*.0.0.1'], '*.0.0.1', '127.0.0.1'],
  ['CVE-2013-7440', 'Python', ['*'], '*', 'localhost'],
  ['CVE-2013-2099', 'Python', [`${'*'.repeat(60)}.test`], undefined, 'a.test'],
  ['CVE-2013-2099', 'Python', ['*.*.test'], undefined, 'a.b.test'],
  ['CVE-2021-0341', 'OkHttp', ['*.test'], undefined, 'a.b.test'],
  ['CVE-2021-0341', 'OkHttp', ['xn--80ak6aa92e.test'], undefined, 'apple.test'],
  ['CVE-2021-44532', 'Node', ['other.test,DNS:localhost'], undefined, 'localhost'],
  ['CVE-2021-44532', 'Node', ['other.test","DNS:localhost'], undefined, 'localhost'],
  ['CVE-2024-2466', 'curl', ['localhost'], undefined, '127.0.0.1'],
];

for (const [advisory, client, hosts, name, host] of OTHERS) {
  test(`${advisory} (${client}): a certificate for ${hosts} is not one for ${host}`, async (t) => {
    const server = await site(t, await authority.issue({ hosts, ...(name === undefined ? {} : { name }) }));
    const http = victim(t, { ca, retries: false });
    await assert.rejects(http.request('GET', `https://${host}:${server.port}/`), REFUSED);
    assert.equal(server.requests.length, 0);
  });
}

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`CWE-295: a session of a handshake whose certificate was refused is never resumed, with ${maxVersion}`, async (t) => {
    const server = await site(t, { ...(await authority.issue({ hosts: ['other.test'] })), maxVersion });
    const http = victim(t, { ca, retries: false });
    for (let i = 0; i < 4; i++) await assert.rejects(http.request('GET', server.origin), REFUSED);
    const open = { rejectUnauthorized: false };
    assert.equal((await http.request('GET', `${server.origin}/a`, open)).text(), '/a');
    await new Promise((resolve) => setTimeout(resolve, 20)); // tickets come after the handshake
    await assert.rejects(http.request('GET', server.origin), REFUSED);
    assert.equal(server.requests.length, 1);
  });
}

// advisory, client, what comes first, what must not ride its connection
const REUSED: readonly (readonly [string, string, ManagerRequestOptions, ManagerRequestOptions, boolean])[] = [
  ['CVE-2024-35195', 'requests', { ca, rejectUnauthorized: false }, { ca: stranger.certificate }, true],
  ['CVE-2022-27782', 'curl', { ca }, { ca: stranger.certificate }, true],
  ['CVE-2021-22924', 'curl', { ca }, { ca: [ca, stranger.certificate] }, false],
  ['CVE-2016-5420', 'curl', { ca }, { ca, ...pairOf(await authority.issue({ client: true, name: 'me' })) }, false],
  ['aiohttp 3.14.1', 'server_hostname', { ca, servername: 'localhost' }, { ca, servername: 'other.test' }, true],
];

function pairOf({ cert, key }: ServerTls): { readonly cert: string; readonly key: string } {
  return { cert, key };
}

for (const [advisory, client, first, second, isRefused] of REUSED) {
  test(`${advisory} (${client}): a request with other TLS options does not ride a connection that is open`, async (t) => {
    const server = await site(t);
    const http = victim(t, { retries: false });
    await http.request('GET', server.origin, first);
    const call = http.request('GET', server.origin, second);
    if (isRefused) await assert.rejects(call, REFUSED);
    else await call;
    assert.equal(server.connections.length, 2);
    assert.equal(server.requests.length, isRefused ? 1 : 2);
    assert.equal((await http.request('GET', server.origin, first)).connection.reused, true);
  });
}

test('CVE-2016-5419 (curl): a session that a client certificate opened is not resumed without it', async (t) => {
  const server = await site(t, { ...(await authority.issue()), requestCert: true });
  const http = victim(t, { ca, retries: false });
  const own = pairOf(await authority.issue({ client: true, name: 'me' }));
  await http.request('GET', server.origin, own);
  await new Promise((resolve) => setTimeout(resolve, 20)); // tickets come after the handshake
  await http.clear();
  await assert.rejects(http.request('GET', server.origin), { name: /TLSError|ConnectionError/ });
  assert.equal(server.requests.length, 1);
});

test('CVE-2016-5420 (curl): a client certificate is not shown to where a redirect leads', async (t) => {
  const seen: (string | null | undefined)[] = [];
  const asking: ServerTls = { ...(await authority.issue({ hosts: ['a.test', 'b.test'] })), requestCert: true };
  const one = await site(t, asking);
  const two = await attackSite(
    t,
    async (connection) => {
      seen.push(connection.tls?.clientName);
      await connection.request();
      await connection.respond({});
    },
    { tls: asking },
  );
  const http = victim(t, { ca, retries: 2 });
  const own = pairOf(await authority.issue({ client: true, name: 'me' }));
  const url = `https://a.test:${one.port}/302?${encodeURIComponent(`https://b.test:${two.port}/`)}`;
  await assert.rejects(http.request('GET', url, own));
  assert.equal(one.requests.length, 1);
  assert.deepEqual([two.requests.length, seen], [0, []]);
});

for (const value of [undefined, null, 0, '', 'false'] as const) {
  test(`CVE-2021-22939 (Node): rejectUnauthorized: ${JSON.stringify(value)} does not turn the check off`, async (t) => {
    const server = await site(t, await stranger.issue());
    const given = { rejectUnauthorized: value } as unknown as PoolManagerOptions;
    const wanted = value === undefined ? REFUSED : { code: 'ERR_INVALID_OPTION' };
    const asked = async (): Promise<unknown> =>
      await victim(t, { retries: false, ...given }).request('GET', server.origin);
    await assert.rejects(asked, wanted);
    await assert.rejects(
      victim(t, { retries: false }).request('GET', server.origin, given as ManagerRequestOptions),
      wanted,
    );
    assert.equal(server.requests.length, 0);
  });
}

test('CVE-2021-22939 (Node): the environment does not turn the check off for a manager whose options say otherwise', async (t) => {
  const server = await site(t, await stranger.issue());
  const { stdout } = await child({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, server.origin, {
    ca,
    rejectUnauthorized: true,
  });
  assert.equal(stdout.trim(), 'ERR_TLS_CERTIFICATE');
});

test('CVE-2019-11324 (urllib3): authorities that are given take the place of the runtime’s own', async (t) => {
  const server = await site(t, await stranger.issue());
  const folder = mkdtempSync(join(tmpdir(), 'urlpool-cve-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'ca.pem'), stranger.certificate);
  const env = { NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') };
  assert.equal((await child(env, server.origin, {})).stdout.trim(), '200');
  assert.equal((await child(env, server.origin, { ca })).stdout.trim(), 'ERR_TLS_CERTIFICATE');
});

/** Asks for a URL in a process of its own, and gives the status or the code of the error. */
async function child(env: Record<string, string>, url: string, options: object): Promise<{ readonly stdout: string }> {
  const program = `
    import { PoolManager } from 'urlpool';
    const http = new PoolManager({ retries: false, ...${JSON.stringify(options)} });
    console.log(await http.request('GET', ${JSON.stringify(url)}).then(({ status }) => status, ({ code }) => code));
    await http.close({ timeout: 0 });`;
  const given = [
    ...process.execArgv.filter((one) => one.startsWith('--conditions')),
    '--input-type=module',
    '-e',
    program,
  ];
  return await promisify(execFile)(process.execPath, given, {
    env: { ...process.env, ...env },
    cwd: import.meta.dirname,
  });
}

for (const [advisory, what, choices] of [
  ['CWE-298', 'has ended', { notAfter: new Date(Date.now() - 60_000) }],
  ['CWE-298', 'has not begun', { notBefore: new Date(Date.now() + 3_600_000) }],
  ['CWE-295', 'is for clients', { client: true, hosts: ['localhost'] }],
] as const) {
  test(`${advisory}: a certificate that ${what} is refused`, async (t) => {
    const server = await site(t, await authority.issue(choices));
    await assert.rejects(victim(t, { ca, retries: false }).request('GET', server.origin), REFUSED);
  });
}

test('CVE-2025-47279 (undici): a server with a bad certificate leaves nothing behind, however often it is asked', async (t) => {
  const server = await site(t, await stranger.issue());
  const http = victim(t, { ca, retries: false });
  const sockets = (): number => process.getActiveResourcesInfo().filter((name) => /TLS|TCPSocket/.test(name)).length;
  await assert.rejects(http.request('GET', server.origin), REFUSED);
  const before = sockets();
  for (let i = 0; i < 100; i++) await assert.rejects(http.request('GET', server.origin), REFUSED);
  const { open, idle, dialling, queued } = http.snapshot();
  assert.deepEqual([open, idle, dialling, queued], [0, 0, 0, 0]);
  assert.ok(sockets() <= before + 8, `${sockets()} sockets after 100 failures, ${before} after one`);
});
