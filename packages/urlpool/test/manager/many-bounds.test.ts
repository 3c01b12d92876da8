// Bounds and rates of single origins, the look-ahead, progress, and leaving. Requests are answered by hand where the order
// matters, and by servers where the wire does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type HTTPResponse,
  type ManyItem,
  type ManyOptions,
  type ManyProgress,
  type ManyResult,
  type ManyResults,
  RequestError,
} from 'urlpool';
import { FakeClock, type Script } from 'urlpool-testing';
import { many } from '../../src/manager/many.ts';
import { rateLimitFrom } from '../../src/policy/rate-limit.ts';
import { RateLimiter } from '../../src/policy/rate-limiter.ts';
import { until } from '../connection/served-pool.ts';
import { servedManager } from './served-manager.ts';

interface Sent {
  answer(bytes?: number): void;
  fail(error: unknown): void;
  readonly signal: AbortSignal | undefined;
}

/** What many() sends, answered by hand; names stand for URLs, and their first letter for the origin. */
function byHand(options: ManyOptions) {
  const clock = new FakeClock();
  const sent = new Map<string, Sent>();
  const order: string[] = [];
  const rate = rateLimitFrom(options.rateLimit);
  const limiter = rate === null ? null : new RateLimiter(rate, clock);
  const run = (items: Iterable<string> | AsyncIterable<string>): ManyResults<string> =>
    many(items, options, () => ({
      clock,
      rate: limiter,
      maxSize: 64,
      originOf: (url) => {
        if (String(url) === 'none') throw new Error('no URL');
        return String(url).charAt(0);
      },
      send: (_method, url, { signal }) => {
        const name = String(url);
        order.push(name);
        limiter?.turn(name.charAt(0));
        return new Promise((resolve, reject) => {
          const data = (bytes: number): HTTPResponse => ({ data: Buffer.alloc(bytes) }) as unknown as HTTPResponse;
          sent.set(name, { answer: (bytes = 0) => resolve(data(bytes)), fail: reject, signal });
        });
      },
    }));
  const answer = async (...names: string[]): Promise<void> => {
    for (const name of names) sent.get(name)?.answer();
    await settled();
  };
  return { clock, sent, order, run, answer };
}

/** Lets promises that are due run. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Reads to the end, or to what is thrown, keeping what came. */
function reading(results: AsyncIterable<ManyResult<ManyItem>>) {
  const found: unknown[] = [];
  const end = (async () => {
    for await (const { request } of results) found.push(request);
  })();
  end.catch(() => {});
  return { found, end };
}

/** A source that counts what was asked of it. */
function counted(names: readonly string[]) {
  const state = { asked: 0, letGo: 0 };
  function* source(): Generator<string> {
    try {
      for (const name of names) {
        state.asked++;
        yield name;
      }
    } finally {
      state.letGo++;
    }
  }
  return { state, source: source() };
}

// One origin

test('many({ perOrigin }) sets aside what an origin may not have, and goes on with others', async () => {
  const { run, order, answer } = byHand({ perOrigin: 2 });
  const { end, found } = reading(run(['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3']));
  await settled();
  assert.deepEqual(order, ['a1', 'a2', 'b1', 'b2']);
  await answer('a2');
  assert.deepEqual(order.slice(4), ['a3']);
  await answer('b1', 'a1');
  assert.deepEqual(order.slice(5), ['b3', 'a4']);
  await answer('a3', 'a4', 'b2', 'b3');
  await end;
  assert.deepEqual(found, ['a2', 'b1', 'a1', 'a3', 'a4', 'b2', 'b3']);
});

test('many({ perOrigin }) counts what has failed as over', async () => {
  const { run, order, sent } = byHand({ perOrigin: 1 });
  const { end } = reading(run(['a1', 'a2']));
  await settled();
  sent.get('a1')?.fail(new Error('no'));
  await settled();
  assert.deepEqual(order, ['a1', 'a2']);
  sent.get('a2')?.fail(new Error('no'));
  await end;
});

test('many({ perOrigin }) sends at once what has no origin', async () => {
  const { run, order, sent } = byHand({ perOrigin: 1 });
  reading(run(['none', 'none', 'a1', 'none']));
  await settled();
  assert.deepEqual(order, ['none', 'none', 'a1', 'none']);
  sent.get('none')?.answer();
});

test('many({ concurrency, perOrigin }) has no more than concurrency in all', async () => {
  const { run, order, answer } = byHand({ concurrency: 3, perOrigin: 2 });
  const { found } = reading(run(['a1', 'a2', 'a3', 'b1', 'c1', 'd1']));
  await settled();
  assert.deepEqual(order, ['a1', 'a2', 'b1']);
  await answer('b1');
  assert.deepEqual([order.slice(3), found], [['c1'], ['b1']]);
});

