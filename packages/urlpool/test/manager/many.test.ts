import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  HTTPError,
  type ManyItem,
  type ManyOptions,
  type ManyResult,
  PoolManager,
  type PoolManagerOptions,
  RequestError,
} from 'urlpool';
import { type Script, ScriptedServer, unusedPort } from 'urlpool-testing';
import { echo, gate, until } from '../connection/served-pool.ts';

interface Managed {
  readonly http: PoolManager;
  readonly server: ScriptedServer;
}

async function managed(t: TestContext, script: Script = echo, options: PoolManagerOptions = {}): Promise<Managed> {
  const server = await ScriptedServer.start({}, script);
  const http = new PoolManager({ retries: false, ...options });
  t.after(async () => {
    const awake = setTimeout(() => {}, 5_000); // neither the manager nor its timers keep the loop turning
    const quiet = http.close({ timeout: 1 });
    await server.close();
    await quiet;
    clearTimeout(awake);
  });
  return { http, server };
}

/** A server that answers `/a` when `release('/a')` is called, and counts the requests it has not answered. */
function held() {
  const gates = new Map<string, ReturnType<typeof gate>>();
  const gateOf = (target: string): ReturnType<typeof gate> => {
    const one = gates.get(target) ?? gate();
    gates.set(target, one);
    return one;
  };
  const load = { now: 0, most: 0, asked: 0 };
  const script: Script = async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      load.asked++;
      load.most = Math.max(load.most, ++load.now);
      await gateOf(target).opened;
      load.now--;
      await connection.respond({ body: target });
    }
  };
  return { script, load, release: (target: string) => gateOf(target).open() };
}

async function all<Item extends ManyItem>(results: AsyncIterable<ManyResult<Item>>): Promise<ManyResult<Item>[]> {
  const found: ManyResult<Item>[] = [];
  for await (const result of results) found.push(result);
  return found;
}

/** A result as `index: body` or `index: code of the error`. */
function inWords({ index, response, error }: ManyResult<ManyItem>): string {
  const failed = error instanceof HTTPError ? error.code : String(error);
  return `${index}: ${response === null ? failed : response.text()}`;
}

/** Runs until nothing changes for some turns of the event loop. */
async function quiet(value: () => number): Promise<void> {
  let last = -1;
  let turns = 0;
  await until(() => {
    turns = value() === last ? turns + 1 : 0;
    last = value();
    return turns > 200;
  });
}

// Sources

const PATHS = ['/a', '/b', '/c'];

async function* later<Item>(items: readonly Item[]): AsyncGenerator<Item, void, undefined> {
  for (const item of items) {
    await new Promise((resolve) => setImmediate(resolve));
    yield item;
  }
}

// name, source
const SOURCES: readonly (readonly [string, (urls: string[]) => Iterable<string> | AsyncIterable<string>])[] = [
  ['a list', (urls) => urls],
  ['a Set', (urls) => new Set(urls)],
  ['a generator', (urls) => urls.values()],
  ['an asynchronous generator', later],
  ['an iterable with nothing but next()', (urls) => ({ [Symbol.iterator]: () => plainIterator(urls) })],
  ['a ReadableStream', (urls) => ReadableStream.from(urls)],
];

function plainIterator(urls: readonly string[]): Iterator<string> {
  let at = 0;
  return {
    next: () => {
      const value = urls[at++];
      return value === undefined ? { done: true, value } : { done: false, value };
    },
  };
}

for (const [name, source] of SOURCES) {
  test(`many() takes ${name}`, async (t) => {
    const { http, server } = await managed(t);
    const urls = PATHS.map((path) => server.origin + path);
    const results = await all(http.many(source(urls), { order: 'source' }));
    assert.deepEqual(results.map(inWords), ['0: /a', '1: /b', '2: /c']);
  });
}

test('many() of nothing gives nothing', async (t) => {
  const { http } = await managed(t);
  assert.deepEqual([await all(http.many([])), await all(http.many(later([])))], [[], []]);
});

