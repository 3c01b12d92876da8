import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectError, type TraceEvent, traceLine } from 'urlpool';

const CALL_END: Extract<TraceEvent, { type: 'call-end' }> = {
  type: 'call-end',
  at: 5,
  call: 1,
  status: null,
  error: null,
  attempts: [],
  timings: {
    queue: 0,
    dns: 0,
    connect: 0,
    proxy: 0,
    tls: 0,
    send: 0,
    wait: 0,
    receive: 0,
    total: 0,
    reused: false,
    connection: null,
    addresses: [],
    attempt: 1,
  },
};

/** An error with a JSON of its own. */
class Chatty extends Error {
  toJSON(): object {
    return { config: 'everything' };
  }
}

const circular: { self?: object } = {};
circular.self = circular;

// what a call was aborted with, what stands in its line
const REASONS: readonly (readonly [string, unknown, unknown])[] = [
  ['nothing', null, null],
  ['an error', new TypeError('bad'), { name: 'TypeError', code: null, message: 'bad' }],
  [
    'an error with a code',
    new ConnectError('refused', { code: 'ERR_CONNECTION_REFUSED', phase: 'connect' }),
    { name: 'ConnectError', code: 'ERR_CONNECTION_REFUSED', message: 'refused' },
  ],
  [
    'a DOMException, whose code is a number',
    new DOMException('stop', 'AbortError'),
    { name: 'AbortError', code: null, message: 'stop' },
  ],
  ['an error with a JSON of its own', new Chatty('c'), { name: 'Error', code: null, message: 'c' }],
  ['a text', 'enough', { name: 'string', code: null, message: 'enough' }],
  ['a bigint', 10n, { name: 'bigint', code: null, message: '10' }],
  ['undefined', undefined, { name: 'undefined', code: null, message: 'undefined' }],
  ['a symbol', Symbol('s'), { name: 'symbol', code: null, message: 'Symbol(s)' }],
  ['a circle', circular, { name: 'object', code: null, message: '[object Object]' }],
  ['an object without a text', Object.create(null), { name: 'object', code: null, message: '' }],
];

for (const [name, error, told] of REASONS) {
  test(`traceLine() tells of ${name}`, () => {
    const line = traceLine({ ...CALL_END, error });
    assert.equal(line.indexOf('\n'), line.length - 1);
    assert.deepEqual(JSON.parse(line), { ...CALL_END, error: told });
  });
}

test('traceLine() tells the errors of the attempts', () => {
  const error = new ConnectError('refused', { code: 'ERR_CONNECTION_REFUSED', phase: 'connect' });
  const attempt = {
    method: 'GET',
    url: 'http://a.test/',
    connection: null,
    idleFor: 0,
    served: 0,
    timings: CALL_END.timings,
    status: null,
    error,
    next: null,
    delay: 0,
  };
  const line: unknown = JSON.parse(traceLine({ ...CALL_END, attempts: [attempt] }));
  const told = { name: 'ConnectError', code: 'ERR_CONNECTION_REFUSED', message: 'refused' };
  assert.deepEqual(line, { ...CALL_END, attempts: [{ ...attempt, error: told }] });
});

test('traceLine() leaves what has no error as it is, on one line', () => {
  const event: TraceEvent = { type: 'warning', at: 1, code: 'unread-body', message: 'two\nlines' };
  assert.equal(traceLine(event), `${JSON.stringify(event)}\n`);
  assert.equal(traceLine({ type: 'gap', at: 12.5, events: 3 }), '{"type":"gap","at":12.5,"events":3}\n');
});
