import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Peer, peerOf } from '../src/peer.ts';

// text, peer
const CASES: readonly (readonly [string, Peer])[] = [
  ['127.0.0.1:80', { address: '127.0.0.1', port: 80, type: 'ipv4' }],
  ['[::1]:8080', { address: '::1', port: 8080, type: 'ipv6' }],
  ['[fe80::1%eth0]:80', { address: 'fe80::1%eth0', port: 80, type: 'ipv6' }],
  ['mock:443', { address: 'mock', port: 443, type: null }],
  ['/run/docker.sock', { address: '/run/docker.sock', port: null, type: null }],
  ['/run/a:80', { address: '/run/a:80', port: null, type: null }],
];

for (const [text, peer] of CASES) {
  test(`peerOf() reads ${text}`, () => assert.deepEqual(peerOf(text), peer));
}
