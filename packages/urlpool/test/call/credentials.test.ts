// Credentials are nowhere in what a program logs: errors with their causes and histories, events, snapshots. They come in
// URLs, those that are none included, in targets, in Location, and in header fields.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import {
  connectionFromUrl,
  HTTPConnection,
  HTTPConnectionPool,
  HTTPError,
  HTTPResponse,
  HTTPSConnectionPool,
  PoolManager,
  type PoolManagerOptions,
  type RequestOptions,
  Retry,
} from 'urlpool';
import { fieldValues, type Script } from 'urlpool-testing';
import { servedManager } from '../manager/served-manager.ts';

/** Also as base64 of Basic authentication: of `us3r:s3cr3t`, and of a name or a password alone. */
const SECRETS = /us3r|s3cr3t|dXMzc|czNjcj|M2NyM/;

/** Everything that a log may show of a value. */
function shown(value: unknown): string {
  const stack = value instanceof Error ? value.stack : '';
  return `${inspect(value, { depth: 12, maxArrayLength: null, maxStringLength: null })}\n${stack}`;
}

function assertClean(what: string, value: unknown): void {
  const found = SECRETS.exec(shown(value));
  assert.equal(
    found,
    null,
    `${what} shows a credential: ${shown(value).slice(Math.max(0, (found?.index ?? 0) - 200), (found?.index ?? 0) + 40)}`,
  );
}

async function failureOf(act: () => unknown): Promise<HTTPError> {
  try {
    await act();
  } catch (error) {
    assert.ok(error instanceof HTTPError, String(error));
    return error;
  }
  return assert.fail('it did not fail');
}

/** Answers `/to/N` with a redirect to the Location of that number, drops what asks for it, and answers 503 to the rest. */
const site =
  (locations: readonly string[]): Script =>
  async (connection) => {
    for (;;) {
      const { target, headers } = await connection.request();
      const number = /^\/to\/(\d+)/.exec(target)?.[1];
      if (number !== undefined) {
        const location = (locations[Number(number)] ?? '').replaceAll('SERVER', fieldValues(headers, 'host')[0] ?? '');
        await connection.respond({ status: 302, headers: { Location: location } });
      } else if (target.startsWith('/drop')) {
        connection.reset();
        return;
      } else {
        await connection.respond({ status: 503, headers: { 'Retry-After': 'soon' } });
      }
    }
  };

// What is no URL, or none that can be asked for
const BAD_URLS = [
  'http://us3r:s3cr3t@',
  'http://us3r:s3cr3t@exa mple.org/',
  'http://us3r:s3cr3t@example.org:99999/',
  'http://us3r:s3cr3t@[::1/',
  'http://us3r:s3/cr3t@exa mple.org/',
  'http://us3r:p@s3cr3t@exa mple.org/',
  'http://us3r%3As3cr3t%40exa mple.org/',
  'http://us3r:s3cr3t%40example.org/',
  'http://us3r:s3cr3t\uff20example.org/',
  'http://us3r:s3cr3t@example.org/\n',
  'ht\ttp://us3r:s3cr3t@example.org/',
  'http:us3r:s3cr3t@exa mple.org',
  'http:\\\\us3r:s3cr3t@exa mple.org',
  'ftp://us3r:s3cr3t@example.org/',
  'us3r:s3cr3t@example.org',
  '//us3r:s3cr3t@example.org/',
  'http://us3r:s3cr3t@xn--a/',
  `http://us3r:s3cr3t@${'\u0301\u0316'.repeat(3000)}/`,
] as const;

const http = new PoolManager();

async function firstOfMany(url: string): Promise<never> {
  for await (const { error } of http.many([url])) throw error;
  return assert.fail('many() gave nothing');
}

