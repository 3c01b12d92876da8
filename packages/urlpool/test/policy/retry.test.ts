import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ConnectError } from '../../src/errors/connect-error.ts';
import { isIdempotent } from '../../src/policy/method.ts';
import { Retry, type RetryEntry, type RetryKind, type RetryOptions } from '../../src/policy/retry.ts';

const COUNTERS = ['total', 'connect', 'read', 'redirect', 'status', 'other'] as const;
const KINDS = ['connect', 'read', 'redirect', 'status', 'other'] as const;
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'TRACE', 'QUERY'];

const DEFAULTS = {
  enabled: true,
  total: 10,
  connect: null,
  read: null,
  redirect: null,
  status: null,
  other: null,
  statusForcelist: [],
  freshConnectionStatuses: [],
  retryOn: undefined,
  allowedMethods: METHODS,
  backoffFactor: 0,
  backoffMax: 120_000,
  backoffJitter: 0,
  respectRetryAfterHeader: true,
  retryAfterMax: 21_600_000,
  removeHeadersOnRedirect: null,
  raiseOnRedirect: true,
  raiseOnStatus: true,
  retryTimeouts: true,
  history: [],
};

const error = new ConnectError('refused', { code: 'ERR_CONNECTION_REFUSED', phase: 'connect' });
const FAILED: RetryEntry = { method: 'GET', url: 'http://a.test/', error, status: null, redirectLocation: null };
const REDIRECTED: RetryEntry = {
  method: 'GET',
  url: 'http://a.test/',
  error: null,
  status: 302,
  redirectLocation: '/b',
};

function refusal(message: string | RegExp): object {
  return { name: 'RequestError', code: 'ERR_INVALID_OPTION', phase: 'request', message };
}

/** A Retry after some attempts: "f" failed, "r" was redirected. */
function after(attempts: string, options: RetryOptions): Retry {
  let retry = new Retry(options);
  for (const attempt of attempts) {
    retry = attempt === 'r' ? retry.increment('redirect', REDIRECTED) : retry.increment('read', FAILED);
  }
  return retry;
}

// name, value, what it has otherwise than the defaults
const MADE: readonly (readonly [string, Retry, object])[] = [
  ['new Retry()', new Retry(), {}],
  ['new Retry({})', new Retry({}), {}],
  ['new Retry(3)', new Retry(3), { total: 3 }],
  ['new Retry(0)', new Retry(0), { total: 0 }],
  ['new Retry(null)', new Retry(null), { total: null }],
  ['new Retry(undefined)', new Retry(undefined), {}],
  ['new Retry(3, options)', new Retry(3, { connect: 1 }), { total: 3, connect: 1 }],
  ['new Retry(null, options)', new Retry(null, { read: 0 }), { total: null, read: 0 }],
  ['new Retry(undefined, options)', new Retry(undefined, { total: 4 }), { total: 4 }],
  ['new Retry(options)', new Retry({ total: 5, redirect: 2 }), { total: 5, redirect: 2 }],
  ['new Retry(options) with undefined', new Retry({ total: undefined, backoffMax: undefined }), {}],
  ['new Retry(options) with other: null', new Retry({ other: null }), {}],
  ['new Retry(options) with any method', new Retry({ allowedMethods: false }), { allowedMethods: false }],
  [
    'new Retry(options) with switches',
    new Retry({ raiseOnRedirect: false, retryTimeouts: false }),
    { raiseOnRedirect: false, retryTimeouts: false },
  ],
  [
    'new Retry(options) with a backoff',
    new Retry({ backoffFactor: 10, backoffMax: 0, backoffJitter: 0.5 }),
    { backoffFactor: 10, backoffMax: 0, backoffJitter: 0.5 },
  ],
  [
    'Retry.DEFAULT',
    Retry.DEFAULT,
    {
      total: null,
      connect: 2,
      read: 2,
      redirect: 20,
      other: 0,
      backoffFactor: 250,
      backoffJitter: 250,
      freshConnectionStatuses: [421, 425],
      respectRetryAfterHeader: false,
      retryTimeouts: false,
    },
  ],
  [
    'new Retry(options) with statuses',
    new Retry({ statusForcelist: new Set([503, 500]) }),
    { statusForcelist: [503, 500] },
  ],
  [
    'new Retry(options) with fields to remove',
    new Retry({ removeHeadersOnRedirect: ['Authorization', 'X-Key'] }),
    { removeHeadersOnRedirect: ['authorization', 'x-key'] },
  ],
  ['new Retry(false)', new Retry(false), { enabled: false, total: 0, redirect: 0, raiseOnRedirect: false }],
  [
    'new Retry(options) with redirect: false',
    new Retry(3, { redirect: false }),
    { total: 3, redirect: 0, raiseOnRedirect: false },
  ],
  [
    'new Retry(options) with other counters false',
    new Retry({ connect: false, read: false, status: false, other: false }),
    { connect: false, read: false, status: 0, other: 0 },
  ],
  ['Retry.NONE', Retry.NONE, { enabled: false, total: 0, redirect: 0, raiseOnRedirect: false }],
];

