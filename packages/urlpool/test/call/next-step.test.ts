import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConnectError,
  ConnectionError,
  type EndedAttempt,
  HTTPError,
  MaxRetryError,
  Retry,
  type RetryOptions,
  TimeoutError,
  TLSError,
} from 'urlpool';
import { type Attempt, type Ending, type NextStep, nextStep } from '../../src/call/next-step.ts';
import { NO_FIELDS } from '../../src/message/fields.ts';
import { redirectRules } from '../../src/policy/redirect.ts';

const URL_OF_ATTEMPT = 'http://a.test/x?y';

function attemptOf(changes: Partial<Attempt> = {}): Attempt {
  return {
    method: 'GET',
    url: URL_OF_ATTEMPT,
    attempt: 1,
    connection: null,
    body: 'none',
    expects: false,
    retries: new Retry(3),
    redirects: redirectRules({}),
    left: null,
    mayRetry: () => true,
    isDefault: (changes.retries ?? null) === Retry.DEFAULT,
    random: () => 0.5,
    ...changes,
  };
}

function answered(status: number, location: string | null = '/to', retryAfter: number | null = null): Ending {
  const fields = location === null ? NO_FIELDS : ['Location', location];
  return { is: 'response', status, reason: '', fields, retryAfter };
}

/** The step as a line; of its error, the class and the code. */
function inWords(step: NextStep): string {
  switch (step.do) {
    case 'redirect':
      return `${step.method} ${step.url}${step.dropsBody ? ' without its body' : ''}${step.delay > 0 ? ` after ${step.delay} ms` : ''}`;
    case 'retry':
      return `retry after ${step.delay} ms${step.fresh ? ', on a fresh connection' : ''}`;
    case 'fail':
      assert.ok(step.error instanceof HTTPError);
      return `${step.error.name} ${step.error.code}, refused: ${step.refused}`;
    case 'done':
      return step.refused === null ? 'done' : `done, refused: ${step.refused}`;
  }
}

const ENTRY = { method: 'GET', url: URL_OF_ATTEMPT, error: null, status: 500, redirectLocation: null };

/** A Retry after one status. */
function by(status: number, options: RetryOptions = {}): Retry {
  return new Retry({ total: 3, statusForcelist: [status], ...options });
}

// After a response

const TO = 'http://a.test/to';

