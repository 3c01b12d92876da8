// TLS options that cannot be used are refused when a pool is made, in one sentence that names the option.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, type TestContext, test } from 'node:test';
import * as tls from 'node:tls';
import { HTTPSConnectionPool, PoolManager, RequestError, type TLSOptions } from 'urlpool';
import { resourceCounts, type ServerCertificate, toPFX } from 'urlpool-testing';
import { echo, localCertificate, servedPool, testAuthority } from '../connection/served-pool.ts';

let alice: ServerCertificate;
let bob: ServerCertificate;
before(async () => {
  const authority = await testAuthority();
  alice = await authority.issue({ client: true, name: 'alice' });
  bob = await authority.issue({ client: true, name: 'bob', algorithm: 'rsa' });
});

function encrypted({ key }: ServerCertificate): string {
  const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'word' } as const;
  return createPrivateKey(key).export(options).toString();
}

const VERSIONS = "give 'TLSv1', 'TLSv1.1', 'TLSv1.2' or 'TLSv1.3'";

// name, options, the sentence
const REFUSED: readonly (readonly [string, () => object, RegExp])[] = [
  [
    'a ca that is a path',
    () => ({ ca: './ca.pem' }),
    /^Cannot use a text of 8 characters as ca: give PEM: .*; what is in the file, not its name$/,
  ],
  ['a ca that is a number', () => ({ ca: 5 }), /^Cannot use a number as ca: give PEM/],
  ['an empty list as ca', () => ({ ca: [] }), /^Cannot use a list as ca: give PEM/],
  [
    'an empty object as ca',
    () => ({ ca: {} }),
    /^Cannot use an object as ca: give PEM, or an object with add or system$/,
  ],
  [
    'a misspelt name in ca',
    () => ({ ca: { adds: alice.ca } }),
    /^Cannot use the option adds of ca: there is none of that name/,
  ],
  ['a ca.add that is no PEM', () => ({ ca: { add: 'x' } }), /^Cannot use a text of 1 character as ca\.add: give PEM/],
  [
    'a ca.system that is no flag',
    () => ({ ca: { system: 'yes' } }),
    /^Cannot use "yes" as ca\.system: give true or false$/,
  ],
  [
    'a ca that is cut off',
    () => ({ ca: alice.ca + alice.ca.slice(0, 300) }),
    /^Cannot use a text of \d+ characters as ca: certificate 2 in it cannot be read; is it whole\?$/,
  ],
  ['a key in place of a ca', () => ({ ca: alice.key }), /as ca: give PEM: text with "-----BEGIN … CERTIFICATE-----"$/],
  ['a cert without its key', () => ({ cert: alice.cert }), /as cert: it needs its key; option: key$/],
  ['a key without its cert', () => ({ key: alice.key }), /as key: it needs cert, the certificate that it is for$/],
  [
    'a key of another kind',
    () => ({ cert: alice.cert, key: bob.key }),
    /as key: it is not the key of cert, of its first certificate$/,
  ],
  [
    'the cert in place of the key',
    () => ({ cert: alice.cert, key: alice.cert }),
    /as key: give PEM: text with "-----BEGIN … KEY-----"$/,
  ],
  [
    'a key that is cut off',
    () => ({ cert: alice.cert, key: alice.key.replace(/\n.{20}/, '\n') }),
    /as key: it cannot be read as a private key; is it whole\?$/,
  ],
  [
    'one key for two certificates',
    () => ({ cert: [alice.cert, bob.cert], key: alice.key }),
    /as key: give one for each certificate in cert$/,
  ],
  [
    'an encrypted key without passphrase',
    () => ({ cert: alice.cert, key: encrypted(alice) }),
    /as key: it is encrypted; option: passphrase$/,
  ],
  [
    'a wrong passphrase',
    () => ({ cert: alice.cert, key: encrypted(alice), passphrase: 'sesame' }),
    /^Cannot use a text of 6 characters as passphrase: key cannot be decrypted with it$/,
  ],
  [
    'a passphrase for nothing',
    () => ({ passphrase: 'sesame' }),
    /as passphrase: it needs a key or a pfx that it is for$/,
  ],
  [
    'a passphrase that is no text',
    () => ({ cert: alice.cert, key: alice.key, passphrase: 7 }),
    /^Cannot use a number as passphrase: give a text$/,
  ],
  [
    'a pfx that is a path',
    () => ({ pfx: 'me.p12' }),
    /^Cannot use a text of 6 characters as pfx: give the bytes of a PKCS #12 file$/,
  ],
  [
    'a pfx that is PEM',
    () => ({ pfx: Buffer.from(alice.cert) }),
    /as pfx: it cannot be read as a PKCS #12 file; is it whole, and not PEM\?$/,
  ],
  [
    'a pfx and a cert',
    () => ({ pfx: Buffer.from('x'), cert: alice.cert }),
    /as pfx: it stands for cert and key: leave them out$/,
  ],
  ['an empty servername', () => ({ servername: '' }), /^Cannot use "" as servername: give a host name in ASCII/],
  ['a URL as servername', () => ({ servername: 'https://a.test' }), /as servername: give a host name/],
  ['a servername that is not ASCII', () => ({ servername: 'bücher.test' }), /as servername: give a host name in ASCII/],
  [
    'a servername with a port',
    () => ({ servername: 'a.test:443' }),
    /as servername: give a host name in ASCII, without scheme and port/,
  ],
  [
    'a check that is no function',
    () => ({ checkServerIdentity: true }),
    /^Cannot use true as checkServerIdentity: give a function$/,
  ],
  [
    'a rejectUnauthorized that is no flag',
    () => ({ rejectUnauthorized: 0 }),
    /^Cannot use 0 as rejectUnauthorized: give true or false$/,
  ],
  [
    'a pin of SHA-1',
    () => ({ pins: 'sha1/AAAA' }),
    /^Cannot use "sha1\/AAAA" as pins: give "sha256\/" and the hash of the public key in base64$/,
  ],
  ['no pins', () => ({ pins: [] }), /as pins: .*, one at least$/],
  ['a pin that is no text', () => ({ pins: [5] }), /^Cannot use 5 as pins/],
  [
    'a fingerprint of SHA-1',
    () => ({ fingerprint: 'AA'.repeat(20) }),
    /as fingerprint: give the SHA-256 of the certificate: 64 hexadecimal digits$/,
  ],
  [
    'an unknown minVersion',
    () => ({ minVersion: 'TLS1.2' }),
    new RegExp(`^Cannot use "TLS1\\.2" as minVersion: ${VERSIONS}$`),
  ],
  ['an unknown maxVersion', () => ({ maxVersion: 1.3 }), new RegExp(`^Cannot use 1\\.3 as maxVersion: ${VERSIONS}$`)],
  [
    'versions in the wrong order',
    () => ({ minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' }),
    /^Cannot use "TLSv1\.3" as minVersion: it is newer than maxVersion, which is TLSv1\.2$/,
  ],
  [
    'a maxVersion below the usual minVersion',
    () => ({ maxVersion: 'TLSv1' }),
    /^Cannot use "TLSv1" as maxVersion: the runtime's minVersion is TLSv1\.2: give an older one with it$/,
  ],
  [
    'a misspelt cipher',
    () => ({ ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:ECDHE-FOO' }),
    /as ciphers: this runtime's OpenSSL knows no ciphers of the name "ECDHE-FOO"$/,
  ],
  [
    'ciphers of which none is left',
    () => ({ ciphers: '!ALL' }),
    /as ciphers: this runtime's OpenSSL finds no ciphers in it$/,
  ],
  ['no ciphers', () => ({ ciphers: '' }), /^Cannot use "" as ciphers: give ciphers as OpenSSL lists them/],
  [
    'a misspelt group',
    () => ({ ecdhCurve: 'X25519:P-257' }),
    /as ecdhCurve: this runtime's OpenSSL knows no groups of the name "P-257"$/,
  ],
  [
    'a misspelt signature algorithm',
    () => ({ sigalgs: 'rsa_sha256' }),
    /as sigalgs: this runtime's OpenSSL knows no signature algorithms of the name "rsa_sha256"$/,
  ],
  ['a keyLog that is a number', () => ({ keyLog: 1 }), /^Cannot use 1 as keyLog: give the path of a file, or true/],
  [
    'a keyLog in no folder',
    () => ({ keyLog: '/nowhere/keys' }),
    /^Cannot use "\/nowhere\/keys" as keyLog: it cannot be written to \(ENOENT/,
  ],
];

for (const [name, options, sentence] of REFUSED) {
  const isRefused = (error: unknown): boolean => {
    assert.ok(error instanceof RequestError, String(error));
    assert.equal(error.code, 'ERR_INVALID_OPTION');
    assert.match(error.message, sentence);
    return true;
  };

  test(`HTTPSConnectionPool() refuses ${name}`, () => {
    assert.throws(() => new HTTPSConnectionPool('localhost', options()), isRefused);
  });

  test(`request() refuses ${name}, and makes no pool for it`, async (t) => {
    const http = new PoolManager();
    t.after(() => http.close());
    await assert.rejects(http.request('GET', 'https://localhost/', options()), isRefused);
    assert.equal(http.snapshot().pools.length, 0);
  });
}

test('PoolManager() tells of wrong options of a proxy by their whole name', () => {
  const wrong = (options: object) => () => new PoolManager({ proxy: { url: 'https://proxy.test', tls: options } });
  assert.throws(wrong({ ca: 'x' }), /^RequestError: Cannot use a text of 1 character as proxy\.tls\.ca: give PEM/);
  assert.throws(
    wrong({ cas: 'x' }),
    /the option cas of proxy\.tls: there is none of that name; did you mean ca\?|known are/,
  );
  assert.throws(wrong({ minVersion: 'x' }), /as proxy\.tls\.minVersion: give/);
  assert.throws(wrong({ keyLog: 5 }), /as proxy\.tls\.keyLog: give/);
});

// What can be used

// name, options
const ACCEPTED: readonly (readonly [string, () => TLSOptions])[] = [
  ['a certificate and key', () => ({ cert: alice.cert, key: alice.key })],
  ['bytes of them', () => ({ cert: Buffer.from(alice.cert), key: new TextEncoder().encode(alice.key) })],
  ['two of them', () => ({ cert: [alice.cert, bob.cert], key: [bob.key, alice.key] })],
  ['an encrypted key', () => ({ cert: alice.cert, key: encrypted(alice), passphrase: 'word' })],
];

for (const [name, options] of ACCEPTED) {
  test(`HTTPSConnectionPool() takes ${name}, and shows the certificate`, async (t) => {
    const tls = { ...(await localCertificate()), requestCert: true };
    const { pool, server } = await servedPool(t, echo, { tls, ...options() });
    await pool.request('GET', '/');
    assert.match(server.connections[0]?.tls?.clientName ?? '', /^(alice|bob)$/);
  });
}

const withoutOpenssl = spawnSync('openssl', ['version']).error === undefined ? false : 'there is no command openssl';

test('HTTPSConnectionPool() takes a pfx, and shows its certificate', { skip: withoutOpenssl }, async (t) => {
  const tls = { ...(await localCertificate()), requestCert: true };
  const pfx = toPFX(alice, { passphrase: 'word' });
  const { pool, server } = await servedPool(t, echo, { tls, pfx, passphrase: 'word' });
  await pool.request('GET', '/');
  assert.equal(server.connections[0]?.tls?.clientName, 'alice');
});

test('HTTPSConnectionPool() refuses a pfx that it cannot decrypt', { skip: withoutOpenssl }, () => {
  const pfx = toPFX(alice, { passphrase: 'word' });
  const made = (options: object) => () => new HTTPSConnectionPool('localhost', options);
  assert.throws(made({ pfx }), /as pfx: it is encrypted; option: passphrase$/);
  assert.throws(
    made({ pfx, passphrase: 'w' }),
    /^RequestError: Cannot use a text of 1 character as passphrase: pfx cannot/,
  );
  const old = toPFX(alice, { passphrase: 'word', legacy: true });
  assert.throws(made({ pfx: old, passphrase: 'word' }), /as pfx: it is encrypted in an old way .*: export it anew$/);
});

test("HTTPSConnectionPool() trusts the system's authorities where the runtime tells them, and refuses elsewhere", () => {
  const made = () => new HTTPSConnectionPool('localhost', { ca: { system: true } });
  if ('getCACertificates' in tls) assert.doesNotThrow(made);
  else assert.throws(made, /as ca\.system: Node v.* cannot read them; it takes Node 22\.15/);
});

// Requests and managers

test('request() with a client certificate takes nothing of the one of its manager', async (t) => {
  const tls = { ...(await localCertificate()), requestCert: true };
  const { server } = await servedPool(t, echo, { tls });
  const http = new PoolManager({
    ca: tls.ca,
    cert: alice.cert,
    key: encrypted(alice),
    passphrase: 'word',
    retries: false,
  });
  t.after(() => http.close());
  await http.request('GET', `${server.origin}/`);
  await http.request('GET', `${server.origin}/`, { cert: bob.cert, key: bob.key });
  assert.deepEqual(
    server.connections.map((one) => one.tls?.clientName),
    ['alice', 'bob'],
  );
});

test('request() takes PEM as text and as bytes for the same route', async (t) => {
  const tls = await localCertificate();
  const { server } = await servedPool(t, echo, { tls });
  const http = new PoolManager({ retries: false });
  t.after(() => http.close());
  const pairs = [
    { ca: tls.ca, cert: alice.cert, key: alice.key },
    { ca: Buffer.from(tls.ca), cert: Buffer.from(alice.cert), key: new TextEncoder().encode(alice.key) },
  ];
  for (const route of pairs) await http.request('GET', `${server.origin}/`, route);
  assert.deepEqual([http.snapshot().pools.length, http.snapshot().numConnections], [1, 1]);
});

test('request() goes to another pool for any other TLS option, and resumes no session there', async (t) => {
  const tls = await localCertificate();
  const { server } = await servedPool(t, echo, { tls });
  const http = new PoolManager({ ca: tls.ca, retries: false });
  t.after(() => http.close());
  const routes: readonly TLSOptions[] = [
    {},
    { rejectUnauthorized: false },
    { minVersion: 'TLSv1.2' },
    { maxVersion: 'TLSv1.3' },
    { ciphers: 'TLS_AES_128_GCM_SHA256' },
    { ecdhCurve: 'P-256' },
    { sigalgs: 'ecdsa_secp256r1_sha256' },
    { checkServerIdentity: () => undefined },
    { ca: { add: tls.ca } },
    { cert: alice.cert, key: alice.key },
    { servername: '127.0.0.1' },
  ];
  for (const route of routes) await http.request('GET', `${server.origin}/`, route);
  assert.equal(http.snapshot().pools.length, routes.length);
  assert.deepEqual(
    server.connections.map((one) => one.tls?.resumed),
    routes.map(() => false),
  );
  assert.equal(http.snapshot().resumed, 0);
});

// Sessions

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`PoolManager() counts the connections that resumed a session, over ${maxVersion}`, async (t) => {
    const tls = { ...(await localCertificate()), maxVersion };
    const { server } = await servedPool(t, echo, { tls });
    const http = new PoolManager({ ca: tls.ca, retries: false });
    t.after(() => http.close());
    for (let i = 0; i < 4; i++) {
      await http.request('GET', `${server.origin}/`);
      await http.clear();
    }
    const { created, resumed, pools } = http.snapshot();
    assert.deepEqual([created, resumed, pools[0]?.resumed], [4, 3, 3]);
  });
}

test('HTTPSConnectionPool() resumes sessions on connections that it opens at once', async (t) => {
  const { pool } = await servedPool(t, echo, { tls: await localCertificate() });
  await pool.request('GET', '/');
  pool.clear();
  await Promise.all(Array.from({ length: 6 }, () => pool.request('GET', '/')));
  const { created, resumed } = pool.snapshot();
  assert.equal(resumed, created - 1);
});

// The key log

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'urlpool-keys-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('HTTPSConnectionPool() writes the secrets of each connection to keyLog, which its owner alone may read', async (t) => {
  const keyLog = join(folder(t), 'keys');
  const { pool } = await servedPool(t, echo, { tls: await localCertificate(), keyLog });
  assert.equal(readFileSync(keyLog, 'utf8'), '');
  const before = resourceCounts();
  await pool.request('GET', '/');
  const lines = readFileSync(keyLog, 'utf8').trimEnd().split('\n');
  assert.ok(
    lines.some((line) => /^CLIENT_TRAFFIC_SECRET_0 [\da-f]{64} [\da-f]{64,96}$/.test(line)),
    lines[0],
  );
  assert.equal(statSync(keyLog).mode & 0o777, 0o600);
  pool.clear();
  await pool.request('GET', '/');
  assert.ok(readFileSync(keyLog, 'utf8').trimEnd().split('\n').length > lines.length);
  assert.equal(resourceCounts().FSReqCallback ?? 0, before.FSReqCallback ?? 0);
});

test('PoolManager() reads SSLKEYLOGFILE where keyLog is true, and only there', async (t) => {
  const path = join(folder(t), 'keys');
  const given = process.env.SSLKEYLOGFILE;
  process.env.SSLKEYLOGFILE = path;
  t.after(() => {
    if (given === undefined) delete process.env.SSLKEYLOGFILE;
    else process.env.SSLKEYLOGFILE = given;
  });
  const tls = await localCertificate();
  const { pool, server } = await servedPool(t, echo, { tls });
  await pool.request('GET', '/');
  assert.throws(() => statSync(path), { code: 'ENOENT' });
  const http = new PoolManager({ ca: tls.ca, keyLog: true, retries: false });
  t.after(() => http.close());
  await http.request('GET', `${server.origin}/`);
  assert.match(readFileSync(path, 'utf8'), /^CLIENT_HANDSHAKE_TRAFFIC_SECRET /m);
});

test('HTTPSConnectionPool() goes on where keyLog cannot be written to any more', async (t) => {
  const path = folder(t);
  const { pool } = await servedPool(t, echo, { tls: await localCertificate(), keyLog: join(path, 'keys') });
  rmSync(path, { recursive: true });
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  assert.equal((await pool.request('GET', '/a')).text(), '/a');
  assert.match((await warned).message, /^Cannot write to .*keys: ENOENT.*; option: keyLog$/);
});