for (const [name, retry, changes] of MADE) {
  test(`${name} has the values of the documentation`, () => {
    assert.deepEqual({ ...retry }, { ...DEFAULTS, ...changes });
  });
}

test('new Retry() allows the idempotent methods', () => {
  const methods = [...METHODS, 'POST', 'PATCH', 'CONNECT', 'get'];
  assert.deepEqual(
    methods.filter((method) => new Retry().allows(method)),
    methods.filter(isIdempotent),
  );
});

// name, value
for (const [name, retry] of [
  ['new Retry()', new Retry()],
  ['Retry.with()', new Retry().with({ total: 1 })],
  ['Retry.increment()', new Retry().increment('read', FAILED)],
  ['Retry.NONE', Retry.NONE],
] as const) {
  test(`${name} is a Retry that cannot be changed`, () => {
    assert.ok(retry instanceof Retry);
    const parts = [retry, retry.history, retry.allowedMethods, retry.statusForcelist, ...retry.history];
    assert.deepEqual(parts.map(Object.isFrozen), Array(parts.length).fill(true));
  });
}

const COUNT = 'give a whole number, 0 or more, null where only total counts, or false';
const TOTAL = 'give a whole number, 0 or more, null where only the other counters count, or false';
const DURATION = 'give a number of milliseconds, 0 or more';

