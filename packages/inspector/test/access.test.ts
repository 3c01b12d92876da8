import assert from 'node:assert/strict';
import test from 'node:test';
import { type Access, type AccessRequest, accessOf } from '../src/access.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';
const PORT = 8080;
const OURS: AccessRequest = { method: 'GET', target: `/${TOKEN}/`, host: '127.0.0.1:8080', origin: undefined };

const granted = (resource: 'page' | 'events' | 'trace' | 'saved'): Access => ({ is: 'granted', resource });
const denied = (status: 403 | 404 | 405): Access => ({ is: 'denied', status });

// name, request, access
const CASES: readonly (readonly [string, Partial<AccessRequest>, Access])[] = [
  ['grants the page', {}, granted('page')],
  ['grants the events', { target: `/${TOKEN}/events` }, granted('events')],
  ['grants the trace', { target: `/${TOKEN}/trace.ndjson` }, granted('trace')],
  ['grants the saved page', { target: `/${TOKEN}/saved.html?x` }, granted('saved')],
  ['grants by the name localhost', { host: 'localhost:8080' }, granted('page')],
  ['grants to our own page', { origin: 'http://127.0.0.1:8080' }, granted('page')],
  ['moves to the slash', { target: `/${TOKEN}` }, { is: 'moved', to: `/${TOKEN}/` }],
  ['denies without a token', { target: '/' }, denied(404)],
  ['denies an empty token', { target: '//' }, denied(404)],
  ['denies a wrong token', { target: `/${'0'.repeat(32)}/` }, denied(404)],
  ['denies a part of the token', { target: `/${TOKEN.slice(0, 31)}/` }, denied(404)],
  ['denies more than the token', { target: `/${TOKEN}0/` }, denied(404)],
  ['denies the token in the query', { target: `/?${TOKEN}` }, denied(404)],
  ['denies an absolute target', { target: `http://127.0.0.1:8080/${TOKEN}/` }, denied(404)],
  ['denies what there is not', { target: `/${TOKEN}/package.json` }, denied(404)],
  ['denies a path that leads out', { target: `/${TOKEN}/../package.json` }, denied(404)],
  ['denies an encoded path that leads out', { target: `/${TOKEN}/%2e%2e%2fpackage.json` }, denied(404)],
  ['denies a deeper path', { target: `/${TOKEN}/events/` }, denied(404)],
  ['denies a target of none', { target: undefined }, denied(404)],
  ['denies another name', { host: 'evil.example:8080' }, denied(403)],
  ['denies another port', { host: '127.0.0.1:8081' }, denied(403)],
  ['denies a name without port', { host: 'localhost' }, denied(403)],
  ['denies a name that begins like ours', { host: 'localhost:8080.evil.example' }, denied(403)],
  ['denies without a Host', { host: undefined }, denied(403)],
  ['denies another origin', { origin: 'http://evil.example' }, denied(403)],
  ['denies an opaque origin', { origin: 'null' }, denied(403)],
  ['denies https of our name', { origin: 'https://127.0.0.1:8080' }, denied(403)],
  ['denies our other name as origin', { origin: 'http://localhost:8080' }, denied(403)],
  ['denies POST', { method: 'POST' }, denied(405)],
  ['denies HEAD', { method: 'HEAD' }, denied(405)],
  ['denies OPTIONS', { method: 'OPTIONS' }, denied(405)],
  ['tells nobody without the token of methods', { method: 'POST', target: '/' }, denied(404)],
];

// host, origin, whether it is granted on port 80
const ON_PORT_80 = [
  ['127.0.0.1', 'http://127.0.0.1', true],
  ['localhost', undefined, true],
  ['localhost:80', undefined, true],
  ['evil.example', undefined, false],
  ['localhost', 'http://evil.example', false],
] as const;

for (const [host, origin, isGranted] of ON_PORT_80) {
  test(`accessOf() ${isGranted ? 'grants' : 'denies'} Host ${host}, Origin ${origin}, on port 80`, () =>
    assert.deepEqual(accessOf({ ...OURS, host, origin }, TOKEN, 80), isGranted ? granted('page') : denied(403)));
}

for (const [name, request, access] of CASES) {
  test(`accessOf() ${name}`, () => assert.deepEqual(accessOf({ ...OURS, ...request }, TOKEN, PORT), access));
}
