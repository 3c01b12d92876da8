import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { before, type TestContext, test } from 'node:test';
import { createSecureContext } from 'node:tls';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  ScriptedServer,
  type ServerTls,
  toPFX,
} from 'urlpool-testing';
import { RawClient } from './raw-client.ts';

const DAY = 86_400_000;

let authority: CertificateAuthority;
before(async () => {
  authority = await createCertificateAuthority();
});

async function serve(t: TestContext, tls: ServerTls): Promise<ScriptedServer> {
  const server = await ScriptedServer.start({ tls }, async (connection) => {
    await connection.request();
    await connection.respond({ body: 'ok' });
  });
  t.after(() => server.close());
  return server;
}

test('createCertificateAuthority() makes a certificate that signs itself and may sign others', () => {
  const root = new X509Certificate(authority.certificate);
  assert.equal(root.ca, true);
  assert.equal(root.verify(root.publicKey), true);
  assert.equal(root.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
});

test('createCertificateAuthority() makes another each time', async () => {
  const other = new X509Certificate((await createCertificateAuthority()).certificate);
  const root = new X509Certificate(authority.certificate);
  assert.notEqual(other.subject, root.subject);
  assert.notEqual(other.fingerprint256, root.fingerprint256);
});

test('issue() makes a server certificate for localhost, of a day, with a key of its own', async () => {
  const { cert, ca } = await authority.issue();
  const leaf = new X509Certificate(cert);
  const root = new X509Certificate(authority.certificate);
  assert.equal(ca, authority.certificate);
  assert.equal(leaf.checkIssued(root), true);
  assert.equal(leaf.verify(root.publicKey), true);
  assert.equal(leaf.ca, false);
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  assert.equal(leaf.subjectAltName, 'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
  assert.ok(Math.abs(Date.parse(leaf.validTo) - Date.now() - DAY) < 60_000);
  assert.notEqual(leaf.serialNumber, new X509Certificate((await authority.issue()).cert).serialNumber);
});

test('issue() takes wildcards and addresses', async () => {
  const leaf = new X509Certificate((await authority.issue({ hosts: ['*.example.test', '10.1.2.3'] })).cert);
  assert.equal(leaf.checkHost('a.example.test'), '*.example.test');
  assert.equal(leaf.checkHost('localhost'), undefined);
  assert.equal(leaf.checkIP('10.1.2.3'), '10.1.2.3');
  assert.equal(leaf.checkIP('10.1.2.4'), undefined);
});

test('issue() takes dates', async () => {
  const notBefore = new Date('2049-12-31T00:00:00Z');
  const notAfter = new Date('2050-01-02T00:00:00Z');
  const leaf = new X509Certificate((await authority.issue({ notBefore, notAfter })).cert);
  assert.deepEqual([new Date(leaf.validFrom), new Date(leaf.validTo)], [notBefore, notAfter]);
});

test('issue() refuses what cannot be a certificate', async () => {
  await assert.rejects(authority.issue({ hosts: [] }), RangeError);
  await assert.rejects(authority.issue({ hosts: ['bücher.example'] }), RangeError);
  await assert.rejects(authority.issue({ notBefore: new Date(2), notAfter: new Date(1) }), RangeError);
  await assert.rejects(authority.issue({ days: Number.NaN }), RangeError);
});

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`issue() makes what a client that trusts the authority accepts in ${version}`, async (t) => {
    const server = await serve(t, { ...(await authority.issue()), maxVersion: version });
    const client = RawClient.tls(server.port, { ca: authority.certificate });
    await once(client.socket, 'secureConnect');
    client.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await client.until('ok');
    const tls = server.connections[0]?.tls;
    assert.deepEqual([tls?.protocol, tls?.serverName, tls?.clientName], [version, 'localhost', null]);
    client.socket.destroy();
  });
}

test('issue() makes what a client accepts by address', async (t) => {
  const server = await serve(t, await authority.issue({ hosts: ['127.0.0.1'] }));
  const client = RawClient.tls(server.port, { ca: authority.certificate, servername: '' });
  await once(client.socket, 'secureConnect');
  client.socket.destroy();
});

const REFUSED = [
  ['an authority it does not know', {}, false, /SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO/],
  ['an expired certificate', { notAfter: new Date(Date.now() - DAY) }, true, /CERT_HAS_EXPIRED/],
  ['one not yet valid', { notBefore: new Date(Date.now() + DAY), days: 2 }, true, /CERT_NOT_YET_VALID/],
  ['one for another host', { hosts: ['other.test'] }, true, /ERR_TLS_CERT_ALTNAME_INVALID/],
  ['a client certificate in a server', { client: true }, true, /INVALID_PURPOSE/],
] as const;

