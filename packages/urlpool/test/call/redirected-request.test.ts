import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RedirectedRequest, type RedirectedTo, redirectedRequest } from '../../src/call/redirected-request.ts';
import { FieldBlock } from '../../src/message/field-block.ts';
import { parseUrl } from '../../src/message/origin.ts';
import { RequestBody } from '../../src/request/request-body.ts';
import type { WireRequest } from '../../src/request/wire-request.ts';
import { wireRequest } from '../connection/dialled-connection.ts';

// What policy/redirect.ts decides is tested there; here it is put together with the rest of a request.

const { origin: FROM } = parseUrl('http://a.test/');
const FIELDS = ['Host', 'a.test', 'Accept', '*/*', 'X-API-Key', 'k', 'Content-Type', 'text/plain'];

const BODY = RequestBody.from('text');

function redirected(
  to: Partial<RedirectedTo> & { url: string },
  choices: Partial<WireRequest> = {},
): RedirectedRequest {
  const request = wireRequest({
    method: 'POST',
    target: '/from',
    url: 'http://a.test/from',
    fields: new FieldBlock(FIELDS),
    body: BODY,
    trailers: () => ['X-Sum', '1'],
    repeatable: false,
    attempt: 2,
    ...choices,
  });
  return redirectedRequest(FROM, request, {
    method: request.method,
    dropsBody: false,
    kept: [],
    removed: null,
    replay: 'idempotent',
    ...to,
  });
}

// URL, target, url for messages, Host
const TARGETS = [
  ['http://a.test/to', '/to', 'http://a.test/to', 'a.test'],
  ['http://a.test', '/', 'http://a.test/', 'a.test'],
  ['http://a.test/to?a=1&b=2#fragment', '/to?a=1&b=2', 'http://a.test/to?a=1&b=2', 'a.test'],
  ['http://a.test:80/', '/', 'http://a.test/', 'a.test'],
  ['http://a.test:81/', '/', 'http://a.test:81/', 'a.test:81'],
  ['https://a.test/', '/', 'https://a.test/', 'a.test'],
  ['http://b.test/', '/', 'http://b.test/', 'b.test'],
  ['http://[::1]:8080/x', '/x', 'http://[::1]:8080/x', '[::1]:8080'],
  ['http://user:secret@b.test/x', '/x', 'http://b.test/x', 'b.test'],
] as const;

for (const [url, target, shown, host] of TARGETS) {
  test(`redirectedRequest() to ${url} asks ${host} for ${target}`, () => {
    const { request } = redirected({ url });
    assert.deepEqual(
      { target: request.target, url: request.url, host: request.fields.fields.slice(0, 2) },
      { target, url: shown, host: ['Host', host] },
    );
  });
}

test('redirectedRequest() gives the origin that it leads to', () => {
  assert.deepEqual(redirected({ url: 'https://b.test:444/x' }).origin, { scheme: 'https', host: 'b.test', port: 444 });
});

// name, where to, fields, names of those that were dropped
const FIELD_CASES: readonly (readonly [
  string,
  Partial<RedirectedTo> & { url: string },
  readonly string[],
  string[],
])[] = [
  ['keeps all fields within an origin', { url: 'http://a.test/to' }, FIELDS, []],
  [
    'keeps those of the safelist to another origin',
    { url: 'http://b.test/' },
    ['Host', 'b.test', 'Accept', '*/*', 'Content-Type', 'text/plain'],
    ['X-API-Key'],
  ],
  [
    'drops the fields of a dropped body',
    { url: 'http://a.test/', method: 'GET', dropsBody: true },
    ['Host', 'a.test', 'Accept', '*/*', 'X-API-Key', 'k'],
    ['Content-Type'],
  ],
  [
    'drops both at once',
    { url: 'https://a.test/', method: 'GET', dropsBody: true },
    ['Host', 'a.test', 'Accept', '*/*'],
    ['X-API-Key', 'Content-Type'],
  ],
  [
    'makes the credentials of a Location an Authorization',
    { url: 'http://user:secret@b.test/', method: 'GET', dropsBody: true },
    ['Host', 'b.test', 'Accept', '*/*', 'Authorization', 'Basic dXNlcjpzZWNyZXQ='],
    ['X-API-Key', 'Content-Type'],
  ],
];

for (const [name, to, fields, dropped] of FIELD_CASES) {
  test(`redirectedRequest() ${name}`, () => {
    const made = redirected(to);
    assert.deepEqual({ fields: made.request.fields.fields, dropped: made.dropped }, { fields, dropped });
  });
}

test('redirectedRequest() keeps a Host of the caller’s own within an origin, and not to another', () => {
  const choices = { fields: new FieldBlock(['Host', 'virtual.test']) };
  const hosts = ['http://a.test/to', 'http://b.test/to'].map((url) => redirected({ url }, choices));
  assert.deepEqual(
    hosts.map(({ request }) => request.fields.fields),
    [
      ['Host', 'virtual.test'],
      ['Host', 'b.test'],
    ],
  );
});

test('redirectedRequest() keeps an Authorization of the caller’s own before the credentials of a Location', () => {
  const choices = { fields: new FieldBlock(['Host', 'a.test', 'authorization', 'Bearer t']) };
  const { request } = redirected({ url: 'http://user:secret@a.test/' }, choices);
  assert.deepEqual(request.fields.fields, ['Host', 'a.test', 'authorization', 'Bearer t']);
});

test('redirectedRequest() counts as an attempt more', () => {
  assert.equal(redirected({ url: 'http://a.test/' }).request.attempt, 3);
});

test('redirectedRequest() keeps the body, its trailers and their repeatability', () => {
  const { body, trailers, repeatable } = redirected({ url: 'http://a.test/' }).request;
  assert.deepEqual([body, trailers?.(), repeatable], [BODY, ['X-Sum', '1'], false]);
});

test('redirectedRequest() without a body has no trailers, and can be sent again', () => {
  const { body, trailers, repeatable } = redirected({ url: 'http://a.test/', method: 'GET', dropsBody: true }).request;
  assert.deepEqual([body, trailers, repeatable], [null, null, true]);
});
