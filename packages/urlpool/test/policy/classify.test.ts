import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectError } from '../../src/errors/connect-error.ts';
import { ConnectionError } from '../../src/errors/connection-error.ts';
import type { Phase } from '../../src/errors/error-code.ts';
import { HTTPError } from '../../src/errors/http-error.ts';
import { LimitError } from '../../src/errors/limit-error.ts';
import { NameResolutionError } from '../../src/errors/name-resolution-error.ts';
import { PoolError } from '../../src/errors/pool-error.ts';
import { ProtocolError } from '../../src/errors/protocol-error.ts';
import { RequestError } from '../../src/errors/request-error.ts';
import { SendError } from '../../src/errors/send-error.ts';
import { TimeoutError } from '../../src/errors/timeout-error.ts';
import { TLSError } from '../../src/errors/tls-error.ts';
import { retryKind } from '../../src/policy/classify.ts';

function timeout(phase: Phase): TimeoutError {
  return new TimeoutError('too long', { code: 'ERR_TIMEOUT', phase });
}

const REFUSED = { code: 'ERR_CONNECTION_REFUSED', phase: 'connect' } as const;
const LOST = new ConnectionError('lost', { code: 'ERR_CONNECTION_CLOSED', phase: 'head' });
const TLS = new TLSError('bad', { code: 'ERR_TLS', phase: 'tls' });

// error, how the exchange failed, kind
for (const [error, why, kind] of [
  [new ConnectError('refused', REFUSED), 'dial', 'connect'],
  [new NameResolutionError('no address', { code: 'ERR_NAME_NOT_FOUND', phase: 'dns' }), 'dial', 'connect'],
  [timeout('connect'), 'dial', 'connect'],
  [TLS, 'dial', 'other'],
  [timeout('pool'), 'dial', null],
  [timeout('total'), 'dial', null],
  [new PoolError('closed', { code: 'ERR_POOL_CLOSED', phase: 'pool' }), 'dial', null],
  [new RequestError('wrong', { code: 'ERR_INVALID_OPTION', phase: 'request' }), 'dial', null],
  [new HTTPError('unknown', REFUSED), 'dial', null],
  [LOST, 'eof', 'read'],
  [LOST, 'reset', 'read'],
  [LOST, 'unprocessed', 'read'],
  [new ProtocolError('no HTTP', { code: 'ERR_PROTOCOL', phase: 'head' }), 'protocol', 'read'],
  [timeout('send'), 'timeout', 'read'],
  [timeout('head'), 'timeout', 'read'],
  [timeout('body'), 'timeout', 'read'],
  [timeout('total'), 'timeout', null],
  [TLS, 'tls', 'other'],
  [new LimitError('too large', { phase: 'body', limit: 'maxBodyBytes' }), 'limit', null],
  [new SendError('no source', { code: 'ERR_BODY_SOURCE', phase: 'send' }), 'local', null],
  [new ConnectionError('aborted', { code: 'ERR_CANCELLED', phase: 'head' }), 'cancelled', null],
] as const) {
  test(`retryKind() is ${kind} for a ${error.name} of phase ${error.phase} by ${why}`, () => {
    assert.equal(retryKind(error, why), kind);
  });
}