for (const [name, choices, trusting, code] of REFUSED) {
  test(`issue() lets a client refuse ${name}`, async (t) => {
    const server = await serve(t, await authority.issue(choices));
    const client = RawClient.tls(server.port, trusting ? { ca: authority.certificate } : {});
    assert.match(String((await client.ended).code), code);
    await server.connection(0).then((connection) => connection.closed);
    assert.deepEqual(server.requests, []);
  });
}

test('issue() makes client certificates, which a server may demand', async (t) => {
  const server = await serve(t, { ...(await authority.issue()), requestCert: true });
  const { key, cert } = await authority.issue({ client: true, name: 'alice' });
  const client = RawClient.tls(server.port, { ca: authority.certificate, key, cert });
  client.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await client.until('ok');
  assert.equal(server.connections[0]?.tls?.clientName, 'alice');
  client.socket.destroy();
});

test('a server that demands a client certificate turns away who has none', async (t) => {
  const server = await serve(t, { ...(await authority.issue()), requestCert: true });
  const client = RawClient.tls(server.port, { ca: authority.certificate });
  await client.ended;
  await server.connection(0).then((connection) => connection.closed);
  assert.equal(server.connections[0]?.tls, null);
});

// Chains

test('intermediate() makes an authority whose certificates come with its own', async () => {
  const between = await authority.intermediate({ pathLength: 0 });
  const { cert, ca } = await between.issue();
  const [leaf, sent] = cert.match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  assert.equal(ca, authority.certificate);
  assert.equal(sent, between.certificate.trim());
  const issuer = new X509Certificate(between.certificate);
  assert.equal(new X509Certificate(leaf ?? '').checkIssued(issuer), true);
  assert.equal(issuer.checkIssued(new X509Certificate(authority.certificate)), true);
  assert.equal(issuer.ca, true);
});

test('crossSign() gives the name and key of another authority a second certificate', async () => {
  const other = await createCertificateAuthority();
  const crossed = new X509Certificate(await authority.crossSign(other));
  const own = new X509Certificate(other.certificate);
  assert.equal(crossed.subject, own.subject);
  assert.deepEqual(
    crossed.publicKey.export({ type: 'spki', format: 'der' }),
    own.publicKey.export({ type: 'spki', format: 'der' }),
  );
  assert.equal(crossed.verify(new X509Certificate(authority.certificate).publicKey), true);
});

test('crossSign() refuses an authority of another make', async () => {
  const stranger = { ...(await createCertificateAuthority()) };
  await assert.rejects(authority.crossSign(stranger), TypeError);
});

test('createCertificateAuthority() takes a name, dates and RSA', async () => {
  const notAfter = new Date(Date.now() - DAY);
  const rsa = await createCertificateAuthority({ name: 'Old', algorithm: 'rsa', notAfter });
  const root = new X509Certificate(rsa.certificate);
  assert.equal(root.subject, 'CN=Old');
  assert.equal(root.publicKey.asymmetricKeyType, 'rsa');
  assert.ok(Date.parse(root.validTo) < Date.now());
  const leaf = new X509Certificate((await rsa.issue({ algorithm: 'rsa' })).cert);
  assert.deepEqual([leaf.publicKey.asymmetricKeyType, leaf.verify(root.publicKey)], ['rsa', true]);
});

test('issue() leaves out the subjectAltName where only a common name is asked for', async () => {
  const leaf = new X509Certificate((await authority.issue({ hosts: ['a.test'], commonNameOnly: true })).cert);
  assert.deepEqual([leaf.subject, leaf.subjectAltName], ['CN=a.test', undefined]);
});

test('createCertificateAuthority() refuses constraints that it cannot write', async () => {
  await assert.rejects(createCertificateAuthority({ permitted: ['::1/128'] }), RangeError);
});

test('toPFX() makes what tls takes with its passphrase alone', { skip: opensslMissing() }, async () => {
  const pfx = toPFX(await authority.issue(), { passphrase: 'word' });
  createSecureContext({ pfx, passphrase: 'word' });
  assert.throws(() => createSecureContext({ pfx, passphrase: 'other' }), /mac verify/);
});

function opensslMissing(): string | false {
  return spawnSync('openssl', ['version']).error === undefined ? false : 'the command openssl is not installed';
}
