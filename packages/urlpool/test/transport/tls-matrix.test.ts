// What comes of a client's options and a server's: each row is a real handshake with a server of node:tls, and either a
// response or one error whose sentence says what is wrong.

import assert from 'node:assert/strict';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import type { AddressInfo, Server, Socket } from 'node:net';
import { before, type TestContext, test } from 'node:test';
import { createServer, type TlsOptions } from 'node:tls';
import { HTTPError, PoolManager, type TLSOptions } from 'urlpool';
import {
  type CertificateAuthority,
  createCertificateAuthority,
  createSelfSigned,
  type ServerCertificate,
} from 'urlpool-testing';

const DAY = 86_400_000;

/** Everything that rows are made of: it takes half a second. */
interface World {
  readonly authority: CertificateAuthority;
  readonly stranger: CertificateAuthority;
  readonly between: CertificateAuthority;
  /** For localhost. */
  readonly good: ServerCertificate;
  readonly other: ServerCertificate;
  readonly expired: ServerCertificate;
  readonly early: ServerCertificate;
  readonly strange: ServerCertificate;
  readonly ofClient: ServerCertificate;
  readonly nameless: ServerCertificate;
  readonly chained: ServerCertificate;
  readonly rsa: ServerCertificate;
  readonly selfSigned: ServerCertificate;
  readonly alice: ServerCertificate;
  readonly mallory: ServerCertificate;
}

let world: World;
before(async () => {
  const [authority, stranger] = await Promise.all([createCertificateAuthority(), createCertificateAuthority()]);
  const between = await authority.intermediate({ name: 'Between' });
  world = {
    authority,
    stranger,
    between,
    good: await authority.issue(),
    other: await authority.issue({ hosts: ['other.test', '127.0.0.2'] }),
    expired: await authority.issue({ notAfter: new Date(Date.now() - DAY) }),
    early: await authority.issue({ notBefore: new Date(Date.now() + DAY), days: 2 }),
    strange: await stranger.issue(),
    ofClient: await authority.issue({ hosts: ['localhost'], client: true }),
    nameless: await authority.issue({ hosts: ['localhost'], commonNameOnly: true }),
    chained: await between.issue(),
    rsa: await authority.issue({ algorithm: 'rsa' }),
    selfSigned: await createSelfSigned(),
    alice: await authority.issue({ client: true, name: 'alice' }),
    mallory: await stranger.issue({ client: true, name: 'mallory' }),
  };
});

interface Row {
  /** What the server has, besides `good`. */
  readonly server?: (all: World) => TlsOptions;
  /** What the client has, besides the authority. */
  readonly client?: (all: World) => TLSOptions;
  /** The code, and what the sentence says; nothing where it is a response. */
  readonly fails?: readonly [code: string, sentence: RegExp];
}

/** The certificate without those that belong to it. */
function alone({ key, cert }: ServerCertificate): TlsOptions {
  return { key, cert: `${cert.split('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----\n` };
}

function pair({ key, cert }: ServerCertificate): { key: string; cert: string } {
  return { key, cert };
}

function pin({ cert }: ServerCertificate): string {
  const spki = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  return `sha256/${createHash('sha256').update(spki).digest('base64')}`;
}

function fingerprint({ cert }: ServerCertificate): string {
  return new X509Certificate(cert).fingerprint256;
}

function encrypted({ key }: ServerCertificate, passphrase: string): string {
  const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase } as const;
  return createPrivateKey(key).export(options).toString();
}

const NO_PIN = `sha256/${'A'.repeat(43)}=`;
const CERTIFICATE = 'ERR_TLS_CERTIFICATE';
const CLIENT = 'ERR_TLS_CLIENT_CERTIFICATE';
const REFUSED = /it refused the handshake: there is no version, cipher or group in common/;
const demanding = ({ authority }: World): TlsOptions => ({
  requestCert: true,
  rejectUnauthorized: true,
  ca: authority.certificate,
});