// options that must be refused, and the message
const REFUSED: readonly (readonly [object, string | RegExp])[] = [
  [{ total: -1 }, `Cannot use -1 as retries.total: ${TOTAL}`],
  [{ total: 1.5 }, `Cannot use 1.5 as retries.total: ${TOTAL}`],
  [{ total: Number.POSITIVE_INFINITY }, `Cannot use Infinity as retries.total: ${TOTAL}`],
  ...KINDS.flatMap((kind) => [
    [{ [kind]: -1 }, `Cannot use -1 as retries.${kind}: ${COUNT}`] as const,
    [{ [kind]: Number.NaN }, `Cannot use NaN as retries.${kind}: ${COUNT}`] as const,
    [{ [kind]: '2' }, `Cannot use "2" as retries.${kind}: ${COUNT}`] as const,
    [{ [kind]: true }, `Cannot use true as retries.${kind}: ${COUNT}`] as const,
  ]),
  ...['backoffFactor', 'backoffMax', 'backoffJitter', 'retryAfterMax'].flatMap((name) => [
    [{ [name]: -1 }, `Cannot use -1 as retries.${name}: ${DURATION}`] as const,
    [{ [name]: Number.NaN }, `Cannot use NaN as retries.${name}: ${DURATION}`] as const,
    [{ [name]: Number.POSITIVE_INFINITY }, `Cannot use Infinity as retries.${name}: ${DURATION}`] as const,
    [{ [name]: '500' }, `Cannot use "500" as retries.${name}: ${DURATION}`] as const,
    [{ [name]: null }, `Cannot use null as retries.${name}: ${DURATION}`] as const,
  ]),
  [{ backoffFactor: 0.5 }, 'Cannot use 0.5 as retries.backoffFactor: it is in milliseconds; did you mean 500?'],
  [{ backoffFactor: 1.1 }, 'Cannot use 1.1 as retries.backoffFactor: it is in milliseconds; did you mean 1100?'],
  [{ backoffFactor: 2.3 }, 'Cannot use 2.3 as retries.backoffFactor: it is in milliseconds; did you mean 2300?'],
  [{ backoffFactor: 9.99 }, 'Cannot use 9.99 as retries.backoffFactor: it is in milliseconds; did you mean 9990?'],
  [{ raiseOnRedirect: 1 }, 'Cannot use 1 as retries.raiseOnRedirect: give true or false'],
  [{ retryTimeouts: null }, 'Cannot use null as retries.retryTimeouts: give true or false'],
  [{ allowedMethods: 'GET' }, /^Cannot use "GET" as retries.allowedMethods: give a list of methods, or false for any$/],
  [{ allowedMethods: null }, /^Cannot use null as retries.allowedMethods/],
  [{ allowedMethods: true }, /^Cannot use true as retries.allowedMethods/],
  [{ allowedMethods: {} }, /^Cannot use an object as retries.allowedMethods/],
  [{ allowedMethods: ['GET', 5] }, 'Cannot use 5 as a method of retries.allowedMethods: give a token, e.g. GET'],
  [{ allowedMethods: ['G T'] }, 'Cannot use "G T" as a method of retries.allowedMethods: give a token, e.g. GET'],
  [{ allowedMethods: [''] }, 'Cannot use "" as a method of retries.allowedMethods: give a token, e.g. GET'],
  [{ backoff_factor: 500 }, /^Cannot use the option backoff_factor of retries: .*did you mean backoffFactor\?$/],
  [
    { statuses: 3 },
    /^Cannot use the option statuses of retries: there is none of that name; known are allowedMethods, /,
  ],
  [{ status_forcelist: [500] }, /did you mean statusForcelist\?$/],
  [{ statusForcelist: 500 }, 'Cannot use 500 as retries.statusForcelist: give a list of statuses'],
  [{ statusForcelist: '500' }, 'Cannot use "500" as retries.statusForcelist: give a list of statuses'],
  [{ statusForcelist: ['500'] }, /^Cannot use "500" as a status of retries.statusForcelist: give a whole number/],
  [{ statusForcelist: [1000] }, /^Cannot use 1000 as a status of retries.statusForcelist/],
  [
    { removeHeadersOnRedirect: 5 },
    /^Cannot use 5 as retries.removeHeadersOnRedirect: give a list of names of header fields$/,
  ],
  [{ statusForcelist: [99] }, /^Cannot use 99 as a status of retries.statusForcelist/],
  [{ freshConnectionStatuses: null }, /^Cannot use null as retries.freshConnectionStatuses/],
  [{ retryOn: true }, 'Cannot use true as retries.retryOn: give a function'],
  [
    { removeHeadersOnRedirect: 'Cookie' },
    /^Cannot use "Cookie" as retries.removeHeadersOnRedirect: give a list of names of header fields$/,
  ],
  [{ removeHeadersOnRedirect: ['a b'] }, /^Cannot use a list as retries.removeHeadersOnRedirect: give a list of names/],
  [{ respectRetryAfterHeader: 1 }, /^Cannot use 1 as retries.respectRetryAfterHeader: give true or false$/],
  [{ raiseOnStatus: 1 }, /^Cannot use 1 as retries.raiseOnStatus: give true or false$/],
  [{ history: [] }, /^Cannot use the option history of retries/],
  [{ enabled: false }, /^Cannot use the option enabled of retries/],
];

for (const [options, message] of REFUSED) {
  const text = JSON.stringify(options, (_name, value) => (typeof value === 'number' ? String(value) : value));
  test(`new Retry(${text}) is refused`, () => {
    assert.throws(() => new Retry(options as RetryOptions), refusal(message));
  });
  test(`new Retry(undefined, ${text}) is refused`, () => {
    assert.throws(() => new Retry(undefined, options as RetryOptions), refusal(message));
  });
  test(`Retry.with(${text}) is refused`, () => {
    assert.throws(() => new Retry().with(options as RetryOptions), refusal(message));
  });
}