test('many({ lookAhead }) asks its source for no more than it may set aside', async () => {
  const { run, order, answer } = byHand({ perOrigin: 1, lookAhead: 3 });
  const { source, state } = counted(['a1', 'a2', 'a3', 'a4', 'a5', 'a6', 'b1']);
  reading(run(source));
  await settled();
  assert.deepEqual([state.asked, order], [4, ['a1']]);
  await answer('a1');
  assert.deepEqual([state.asked, order], [5, ['a1', 'a2']]);
});

test('many() looks 1,000 items ahead by default', async () => {
  const { run } = byHand({ perOrigin: 1 });
  const { source, state } = counted(Array.from({ length: 2_000 }, (_, i) => `a${i}`));
  reading(run(source));
  await settled();
  assert.equal(state.asked, 1_001);
});

test('many({ order: "source", perOrigin }) gives results in order, and looks no further than concurrency', async () => {
  const { run, order, answer } = byHand({ concurrency: 4, perOrigin: 1, order: 'source' });
  const { source, state } = counted(['a1', 'a2', 'b1', 'c1', 'd1', 'e1']);
  const { found, end } = reading(run(source));
  await settled();
  assert.deepEqual([state.asked, order], [4, ['a1', 'b1', 'c1']]);
  await answer('b1', 'c1');
  assert.deepEqual([state.asked, found], [4, []]);
  await answer('a1');
  assert.deepEqual([state.asked, order.slice(3), found], [5, ['a2', 'd1'], ['a1']]);
  await answer('d1', 'a2');
  assert.deepEqual(found, ['a1', 'a2', 'b1', 'c1', 'd1']);
  await answer('e1');
  await end;
});

test('many({ perOrigin }) begins at most so many at each server', async (t) => {
  const load = [0, 0, 0];
  const most = [0, 0, 0];
  const scripts: Script[] = load.map((_, i) => async (connection) => {
    for (;;) {
      await connection.request();
      load[i] = (load[i] ?? 0) + 1;
      most[i] = Math.max(most[i] ?? 0, load[i] ?? 0);
      for (let turn = 0; turn < 20; turn++) await settled();
      load[i] = (load[i] ?? 0) - 1;
      await connection.respond({});
    }
  });
  const { http, origins } = await servedManager(t, 3, scripts);
  const urls = Array.from({ length: 90 }, (_, i) => `${origins[i % 3]}/${i}`);
  let done = 0;
  for await (const { response } of http.many(urls, { concurrency: 20, perOrigin: 2 })) if (response !== null) done++;
  assert.deepEqual([done, most], [90, [2, 2, 2]]);
});

// A rate

test('many({ rateLimit }) asks an origin no more often, and goes on with others', async () => {
  const { run, order, answer, clock } = byHand({ rateLimit: { requests: 2, per: 100 } });
  const { end } = reading(run(['a1', 'a2', 'a3', 'a4', 'a5', 'b1']));
  await settled();
  assert.deepEqual(order, ['a1', 'a2', 'b1']);
  await answer('a1', 'a2', 'b1');
  assert.equal(order.length, 3);
  clock.advance(99);
  assert.equal(order.length, 3);
  clock.advance(1);
  assert.deepEqual(order.slice(3), ['a3', 'a4']);
  clock.advance(100);
  assert.deepEqual(order.slice(5), ['a5']);
  await answer('a3', 'a4', 'a5');
  await end;
  assert.equal(clock.pending, 0);
});

test('many({ rateLimit }) that waits for a turn holds no place', async () => {
  const { run, order, answer } = byHand({ concurrency: 1, rateLimit: { requests: 1, per: 100 } });
  reading(run(['a1', 'a2', 'a3', 'b1', 'b2', 'c1']));
  await settled();
  for (const name of ['a1', 'b1', 'c1']) await answer(name);
  assert.deepEqual(order, ['a1', 'b1', 'c1']);
});

test('many({ rateLimit }) sets no timer while there is no place', async () => {
  const { run, clock, answer } = byHand({ concurrency: 1, rateLimit: { requests: 1, per: 100 } });
  reading(run(['a1', 'a2', 'b1', 'b2']));
  await settled();
  assert.equal(clock.pending, 0);
  await answer('a1');
  assert.equal(clock.pending, 0);
  await answer('b1');
  assert.deepEqual([clock.pending, clock.nextAt], [1, 100]);
});