// by what, the call with a URL
const WAYS: readonly (readonly [string, (url: string) => unknown])[] = [
  ['request()', (url) => http.request('GET', url)],
  ['stream()', (url) => http.stream('GET', url)],
  ['many()', firstOfMany],
  ['upgrade()', (url) => http.upgrade(url, { protocol: 'websocket' })],
  ['connectionFromUrl()', (url) => connectionFromUrl(url)],
  ['HTTPConnectionPool()', (url) => new HTTPConnectionPool(url)],
  ['HTTPSConnectionPool()', (url) => new HTTPSConnectionPool(url)],
  ['HTTPConnection()', (url) => new HTTPConnection(url)],
  ['HTTPConnectionPool.request()', (url) => new HTTPConnectionPool('a.test').request('GET', url)],
  ['HTTPConnection.request()', (url) => new HTTPConnection('a.test').request('GET', url)],
  ['HTTPConnectionPool.tunnel()', (url) => new HTTPConnectionPool('a.test').tunnel(url)],
  ['request() with the URL for a method', (url) => http.request(url, 'http://a.test/')],
];

for (const [way, call] of WAYS) {
  for (const url of BAD_URLS) {
    // What begins with "//" is a path to a pool, and is asked for.
    if (url.startsWith('//') && way.endsWith('.request()')) continue;
    test(`${way} refuses ${JSON.stringify(url.slice(0, 60))} without its credentials`, async () => {
      const error = await failureOf(() => call(url));
      assertClean('The error', error);
      assert.equal(error.cause, undefined);
    });
  }
}

test('request() refuses what is no text without showing what it holds', async () => {
  for (const url of [['http://us3r:s3cr3t@a.test/'], { url: 'http://us3r:s3cr3t@a.test/' }]) {
    assertClean('The error', await failureOf(() => http.request('GET', url as unknown as string)));
  }
});

interface Served {
  readonly manager: PoolManager;
  /** The URL of a path at the server, with credentials. */
  url(path: string): string;
  /** What comes of a call; neither that nor anything told of it shows a credential. */
  outcomeOf(act: () => Promise<unknown>): Promise<unknown>;
}

async function served(t: TestContext, locations: readonly string[], options: PoolManagerOptions = {}): Promise<Served> {
  const { http: manager, origins, events } = await servedManager(t, 3, site(locations), options);
  return {
    manager,
    url: (path) => origins[0].replace('//', '//us3r:s3cr3t@') + path,
    outcomeOf: async (act) => {
      const outcome = await act().catch((error: unknown) => error);
      assertClean('The outcome', outcome);
      assertClean('An event', events);
      assertClean('The snapshot', JSON.stringify(manager.snapshot()));
      assert.ok(events.length > 0);
      return outcome;
    },
  };
}

// Locations that cannot be followed, or lead to what fails
const LOCATIONS = [
  'http://us3r:s3cr3t@',
  'http://us3r:s3cr3t@exa mple.org/',
  '//us3r:s3cr3t@example.org:99999/',
  'http://us3r:s3cr3t%40example.org/',
  'ftp://us3r:s3cr3t@example.org/',
  'http:\\\\us3r:s3cr3t@exa mple.org',
  'http://us3r:s3cr3t@xn--a/',
  'http://us3r:s3cr3t@SERVER/drop',
  '//us3r:s3cr3t@SERVER/drop',
  '\\\\us3r:s3cr3t@SERVER\\drop',
  'http://us%33r:s%33cr%33t@SERVER/drop',
] as const;

// how it is called, the call with a URL and options
const CALLS: readonly (readonly [
  string,
  (on: PoolManager, url: string, options: RequestOptions) => Promise<unknown>,
])[] = [
  ['request()', (on, url, options) => on.request('GET', url, options)],
  ['stream()', (on, url, options) => on.stream('GET', url, options)],
  [
    'many()',
    async (on, url, options) => {
      for await (const { error } of on.many([{ url, ...options }])) throw error;
    },
  ],
];

