// Whom a finished handshake was with: what OpenSSL does not say, as a function of what was shown.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { before, test } from 'node:test';
import { connect, type PeerCertificate } from 'node:tls';
import { PoolManager } from 'urlpool';
import { ScriptedServer } from 'urlpool-testing';
import { type PeerRules, peerFault, type ShownPeer } from '../../src/transport/tls-peer.ts';
import { TLSTickets } from '../../src/transport/tls-tickets.ts';
import { echo, localCertificate } from '../connection/served-pool.ts';

let certificate: PeerCertificate;
before(async () => {
  certificate = { raw: new X509Certificate((await localCertificate()).cert).raw } as PeerCertificate;
});

const RULES: PeerRules = {
  rejectUnauthorized: true,
  checkServerIdentity: null,
  checked: { pins: null, fingerprints: null },
};
const PINNED: PeerRules = { ...RULES, checked: { pins: ['AAAA'], fingerprints: null } };
const NONE = {} as PeerCertificate;

// name, rules, what was shown, the host, the fault
const CASES: readonly (readonly [string, PeerRules, Partial<ShownPeer>, string, RegExp | null])[] = [
  ['accepts the host of a certificate', RULES, {}, 'localhost', null],
  ['refuses another host', RULES, {}, 'other.test', /^it is not for "other\.test": it is for DNS:localhost/],
  ['accepts the protocol that was offered', RULES, { protocol: 'http/1.1' }, 'localhost', null],
  ['refuses a protocol that was not offered', RULES, { protocol: 'h2' }, 'localhost', /^it chose the protocol "h2"/],
  ['refuses that of a resumed session too', RULES, { protocol: 'h2', isResumed: true }, 'localhost', /"h2"/],
  ['accepts a resumed session, which shows none', PINNED, { isResumed: true, certificate: NONE }, 'localhost', null],
  ['refuses a server that shows no certificate', RULES, { certificate: NONE }, 'localhost', /^it sent none/],
  [
    'refuses one that shows no certificate where a pin is given',
    { ...PINNED, rejectUnauthorized: false },
    { certificate: NONE },
    'localhost',
    /^it sent none/,
  ],
  [
    'accepts one that shows no certificate where nothing is asked for',
    { ...RULES, rejectUnauthorized: false },
    { certificate: NONE },
    'localhost',
    null,
  ],
  ['refuses a key that is not pinned', PINNED, {}, 'localhost', /^its key, sha256\/.*, is none of the pins$/],
  ['compares names before pins', PINNED, {}, 'other.test', /^it is not for/],
];

for (const [name, rules, shown, host, expected] of CASES) {
  test(`peerFault() ${name}`, () => {
    const peer = { isResumed: false, protocol: null, certificate, ...shown };
    const fault = peerFault(rules, host, peer);
    if (expected === null) assert.equal(fault, null);
    else assert.match(fault?.message ?? 'accepted', expected);
  });
}

test('a connector gets what judges the certificate, pins and all', async (t) => {
  const tls = await localCertificate();
  const server = await ScriptedServer.start({ tls }, echo);
  const http = new PoolManager({
    ca: tls.ca,
    pins: `sha256/${'A'.repeat(43)}=`,
    retries: false,
    connector: async (target) => {
      const socket = connect({ ...target.tls, host: '127.0.0.1', port: server.port });
      await once(socket, 'secureConnect');
      return socket;
    },
  });
  t.after(async () => {
    await http.close({ timeout: 0 });
    await server.close();
  });
  await assert.rejects(http.request('GET', `${server.origin}/`), { code: 'ERR_TLS_PIN' });
});

// Sessions to resume

const ticket = (name: string): Buffer => Buffer.from(name);
const taken = (tickets: TLSTickets): string | undefined => tickets.take()?.toString();

test('TLSTickets gives the newest first, each once, and the last again', () => {
  const tickets = new TLSTickets();
  assert.equal(taken(tickets), undefined);
  for (const name of ['a', 'b', 'c']) tickets.add(ticket(name));
  assert.deepEqual(
    [1, 2, 3, 4].map(() => taken(tickets)),
    ['c', 'b', 'a', 'a'],
  );
  tickets.add(ticket('d'));
  assert.equal(taken(tickets), 'd');
});

test('TLSTickets keeps four, the newest', () => {
  const tickets = new TLSTickets();
  for (const name of ['a', 'b', 'c', 'd', 'e']) tickets.add(ticket(name));
  assert.deepEqual(
    [1, 2, 3, 4, 5].map(() => taken(tickets)),
    ['e', 'd', 'c', 'b', 'b'],
  );
});

test('TLSTickets gives none after a handshake that failed', () => {
  const tickets = new TLSTickets();
  tickets.add(ticket('a'));
  tickets.clear();
  assert.equal(taken(tickets), undefined);
});