// what is given in place of a total, and the message
for (const [value, message] of [
  [-1, `Cannot use -1 as retries.total: ${TOTAL}`],
  ['3', `Cannot use "3" as retries.total: ${TOTAL}`],
] as const) {
  test(`new Retry(${JSON.stringify(value)}) is refused`, () => {
    assert.throws(() => new Retry(value as number), refusal(message));
  });
}

test('new Retry() refuses a total that is given twice', () => {
  const message = 'Cannot use 3 as retries.total: give it once: it is 5 already';
  assert.throws(() => new Retry(5, { total: 3 }), refusal(message));
});

test('new Retry() reads methods of any iterable once, each once, standard ones in any case', () => {
  const methods = new Set(['PROPFIND', 'get'])[Symbol.iterator]();
  assert.deepEqual(new Retry({ allowedMethods: methods }).allowedMethods, ['PROPFIND', 'GET']);
  assert.deepEqual(new Retry({ allowedMethods: ['GET', 'get'] }).allowedMethods, ['GET']);
});

const ONE = new Retry(1);

// name, value, fallback, result
for (const [name, value, fallback, result] of [
  ['undefined', undefined, undefined, Retry.DEFAULT],
  ['null', null, undefined, Retry.DEFAULT],
  ['true', true, undefined, Retry.DEFAULT],
  ['false', false, undefined, Retry.NONE],
  ['a Retry', ONE, undefined, ONE],
  ['undefined', undefined, ONE, ONE],
  ['null', null, ONE, ONE],
  ['true', true, ONE, ONE],
  ['false', false, ONE, Retry.NONE],
  ['a Retry', Retry.DEFAULT, ONE, Retry.DEFAULT],
  ['undefined', undefined, Retry.NONE, Retry.NONE],
  ['null', null, Retry.NONE, Retry.NONE],
  ['true', true, Retry.NONE, Retry.DEFAULT],
] as const) {
  test(`Retry.from() gives ${result} for ${name}, with ${fallback} to fall back on`, () => {
    assert.equal(Retry.from(value, fallback), result);
  });
}

test('Retry.from() takes a number as the total of a new Retry, whatever the fallback', () => {
  assert.deepEqual({ ...Retry.from(4, Retry.NONE) }, { ...DEFAULTS, total: 4 });
});

for (const [value, message] of [
  ['3', 'Cannot use "3" as retries: give a whole number, 0 or more, a Retry, true or false'],
  [{ total: 3 }, 'Cannot use an object as retries: give a whole number, 0 or more, a Retry, true or false'],
  [-1, `Cannot use -1 as retries.total: ${TOTAL}`],
  [Number.NaN, `Cannot use NaN as retries.total: ${TOTAL}`],
] as const) {
  test(`Retry.from() refuses ${JSON.stringify(value)}`, () => {
    const given: unknown = value;
    assert.throws(() => Retry.from(given as number), refusal(message));
  });
}

// name, options, the one value changed
const CHANGES: readonly (readonly [RetryOptions, object])[] = [
  [{}, {}],
  [{ total: 7 }, { total: 7 }],
  [{ total: null }, { total: null }],
  [{ connect: 7 }, { connect: 7 }],
  [{ read: null }, { read: null }],
  [{ redirect: 0 }, { redirect: 0 }],
  [{ other: undefined }, {}],
  [{ allowedMethods: ['POST'] }, { allowedMethods: ['POST'] }],
  [{ allowedMethods: [] }, { allowedMethods: [] }],
  [{ backoffFactor: 0 }, { backoffFactor: 0 }],
  [{ backoffMax: 5 }, { backoffMax: 5 }],
  [{ backoffJitter: 5 }, { backoffJitter: 5 }],
  [{ raiseOnRedirect: false }, { raiseOnRedirect: false }],
  [{ raiseOnStatus: false }, { raiseOnStatus: false }],
  [{ redirect: false }, { redirect: 0, raiseOnRedirect: false }],
  [{ connect: false }, { connect: false }],
  [{ total: false }, { enabled: false, total: 0, redirect: 0, raiseOnRedirect: false }],
  [{ statusForcelist: [500] }, { statusForcelist: [500] }],
  [{ retryAfterMax: 5 }, { retryAfterMax: 5 }],
  [{ retryTimeouts: true }, { retryTimeouts: true }],
];