// name, ending, attempt, step
const RESPONSES: readonly (readonly [string, Ending, Partial<Attempt>, string])[] = [
  ['ends with a 200', answered(200), {}, 'done'],
  ['ends with a 300 that has a Location', answered(300), {}, 'done'],
  ['ends with a 304 that has a Location', answered(304), {}, 'done'],
  ['ends with a 301 without Location', answered(301, null), {}, 'done'],
  ['ends with a 301 whose Location is empty', answered(301, ''), {}, 'done'],
  ['ends with a 201 that has a Location', answered(201), {}, 'done'],
  ['follows a 301', answered(301), {}, `GET ${TO}`],
  ['follows a 308', answered(308), {}, `GET ${TO}`],
  ['resolves a relative Location', answered(302, '?q=1'), {}, 'GET http://a.test/x?q=1'],
  ['takes an absolute Location', answered(302, 'https://b.test/'), {}, 'GET https://b.test/'],
  [
    'ends with a redirect where redirect is false',
    answered(302),
    { redirects: redirectRules({ redirect: false }) },
    'done',
  ],
  [
    'follows a redirect less than maxRedirects',
    answered(302),
    { redirects: redirectRules({ maxRedirects: 1 }) },
    `GET ${TO}`,
  ],
  [
    'fails with one redirect more than maxRedirects',
    answered(302),
    { redirects: redirectRules({ maxRedirects: 0 }) },
    'MaxRetryError ERR_TOO_MANY_REDIRECTS, refused: exhausted',
  ],
  ['ends with a redirect where retries are false', answered(302), { retries: Retry.NONE }, 'done'],
  ['turns POST into GET by 301', answered(301), { method: 'POST', body: 'replayable' }, `GET ${TO} without its body`],
  ['turns PUT into GET by 303', answered(303), { method: 'PUT', body: 'consumed' }, `GET ${TO} without its body`],
  ['keeps HEAD by 303', answered(303), { method: 'HEAD' }, `HEAD ${TO}`],
  ['sends a replayable body again by 307', answered(307), { method: 'POST', body: 'replayable' }, `POST ${TO}`],
  ['sends an unread body by 308', answered(308), { method: 'PUT', body: 'unread' }, `PUT ${TO}`],
  [
    'refuses to send a consumed body again',
    answered(307),
    { method: 'POST', body: 'consumed' },
    'RedirectError ERR_BODY_CONSUMED, refused: null',
  ],
  [
    'needs no body again where the method changes',
    answered(302),
    { method: 'POST', body: 'consumed' },
    `GET ${TO} without its body`,
  ],
  ['refuses another scheme', answered(302, 'ftp://b.test/'), {}, 'RedirectError ERR_REDIRECT, refused: null'],
  ['refuses a Location that is no URL', answered(302, 'http://:0:/'), {}, 'RedirectError ERR_REDIRECT, refused: null'],
  ['follows as the last one that total allows', answered(302), { retries: new Retry(1) }, `GET ${TO}`],
  [
    'gives up where total is 0',
    answered(302),
    { retries: new Retry(0) },
    'MaxRetryError ERR_TOO_MANY_REDIRECTS, refused: exhausted',
  ],
  [
    'gives up where redirect is 0 and total is not',
    answered(302),
    { retries: new Retry(3, { redirect: 0 }) },
    'MaxRetryError ERR_TOO_MANY_REDIRECTS, refused: exhausted',
  ],
  [
    'ends with the redirect where too many are no error',
    answered(302),
    { retries: new Retry(0, { raiseOnRedirect: false }) },
    'done, refused: exhausted',
  ],
  [
    'lets the counters of errors alone by a redirect',
    answered(302),
    { retries: new Retry(1, { connect: 0, read: 0, other: 0, status: 0 }) },
    `GET ${TO}`,
  ],
  [
    'keeps POST by 302 where that is asked for',
    answered(302),
    { method: 'POST', redirects: redirectRules({ keepMethodOnRedirect: true }) },
    `POST ${TO}`,
  ],
  [
    'turns POST into GET by 303 in any case',
    answered(303),
    { method: 'POST', redirects: redirectRules({ keepMethodOnRedirect: true }) },
    `GET ${TO} without its body`,
  ],
  [
    'does not go from https to http',
    answered(302, 'http://a.test/to'),
    { url: 'https://a.test/' },
    'RedirectError ERR_REDIRECT_DOWNGRADE, refused: null',
  ],
  [
    'goes from https to http where that is allowed',
    answered(302, 'http://a.test/to'),
    { url: 'https://a.test/', redirects: redirectRules({ allowDowngrade: true }) },
    'GET http://a.test/to',
  ],
  ['goes from http to https', answered(302, 'https://a.test/to'), {}, 'GET https://a.test/to'],
  ['waits as the Retry-After of a redirect says', answered(302, '/to', 500), {}, `GET ${TO} after 500 ms`],
  ['does not wait for a redirect by default', answered(302, '/to', 500), { retries: Retry.DEFAULT }, `GET ${TO}`],
  [
    'ends with a redirect that asks for a wait beyond the deadline',
    answered(302, '/to', 500),
    { left: 500 },
    'done, refused: deadline',
  ],

  ['ends with a 503', answered(503, null), {}, 'done'],
  ['tries again after a listed status', answered(500, null), { retries: by(500) }, 'retry after 0 ms'],
  ['ends with a status that is not listed', answered(502, null), { retries: by(500) }, 'done'],
  ['ends with a listed status of POST', answered(500, null), { method: 'POST', retries: by(500) }, 'done'],
  [
    'tries POST again after a listed status where it is allowed',
    answered(500, null),
    { method: 'POST', retries: by(500, { allowedMethods: false }) },
    'retry after 0 ms',
  ],
  [
    'tries again after a redirect that is not followed, where its status is listed',
    answered(302),
    { redirects: redirectRules({ redirect: false }), retries: by(302) },
    'retry after 0 ms',
  ],
  ['waits as Retry-After says', answered(500, null, 700), { retries: by(500) }, 'retry after 700 ms'],
  [
    'waits no longer than retryAfterMax',
    answered(500, null, 700),
    { retries: by(500, { retryAfterMax: 600 }) },
    'retry after 600 ms',
  ],
  [
    'does not wait where Retry-After is not respected',
    answered(500, null, 700),
    { retries: by(500, { respectRetryAfterHeader: false }) },
    'retry after 0 ms',
  ],
  [
    'backs off where Retry-After is 0',
    answered(500, null, 0),
    { retries: by(500, { backoffFactor: 100 }).record(ENTRY) },
    'retry after 200 ms',
  ],
  ...[413, 429, 503].map(
    (status) =>
      [`tries a ${status} with Retry-After again`, answered(status, null, 5), {}, 'retry after 5 ms'] as const,
  ),
  ['ends with a 500 with Retry-After', answered(500, null, 5), {}, 'done'],
  ['ends with a 503 with Retry-After by default', answered(503, null, 5), { retries: Retry.DEFAULT }, 'done'],
  ['ends with a 503 with Retry-After of POST', answered(503, null, 5), { method: 'POST' }, 'done'],
  ['ends with a 503 with Retry-After where total is 0', answered(503, null, 5), { retries: new Retry(0) }, 'done'],
  [
    'gives up where total is used up by statuses',
    answered(500, null),
    { retries: by(500, { total: 0 }) },
    'MaxRetryError ERR_STATUS, refused: exhausted',
  ],
  [
    'gives up where status is 0 and total is not',
    answered(500, null),
    { retries: by(500, { status: 0 }) },
    'MaxRetryError ERR_STATUS, refused: exhausted',
  ],
  [
    'ends with the response where too many statuses are no error',
    answered(500, null),
    { retries: by(500, { total: 0, raiseOnStatus: false }) },
    'done, refused: exhausted',
  ],
  [
    'sends no consumed body again after a status',
    answered(500, null),
    { method: 'PUT', body: 'consumed', retries: by(500) },
    'SendError ERR_BODY_CONSUMED, refused: body',
  ],
  [
    'ends with the response of a consumed body where too many statuses are no error',
    answered(500, null),
    { method: 'PUT', body: 'consumed', retries: by(500, { raiseOnStatus: false }) },
    'done, refused: body',
  ],
  [
    'ends with a status whose wait is beyond the deadline',
    answered(500, null, 700),
    { left: 700, retries: by(500) },
    'done, refused: deadline',
  ],
  [
    'ends with a status where the budget is spent',
    answered(500, null),
    { mayRetry: () => false, retries: by(500) },
    'done, refused: budget',
  ],
  ...[421, 425].map(
    (status) =>
      [
        `tries a ${status} again on a fresh connection by default`,
        answered(status, null),
        { method: 'POST', body: 'replayable', retries: Retry.DEFAULT },
        'retry after 0 ms, on a fresh connection',
      ] as const,
  ),
  ['ends with a 421 of a Retry', answered(421, null), {}, 'done'],
  [
    'tries a 421 of another origin again too',
    answered(421, null),
    {
      retries: Retry.DEFAULT.record({ ...ENTRY, status: 421 }).record({ ...ENTRY, status: 302, redirectLocation: '/' }),
    },
    'retry after 0 ms, on a fresh connection',
  ],
  [
    'ends with a second 421',
    answered(421, null),
    { retries: Retry.DEFAULT.record({ ...ENTRY, error: null, status: 421 }) },
    'done',
  ],
  ['ends with a 421 of a consumed body', answered(421, null), { body: 'consumed', retries: Retry.DEFAULT }, 'done'],
  [
    "tries again where the caller's predicate says so",
    answered(200, null),
    { method: 'POST', retries: new Retry(1, { retryOn: () => true }) },
    'retry after 0 ms',
  ],
  [
    "ends with a listed status where the caller's predicate says so",
    answered(500, null),
    { retries: by(500, { retryOn: () => false }) },
    'done',
  ],
  [
    'ends with a 421 where the predicate says so',
    answered(421, null),
    { retries: Retry.DEFAULT.with({ retryOn: () => false }) },
    'done',
  ],
  [
    "goes by the rules where the caller's predicate says nothing",
    answered(500, null),
    { retries: by(500, { retryOn: () => undefined }) },
    'retry after 0 ms',
  ],
  [
    'asks no predicate of a redirect',
    answered(302),
    { retries: new Retry(1, { retryOn: () => assert.fail('asked') }) },
    `GET ${TO}`,
  ],
];

