// Which chains lead to a trusted authority (RFC 5280 §6), and whom a certificate names (RFC 9525): OpenSSL builds and
// judges them, and these tests hold what the library leaves to it. Each row is a real handshake.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type HTTPConnectionPoolOptions, HTTPSConnectionPool, type LookupFunction, TLSError } from 'urlpool';
import {
  type AuthorityChoices,
  type CertificateAuthority,
  type CertificateChoices,
  createCertificateAuthority,
  ScriptedServer,
  type ServerCertificate,
} from 'urlpool-testing';
import { echo } from '../connection/served-pool.ts';

const DAY = 86_400_000;
const EXPIRED = { notBefore: new Date(Date.now() - 9 * DAY), notAfter: new Date(Date.now() - DAY) };

const lookup: LookupFunction = (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]);

interface Asked {
  readonly host?: string;
  readonly ca: HTTPConnectionPoolOptions['ca'];
}

/** What comes of a request to a server with this certificate: null for a response, else why it was refused. */
async function outcome(t: TestContext, { key, cert, ca: own }: ServerCertificate, { host, ca }: Asked) {
  // `ca` makes a server complete the chain that it sends: it is to send what it is given.
  const server = await ScriptedServer.start({ tls: { key, cert, ca: own } }, echo);
  const pool = new HTTPSConnectionPool(host ?? 'localhost', { port: server.port, ca, lookup, retries: false });
  t.after(async () => {
    await pool.close({ timeout: 0 });
    await server.close();
  });
  try {
    await pool.request('GET', '/');
    return null;
  } catch (error) {
    assert.ok(error instanceof TLSError, String(error));
    assert.equal(error.code, 'ERR_TLS_CERTIFICATE');
    return error.message.replace(/.*was not accepted /, '');
  }
}

function first(pem: string): string {
  return `${pem.split('-----END CERTIFICATE-----')[0]}-----END CERTIFICATE-----\n`;
}

// What authorities may do

interface Path {
  readonly root?: AuthorityChoices;
  /** Authorities below the root, each below the one before. */
  readonly between?: readonly AuthorityChoices[];
  readonly leaf?: CertificateChoices;
}

// name, the path, why it is refused
const PATHS: readonly (readonly [string, Path, RegExp | null])[] = [
  ['no authority in between', {}, null],
  ['three authorities in between', { between: [{}, {}, {}] }, null],
  ['RSA all along', { root: { algorithm: 'rsa' }, between: [{ algorithm: 'rsa' }], leaf: { algorithm: 'rsa' } }, null],
  ['as many authorities as the root allows', { root: { pathLength: 1 }, between: [{}] }, null],
  [
    'more authorities than the root allows',
    { root: { pathLength: 0 }, between: [{}] },
    /more authorities above it than one of them allows/,
  ],
  [
    'more authorities than one in between allows',
    { between: [{ pathLength: 0 }, {}] },
    /more authorities above it than one of them allows/,
  ],
  ['an authority in between that may not sign', { between: [{ maySign: false }] }, /\(.+\)/],
  ['an authority in between that has expired', { between: [EXPIRED] }, /or one above it, has expired/],
  ['a root that has expired', { root: EXPIRED }, /or one above it, has expired/],
  [
    'an authority for its names',
    { between: [{ permitted: ['localhost', '127.0.0.0/8'] }], leaf: { hosts: ['localhost', '127.0.0.1'] } },
    null,
  ],
  [
    'an authority for other names',
    { between: [{ permitted: ['other.test'] }] },
    /may not vouch for its names: permitted subtree violation/,
  ],
  ['an authority for all names but its own', { between: [{ excluded: ['localhost'] }] }, /excluded subtree violation/],
  ['an authority for all names but others', { between: [{ excluded: ['other.test'] }] }, null],
  [
    'an authority for other addresses',
    { between: [{ permitted: ['10.0.0.0/8', 'localhost'] }], leaf: { hosts: ['localhost', '127.0.0.1'] } },
    /permitted subtree violation/,
  ],
  ['a root for other names', { root: { permitted: ['other.test'] } }, /permitted subtree violation/],
];

for (const [name, { root = {}, between = [], leaf = {} }, refused] of PATHS) {
  test(`HTTPSConnectionPool() ${refused === null ? 'accepts' : 'refuses'} a chain with ${name}`, async (t) => {
    const top = await createCertificateAuthority(root);
    let authority: CertificateAuthority = top;
    for (const choices of between) authority = await authority.intermediate(choices);
    const why = await outcome(t, await authority.issue({ hosts: ['localhost'], ...leaf }), { ca: top.certificate });
    if (refused === null) assert.equal(why, null);
    else assert.match(why ?? 'accepted', refused);
  });
}

// Several ways to a root. OpenSSL looks among what is trusted before it looks among what was sent, and there it takes the
// first that fits and is not out of date; it does not come back to the others.

