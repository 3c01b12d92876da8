import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectionError } from '../../src/errors/connection-error.ts';
import type { Failure } from '../../src/policy/failure.ts';
import {
  type ReplayDecision,
  type ReplayPolicy,
  type ReplayRequest,
  shouldReplay,
} from '../../src/policy/should-replay.ts';

const error = new ConnectionError('gone', { code: 'ERR_CONNECTION_CLOSED', phase: 'head' });

/** A kept connection that died under a request, all of which was sent, before a byte of a response came. */
const DEATH: Failure = { error, fresh: false, sent: 'all', received: false, why: 'eof' };
const GET: ReplayRequest = { method: 'GET', hasIdempotencyKey: false, body: 'none' };
const POST: ReplayRequest = { method: 'POST', hasIdempotencyKey: false, body: 'replayable' };

interface Row {
  readonly failure?: Partial<Failure>;
  readonly request?: ReplayRequest;
  readonly policy?: ReplayPolicy;
}

function decide({ failure = {}, request = GET, policy = 'idempotent' }: Row): ReplayDecision {
  return shouldReplay({ ...DEATH, ...failure }, request, policy);
}

// name, what happened, why
const REPLAYED: readonly (readonly [string, Row, string])[] = [
  ['a GET on a kept connection that was closed', {}, 'idempotent'],
  ['a GET on a kept connection that was reset', { failure: { why: 'reset' } }, 'idempotent'],
  ['a GET of which a part was sent', { failure: { sent: 'some' } }, 'idempotent'],
  ['a GET of which nothing was sent', { failure: { sent: 'nothing' } }, 'nothing-sent'],
  ['a PUT that can be sent again', { request: { ...POST, method: 'PUT' } }, 'idempotent'],
  ['a DELETE', { request: { ...GET, method: 'DELETE' } }, 'idempotent'],
  ['a PUT whose stream was not touched', { request: { ...POST, method: 'PUT', body: 'unread' } }, 'idempotent'],
  ['a POST with an Idempotency-Key', { request: { ...POST, hasIdempotencyKey: true } }, 'idempotent'],
  ['a POST of which nothing was sent', { failure: { sent: 'nothing' }, request: POST }, 'nothing-sent'],
  [
    'a POST of which nothing was sent and whose stream was not touched',
    { failure: { sent: 'nothing' }, request: { ...POST, body: 'unread' } },
    'nothing-sent',
  ],
  [
    'a POST of which nothing was sent, by "unsent"',
    { failure: { sent: 'nothing' }, request: POST, policy: 'unsent' },
    'nothing-sent',
  ],
  [
    'a POST of which nothing was sent, by "safe"',
    { failure: { sent: 'nothing' }, request: POST, policy: 'safe' },
    'nothing-sent',
  ],
  ['a GET by "safe"', { policy: 'safe' }, 'idempotent'],
  ['a QUERY by "safe"', { request: { ...POST, method: 'QUERY' }, policy: 'safe' }, 'idempotent'],
  ['a POST that the peer did not process', { failure: { why: 'unprocessed' }, request: POST }, 'unprocessed'],
  [
    'a POST that the peer of a fresh connection did not process',
    { failure: { why: 'unprocessed', fresh: true }, request: POST },
    'unprocessed',
  ],
  [
    'a POST that the peer did not process and whose stream was not touched',
    { failure: { why: 'unprocessed' }, request: { ...POST, body: 'unread' } },
    'unprocessed',
  ],
  [
    'a POST that the peer did not process, by "unsent"',
    { failure: { why: 'unprocessed' }, request: POST, policy: 'unsent' },
    'unprocessed',
  ],
];

for (const [name, row, why] of REPLAYED) {
  test(`shouldReplay() replays ${name}`, () => assert.deepEqual(decide(row), { replay: true, why }));
}

// name, what happened, why
const NOT_REPLAYED: readonly (readonly [string, Row, string])[] = [
  ['a GET where replays are off', { policy: false }, 'off'],
  ['a GET of which nothing was sent where replays are off', { failure: { sent: 'nothing' }, policy: false }, 'off'],
  ['what the peer did not process where replays are off', { failure: { why: 'unprocessed' }, policy: false }, 'off'],
  ['after a timeout', { failure: { why: 'timeout' } }, 'not-a-death'],
  ['after a TLS failure', { failure: { why: 'tls' } }, 'not-a-death'],
  ['after a protocol error', { failure: { why: 'protocol' } }, 'not-a-death'],
  ['after a limit', { failure: { why: 'limit' } }, 'not-a-death'],
  ['after a failure of its own', { failure: { why: 'local' } }, 'not-a-death'],
  ['after it was cancelled', { failure: { why: 'cancelled' } }, 'not-a-death'],
  ['after a timeout, though nothing was sent', { failure: { why: 'timeout', sent: 'nothing' } }, 'not-a-death'],
  ['once a byte of a response came', { failure: { received: true } }, 'response-begun'],
  ['once a byte of a response came, though reset', { failure: { received: true, why: 'reset' } }, 'response-begun'],
  [
    'what the peer says it did not process, once a byte of a response came',
    { failure: { received: true, why: 'unprocessed' } },
    'response-begun',
  ],
  ['on a fresh connection', { failure: { fresh: true } }, 'fresh'],
  ['on a fresh connection that was reset', { failure: { fresh: true, why: 'reset' } }, 'fresh'],
  ['on a fresh connection, though nothing was sent', { failure: { fresh: true, sent: 'nothing' } }, 'fresh'],
  ['a consumed stream', { request: { ...POST, method: 'PUT', body: 'consumed' } }, 'body-consumed'],
  [
    'a consumed stream of which nothing was sent',
    { failure: { sent: 'nothing' }, request: { ...POST, body: 'consumed' } },
    'body-consumed',
  ],
  [
    'a consumed stream that the peer did not process',
    { failure: { why: 'unprocessed' }, request: { ...POST, body: 'consumed' } },
    'body-consumed',
  ],
  ['a POST', { request: POST }, 'not-idempotent'],
  ['a POST of which a part was sent', { failure: { sent: 'some' }, request: POST }, 'not-idempotent'],
  ['a PATCH', { request: { ...POST, method: 'PATCH' } }, 'not-idempotent'],
  ['"get", which is not GET', { request: { ...GET, method: 'get' } }, 'not-idempotent'],
  ['a GET by "unsent"', { policy: 'unsent' }, 'not-idempotent'],
  ['a GET of which a part was sent by "unsent"', { failure: { sent: 'some' }, policy: 'unsent' }, 'not-idempotent'],
  [
    'an Idempotency-Key by "unsent"',
    { request: { ...POST, hasIdempotencyKey: true }, policy: 'unsent' },
    'not-idempotent',
  ],
  ['a PUT by "safe"', { request: { ...POST, method: 'PUT' }, policy: 'safe' }, 'not-idempotent'],
  ['an Idempotency-Key by "safe"', { request: { ...POST, hasIdempotencyKey: true }, policy: 'safe' }, 'not-idempotent'],
];

for (const [name, row, why] of NOT_REPLAYED) {
  test(`shouldReplay() does not replay ${name}`, () => assert.deepEqual(decide(row), { replay: false, why }));
}