for (const [name, ending, changes, expected] of RESPONSES) {
  test(`nextStep() ${name}`, () => assert.equal(inWords(nextStep(ending, attemptOf(changes))), expected));
}

// After a failure

type Why = Extract<Ending, { is: 'failure' }>['why'];

function failed(error: HTTPError, why: Why): Ending {
  return { is: 'failure', error, why };
}

const CONNECT = new ConnectError('refused', { code: 'ERR_CONNECTION_REFUSED', phase: 'connect' });
const CONNECT_TIMEOUT = new TimeoutError('slow', { code: 'ERR_TIMEOUT', phase: 'connect' });
const READ = new ConnectionError('lost', { code: 'ERR_CONNECTION_CLOSED', phase: 'head' });
const READ_TIMEOUT = new TimeoutError('silent', { code: 'ERR_TIMEOUT', phase: 'head' });
const TOTAL_TIMEOUT = new TimeoutError('late', { code: 'ERR_TIMEOUT', phase: 'total' });
const TLS = new TLSError('unknown', { code: 'ERR_TLS_CERTIFICATE', phase: 'tls' });

const REFUSED = failed(CONNECT, 'dial');
const LOST = failed(READ, 'eof');
const SILENT = failed(READ_TIMEOUT, 'timeout');
const GIVEN_UP = 'ERR_CONNECTION_CLOSED, refused: exhausted';

