import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHost } from '../../src/message/origin.ts';
import { poolTarget } from '../../src/message/pool-target.ts';

const ORIGIN = parseHost('http', 'example.org', 8080);

// method, target, what is sent
for (const [method, target, sent] of [
  ['GET', '/', '/'],
  ['GET', '/a?b=c', '/a?b=c'],
  ['GET', '/a?', '/a?'],
  ['GET', '/a#f', '/a'],
  ['GET', '/a b?\u00e4', '/a%20b?%C3%A4'],
  ['GET', '//example.org/a', '//example.org/a'],
  ['GET', '//other.test:80/a', '//other.test:80/a'],
  ['GET', '///a', '///a'],
  ['GET', '/http://other.test/', '/http://other.test/'],
  ['OPTIONS', '*', '*'],
  ['OPTIONS', '/a', '/a'],
  ['GET', 'http://example.org:8080', '/'],
  ['GET', 'http://example.org:8080/a/../b?c#f', '/b?c'],
  ['GET', 'http://example.org:8080/a?', '/a?'],
  ['GET', 'http://example.org:8080?#f', '/?'],
  ['GET', 'HTTP://EXAMPLE.org:8080/A', '/A'],
  ['GET', 'http://example.org:8080//other.test/', '//other.test/'],
] as const) {
  test(`poolTarget() sends ${method} ${target} as ${sent}`, () => {
    assert.deepEqual(
      [poolTarget(ORIGIN, method, target).target, poolTarget(ORIGIN, method, target).userinfo],
      [sent, null],
    );
  });
}

test('poolTarget() takes credentials out of a URL', () => {
  const { target, userinfo } = poolTarget(ORIGIN, 'GET', 'http://us%40er:p%3Ass@example.org:8080/a@b');
  assert.deepEqual([target, userinfo], ['/a@b', 'us@er:p:ss']);
});

const ELSEWHERE = 'it is not at http://example.org:8080; give a path, or use a PoolManager';
const NO_PATH = 'it does not begin with "/"';

// method, target, how it is named, why
for (const [method, target, named, why] of [
  ['GET', '*', '*', 'it goes with OPTIONS alone'],
  ['CONNECT', '*', '*', 'it goes with OPTIONS alone'],
  ['GET', 'http://example.org/', 'http://example.org/', ELSEWHERE],
  ['GET', 'https://example.org:8080/', 'https://example.org:8080/', ELSEWHERE],
  ['GET', 'http://www.example.org:8080/', 'http://www.example.org:8080/', ELSEWHERE],
  ['GET', 'http://user:secret@other.test/', 'http://…@other.test/', ELSEWHERE],
  ['GET', 'http://example.org:8080@other.test/', 'http://…@other.test/', ELSEWHERE],
  ['GET', '', '', NO_PATH],
  ['GET', 'a', 'a', NO_PATH],
  ['GET', '?a', '?a', NO_PATH],
  ['GET', '\\a', '\\\\a', NO_PATH],
  ['GET', 'example.org:8080', 'example.org:8080', NO_PATH],
  ['GET', 'ftp://user:secret@example.org/', '…@example.org/', NO_PATH],
  ['GET', '/a\r\nX: y', '/a\\r\\nX: y', 'it holds a control character'],
] as const) {
  test(`poolTarget() refuses ${method} ${JSON.stringify(target)}`, () => {
    assert.throws(() => poolTarget(ORIGIN, method, target), {
      name: 'RequestError',
      code: 'ERR_INVALID_TARGET',
      message: `Cannot use "${named}" as a request target: ${why}`,
    });
  });
}

for (const target of [undefined, null, 5, {}, new URL('http://user:secret@example.org:8080/')]) {
  test(`poolTarget() refuses what is no text: ${typeof target}`, () => {
    assert.throws(
      () => poolTarget(ORIGIN, 'GET', target as unknown as string),
      ({ code, message }) => code === 'ERR_INVALID_TARGET' && !/secret/.test(message),
    );
  });
}
