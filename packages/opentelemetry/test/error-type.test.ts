import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionError } from 'urlpool';
import { type AfterAttempt, errorType, isGivenUp } from '../src/error-type.ts';

function another(because: string | null): AfterAttempt {
  return { is: 'another', because };
}

function failed(code: ConstructorParameters<typeof ConnectionError>[1]['code']): AfterAttempt {
  return { is: 'end', error: new ConnectionError('no', { code, phase: 'head' }) };
}

const DONE: AfterAttempt = { is: 'end', error: null };
const ABORTED: AfterAttempt = { is: 'end', error: new DOMException('no', 'AbortError') };

// name, status, error of the exchange, what came after, error.type, whether the body was given up
const CASES: readonly (readonly [string, number | null, string | null, AfterAttempt, string | null, boolean])[] = [
  ['nothing of a success', 200, null, DONE, null, false],
  ['nothing of a redirect that is not followed', 302, null, DONE, null, false],
  ['the status of a 404', 404, null, DONE, '404', false],
  ['the status of a 503 that is tried again', 503, null, another('503'), '503', false],
  ['the status of a 500 with half a body', 500, 'ERR_CONNECTION_RESET', failed('ERR_CONNECTION_RESET'), '500', false],
  [
    'what a body failed with',
    200,
    'ERR_CONNECTION_RESET',
    failed('ERR_CONNECTION_RESET'),
    'ERR_CONNECTION_RESET',
    false,
  ],
  ['what a body could not be decoded for', 200, null, failed('ERR_DECODE'), 'ERR_DECODE', false],
  ['the redirect too many', 302, null, failed('ERR_TOO_MANY_REDIRECTS'), 'ERR_TOO_MANY_REDIRECTS', false],
  ['why there was no connection', null, null, failed('ERR_NAME_NOT_FOUND'), 'ERR_NAME_NOT_FOUND', false],
  [
    'why there was no connection, before a retry',
    null,
    null,
    another('ERR_CONNECTION_REFUSED'),
    'ERR_CONNECTION_REFUSED',
    false,
  ],
  [
    'what a kept connection had died of',
    null,
    'ERR_CONNECTION_CLOSED',
    another('ERR_CONNECTION_CLOSED'),
    'ERR_CONNECTION_CLOSED',
    false,
  ],
  ['that a reason is not known', null, null, another(null), '_OTHER', false],
  ['nothing of a redirect that is followed', 301, null, another(null), null, false],
  ['nothing of a redirect whose body was given up', 301, 'ERR_CANCELLED', another(null), null, true],
  ['nothing of a body that was disposed of', 200, 'ERR_CANCELLED', failed('ERR_CANCELLED'), null, true],
  ['nothing of a body that was disposed of and drained', 200, null, failed('ERR_BODY_USED'), null, false],
  ['an abort in the queue', null, null, ABORTED, 'ERR_CANCELLED', false],
  ['an abort before the head', null, 'ERR_CANCELLED', ABORTED, 'ERR_CANCELLED', false],
  ['an abort in the body', 200, 'ERR_CANCELLED', ABORTED, 'ERR_CANCELLED', false],
  ['a deadline in the body', 200, 'ERR_TIMEOUT', failed('ERR_TIMEOUT'), 'ERR_TIMEOUT', false],
  ['a callback that threw', 200, null, { is: 'end', error: 'thrown' }, 'ERR_CANCELLED', false],
];

for (const [name, status, exchangeError, after, type, givenUp] of CASES) {
  test(`errorType() tells ${name}`, () => {
    const end = { status, exchangeError, after };
    assert.deepEqual([errorType(end), isGivenUp(end)], [type, givenUp]);
  });
}