test('many({ rateLimit }) that is left waits for nothing', async () => {
  const { run, clock, answer } = byHand({ rateLimit: { requests: 1, per: 100 } });
  const results = run(['a1', 'a2']);
  const first = results.next();
  await answer('a1');
  await first;
  assert.equal(clock.pending, 1);
  await results.return();
  assert.equal(clock.pending, 0);
});

test('many({ rateLimit }) counts redirects, at the origin that they lead to', async (t) => {
  const clock = new FakeClock();
  const redirects: Script = async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      if (target === '/b') await connection.respond({ body: 'here' });
      else await connection.respond({ status: 302, headers: [['Location', '/b']] });
    }
  };
  const { http, servers, origins } = await servedManager(t, 1, redirects, { clock, retries: true });
  const urls = [`${origins[0]}/a`, `${origins[0]}/c`];
  const { found, end } = reading(http.many(urls, { concurrency: 1, rateLimit: { requests: 2, per: 1_000 } }));
  await until(() => found.length === 1);
  assert.deepEqual(
    servers[0]?.requests.map(({ target }) => target),
    ['/a', '/b'],
  );
  clock.advance(1_000);
  await end;
  assert.deepEqual(
    servers[0]?.requests.map(({ target }) => target),
    ['/a', '/b', '/c', '/b'],
  );
});

test('many({ rateLimit }) counts retries', async (t) => {
  const clock = new FakeClock();
  let asked = 0;
  const busy: Script = async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({ status: asked++ === 0 ? 503 : 200, headers: [['Retry-After', '0']] });
    }
  };
  const { http, origins } = await servedManager(t, 1, busy, { clock, retries: 2 });
  const { end } = reading(http.many([`${origins[0]}/a`], { rateLimit: { requests: 1, per: 10_000 } }));
  await until(() => asked === 1 && http.snapshot().idle === 1);
  clock.advance(9_999);
  await settled();
  assert.equal(asked, 1);
  clock.advance(1);
  await end;
  assert.equal(asked, 2);
});

// Progress

test('many({ onProgress }) is told whenever a request is over', async () => {
  const told: ManyProgress[] = [];
  const { run, sent } = byHand({ concurrency: 3, perOrigin: 1, onProgress: (progress) => void told.push(progress) });
  const { end } = reading(run(['a1', 'a2', 'b1', 'c1']));
  await settled();
  sent.get('a1')?.answer(100);
  await settled();
  sent.get('b1')?.fail(new Error('no'));
  await settled();
  sent.get('c1')?.answer(5);
  sent.get('a2')?.answer(7);
  await end;
  assert.deepEqual(told, [
    { done: 1, failed: 0, active: 2, queued: 1, bytes: 100 },
    { done: 2, failed: 1, active: 2, queued: 0, bytes: 100 },
    { done: 3, failed: 1, active: 1, queued: 0, bytes: 105 },
    { done: 4, failed: 1, active: 0, queued: 0, bytes: 112 },
  ]);
});

for (const [name, onProgress] of [
  ['throws', () => assert.fail('no more')],
  ['rejects with', async () => assert.fail('no more')],
] as const) {
  test(`many({ onProgress }) ends with what that ${name}`, async () => {
    const { run, sent, answer } = byHand({ concurrency: 2, onProgress });
    const { source, state } = counted(['a1', 'a2', 'a3']);
    const { end } = reading(run(source));
    await settled();
    await answer('a1');
    await assert.rejects(end, { message: 'no more' });
    assert.deepEqual([state.letGo, sent.get('a2')?.signal?.aborted], [1, true]);
  });
}

// Leaving, and those who ask

test('many() left while it waits ends the wait, and aborts what runs', async () => {
  const { run, sent } = byHand({ concurrency: 1 });
  const { source, state } = counted(['a1', 'a2']);
  const results = run(source);
  const waiting = [results.next(), results.next()];
  await results.return();
  assert.deepEqual(await Promise.all(waiting), Array(2).fill({ done: true, value: undefined }));
  assert.deepEqual(await results.next(), { done: true, value: undefined });
  assert.deepEqual([sent.get('a1')?.signal?.aborted, state.letGo], [true, 1]);
});

test('many() left before it began asks its source for nothing', async () => {
  const { run } = byHand({});
  const { source, state } = counted(['a1']);
  const results = run(source);
  await results.return();
  assert.deepEqual(
    [await results.next(), state],
    [
      { done: true, value: undefined },
      { asked: 0, letGo: 0 },
    ],
  );
});

test('many().throw() leaves it, and throws', async () => {
  const { run, sent } = byHand({});
  const results = run(['a1']);
  void results.next();
  await assert.rejects(results.throw(new Error('enough')), /enough/);
  assert.equal(sent.get('a1')?.signal?.aborted, true);
});

