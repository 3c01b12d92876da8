import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTPConnectionPool, type HTTPConnectionPoolOptions, PoolManager, type RequestOptions } from 'urlpool';
import { invalidOption } from '../../src/errors/invalid-option.ts';

// value, how it is shown
for (const [value, text] of [
  ['a', '"a"'],
  ['a'.repeat(100), `"${'a'.repeat(60)}…"`],
  [5, '5'],
  [null, 'null'],
  [undefined, 'undefined'],
  [{ a: 1 }, 'an object'],
  [[1], 'a list'],
  [() => 1, 'a function'],
  [Symbol('s'), 'Symbol(s)'],
] as const) {
  test(`invalidOption() shows ${text}`, () => {
    assert.equal(invalidOption('x', value, 'give a y').message, `Cannot use ${text} as x: give a y`);
  });
}

// options of a pool that must be refused when it is made, and what the message says
const POOL_OPTIONS: readonly (readonly [object | null, RegExp])[] = [
  [null, /^Cannot use null as the options of the pool: give an object$/],
  [{ maxsize: 5 }, /^Cannot use the option maxsize of the pool: there is none of that name; did you mean maxSize\?$/],
  [{ max_size: 5 }, /did you mean maxSize\?$/],
  [{ maxSockets: 5 }, /did you mean maxSize\?$/],
  [{ verify: false }, /did you mean rejectUnauthorized\?$/],
  [{ follow_redirects: false }, /did you mean redirect\?$/],
  [{ searchParams: {} }, /there is none of that name; known are /],
  [{ colour: 5 }, /there is none of that name; known are allowDowngrade, block, ca, /],
  [{ maxSize: 0 }, /^Cannot use 0 as maxSize: give a whole number, 1 or more, or Infinity$/],
  [{ maxSize: '5' }, /^Cannot use "5" as maxSize/],
  [{ idleTimeout: -1 }, /^Cannot use -1 as idleTimeout/],
  [{ maxHeadBytes: 1.5 }, /^Cannot use 1.5 as maxHeadBytes/],
  [{ replay: 'always' }, /^Cannot use "always" as replay: give 'idempotent'/],
  [{ onEvent: 'log' }, /^Cannot use "log" as onEvent: give a function$/],
  [{ lookup: {} }, /^Cannot use an object as lookup: give a function$/],
  [{ resolve: 'a' }, /^Cannot use "a" as resolve: give IP addresses/],
  [{ headers: 'a: b' }, /^Cannot use a text of 4 characters as headers: give an object/],
  [{ timeout: null }, /^Cannot use null as timeout: give a number/],
  [{ timeout: { raed: 5 } }, /^Cannot use the option raed of timeout: there is none of that name/],
];

for (const [options, message] of POOL_OPTIONS) {
  test(`HTTPConnectionPool() refuses ${JSON.stringify(options)}`, () => {
    const make = (): unknown => new HTTPConnectionPool('a.test', options as HTTPConnectionPoolOptions);
    assert.throws(make, { name: 'RequestError', code: 'ERR_INVALID_OPTION', message });
  });
}

// options of a request that must be refused before anything connects
const REQUEST_OPTIONS: readonly (readonly [object | null, RegExp])[] = [
  [null, /^Cannot use null as the options of the request: give an object$/],
  [
    { header: {} },
    /^Cannot use the option header of the request: there is none of that name; known are allowDowngrade, body, /,
  ],
  [{ headers: null }, /^Cannot use null as headers/],
  [{ headers: [['a', 'b'], 'c'] }, /^Cannot use a text of 1 character as a header field: give a pair/],
  [{ signal: {} }, /^Cannot use an object as signal: give an AbortSignal$/],
  [{ timeout: null }, /^Cannot use null as timeout/],
  [{ timeout: { total: 0 } }, /^Cannot use 0 as timeout.total/],
  [{ replay: true }, /^Cannot use true as replay/],
  [{ trailers: {}, body: 'a' }, /^Cannot use an object as trailers: give a function$/],
  [{ maxBodyBytes: '1' }, /^Cannot use "1" as maxBodyBytes/],
];

for (const [options, message] of REQUEST_OPTIONS) {
  test(`request() refuses ${JSON.stringify(options)}`, async () => {
    const pool = new HTTPConnectionPool('a.test');
    const expected = { name: 'RequestError', code: 'ERR_INVALID_OPTION', message };
    await assert.rejects(pool.request('GET', '/', options as RequestOptions), expected);
    assert.equal(pool.numConnections, 0);
  });
}

// method, URL
for (const [method, url, code] of [
  [undefined, 'http://a.test/', 'ERR_INVALID_METHOD'],
  ['G T', 'http://a.test/', 'ERR_INVALID_METHOD'],
  ['GET', undefined, 'ERR_INVALID_URL'],
  ['GET', null, 'ERR_INVALID_URL'],
  ['GET', {}, 'ERR_INVALID_URL'],
  ['GET', 5, 'ERR_INVALID_URL'],
] as const) {
  test(`request(${String(method)}, ${String(url)}) is refused`, async () => {
    const http = new PoolManager();
    await assert.rejects(http.request(method as string, url as string), { name: 'RequestError', code });
  });
}

test('HTTPConnectionPool.request() refuses a target that is no text', async () => {
  const pool = new HTTPConnectionPool('a.test');
  await assert.rejects(pool.request('GET', undefined as unknown as string), { code: 'ERR_INVALID_TARGET' });
});

test('HTTPConnectionPool() refuses a host that is no text', () => {
  assert.throws(() => new HTTPConnectionPool(undefined as unknown as string), { code: 'ERR_INVALID_URL' });
});