for (const [way, call] of CALLS) {
  for (const [number, location] of LOCATIONS.entries()) {
    test(`${way} fails after a redirect to ${location} without its credentials`, async (t) => {
      const { manager, url, outcomeOf } = await served(t, LOCATIONS);
      const outcome = await outcomeOf(() => call(manager, url(`/to/${number}`), { retries: 3 }));
      assert.ok(outcome instanceof HTTPError);
      assert.ok(outcome.history.length > 0 || outcome.code === 'ERR_REDIRECT', outcome.code);
    });
  }

  // when, what is asked for, options, code of the error
  for (const [when, path, options, code] of [
    ['at once', '/drop', { retries: false }, 'ERR_CONNECTION_RESET'],
    ['in the end', '/drop', { retries: 2 }, 'ERR_CONNECTION_RESET'],
    ['after retries', '/', { retries: new Retry(2, { statusForcelist: [503] }) }, 'ERR_STATUS'],
    ['after redirects', '/to/0', { retries: 2 }, 'ERR_TOO_MANY_REDIRECTS'],
    [
      'with fields',
      '/drop',
      { retries: false, headers: { Authorization: 'Bearer s3cr3t', Cookie: 'us3r=s3cr3t' } },
      'ERR_CONNECTION_RESET',
    ],
  ] as const) {
    test(`${way} fails with ${code} ${when}, without credentials`, async (t) => {
      const { manager, url, outcomeOf } = await served(t, ['http://us3r:s3cr3t@SERVER/to/0']);
      const outcome = await outcomeOf(() => call(manager, url(path), options));
      assert.equal((outcome as HTTPError).code, code);
    });
  }
}

test('request() gives a response and tells of it without credentials', async (t) => {
  const { manager, url, outcomeOf } = await served(t, ['http://us3r:s3cr3t@SERVER/end']);
  const outcome = await outcomeOf(() => manager.request('GET', url('/to/0'), { retries: 3 }));
  assert.ok(outcome instanceof HTTPResponse);
  assert.ok(outcome.retries.history[0]?.redirectLocation?.startsWith('http://127.0.0.1'));
});

test('HTTPConnectionPool.request() refuses to leave its host without credentials', async (t) => {
  const { origins } = await servedManager(t, 3, site(['http://us3r:s3cr3t@b.test/']));
  const pool = connectionFromUrl(origins[0].replace('//', '//us3r:s3cr3t@'), {
    onEvent: (event) => events.push(event),
  });
  const events: unknown[] = [];
  t.after(() => pool.close());
  const error = await failureOf(() => pool.request('GET', '/to/0'));
  assert.equal(error.code, 'ERR_HOST_CHANGED');
  assertClean('The error', error);
  assertClean('An event', events);
});

test('HTTPConnectionPool.request() takes credentials of a URL and shows them nowhere', async (t) => {
  const { servers, origins } = await servedManager(t, 3, site([]));
  const pool = connectionFromUrl(origins[0]);
  t.after(() => pool.close());
  const { url } = await pool.request('GET', `${origins[0].replace('//', '//us3r:s3cr3t@')}/end?#f`);
  const [request] = servers[0]?.requests ?? [];
  assert.deepEqual(
    [url, request?.target, fieldValues(request?.headers ?? [], 'authorization')[0]],
    [`${origins[0]}/end?`, '/end?', `Basic ${Buffer.from('us3r:s3cr3t').toString('base64')}`],
  );
});

// what is given for an option that may hold a secret
for (const [name, options] of [
  ['headers as text', { headers: 'Authorization: s3cr3t' }],
  ['a field as text', { headers: ['Authorization: s3cr3t'] }],
  ['a field with its value in its name', { headers: { 'Authorization: Bearer s3cr3t': '' } }],
  ['a value with a line end', { headers: { Authorization: 's3cr3t\n' } }],
  ['a value of another type', { headers: { Authorization: { token: 's3cr3t' } } }],
  ['a key that is no PEM', { key: 's3cr3t', cert: 's3cr3t' }],
] as const) {
  test(`request() refuses ${name} without showing it`, async () => {
    const given = options as unknown as RequestOptions;
    assertClean('The error', await failureOf(() => http.request('GET', 'https://a.test/', given)));
  });
}
