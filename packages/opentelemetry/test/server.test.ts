import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serverOf } from '../src/server.ts';

// URL, address, port, scheme
const CASES: readonly (readonly [string, string, number | null, string])[] = [
  ['http://a.test/b', 'a.test', 80, 'http'],
  ['https://a.test', 'a.test', 443, 'https'],
  ['https://a.test:8443/b?c=http://d', 'a.test', 8443, 'https'],
  ['http://127.0.0.1:1', '127.0.0.1', 1, 'http'],
  ['http://[::1]:8080/', '::1', 8080, 'http'],
  ['https://[2001:db8::1]', '2001:db8::1', 443, 'https'],
  ['http://u:p@a.test:81/', 'a.test', 81, 'http'],
  ['http+unix://%2Frun%2Fa%20b.sock/c', '/run/a b.sock', null, 'http+unix'],
  ['https+unix://%2Frun%2Fa.sock', '/run/a.sock', null, 'https+unix'],
];

for (const [url, address, port, scheme] of CASES) {
  test(`serverOf() reads ${url}`, () => assert.deepEqual(serverOf(url), { address, port, scheme }));
}