test('many() can be disposed of', async () => {
  const { run, sent } = byHand({});
  const results = run(['a1']);
  void results.next();
  await results[Symbol.asyncDispose]();
  assert.equal(sent.get('a1')?.signal?.aborted, true);
});

test('many() left does not wait for a source that never answers', async () => {
  const { run } = byHand({});
  let letGo = 0;
  const source: AsyncIterable<string> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => {}),
      return: () => {
        letGo++;
        return new Promise(() => {});
      },
    }),
  };
  const results = run(source);
  const waiting = results.next();
  await results.return();
  assert.deepEqual([(await waiting).done, letGo], [true, 1]);
});

test('many() left throws what its source throws at its end', async () => {
  const { run, answer } = byHand({ concurrency: 1 });
  const source = (function* () {
    try {
      yield 'a1';
      yield 'a2';
    } finally {
      assert.fail('cannot close the file');
    }
  })();
  const results = run(source);
  const first = results.next();
  await answer('a1');
  await first;
  await assert.rejects(results.return(), { message: 'cannot close the file' });
});

test('many() serves several who ask at once, more than concurrency', async () => {
  const { run, answer } = byHand({ concurrency: 2 });
  const results = run(['a1', 'a2', 'a3']);
  const asked = [1, 2, 3, 4].map(() => results.next());
  for (const name of ['a1', 'a2', 'a3']) await answer(name);
  const values = (await Promise.all(asked)).map(({ done, value }) => (done ? null : value?.request));
  assert.deepEqual(values, ['a1', 'a2', 'a3', null]);
});

test('many() begins the next one when the last result has been dealt with', async () => {
  const { run, order, answer } = byHand({ concurrency: 1 });
  const results = run(['a1', 'a2']);
  const first = results.next();
  await answer('a1');
  await first;
  await settled();
  assert.deepEqual(order, ['a1']);
  void results.next();
  assert.deepEqual(order, ['a1', 'a2']);
});

test('many() goes on while its consumer is slow, as far as there are places', async () => {
  const { run, order, answer } = byHand({ concurrency: 3 });
  const results = run(['a1', 'a2', 'a3', 'a4', 'a5', 'a6']);
  const first = results.next();
  await answer('a1');
  await first;
  await answer('a2', 'a3');
  assert.deepEqual(order, ['a1', 'a2', 'a3']);
  await results.next();
  await settled();
  assert.deepEqual(order, ['a1', 'a2', 'a3', 'a4']);
});

test('many() whose signal aborts while nobody asks tells the next one who does, once', async () => {
  const controller = new AbortController();
  const { run, sent, answer } = byHand({ signal: controller.signal });
  const results = run(['a1', 'a2']);
  const first = results.next();
  await answer('a1');
  await first;
  controller.abort('enough');
  assert.equal(sent.get('a2')?.signal?.reason, 'enough');
  await assert.rejects(results.next(), (reason) => reason === 'enough');
  assert.deepEqual(await results.next(), { done: true, value: undefined });
});

test('many() without a limit leaves the event loop its turns', async () => {
  const { run } = byHand({ concurrency: Number.POSITIVE_INFINITY });
  let asked = 0;
  const endless = (function* () {
    for (;;) yield `a${asked++}`;
  })();
  const results = run(endless);
  const first = results.next();
  await settled();
  assert.ok(asked >= 1_000 && asked < 100_000, `${asked}`);
  await results.return();
  await first;
});

// name, options, message
const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
  ['a bound of none', { perOrigin: 0 }, /^Cannot use 0 as perOrigin: give a whole number, 1 or more, or Infinity$/],
  ['a look-ahead of none', { lookAhead: 0 }, /^Cannot use 0 as lookAhead/],
  ['a rate of another kind', { rateLimit: 5 }, /^Cannot use 5 as rateLimit: give an object$/],
  ['a rate of none', { rateLimit: { requests: 0 } }, /^Cannot use 0 as rateLimit\.requests/],
  ['progress that is no function', { onProgress: true }, /^Cannot use true as onProgress: give a function$/],
  ['another name', { perHost: 2 }, /the option perHost of many\(\): there is none of that name; known are .*perOrigin/],
];

for (const [name, options, message] of REFUSED) {
  test(`many() refuses ${name}, when it is asked for a result`, async (t) => {
    const { http, origins } = await servedManager(t, 1, () => {});
    const results = http.many([origins[0]], options as ManyOptions);
    await assert.rejects(results.next(), (error) => error instanceof RequestError && message.test(error.message));
    assert.deepEqual(await results.next(), { done: true, value: undefined });
  });
}