for (const [options, changes] of CHANGES) {
  test(`Retry.with(${JSON.stringify(options)}) changes nothing else, and leaves the first as it was`, () => {
    const before = { ...Retry.DEFAULT };
    assert.deepEqual({ ...Retry.DEFAULT.with(options) }, { ...before, ...changes });
    assert.deepEqual({ ...Retry.DEFAULT }, before);
  });
}

test('Retry.with() keeps the history, and counters that are below 0', () => {
  const exhausted = new Retry(0).increment('read', FAILED);
  const { history, total } = exhausted.with({ backoffMax: 5 });
  assert.deepEqual([history, total], [[FAILED], -1]);
});

test('Retry.with() enables Retry.NONE by a total alone', () => {
  assert.deepEqual([Retry.NONE.with({ connect: 3 }).enabled, Retry.NONE.with({ total: 3 }).enabled], [false, true]);
});

for (const kind of KINDS) {
  test(`Retry.increment() lowers total and ${kind}`, () => {
    const retry = new Retry({ total: 5, connect: 4, read: 3, redirect: 2, status: 6, other: 1 });
    const next = retry.increment(kind, FAILED);
    for (const name of COUNTERS) {
      assert.equal(next[name], Number(retry[name]) - (name === 'total' || name === kind ? 1 : 0), name);
    }
  });

  test(`Retry.increment() keeps total and ${kind} null`, () => {
    const next = new Retry(null).increment(kind, FAILED);
    assert.deepEqual([next.total, next[kind]], [null, null]);
  });
}

test('Retry.increment() adds the entry to the history, and leaves the first as it was', () => {
  const first = new Retry(3);
  const second = first.increment('redirect', REDIRECTED);
  const third = second.increment('connect', FAILED);
  assert.deepEqual([first.history, second.history, third.history], [[], [REDIRECTED], [REDIRECTED, FAILED]]);
  assert.deepEqual([first.total, second.total, third.total], [3, 2, 1]);
});

test('Retry.increment() keeps a copy of the entry', () => {
  const entry = { ...FAILED };
  const retry = new Retry().increment('connect', entry);
  entry.redirectLocation = '/changed';
  assert.equal(retry.history[0]?.redirectLocation, null);
});

// options, attempts until it is exhausted by kind; null for never
for (const [options, connect, read, redirect, status, other] of [
  [{ total: 0 }, 1, 1, 1, 1, 1],
  [{ total: 2 }, 3, 3, 3, 3, 3],
  [{ total: null }, null, null, null, null, null],
  [{ total: null, connect: 0 }, 1, null, null, null, null],
  [{ total: null, read: 1 }, null, 2, null, null, null],
  [{ total: 3, redirect: 1 }, 4, 4, 2, 4, 4],
  [{ total: 3, status: 1 }, 4, 4, 4, 2, 4],
  [{ total: 1, other: 5 }, 2, 2, 2, 2, 2],
] as const) {
  for (const [kind, expected] of Object.entries({ connect, read, redirect, status, other })) {
    test(`new Retry(${JSON.stringify(options)}) is exhausted after ${expected} of ${kind}`, () => {
      let retry = new Retry(options);
      let attempts = 0;
      for (; !retry.isExhausted && attempts < 30; attempts++) retry = retry.increment(kind as RetryKind, FAILED);
      assert.equal(attempts, expected ?? 30);
    });
  }
}

test('Retry.DEFAULT allows 2 connects, 2 reads, 20 redirects, any number of statuses and no other', () => {
  const allowed = KINDS.map((kind) => {
    let count = 0;
    for (let retry = Retry.DEFAULT.increment(kind, FAILED); !retry.isExhausted && count < 30; count++)
      retry = retry.increment(kind, FAILED);
    return count;
  });
  assert.deepEqual(allowed, [2, 2, 20, 30, 0]);
});

