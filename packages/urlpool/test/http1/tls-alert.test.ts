// A server that speaks TLS answers a plain request with an alert: the fault says so, and of no other bytes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseHeadReader } from '../../src/http1/response-head-reader.ts';
import { DEFAULT_LIMITS } from '../../src/policy/limits.ts';

test('ResponseHeadReader.read() says of a TLS alert that the port may be one of https', () => {
  const heads = new ResponseHeadReader(DEFAULT_LIMITS);
  assert.throws(() => heads.read(Buffer.from([0x15, 3, 3, 0, 2, 2, 40]), 0, 7), {
    kind: 'protocol',
    message: /TLS alert where .* is it an https:\/\/ port\?$/,
  });
});

test('ResponseHeadReader.read() says nothing of TLS where it sees another kind of its records', () => {
  const heads = new ResponseHeadReader(DEFAULT_LIMITS);
  assert.throws(() => heads.read(Buffer.from([0x16, 3, 3, 0, 2, 2, 40]), 0, 7), {
    kind: 'protocol',
    message: '"\\u0016\\u0003\\u0003\\u0000\\u0002\\u0002(" where a response begins with "HTTP/1."',
  });
});