test('many() asks nothing before it is iterated', async (t) => {
  const { http, server } = await managed(t);
  http.many([`${server.origin}/a`]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(server.connections.length, 0);
});

// Items

test('many() takes URL objects and requests with options of their own', async (t) => {
  const { http, server } = await managed(t);
  const items = [
    new URL('/a', server.origin),
    { url: new URL('/b', server.origin) },
    { url: `${server.origin}/c`, method: 'PUT', body: 'text', headers: { 'X-A': '1' } },
    { url: `${server.origin}/d`, fields: { q: '1' } },
  ];
  await all(http.many(items, { concurrency: 1 }));
  assert.deepEqual(
    server.requests.map(({ method, target, body, headers }) => [method, target, `${body}`, headers.length]),
    [
      ['GET', '/a', '', 4],
      ['GET', '/b', '', 4],
      ['PUT', '/c', 'text', 6],
      ['GET', '/d?q=1', '', 4],
    ],
  );
});

test('many() gives each item back with its result', async (t) => {
  const { http, server } = await managed(t);
  const items = PATHS.map((path) => ({ url: server.origin + path, method: 'GET' }));
  for await (const { index, request } of http.many(items)) assert.equal(request, items[index]);
});

test('many() gives a response or an error, never both', async (t) => {
  const { http, server } = await managed(t);
  const [good, bad] = await all(http.many([`${server.origin}/a`, 'no url'], { order: 'source' }));
  assert.deepEqual([good?.error, bad?.response, good?.response?.status], [null, null, 200]);
});

test("many() aborts one by its own signal, with that signal's reason", async (t) => {
  const { script, load, release } = held();
  const { http, server } = await managed(t, script);
  const controller = new AbortController();
  const items = [{ url: `${server.origin}/a`, signal: controller.signal }, `${server.origin}/b`];
  const results = all(http.many(items, { order: 'source' }));
  await until(() => load.asked === 2);
  controller.abort('enough');
  release('/b');
  assert.deepEqual((await results).map(inWords), ['0: enough', '1: /b']);
});

test('many() has an error where a signal is aborted with null', async (t) => {
  const { http, server } = await managed(t);
  const [result] = await all(http.many([{ url: server.origin, signal: AbortSignal.abort(null) }]));
  assert.ok(result?.error instanceof DOMException);
});

// Concurrency

for (const concurrency of [1, 3, 10]) {
  for (const order of ['completion', 'source'] as const) {
    test(`many() has ${concurrency} requests at once, and no more, in order of ${order}`, async (t) => {
      const { script, load, release } = held();
      const { http, server } = await managed(t, script);
      const paths = Array.from({ length: 25 }, (_, i) => `/${i}`);
      const results = all(
        http.many(
          paths.map((path) => server.origin + path),
          { concurrency, order },
        ),
      );
      for (const [i, path] of paths.entries()) {
        const expected = Math.min(paths.length, i + concurrency);
        await until(() => load.asked === expected);
        release(path);
      }
      assert.deepEqual([(await results).length, load.most], [25, concurrency]);
    });
  }
}

test('many() has 64 requests at once by default', async (t) => {
  const { script, load, release } = held();
  const { http, server } = await managed(t, script, { maxSize: 100 });
  const results = all(http.many(Array(70).fill(`${server.origin}/a`)));
  await until(() => load.asked === 64);
  await quiet(() => load.asked);
  assert.equal(load.asked, 64);
  release('/a');
  await results;
});

test('many() without a limit begins all that the source has', async (t) => {
  const { script, load, release } = held();
  const { http, server } = await managed(t, script, { maxSize: 100 });
  const urls = Array(90).fill(`${server.origin}/a`);
  const results = all(http.many(urls, { concurrency: Number.POSITIVE_INFINITY }));
  await until(() => load.asked === 90);
  release('/a');
  assert.equal((await results).length, 90);
});

test('many() opens no more connections than its pools may have', async (t) => {
  const { http, server } = await managed(t, echo, { maxSize: 2 });
  const urls = Array.from({ length: 50 }, (_, i) => `${server.origin}/${i}`);
  const results = await all(http.many(urls, { concurrency: 20, order: 'source' }));
  assert.deepEqual([results.map(inWords), server.connections.length], [urls.map((_, i) => `${i}: /${i}`), 2]);
});

// Order

test('many() gives results as they complete', async (t) => {
  const { script, release } = held();
  const { http, server } = await managed(t, script);
  const found: string[] = [];
  release('/c');
  for await (const result of http.many(PATHS.map((path) => server.origin + path))) {
    found.push(inWords(result));
    release(found.length === 1 ? '/a' : '/b');
  }
  assert.deepEqual(found, ['2: /c', '0: /a', '1: /b']);
});

test('many() gives results in the order of the source where it is asked to', async (t) => {
  const { script, release } = held();
  const { http, server } = await managed(t, script);
  const results = all(
    http.many(
      PATHS.map((path) => server.origin + path),
      { order: 'source' },
    ),
  );
  for (const path of ['/c', '/b', '/a']) {
    release(path);
    await quiet(() => http.snapshot().active);
  }
  assert.deepEqual((await results).map(inWords), ['0: /a', '1: /b', '2: /c']);
});

test('many() does not run ahead of a slow one in the order of the source', async (t) => {
  const { script, load, release } = held();
  const { http, server } = await managed(t, script);
  const paths = Array.from({ length: 20 }, (_, i) => `/${i}`);
  for (const path of paths.slice(1)) release(path);
  const results = all(
    http.many(
      paths.map((path) => server.origin + path),
      { concurrency: 3, order: 'source' },
    ),
  );
  await until(() => load.asked === 3);
  await quiet(() => load.asked);
  assert.equal(load.asked, 3);
  release('/0');
  assert.equal((await results).length, 20);
});

// Failures

test('many() goes on after a failure', async (t) => {
  const { http, server } = await managed(t);
  const urls = [`http://127.0.0.1:${await unusedPort()}/`, `${server.origin}/a`];
  const results = await all(http.many(urls, { concurrency: 1 }));
  assert.deepEqual(results.map(inWords), ['0: ERR_CONNECTION_REFUSED', '1: /a']);
});

// name, item, code
const UNSENDABLE: readonly (readonly [string, unknown, string])[] = [
  ['what is no URL', 'no url', 'ERR_INVALID_URL'],
  ['another scheme', 'ftp://example.org/', 'ERR_INVALID_URL'],
  ['a bad method', { url: 'http://example.org/', method: 'G T' }, 'ERR_INVALID_METHOD'],
  ['a bad header', { url: 'http://example.org/', headers: { 'a b': '1' } }, 'ERR_INVALID_HEADER'],
  ['an option that there is not', { url: 'http://example.org/', heders: {} }, 'ERR_INVALID_OPTION'],
  ['a signal that is none', { url: 'http://example.org/', signal: 5 }, 'ERR_INVALID_OPTION'],
  ['null', null, 'ERR_INVALID_OPTION'],
  ['a number', 5, 'ERR_INVALID_OPTION'],
  ['a request without a URL', { method: 'GET' }, 'ERR_INVALID_URL'],
];

for (const [name, item, code] of UNSENDABLE) {
  test(`many() gives a result for ${name}`, async (t) => {
    const { http } = await managed(t);
    const [result] = await all(http.many([item as ManyItem]));
    assert.ok(result?.error instanceof RequestError);
    assert.equal(result.error.code, code);
  });
}

function* failing(urls: readonly string[]): Generator<string> {
  yield* urls;
  throw new Error('the list ended badly');
}

async function* failingLater(urls: readonly string[]): AsyncGenerator<string> {
  yield* urls;
  throw new Error('the list ended badly');
}

for (const [name, source] of [
  ['a source', failing],
  ['an asynchronous source', failingLater],
] as const) {
  test(`many() gives the results of what ${name} gave before it threw, and throws that`, async (t) => {
    const { script, load, release } = held();
    const { http, server } = await managed(t, script);
    const found: string[] = [];
    const reading = (async () => {
      for await (const result of http.many(source(PATHS.map((path) => server.origin + path)))) {
        found.push(inWords(result));
      }
    })();
    await until(() => load.asked === 3);
    for (const path of PATHS) release(path);
    await assert.rejects(reading, /^Error: the list ended badly$/);
    assert.deepEqual(found.sort(), ['0: /a', '1: /b', '2: /c']);
  });

  test(`many() throws what ${name} throws while nothing is under way`, async (t) => {
    const { http, server } = await managed(t);
    const found: string[] = [];
    const reading = (async () => {
      for await (const result of http.many(source([server.origin]), { concurrency: 1 })) found.push(inWords(result));
    })();
    await assert.rejects(reading, /^Error: the list ended badly$/);
    await assert.rejects(all(http.many(source([]))), /^Error: the list ended badly$/);
    assert.deepEqual(found, ['0: /']);
  });
}

// Leaving

/** A source without end that says when it was let go. */
function watched(origin: string) {
  const state = { asked: 0, letGo: 0 };
  function* urls(): Generator<string, void, undefined> {
    try {
      for (;;) yield `${origin}/${state.asked++}`;
    } finally {
      state.letGo++;
    }
  }
  return { state, urls: urls() };
}

// name, how the loop is left
const LEAVES: readonly (readonly [string, (results: AsyncIterable<unknown>) => Promise<void>])[] = [
  [
    'break',
    async (results) => {
      for await (const _ of results) break;
    },
  ],
  [
    'throw',
    async (results) => {
      await assert.rejects(async () => {
        for await (const _ of results) throw new Error('enough');
      }, /enough/);
    },
  ],
];

for (const [name, leave] of LEAVES) {
  test(`many() left by ${name} aborts what runs`, async (t) => {
    const { script, load, release } = held();
    const { http, server } = await managed(t, script);
    const { urls } = watched(server.origin);
    const left = leave(http.many(urls, { concurrency: 4 }));
    await until(() => load.asked === 4);
    release('/0');
    await left;
    const { closed, active, queued } = http.snapshot();
    assert.deepEqual({ closed, active, queued }, { closed: { cancelled: 3 }, active: 0, queued: 0 });
  });

  test(`many() left by ${name} lets its source go, once`, async (t) => {
    const { http, server } = await managed(t);
    const { urls, state } = watched(server.origin);
    await leave(http.many(urls));
    assert.equal(state.letGo, 1);
  });
}

test('many() left by break does not let a source go that has ended', async (t) => {
  const { http, server } = await managed(t);
  let letGo = 0;
  const source = {
    [Symbol.iterator]: () => ({
      ...plainIterator([`${server.origin}/a`]),
      return: () => ({ done: true, value: letGo++ }),
    }),
  } as Iterable<string>;
  for await (const _ of http.many(source)) await quiet(() => http.snapshot().numRequests);
  assert.equal(letGo, 0);
});

test('many() that was left leaves a manager that still answers', async (t) => {
  const { http, server } = await managed(t, echo, { maxSize: 2 });
  for await (const _ of http.many(watched(server.origin).urls, { concurrency: 10 })) break;
  assert.equal((await http.request('GET', `${server.origin}/next`)).text(), '/next');
});

test('many() takes from its source no more than concurrency allows beyond what was taken from it', async (t) => {
  const { http, server } = await managed(t);
  const { urls, state } = watched(server.origin);
  const results = http.many(urls, { concurrency: 4 });
  await results.next();
  await quiet(() => state.asked);
  const afterOne = state.asked;
  await results.next();
  await quiet(() => state.asked);
  await results.return();
  assert.deepEqual([afterOne <= 5, state.asked <= 6], [true, true], `${afterOne}, then ${state.asked}`);
});

test('many() asks its source for one item at a time', async (t) => {
  const { http, server } = await managed(t);
  let asking = 0;
  let most = 0;
  let left = 20;
  const source: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        most = Math.max(most, ++asking);
        await new Promise((resolve) => setImmediate(resolve));
        asking--;
        return left-- > 0 ? { done: false, value: `${server.origin}/a` } : { done: true, value: undefined };
      },
    }),
  };
  assert.deepEqual([(await all(http.many(source))).length, most], [20, 1]);
});