/** A Retry under which `count` connect errors have gone by. */
function after(count: number, retries: Retry): Retry {
  let left = retries;
  const entry = { method: 'GET', url: URL_OF_ATTEMPT, error: CONNECT, status: null, redirectLocation: null };
  for (let i = 0; i < count; i++) left = left.increment('connect', entry);
  return left;
}

// name, ending, attempt, step
const FAILURES: readonly (readonly [string, Ending, Partial<Attempt>, string])[] = [
  ['tries again at once after a connect error', REFUSED, {}, 'retry after 0 ms'],
  ['tries again after a connect error whatever the method', REFUSED, { method: 'POST' }, 'retry after 0 ms'],
  ['tries again after a read error of GET', LOST, {}, 'retry after 0 ms'],
  [
    'leaves a read error of POST to the caller',
    LOST,
    { method: 'POST' },
    'ConnectionError ERR_CONNECTION_CLOSED, refused: policy',
  ],
  [
    'tries POST again after a read error where it is allowed',
    LOST,
    { method: 'POST', retries: new Retry(1, { allowedMethods: ['POST'] }) },
    'retry after 0 ms',
  ],
  [
    'tries any method again where all are allowed',
    LOST,
    { method: 'LOCK', retries: new Retry(1, { allowedMethods: false }) },
    'retry after 0 ms',
  ],
  ['tries again after a TLS error', failed(TLS, 'dial'), {}, 'retry after 0 ms'],
  [
    'gives a TLS error as it is by default',
    failed(TLS, 'dial'),
    { retries: Retry.DEFAULT },
    'TLSError ERR_TLS_CERTIFICATE, refused: exhausted',
  ],
  ['tries again after a timeout of a dial by default', failed(CONNECT_TIMEOUT, 'dial'), {}, 'retry after 0 ms'],
  [
    'gives a TLS error as it is by default after a redirect',
    failed(TLS, 'dial'),
    { isDefault: true, retries: Retry.DEFAULT.increment('redirect', { ...ENTRY, status: 302, redirectLocation: '/' }) },
    'TLSError ERR_TLS_CERTIFICATE, refused: exhausted',
  ],
  [
    'leaves a read timeout to the caller by default',
    SILENT,
    { retries: Retry.DEFAULT },
    'TimeoutError ERR_TIMEOUT, refused: policy',
  ],
  ["tries again after a read timeout with a caller's Retry", SILENT, {}, 'retry after 0 ms'],
  ['fails by the deadline', failed(TOTAL_TIMEOUT, 'timeout'), {}, 'TimeoutError ERR_TIMEOUT, refused: null'],
  ['fails by a limit', failed(READ, 'limit'), {}, 'ConnectionError ERR_CONNECTION_CLOSED, refused: null'],
  [
    "fails by the caller's own doing",
    failed(READ, 'local'),
    {},
    'ConnectionError ERR_CONNECTION_CLOSED, refused: null',
  ],
  [
    'fails where it was cancelled',
    failed(READ, 'cancelled'),
    {},
    'ConnectionError ERR_CONNECTION_CLOSED, refused: null',
  ],
  [
    'fails with the error itself where retries are false',
    LOST,
    { retries: Retry.NONE },
    'ConnectionError ERR_CONNECTION_CLOSED, refused: null',
  ],
  ['sends a replayable body again', LOST, { method: 'PUT', body: 'replayable' }, 'retry after 0 ms'],
  ['sends an unread body after a connect error', REFUSED, { method: 'POST', body: 'unread' }, 'retry after 0 ms'],
  [
    'sends no consumed body again',
    LOST,
    { method: 'PUT', body: 'consumed' },
    'ConnectionError ERR_CONNECTION_CLOSED, refused: body',
  ],
  [
    'fails with the error itself where read is false',
    LOST,
    { retries: new Retry(3, { read: false }) },
    `ConnectionError ERR_CONNECTION_CLOSED, refused: null`,
  ],
  [
    'tries again after a connect error where read is false',
    REFUSED,
    { retries: new Retry(3, { read: false }) },
    'retry after 0 ms',
  ],
  [
    'fails with the error itself where connect is false',
    REFUSED,
    { retries: new Retry(3, { connect: false }) },
    'ConnectError ERR_CONNECTION_REFUSED, refused: null',
  ],
  [
    'tries POST again where the predicate says so',
    LOST,
    { method: 'POST', retries: new Retry(3, { retryOn: () => true }) },
    'retry after 0 ms',
  ],
  [
    'fails where the predicate says so',
    LOST,
    { retries: new Retry(3, { retryOn: () => false }) },
    'ConnectionError ERR_CONNECTION_CLOSED, refused: policy',
  ],
  [
    'gives up where total is 0, whatever the predicate says',
    LOST,
    { retries: new Retry(0, { retryOn: () => true }) },
    `MaxRetryError ${GIVEN_UP}`,
  ],
  [
    'fails with the error itself where the budget is spent',
    LOST,
    { mayRetry: () => false },
    'ConnectionError ERR_CONNECTION_CLOSED, refused: budget',
  ],
  ['gives up where total is 0', LOST, { retries: new Retry(0) }, `MaxRetryError ${GIVEN_UP}`],
  [
    'gives up where read is 0 and total is not',
    LOST,
    { retries: new Retry(3, { read: 0 }) },
    `MaxRetryError ${GIVEN_UP}`,
  ],
  ['lets read alone by a connect error', REFUSED, { retries: new Retry(3, { read: 0 }) }, 'retry after 0 ms'],
  [
    'gives up after the retries of the default',
    REFUSED,
    { attempt: 3, retries: after(2, Retry.DEFAULT) },
    'MaxRetryError ERR_CONNECTION_REFUSED, refused: exhausted',
  ],
  [
    'waits twice the factor before the second retry',
    REFUSED,
    { retries: after(1, backingOff(100)) },
    'retry after 200 ms',
  ],
  [
    'waits four times the factor before the third',
    REFUSED,
    { retries: after(2, backingOff(100)) },
    'retry after 400 ms',
  ],
  ['adds jitter to a wait', REFUSED, { retries: after(1, backingOff(100, 50)) }, 'retry after 225 ms'],
  ['adds no jitter to no wait', REFUSED, { retries: backingOff(100, 50) }, 'retry after 0 ms'],
  [
    'waits where the deadline is just after',
    REFUSED,
    { retries: after(1, backingOff(100)), left: 201 },
    'retry after 200 ms',
  ],
  [
    'fails where the wait would reach the deadline',
    REFUSED,
    { retries: after(1, backingOff(100)), left: 200 },
    'ConnectError ERR_CONNECTION_REFUSED, refused: deadline',
  ],
];

