import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepAliveHint, keepFor, persists } from '../../src/http1/keep-alive.ts';

// version, Connection, whether the connection persists (RFC 9112 §9.3)
for (const [version, connection, expected] of [
  ['1.1', null, true],
  ['1.1', '', true],
  ['1.1', 'keep-alive', true],
  ['1.1', 'Keep-Alive', true],
  ['1.1', 'close', false],
  ['1.1', 'Close', false],
  ['1.1', ' close ', false],
  ['1.1', 'upgrade', true],
  ['1.1', 'upgrade, close', false],
  ['1.1', 'close, upgrade', false],
  ['1.1', 'keep-alive,\tclose', false],
  ['1.1', 'close, keep-alive', false],
  ['1.1', 'closed', true],
  ['1.1', 'not close', true],
  ['1.1', 'close\xa0', true],
  ['1.0', null, false],
  ['1.0', '', false],
  ['1.0', 'close', false],
  ['1.0', 'keep-alive', true],
  ['1.0', 'KEEP-ALIVE', true],
  ['1.0', 'upgrade, keep-alive', true],
  ['1.0', 'keep-alive, upgrade', true],
  ['1.0', 'keep-alive, close', false],
  ['1.0', 'close, keep-alive', false],
  ['1.0', 'upgrade', false],
  ['1.0', 'keep-alives', false],
  ['1.0', '\xa0keep-alive', false],
] as const) {
  test(`persists() is ${expected} for HTTP/${version} with Connection ${JSON.stringify(connection)}`, () => {
    assert.equal(persists(version, connection), expected);
  });
}

// Keep-Alive, timeout in ms, max
for (const [value, timeout, max] of [
  [null, null, null],
  ['', null, null],
  ['timeout=5', 5000, null],
  ['max=100', null, 100],
  ['timeout=5, max=100', 5000, 100],
  ['max=100, timeout=5', 5000, 100],
  ['timeout=5,max=100', 5000, 100],
  ['timeout=5; max=100', 5000, 100],
  ['timeout=5;max=100', 5000, 100],
  ['timeout=5 max=100', 5000, 100],
  ['Timeout=5, MAX=100', 5000, 100],
  ['timeout = 5, max\t=\t100', 5000, 100],
  ['timeout="5", max="100"', 5000, 100],
  ['timeout=0, max=0', 0, 0],
  ['timeout=5s', 5000, null],
  ['timeout=999999999', 999_999_999_000, null],
  ['timeout=1000000000', null, null],
  ['max=999999999', null, 999_999_999],
  ['max=1000000000', null, null],
  ['timeout=5, timeout=10', 5000, null],
  ['timeout=x, max=y', null, null],
  ['timeout=-5, max=-1', null, null],
  ['timeout=, max=', null, null],
  ['timeout', null, null],
  ['timeout 5', null, null],
  ['xtimeout=5, xmax=1', null, null],
  ['timeoutx=5, maxx=1', null, null],
  ['5', null, null],
] as const) {
  test(`keepAliveHint() reads ${JSON.stringify(value)}`, () => {
    assert.deepEqual(keepAliveHint(value), { timeout, max });
  });
}

// limit, the server's timeout, how long, all in ms
for (const [limit, timeout, expected] of [
  [50_000, null, 50_000],
  [50_000, 60_000, 50_000],
  [50_000, 51_000, 50_000],
  [50_000, 50_999, 49_999],
  [50_000, 5000, 4000],
  [50_000, 2000, 1000],
  [50_000, 1999, 999.5],
  [50_000, 1000, 500],
  [50_000, 0, 0],
  [300, 5000, 300],
  [0, 5000, 0],
  [Number.POSITIVE_INFINITY, null, Number.POSITIVE_INFINITY],
  [Number.POSITIVE_INFINITY, 5000, 4000],
] as const) {
  test(`keepFor() keeps for ${expected} ms where the limit is ${limit} and the server says ${timeout}`, () => {
    assert.equal(keepFor(limit, { timeout, max: null }), expected);
  });
}