// Its signal

test('many() rejects with the reason of its signal, and aborts what runs', async (t) => {
  const { script, load } = held();
  const { http, server } = await managed(t, script);
  const controller = new AbortController();
  const { urls } = watched(server.origin);
  const results = all(http.many(urls, { concurrency: 4, signal: controller.signal }));
  await until(() => load.asked === 4);
  const reason = new Error('enough');
  controller.abort(reason);
  await assert.rejects(results, (error) => error === reason);
  assert.deepEqual(http.snapshot().closed, { cancelled: 4 });
});

test('many() whose signal aborts asks its source for no more, and lets it go', async (t) => {
  const { http, server } = await managed(t);
  const controller = new AbortController();
  const { urls, state } = watched(server.origin);
  let asked = 0;
  const reading = (async () => {
    for await (const _ of http.many(urls, { concurrency: 1, signal: controller.signal })) {
      asked = state.asked;
      controller.abort();
    }
  })();
  await assert.rejects(reading, { name: 'AbortError' });
  assert.deepEqual([state.asked, state.letGo], [asked, 1]);
});

test('many() with an aborted signal sends nothing', async (t) => {
  const { http, server } = await managed(t);
  const reason = new Error('enough');
  const results = all(http.many([`${server.origin}/a`], { signal: AbortSignal.abort(reason) }));
  await assert.rejects(results, (error) => error === reason);
  assert.equal(http.snapshot().numRequests, 0);
});