function backingOff(backoffFactor: number, backoffJitter = 0): Retry {
  return new Retry(10, { backoffFactor, backoffJitter });
}

for (const [name, ending, changes, expected] of FAILURES) {
  test(`nextStep() ${name}`, () => assert.equal(inWords(nextStep(ending, attemptOf(changes))), expected));
}

// What goes along

test('nextStep() keeps a redirect in the history of what is left', () => {
  const step = nextStep(answered(302), attemptOf());
  assert.deepEqual(step.do === 'redirect' && step.retries.history, [
    { method: 'GET', url: URL_OF_ATTEMPT, error: null, status: 302, redirectLocation: '/to' },
  ]);
});

test('nextStep() keeps a failure in the history of what is left', () => {
  const step = nextStep(LOST, attemptOf());
  assert.deepEqual(step.do === 'retry' && step.retries.history, [
    { method: 'GET', url: URL_OF_ATTEMPT, error: READ, status: null, redirectLocation: null },
  ]);
});

test('nextStep() gives a MaxRetryError its cause, the attempts made and their history', () => {
  const step = nextStep(REFUSED, attemptOf({ attempt: 2, retries: after(1, new Retry(1)) }));
  assert.ok(step.do === 'fail' && step.error instanceof MaxRetryError);
  const { cause, attempt, history, phase } = step.error;
  assert.deepEqual(
    { cause, attempt, phase, errors: history.map(({ error }) => error) },
    { cause: CONNECT, attempt: 2, phase: 'connect', errors: [CONNECT, CONNECT] },
  );
});

