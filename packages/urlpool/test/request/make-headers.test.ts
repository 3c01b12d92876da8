import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { type MakeHeadersOptions, makeHeaders } from 'urlpool';

const ALL = 'createZstdCompress' in zlib ? 'gzip,deflate,br,zstd' : 'gzip,deflate,br';

// name, options, fields
const MADE: readonly (readonly [string, MakeHeadersOptions, Record<string, string>])[] = [
  ['nothing', {}, {}],
  ['nothing for false', { keepAlive: false, acceptEncoding: false, disableCache: false }, {}],
  ['keepAlive', { keepAlive: true }, { connection: 'keep-alive' }],
  ['acceptEncoding: true', { acceptEncoding: true }, { 'accept-encoding': ALL }],
  ['a list of codings', { acceptEncoding: ['gzip', 'br'] }, { 'accept-encoding': 'gzip,br' }],
  ['codings as text', { acceptEncoding: 'gzip;q=0.5' }, { 'accept-encoding': 'gzip;q=0.5' }],
  ['userAgent', { userAgent: 'a/1' }, { 'user-agent': 'a/1' }],
  ['basicAuth', { basicAuth: 'user:pass' }, { authorization: 'Basic dXNlcjpwYXNz' }],
  ['basicAuth in UTF-8', { basicAuth: 'u:ä' }, { authorization: 'Basic dTrDpA==' }],
  ['proxyBasicAuth', { proxyBasicAuth: 'user:pass' }, { 'proxy-authorization': 'Basic dXNlcjpwYXNz' }],
  ['disableCache', { disableCache: true }, { 'cache-control': 'no-cache' }],
];

for (const [name, options, fields] of MADE) {
  test(`makeHeaders() makes fields of ${name}`, () => assert.deepEqual(makeHeaders(options), fields));
}

// name, options, message
const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
  ['an unknown name', { keepalive: true }, /did you mean keepAlive/],
  ['text for a switch', { keepAlive: 'yes' }, /as keepAlive: give true or false$/],
  ['a number as text', { userAgent: 5 }, /as userAgent: give a string$/],
  ['a number as codings', { acceptEncoding: 5 }, /as acceptEncoding: give true, a list/],
];

for (const [name, options, message] of REFUSED) {
  test(`makeHeaders() refuses ${name}`, () => {
    assert.throws(() => makeHeaders(options as MakeHeadersOptions), { code: 'ERR_INVALID_OPTION', message });
  });
}
