import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectError } from '../../src/errors/connect-error.ts';
import { ConnectionError } from '../../src/errors/connection-error.ts';
import { DecodeError } from '../../src/errors/decode-error.ts';
import { type ErrorDetails, HTTPError } from '../../src/errors/http-error.ts';
import { LimitError } from '../../src/errors/limit-error.ts';
import { maxRetryError } from '../../src/errors/max-retry-error.ts';
import { NameResolutionError } from '../../src/errors/name-resolution-error.ts';
import { PoolError } from '../../src/errors/pool-error.ts';
import { ProtocolError } from '../../src/errors/protocol-error.ts';
import { RequestError } from '../../src/errors/request-error.ts';
import { SendError } from '../../src/errors/send-error.ts';
import { TimeoutError } from '../../src/errors/timeout-error.ts';
import { TLSError } from '../../src/errors/tls-error.ts';

const DETAILS = { code: 'ERR_CONNECT', phase: 'connect' } as const;

// name, error
const ERRORS: readonly (readonly [string, (details: ErrorDetails) => HTTPError])[] = [
  ['HTTPError', (details) => new HTTPError('why', details)],
  ['ConnectError', (details) => new ConnectError('why', details)],
  ['ConnectionError', (details) => new ConnectionError('why', details)],
  ['DecodeError', (details) => new DecodeError('why', details)],
  ['NameResolutionError', (details) => new NameResolutionError('why', details)],
  ['PoolError', (details) => new PoolError('why', details)],
  ['ProtocolError', (details) => new ProtocolError('why', details)],
  ['RequestError', (details) => new RequestError('why', details)],
  ['SendError', (details) => new SendError('why', details)],
  ['TimeoutError', (details) => new TimeoutError('why', details)],
  ['TLSError', (details) => new TLSError('why', details)],
];

for (const [name, make] of ERRORS) {
  test(`new ${name}() is an HTTPError of that name, with its message, code and phase`, () => {
    const error = make(DETAILS);
    assert.ok(error instanceof HTTPError);
    assert.deepEqual([error.name, error.message, error.code, error.phase], [name, 'why', 'ERR_CONNECT', 'connect']);
  });

  test(`new ${name}() shows its name and message as text`, () => {
    assert.equal(String(make(DETAILS)), `${name}: why`);
  });

  test(`new ${name}() knows nothing of a request at first`, () => {
    const { method, url, attempt, connection, history } = make(DETAILS);
    assert.deepEqual([method, url, attempt, connection, history], [null, null, 1, null, []]);
  });

  test(`new ${name}() keeps its details`, () => {
    const connection = { id: 7, reused: true, address: '[::1]:80' };
    const error = make({ ...DETAILS, method: 'GET', url: 'http://h/', attempt: 3, connection });
    assert.deepEqual([error.method, error.url, error.attempt], ['GET', 'http://h/', 3]);
    assert.equal(error.connection, connection);
  });
}

test('new LimitError() names the limit, under one code', () => {
  const error = new LimitError('why', { phase: 'body', limit: 'maxBodyBytes', method: 'GET' });
  assert.deepEqual(
    [error.name, error.message, error.code, error.phase, error.limit, error.method],
    ['LimitError', 'why', 'ERR_LIMIT', 'body', 'maxBodyBytes', 'GET'],
  );
});

test('new ConnectionError() is stale only where it is said to be', () => {
  const stale = [{}, { stale: false }, { stale: true }].map(
    (more) => new ConnectionError('why', { ...DETAILS, ...more }).stale,
  );
  assert.deepEqual(stale, [false, false, true]);
});

test('new HTTPError() has the cause that it is given, if it is undefined too', () => {
  const cause = new Error('below');
  assert.equal(new HTTPError('why', { ...DETAILS, cause }).cause, cause);
  assert.ok('cause' in new HTTPError('why', { ...DETAILS, cause: undefined }));
});

test('new HTTPError() has no cause where none is given', () => {
  assert.ok(!('cause' in new HTTPError('why', DETAILS)));
});

test('new HTTPError() keeps the attempts before it', () => {
  const history = [{ method: 'GET', url: 'http://h/', error: null, status: 503 }];
  assert.equal(new HTTPError('why', DETAILS, history).history, history);
});

const REQUEST = { method: 'PUT', url: 'http://h/', attempt: 2 };

test('HTTPError.of() says for which request it was, and gives the error itself', () => {
  const error = new HTTPError('why', DETAILS);
  assert.equal(error.of(REQUEST), error);
  assert.deepEqual([error.method, error.url, error.attempt], ['PUT', 'http://h/', 2]);
});

test('HTTPError.of() keeps a method and URL that were known, and takes the attempt', () => {
  const error = new HTTPError('why', { ...DETAILS, method: 'GET', url: 'http://g/', attempt: 1 });
  error.of(REQUEST);
  assert.deepEqual([error.method, error.url, error.attempt], ['GET', 'http://g/', 2]);
});

test('HTTPError.of() of another request keeps the first, and takes the attempt', () => {
  const error = new HTTPError('why', DETAILS).of(REQUEST).of({ method: 'GET', url: 'http://g/', attempt: 5 });
  assert.deepEqual([error.method, error.url, error.attempt], ['PUT', 'http://h/', 5]);
});

for (const [phase, expected] of [
  ['dns', true],
  ['connect', true],
  ['proxy', true],
  ['tls', true],
  ['pool', false],
  ['send', false],
  ['head', false],
  ['status', false],
  ['total', false],
] as const) {
  test(`HTTPError.isConnectFailure is ${expected} in the phase ${phase}, also behind retries`, () => {
    const error = new ConnectError('x', { code: 'ERR_CONNECT', phase });
    const gaveUp = maxRetryError(error, { method: 'GET', url: 'http://a.test/', attempt: 2 });
    assert.deepEqual([error.isConnectFailure, gaveUp.isConnectFailure], [expected, expected]);
  });
}