/** Two roots, of which the second has signed the first, and an authority of the first, too. */
async function crossed(choices: { ours?: AuthorityChoices; theirs?: AuthorityChoices; crossing?: AuthorityChoices }) {
  const ours = await createCertificateAuthority(choices.ours);
  const theirs = await createCertificateAuthority(choices.theirs);
  const between = await ours.intermediate({ name: 'Between' });
  const leaf = await between.issue();
  return {
    key: leaf.key,
    alone: first(leaf.cert),
    own: between.certificate,
    crossing: await theirs.crossSign(between, choices.crossing),
    ours: ours.certificate,
    crossedRoot: await theirs.crossSign(ours, choices.crossing),
    theirs: theirs.certificate,
  };
}

type Crossed = Awaited<ReturnType<typeof crossed>>;

// name, what is made, what the server sends besides its own, what is trusted, whether it leads anywhere
const WAYS: readonly (readonly [
  string,
  Parameters<typeof crossed>[0],
  (all: Crossed) => readonly string[],
  (all: Crossed) => readonly string[],
  boolean,
])[] = [
  ['a new root, signed by the old one', {}, (all) => [all.own, all.crossedRoot], (all) => [all.ours], true],
  ['an old root that has signed the new one', {}, (all) => [all.own, all.crossedRoot], (all) => [all.theirs], true],
  [
    'a new root, signed by an old one that has expired and is trusted too',
    { theirs: EXPIRED },
    (all) => [all.own, all.crossedRoot],
    (all) => [all.theirs, all.ours],
    true,
  ],
  [
    'a new root, signed by an old one that has expired and is sent',
    { theirs: EXPIRED, crossing: EXPIRED },
    (all) => [all.own, all.crossedRoot, all.theirs],
    (all) => [all.ours],
    true,
  ],
  [
    'an old root that has expired, and nothing else',
    { theirs: EXPIRED },
    (all) => [all.own, all.crossedRoot],
    (all) => [all.theirs],
    false,
  ],
  ['the first way sent', {}, (all) => [all.crossing, all.own], (all) => [all.theirs], true],
  ['the second way sent', {}, (all) => [all.crossing, all.own], (all) => [all.ours], false],
  ['the second way, which is trusted', {}, (all) => [all.crossing], (all) => [all.ours, all.own], true],
  [
    'the second way sent, where the first has expired',
    { crossing: EXPIRED },
    (all) => [all.crossing, all.own],
    (all) => [all.theirs, all.ours],
    true,
  ],
  ['an authority in between, trusted by itself', {}, () => [], (all) => [all.own], true],
  [
    'an authority in between, trusted by itself, whose root has expired',
    { ours: EXPIRED },
    (all) => [all.own],
    (all) => [all.own],
    true,
  ],
  ['an authority in between that is known here and was not sent', {}, () => [], (all) => [all.ours, all.own], true],
  ['an authority in between that was not sent', {}, () => [], (all) => [all.ours], false],
];

for (const [name, choices, sent, trusted, leads] of WAYS) {
  test(`HTTPSConnectionPool() ${leads ? 'takes' : 'does not take'} a chain to ${name}`, async (t) => {
    const all = await crossed(choices);
    const cert = [all.alone, ...sent(all)].join('');
    // What a server of node:tls is given as `ca` it adds to what it sends: nothing here.
    const why = await outcome(t, { key: all.key, cert, ca: all.alone }, { ca: trusted(all) });
    assert.equal(why === null, leads, why ?? 'accepted');
  });
}

// Names

const ADDRESS = '127.0.0.1';

// names in the certificate, the host, whether it is for it
const NAMES: readonly (readonly [readonly string[], string, boolean])[] = [
  [['a.test'], 'a.test', true],
  [['A.Test'], 'a.test', true],
  [['a.test'], 'a.test.', true],
  [['a.test'], 'b.test', false],
  [['a.test'], 'b.a.test', false],
  [['b.a.test'], 'a.test', false],
  [['b.test', 'a.test'], 'a.test', true],
  [['*.name.test'], 'a.name.test', true],
  [['*.name.test'], 'name.test', false],
  [['*.name.test'], 'b.a.name.test', false],
  [['*.name.test'], 'xn--bcher-kva.name.test', true],
  [['a*.name.test'], 'ab.name.test', false],
  [['*a.name.test'], 'ba.name.test', false],
  [['x*.name.test'], 'xn--bcher-kva.name.test', false],
  [['xn--*.name.test'], 'xn--bcher-kva.name.test', false],
  [['a.*.test'], 'a.name.test', false],
  [['*.*.test'], 'a.name.test', false],
  [['*.test'], 'a.test', false],
  [['*'], 'localhost', false],
  [['xn--bcher-kva.test'], 'bücher.test', true],
  [[ADDRESS], ADDRESS, true],
  [['127.0.0.2'], ADDRESS, false],
  [['*.0.0.1'], ADDRESS, false],
  [['localhost'], ADDRESS, false],
  [[ADDRESS], 'localhost', false],
];

for (const [hosts, host, isFor] of NAMES) {
  test(`HTTPSConnectionPool() takes a certificate for ${hosts.join(' and ')} ${isFor ? 'as' : 'not as'} that of ${host}`, async (t) => {
    const authority = await createCertificateAuthority();
    const why = await outcome(t, await authority.issue({ hosts, name: host }), { host, ca: authority.certificate });
    if (isFor) assert.equal(why, null);
    else assert.match(why ?? 'accepted', /^\(it is not for .*\); option: servername$/);
  });
}