const ROWS: Readonly<Record<string, Row>> = {
  // Authorities
  'a certificate of the authority': {},
  'no authority of its own': {
    client: () => ({ ca: undefined }),
    fails: [CERTIFICATE, /\(it was issued by "urlpool-testing authority .*option: ca$/],
  },
  "another's authority": {
    server: ({ strange }) => pair(strange),
    fails: [CERTIFICATE, /no chain from there to a trusted authority was sent\); option: ca$/],
  },
  'another authority, whose certificate is sent': {
    server: ({ strange }) => ({ key: strange.key, cert: strange.cert + strange.ca }),
    fails: [CERTIFICATE, /\(it comes from an authority that is not trusted here\); option: ca$/],
  },
  'two authorities, one of which is right': {
    client: ({ authority, stranger }) => ({ ca: [stranger.certificate, authority.certificate] }),
  },
  "an authority besides the runtime's": { client: ({ authority }) => ({ ca: { add: authority.certificate } }) },
  "another authority besides the runtime's": {
    client: ({ stranger }) => ({ ca: { add: stranger.certificate } }),
    fails: [CERTIFICATE, /option: ca$/],
  },
  'a certificate that the client trusts by itself': { client: ({ good }) => ({ ca: good.cert }) },
  'a certificate that signed itself, which the client trusts': {
    server: ({ selfSigned }) => pair(selfSigned),
    client: ({ selfSigned }) => ({ ca: selfSigned.cert }),
  },
  'a certificate that signed itself': {
    server: ({ selfSigned }) => pair(selfSigned),
    fails: [CERTIFICATE, /\(it is self-signed, and not trusted here\); option: ca$/],
  },
  // Chains
  'a chain that is whole': { server: ({ chained }) => pair(chained) },
  'a chain without its middle': {
    server: ({ chained }) => alone(chained),
    fails: [
      CERTIFICATE,
      /\(it was issued by "Between", and no chain from there to a trusted authority was sent\); option: ca$/,
    ],
  },
  'a chain without its middle, which the client trusts': {
    server: ({ chained }) => alone(chained),
    client: ({ between }) => ({ ca: between.certificate }),
  },
  // Dates and purposes
  'a certificate that has expired': {
    server: ({ expired }) => pair(expired),
    fails: [CERTIFICATE, /has expired: it is valid until \d{4}-.*Z\); is the clock here right\?$/],
  },
  'a certificate that is not valid yet': {
    server: ({ early }) => pair(early),
    fails: [CERTIFICATE, /is not valid yet: it is valid from \d{4}-.*Z on\); is the clock here right\?$/],
  },
  'a certificate that is for clients': {
    server: ({ ofClient }) => pair(ofClient),
    fails: [CERTIFICATE, /\(it, or one above it, is not made for servers\)$/],
  },
  // Names
  'a certificate for another host': {
    server: ({ other }) => pair(other),
    fails: [
      CERTIFICATE,
      /\(it is not for "localhost": it is for DNS:other\.test, IP Address:127\.0\.0\.2\); option: servername$/,
    ],
  },
  'a certificate for another host, asked for by servername': {
    server: ({ other }) => pair(other),
    client: () => ({ servername: 'other.test' }),
  },
  'a certificate for another host, asked for by servername with a dot': {
    server: ({ other }) => pair(other),
    client: () => ({ servername: 'other.test.' }),
  },
  'a certificate for an address, asked for by servername': {
    server: ({ other }) => pair(other),
    client: () => ({ servername: '127.0.0.2' }),
  },
  'a common name alone': {
    server: ({ nameless }) => pair(nameless),
    fails: [
      CERTIFICATE,
      /\(it is not for "localhost": it names no host: a common name does not count\); option: servername$/,
    ],
  },
  "a check of the caller's that accepts": {
    server: ({ other }) => pair(other),
    client: () => ({ checkServerIdentity: (host) => (host === 'localhost' ? undefined : new Error('which?')) }),
  },
  "a check of the caller's that refuses": {
    client: () => ({ checkServerIdentity: () => new Error('not today') }),
    fails: [CERTIFICATE, /\(not today\); option: checkServerIdentity$/],
  },
  "a check of the caller's that throws": {
    client: () => ({
      checkServerIdentity: () => {
        throw new TypeError('a defect');
      },
    }),
    fails: [CERTIFICATE, /\(a defect\); option: checkServerIdentity$/],
  },
  "a check of the caller's that says it later": {
    client: () => ({ checkServerIdentity: (async () => undefined) as unknown as () => undefined }),
    fails: [CERTIFICATE, /must return undefined or an Error, and at once\); option: checkServerIdentity$/],
  },
  "a check of the caller's that refuses, without rejectUnauthorized": {
    client: () => ({ rejectUnauthorized: false, checkServerIdentity: () => new Error('not today') }),
    fails: [CERTIFICATE, /\(not today\); option: checkServerIdentity$/],
  },
  'a certificate that nothing is right about, without rejectUnauthorized': {
    server: ({ strange }) => pair(strange),
    client: () => ({ rejectUnauthorized: false }),
  },
  // Pins
  'the pin of its key': { client: ({ good, other }) => ({ pins: [pin(other), pin(good)] }) },
  'the pin of its key as curl writes it': { client: ({ good }) => ({ pins: pin(good).replace('/', '//') }) },
  'the pin of another key': {
    client: () => ({ pins: NO_PIN }),
    fails: ['ERR_TLS_PIN', /\(its key, sha256\/[\w+/]{43}=, is none of the pins\); option: pins$/],
  },
  'the pin of another key, without rejectUnauthorized': {
    client: () => ({ pins: [NO_PIN], rejectUnauthorized: false }),
    fails: ['ERR_TLS_PIN', /option: pins$/],
  },
  'the pin of its key, from an authority that is not trusted': {
    server: ({ strange }) => pair(strange),
    client: ({ strange }) => ({ pins: pin(strange) }),
    fails: [CERTIFICATE, /option: ca$/],
  },
  'the pin of its key, without rejectUnauthorized': {
    server: ({ strange }) => pair(strange),
    client: ({ strange }) => ({ pins: pin(strange), rejectUnauthorized: false }),
  },
  'its fingerprint': { client: ({ good }) => ({ fingerprint: fingerprint(good) }) },
  'its fingerprint in small letters without colons': {
    client: ({ good }) => ({ fingerprint: [fingerprint(good).replaceAll(':', '').toLowerCase()] }),
  },
  'the fingerprint of another': {
    client: ({ other }) => ({ fingerprint: fingerprint(other), rejectUnauthorized: false }),
    fails: ['ERR_TLS_PIN', /\(its SHA-256, [0-9A-F:]{95}, is another\); option: fingerprint$/],
  },
  // Versions, ciphers, groups, signatures, protocols
  'a server that is older than minVersion': {
    server: () => ({ maxVersion: 'TLSv1.2' }),
    client: () => ({ minVersion: 'TLSv1.3' }),
    fails: ['ERR_TLS', /it speaks no version of TLS that is spoken here; options: minVersion, maxVersion$/],
  },
  'a server that is newer than maxVersion': {
    server: () => ({ minVersion: 'TLSv1.3' }),
    client: () => ({ maxVersion: 'TLSv1.2' }),
    fails: ['ERR_TLS', /it speaks no version of TLS that is spoken here; options: minVersion, maxVersion$/],
  },
  'a version in common': {
    server: () => ({ maxVersion: 'TLSv1.2' }),
    client: () => ({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' }),
  },
  'TLS 1.1 on both sides, at the lowest level of security': {
    server: () => ({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
    client: () => ({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }),
  },
  'a cipher in common': {
    server: () => ({ maxVersion: 'TLSv1.2' }),
    client: () => ({ ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }),
  },
  'no cipher in common': {
    server: ({ rsa }) => ({ ...pair(rsa), maxVersion: 'TLSv1.2' }),
    client: () => ({ ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }),
    fails: ['ERR_TLS', REFUSED],
  },
  'a group in common': { server: () => ({ ecdhCurve: 'P-384' }), client: () => ({ ecdhCurve: 'X25519:P-384' }) },
  'no group in common': {
    server: () => ({ ecdhCurve: 'P-384' }),
    client: () => ({ ecdhCurve: 'P-521' }),
    fails: ['ERR_TLS', REFUSED],
  },
  'no signature in common': {
    server: ({ rsa }) => pair(rsa),
    client: () => ({ sigalgs: 'ecdsa_secp256r1_sha256' }),
    fails: ['ERR_TLS', REFUSED],
  },
  'a server that chooses no protocol': { server: () => ({ ALPNProtocols: undefined }) },
  'a server that knows http/1.1 among others': { server: () => ({ ALPNProtocols: ['h2', 'http/1.1'] }) },
  'a server that knows h2 alone': {
    server: () => ({ ALPNProtocols: ['h2'] }),
    fails: ['ERR_TLS', /it does not speak http\/1\.1 over TLS \(ALPN\)$/],
  },
  'a server that knows no such name': {
    server: () => ({ SNICallback: (_name, answer) => answer(new Error('unknown')) }),
    fails: ['ERR_TLS', /it closed the connection during the handshake|it does not know the name/],
  },
  // The client's own certificate
  'a client certificate': { server: demanding, client: ({ alice }) => pair(alice) },
  'a client certificate with an encrypted key': {
    server: demanding,
    client: ({ alice }) => ({ cert: alice.cert, key: encrypted(alice, 'word'), passphrase: 'word' }),
  },
  'a client certificate, over TLS 1.2': {
    server: (all) => ({ ...demanding(all), maxVersion: 'TLSv1.2' }),
    client: ({ alice }) => pair(alice),
  },
  'no client certificate': {
    server: demanding,
    fails: [CLIENT, /TLS failed: it asks for a client certificate; options: cert, key$/],
  },
  'no client certificate, over TLS 1.2': {
    server: (all) => ({ ...demanding(all), maxVersion: 'TLSv1.2' }),
    fails: ['ERR_TLS', /or it asks for a client certificate; options: .*cert, key$/],
  },
  'a client certificate of a stranger, which the server closes on without a word': {
    server: demanding,
    client: ({ mallory }) => pair(mallory),
    fails: ['ERR_CONNECTION_(CLOSED|RESET)', /; does it ask for another client certificate\? options: cert, key$/],
  },
};

async function listening(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server that answers each request, on a connection that it keeps. */
async function served(t: TestContext, options: TlsOptions): Promise<number> {
  const server = createServer(options, (socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
  });
  return await listening(t, server);
}

function manager(t: TestContext, options: ConstructorParameters<typeof PoolManager>[0]): PoolManager {
  const http = new PoolManager({ retries: false, ...options });
  t.after(() => http.close({ timeout: 0 }));
  return http;
}

async function reasonOf(call: Promise<unknown>): Promise<HTTPError> {
  const reason: unknown = await call.then(
    () => null,
    (error: unknown) => error,
  );
  assert.ok(reason instanceof HTTPError, String(reason));
  return reason;
}

for (const [name, { server, client, fails }] of Object.entries(ROWS)) {
  test(`a request with TLS: ${name}`, async (t) => {
    const port = await served(t, { ...pair(world.good), ...server?.(world) });
    const http = manager(t, {
      ca: world.authority.certificate,
      ...client?.(world),
      resolve: { [`localhost:${port}`]: '127.0.0.1' },
    });
    const call = http.request('GET', `https://localhost:${port}/`);
    if (fails === undefined) {
      assert.equal((await call).text(), 'ok');
      return;
    }
    const [code, sentence] = fails;
    const error = await reasonOf(call);
    assert.match(error.code, new RegExp(`^${code}$`), error.message);
    assert.match(error.message, sentence);
    const { open, dialling, queued } = http.snapshot();
    assert.deepEqual([open, dialling, queued], [0, 0, 0]);
  });
}
