import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectError } from '../../src/errors/connect-error.ts';
import { ConnectionError } from '../../src/errors/connection-error.ts';
import { DecodeError } from '../../src/errors/decode-error.ts';
import { LimitError } from '../../src/errors/limit-error.ts';
import { maxRetryError } from '../../src/errors/max-retry-error.ts';
import { NameResolutionError } from '../../src/errors/name-resolution-error.ts';
import { PoolError } from '../../src/errors/pool-error.ts';
import { ProtocolError } from '../../src/errors/protocol-error.ts';
import { RequestError } from '../../src/errors/request-error.ts';
import { TimeoutError } from '../../src/errors/timeout-error.ts';
import { TLSError } from '../../src/errors/tls-error.ts';
import { isPassing, mayReconnect, reconnectDelay } from '../../src/manager/reconnection.ts';

const body = { phase: 'body' } as const;
const refused = new ConnectError('', { code: 'ERR_CONNECTION_REFUSED', phase: 'connect' });

// name, error, whether to connect again
for (const [name, error, again] of [
  ['a refused connection', refused, true],
  ['a name that was not found', new NameResolutionError('', { code: 'ERR_NAME_NOT_FOUND', phase: 'dns' }), true],
  ['a lost connection', new ConnectionError('', { ...body, code: 'ERR_CONNECTION_RESET', stale: false }), true],
  ['garbage', new ProtocolError('', { ...body, code: 'ERR_PROTOCOL' }), true],
  ['a read timeout', new TimeoutError('', { ...body, code: 'ERR_TIMEOUT' }), true],
  ['a broken TLS connection', new TLSError('', { phase: 'tls', code: 'ERR_TLS' }), true],
  ['a Retry that gave up on such', maxRetryError(refused, { method: 'GET', url: '', attempt: 2 }), true],
  ['too many redirects', maxRetryError(null, { method: 'GET', url: '', attempt: 2 }), false],
  ['the end of the whole time', new TimeoutError('', { phase: 'total', code: 'ERR_TIMEOUT' }), false],
  ['a full pool', new TimeoutError('', { phase: 'pool', code: 'ERR_TIMEOUT' }), false],
  ['a wrong certificate', new TLSError('', { phase: 'tls', code: 'ERR_TLS_CERTIFICATE' }), false],
  ['a closed pool', new PoolError('', { phase: 'pool', code: 'ERR_POOL_CLOSED' }), false],
  ['a limit', new LimitError('', { ...body, limit: 'maxLineBytes' }), false],
  ['a bad option', new RequestError('', { phase: 'request', code: 'ERR_INVALID_OPTION' }), false],
  ['another media type', new DecodeError('', { phase: 'head', code: 'ERR_EVENT_STREAM' }), false],
  ['an abort', new DOMException('', 'AbortError'), false],
  ['nothing', undefined, false],
] as const) {
  test(`mayReconnect() after ${name} is ${again}`, () => assert.equal(mayReconnect(error), again));
}

for (const [status, passing] of [
  [429, true],
  [500, true],
  [503, true],
  [599, true],
  [600, false],
  [499, false],
  [404, false],
] as const) {
  test(`isPassing() of ${status} is ${passing}`, () => assert.equal(isPassing(status), passing));
}

// failures, base, max, random, delay
for (const [failures, base, max, random, delay] of [
  [0, 3_000, 30_000, 1, 3_000],
  [0, 0, 30_000, 1, 0],
  [0, 90_000, 30_000, 1, 90_000],
  [1, 3_000, 30_000, 0, 3_000],
  [1, 3_000, 30_000, 1, 4_500],
  [2, 3_000, 30_000, 0, 6_000],
  [2, 3_000, 30_000, 0.5, 7_500],
  [4, 3_000, 30_000, 0, 24_000],
  [5, 3_000, 30_000, 0, 30_000],
  [5_000, 3_000, 30_000, 1, 45_000],
  [1, 90_000, 30_000, 0, 90_000],
  [3, 90_000, 30_000, 0, 90_000],
  [1, 0, 30_000, 0, 250],
  [2, 0, 30_000, 0, 500],
  [3, 0, 0, 0, 250],
] as const) {
  test(`reconnectDelay() after ${failures} failures from ${base} to ${max} ms with ${random} is ${delay}`, () => {
    assert.equal(
      reconnectDelay(failures, { base, max }, () => random),
      delay,
    );
  });
}