test('Retry.record() adds to the history and counts nothing', () => {
  const first = new Retry(3);
  const second = first.record(FAILED);
  assert.deepEqual({ ...second }, { ...first, history: [FAILED] });
});

test('Retry.increment() leaves a counter that is false alone', () => {
  assert.equal(new Retry({ connect: false }).increment('connect', FAILED).connect, false);
});

// options, method, status, whether it has a Retry-After, whether it is tried again
const STATUSES: readonly (readonly [RetryOptions, string, number, boolean, boolean])[] = [
  [{}, 'GET', 503, false, false],
  [{}, 'GET', 413, true, true],
  [{}, 'GET', 429, true, true],
  [{}, 'GET', 503, true, true],
  [{}, 'GET', 500, true, false],
  [{}, 'GET', 301, true, false],
  [{}, 'POST', 503, true, false],
  [{ allowedMethods: false }, 'POST', 503, true, true],
  [{ respectRetryAfterHeader: false }, 'GET', 503, true, false],
  [{ total: 0 }, 'GET', 503, true, false],
  [{ total: 1 }, 'GET', 503, true, true],
  [{ total: null }, 'GET', 503, true, false],
  [{ statusForcelist: [500] }, 'GET', 500, false, true],
  [{ statusForcelist: [500] }, 'GET', 502, false, false],
  [{ statusForcelist: [500] }, 'POST', 500, false, false],
  [{ statusForcelist: [500], total: null }, 'GET', 500, false, true],
  [{ statusForcelist: [500], total: 0 }, 'GET', 500, false, true],
  [{ statusForcelist: [500], total: false }, 'GET', 500, false, false],
];

for (const [options, method, status, hasRetryAfter, expected] of STATUSES) {
  const shown = `${method} ${status}${hasRetryAfter ? ' with Retry-After' : ''} of ${JSON.stringify(options)}`;
  test(`Retry.isRetry() is ${expected} for ${shown}`, () => {
    const retry = new Retry(options);
    assert.equal(retry.isRetry(method, status, hasRetryAfter), expected);
    assert.ok(retry.concerns(status) || !expected);
  });
}

test('Retry.isRetry() takes it that there is no Retry-After', () => {
  assert.equal(new Retry().isRetry('GET', 503), false);
});

test('new Retry() takes every status', () => {
  assert.deepEqual(new Retry({ statusForcelist: [100, 999] }).statusForcelist, [100, 999]);
});

test('Retry.with() goes back to the safelist', () => {
  const blocking = new Retry({ removeHeadersOnRedirect: [] });
  assert.equal(blocking.with({ removeHeadersOnRedirect: null }).removeHeadersOnRedirect, null);
});

// whether it is respected, the most, the wait that is asked for, the wait
for (const [respectRetryAfterHeader, retryAfterMax, asked, expected] of [
  [true, 1000, 400, 400],
  [true, 1000, 4000, 1000],
  [true, 1000, null, 0],
  [false, 1000, 400, 0],
] as const) {
  test(`Retry.heeded() is ${expected} ms of ${asked}, respected: ${respectRetryAfterHeader}, at most ${retryAfterMax}`, () => {
    assert.equal(new Retry({ respectRetryAfterHeader, retryAfterMax }).heeded(asked), expected);
  });
}

test('Retry.concerns() passes over the common statuses', () => {
  assert.deepEqual(
    [200, 204, 301, 304, 404, 500].map((status) => Retry.DEFAULT.concerns(status)),
    Array(6).fill(false),
  );
  assert.deepEqual(
    [413, 421, 425, 429, 503].map((status) => Retry.DEFAULT.concerns(status)),
    Array(5).fill(true),
  );
  assert.equal(new Retry({ retryOn: () => false }).concerns(200), true);
});