test('nextStep() gives an error that it does not wrap the attempts before it', () => {
  const error = new ConnectionError('lost', { code: 'ERR_CONNECTION_CLOSED', phase: 'head' });
  nextStep(failed(error, 'limit'), attemptOf({ attempt: 2, retries: after(1, new Retry(3)) }));
  assert.deepEqual(
    error.history.map((entry) => entry.error),
    [CONNECT],
  );
});

test('nextStep() names a Location that it cannot follow, and the request', () => {
  const step = nextStep(answered(302, 'mailto:a@b'), attemptOf());
  assert.equal(
    step.do === 'fail' && step.error instanceof HTTPError && step.error.message,
    `Cannot follow the redirect of GET ${URL_OF_ATTEMPT}: Location "…@b" is no http or https URL`,
  );
});

test("nextStep() tells the caller's predicate of the attempt", () => {
  const asked: EndedAttempt[] = [];
  const retryOn = (attempt: EndedAttempt) => {
    asked.push(attempt);
    return false;
  };
  const retries = new Retry(2, { retryOn });
  nextStep(answered(418, '/tea'), attemptOf({ retries, attempt: 2, method: 'BREW' }));
  nextStep(LOST, attemptOf({ retries }));
  assert.deepEqual(
    asked.map(({ response, ...rest }) => ({
      ...rest,
      answer: response?.status,
      to: response?.headers.get('location'),
    })),
    [
      { attempt: 2, method: 'BREW', url: URL_OF_ATTEMPT, error: null, retries, answer: 418, to: '/tea' },
      { attempt: 1, method: 'GET', url: URL_OF_ATTEMPT, error: READ, retries, answer: undefined, to: undefined },
    ],
  );
});

for (const asked of [Promise.resolve(false), null, 1, 'no']) {
  test(`nextStep() refuses ${typeof asked === 'object' ? 'an object' : asked} as what the predicate says`, () => {
    const retries = new Retry(1, { retryOn: () => asked as never });
    assert.throws(() => nextStep(LOST, attemptOf({ retries })), {
      name: 'RequestError',
      message: /as the answer of retries.retryOn: give true, false or undefined, at once$/,
    });
  });
}
