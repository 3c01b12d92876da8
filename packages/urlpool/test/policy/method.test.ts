import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expectsBody, isIdempotent, isSafe } from '../../src/policy/method.ts';

// method, safe, idempotent (RFC 9110 §9.2), expects a body (§8.6)
for (const [method, safe, idempotent, body] of [
  ['GET', true, true, false],
  ['HEAD', true, true, false],
  ['OPTIONS', true, true, false],
  ['TRACE', true, true, false],
  ['QUERY', true, true, false],
  ['PUT', false, true, true],
  ['DELETE', false, true, false],
  ['POST', false, false, true],
  ['PATCH', false, false, true],
  ['CONNECT', false, false, false],
  ['get', false, false, false],
  ['put', false, false, false],
  ['post', false, false, false],
  ['', false, false, false],
  ['UNKNOWN', false, false, false],
] as const) {
  test(`isSafe() is ${safe} for ${method}`, () => assert.equal(isSafe(method), safe));
  test(`isIdempotent() is ${idempotent} for ${method}`, () => assert.equal(isIdempotent(method), idempotent));
  test(`expectsBody() is ${body} for ${method}`, () => assert.equal(expectsBody(method), body));
}