test('Retry.NONE is not exhausted until something is counted', () => {
  assert.equal(Retry.NONE.isExhausted, false);
  assert.deepEqual(
    KINDS.map((kind) => Retry.NONE.increment(kind, FAILED).isExhausted),
    [true, true, true, true, true],
  );
});

test('Retry.increment() leaves Retry.NONE disabled', () => {
  assert.equal(Retry.NONE.increment('read', FAILED).enabled, false);
});

// allowed methods, method, whether it is
for (const [allowedMethods, method, expected] of [
  [undefined, 'GET', true],
  [undefined, 'POST', false],
  [undefined, 'get', false],
  [false, 'POST', true],
  [[], 'GET', false],
  [['POST'], 'POST', true],
  [['POST'], 'GET', false],
] as const) {
  test(`Retry.allows() is ${expected} for ${method} of ${JSON.stringify(allowedMethods)}`, () => {
    assert.equal(new Retry({ allowedMethods }).allows(method), expected);
  });
}

const EXACT = { backoffFactor: 100 };
const RANDOM = { backoffFactor: 100, backoffJitter: 40 };

// attempts ("f" failed, "r" was redirected), options, what random() gives, the wait in ms
for (const [attempts, options, random, expected] of [
  ['', EXACT, 0, 0],
  ['f', EXACT, 0, 0],
  ['ff', EXACT, 0, 200],
  ['fff', EXACT, 0, 400],
  ['ffff', EXACT, 0, 800],
  ['r', EXACT, 0, 0],
  ['rrr', EXACT, 0, 0],
  ['ffr', EXACT, 0, 0],
  ['ffrf', EXACT, 0, 0],
  ['ffrff', EXACT, 0, 200],
  ['rff', EXACT, 0, 200],
  ['f', RANDOM, 0.5, 0],
  ['ff', RANDOM, 0, 200],
  ['ff', RANDOM, 0.5, 220],
  ['fff', RANDOM, 0.25, 410],
  ['ff', { backoffFactor: 0, backoffJitter: 40 }, 0.5, 20],
  ['ff', {}, 0.5, 0],
  ['ff', { ...EXACT, backoffMax: 150 }, 0, 150],
  ['ff', { ...RANDOM, backoffMax: 210 }, 0.5, 210],
  ['ff', { ...EXACT, backoffMax: 0 }, 0, 0],
  ['f'.repeat(11), EXACT, 0, 102_400],
  ['f'.repeat(12), EXACT, 0, 120_000],
  ['f'.repeat(1_100), EXACT, 0, 120_000],
  ['f'.repeat(1_100), {}, 0, 0],
] as const) {
  const shown = attempts.length > 20 ? `${attempts.length} failures` : `"${attempts}"`;
  test(`Retry.backoff() is ${expected} ms after ${shown} with ${JSON.stringify(options)}, random ${random}`, () => {
    const retry = after(attempts, { total: null, ...options });
    assert.equal(
      retry.backoff(() => random),
      expected,
    );
  });
}

test('Retry.backoff() is never below 0 nor above backoffMax', () => {
  const ms = fc.double({ min: 0, max: 1e9, noNaN: true });
  const factor = fc.oneof(fc.constant(0), fc.double({ min: 10, max: 1e9, noNaN: true }));
  const attempts = fc.array(fc.constantFrom('f', 'f', 'f', 'r'), { maxLength: 40 });
  const random = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(factor, ms, ms, attempts, random, (backoffFactor, backoffMax, backoffJitter, list, value) => {
      const retry = after(list.join(''), { total: null, backoffFactor, backoffMax, backoffJitter });
      const wait = retry.backoff(() => value);
      return wait >= 0 && wait <= backoffMax;
    }),
  );
});

// value, text
for (const [retry, text] of [
  [
    new Retry(3, { read: 1 }),
    'Retry(total=3, connect=null, read=1, redirect=null, status=null, other=null, history=0)',
  ],
  [after('fr', {}), 'Retry(total=8, connect=null, read=null, redirect=null, status=null, other=null, history=2)'],
  [Retry.NONE, 'Retry(false)'],
] as const) {
  test(`Retry.toString() is ${text}`, () => assert.equal(String(retry), text));
}