test('many() that has ended takes no notice of a later abort', async (t) => {
  const { http, server } = await managed(t);
  const controller = new AbortController();
  const results = await all(http.many([`${server.origin}/a`], { signal: controller.signal }));
  controller.abort();
  assert.deepEqual(results.map(inWords), ['0: /a']);
});

// Options

// name, options, message
const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
  ['no place at all', { concurrency: 0 }, /concurrency.*give a whole number, 1 or more, or Infinity$/],
  ['part of a place', { concurrency: 1.5 }, /concurrency/],
  ['a concurrency that is no number', { concurrency: '4' }, /concurrency/],
  ['another order', { order: 'random' }, /order.*give 'completion' or 'source'$/],
  ['an option that there is not', { concurency: 4 }, /concurency/],
];

for (const [name, options, message] of REFUSED) {
  test(`many() refuses ${name}, and sends nothing`, async (t) => {
    const { http, server } = await managed(t);
    const results = all(http.many([`${server.origin}/a`], options as ManyOptions));
    await assert.rejects(results, (error) => {
      assert.ok(error instanceof RequestError);
      assert.equal(error.code, 'ERR_INVALID_OPTION');
      assert.match(error.message, message);
      return true;
    });
    assert.equal(http.snapshot().numRequests, 0);
  });
}
