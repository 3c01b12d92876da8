// many() whose responses are read as they come: who holds a place, and for how long.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { HTTPError, type ManyResult, PoolManager, Retry, Session, StreamedResponse } from 'urlpool';
import { MockServer, type Script } from 'urlpool-testing';
import { gate, until } from '../connection/served-pool.ts';
import { servedManager } from './served-manager.ts';

type Streamed = ManyResult<string, StreamedResponse>;

const MB = 1024 * 1024;

/** Answers every request with a body of that many bytes. */
function bodies(bytes: number): Script {
  const body = Buffer.alloc(bytes, 'x');
  return async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({ body });
    }
  };
}

/** Answers every request with a head, and with its target as the body when the gate of the target opens. */
function gated(...targets: string[]) {
  const gates = new Map(targets.map((target) => [target, gate()]));
  const script: Script = async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      await connection.write(`HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n`);
      await gates.get(target)?.opened;
      await connection.write(target);
    }
  };
  return { script, open: (target: string) => gates.get(target)?.open() };
}

function urls(origin: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${origin}/${i}`);
}

/** The response of a result that has one. */
function responseOf({ response, error }: Streamed): StreamedResponse {
  assert.equal(error, null);
  assert.ok(response instanceof StreamedResponse);
  return response;
}

async function nextOf(results: AsyncIterator<Streamed, void>): Promise<StreamedResponse> {
  const { value } = await results.next();
  assert.ok(value);
  return responseOf(value);
}

for (const order of ['completion', 'source'] as const) {
  test(`many({ stream: true }) gives responses in order of ${order}, to be read in the loop`, async (t) => {
    const { http, origins } = await servedManager(t, 1, bodies(700_000));
    const seen: string[] = [];
    for await (const result of http.many(urls(origins[0], 9), { stream: true, order, concurrency: 4 })) {
      seen.push(`${result.index} ${(await responseOf(result).bytes()).length}`);
    }
    if (order === 'completion') seen.sort();
    assert.deepEqual(
      seen,
      Array.from({ length: 9 }, (_, i) => `${i} 700000`),
    );
  });
}

test('many({ stream: true }) has errors as results, and goes on', async (t) => {
  const { http, origins } = await servedManager(t, 1, bodies(1));
  const codes: unknown[] = [];
  for await (const { error } of http.many([`${origins[0]}/a`, 'no url', `${origins[0]}/b`], {
    stream: true,
    order: 'source',
  })) {
    codes.push(error instanceof HTTPError ? error.code : error);
  }
  assert.deepEqual(codes, [null, 'ERR_INVALID_URL', null]);
});

// What a consumer does with a response that it does not read to its end
const LEAVINGS: readonly (readonly [string, (response: StreamedResponse) => unknown])[] = [
  ['does not read', () => {}],
  ['disposes of', (response) => response.dispose()],
  ['reads a little of', (response) => response.read(10)],
  [
    'reads in a loop that it leaves',
    async (response) => {
      for await (const _ of response) break;
    },
  ],
];

for (const [name, leave] of LEAVINGS) {
  for (const order of ['completion', 'source'] as const) {
    test(`many({ stream: true }) goes on where the consumer ${name} a response, in order of ${order}`, async (t) => {
      const { http, origins } = await servedManager(t, 1, bodies(2 * MB));
      let given = 0;
      for await (const result of http.many(urls(origins[0], 12), { stream: true, concurrency: 2, order })) {
        await leave(responseOf(result));
        given++;
      }
      assert.equal(given, 12);
      assert.equal(http.snapshot().active, 0);
    });
  }
}

test('many({ stream: true }) disposes of a response that nobody has begun to read when the next is asked for', async (t) => {
  const { http, origins } = await servedManager(t, 1, bodies(2 * MB));
  const results = http.many(urls(origins[0], 2), { stream: true });
  const first = await nextOf(results);
  assert.equal(first.bodyUsed, false);
  await nextOf(results);
  await assert.rejects(first.bytes(), { code: 'ERR_BODY_USED' });
  await results.return();
});

test('many({ stream: true }) lets bodies be read several at once, each in its place', async (t) => {
  const { script, open } = gated('/0', '/1', '/2');
  const { http, servers, origins } = await servedManager(t, 1, script);
  const results = http.many(urls(origins[0], 3), { stream: true, concurrency: 2, order: 'source' });
  const texts = [(await nextOf(results)).text(), (await nextOf(results)).text()];
  const third = nextOf(results);
  await new Promise(setImmediate);
  assert.equal(servers[0]?.requests.length, 2);
  open('/1');
  texts.push(third.then((response) => response.text()));
  await until(() => servers[0]?.requests.length === 3);
  for (const target of ['/0', '/2']) open(target);
  assert.deepEqual(await Promise.all(texts), ['/0', '/1', '/2']);
  assert.equal((await results.next()).done, true);
});

test('many({ stream: true }) ends when the last body that is being read is over', async (t) => {
  const { script, open } = gated('/0');
  const { http, origins } = await servedManager(t, 1, script);
  const results = http.many(urls(origins[0], 1), { stream: true });
  const text = (await nextOf(results)).text();
  let isOver = false;
  const end = results.next().then(() => (isOver = true));
  await new Promise(setImmediate);
  assert.equal(isOver, false);
  open('/0');
  assert.equal(await text, '/0');
  await end;
});

test('many({ stream: true }) leaves to each of several loops what it was given', async (t) => {
  const { http, origins } = await servedManager(t, 1, bodies(400_000));
  const results = http.many([...urls(origins[0], 20), 'no url', 'no url', ...urls(origins[0], 20)], {
    stream: true,
    concurrency: 6,
  });
  let read = 0;
  const loop = async (): Promise<void> => {
    for await (const { response } of { [Symbol.asyncIterator]: () => ({ next: () => results.next() }) }) {
      const body = await response?.bytes();
      read += body?.length ?? 0;
    }
  };
  await Promise.all([loop(), loop(), loop()]);
  assert.equal(read, 40 * 400_000);
});

test('many({ stream: true }) holds no more of large bodies than their queues', async () => {
  const mock = new MockServer();
  let made = 0;
  mock
    .get('http://x.test/:n')
    .reply(() => ({
      body: (function* () {
        for (let i = 0; i < 64; i++) {
          made += MB;
          yield Buffer.alloc(MB);
        }
      })(),
    }))
    .persist();
  const http = mock.manager();
  const results = http.many(urls('http://x.test', 40), { stream: true, concurrency: 8 });
  const first = await nextOf(results);
  await until(() => mock.requests.length === 8);
  for (let i = 0; i < 50; i++) await new Promise(setImmediate);
  assert.equal(mock.requests.length, 8);
  assert.ok(made <= 8 * 4 * MB, `${made} bytes were asked for`);
  assert.equal((await first.bytes()).length, 64 * MB);
  await results.return();
  await mock.close();
});

for (const read of [false, true]) {
  test(`many({ stream: true, signal }) aborts what ${read ? 'is read' : 'waits'} as well`, async (t) => {
    const { script } = gated('/0', '/1');
    const { http, servers, origins } = await servedManager(t, 1, script);
    const controller = new AbortController();
    const results = http.many(urls(origins[0], 2), { stream: true, signal: controller.signal });
    const first = await nextOf(results);
    const text = read ? first.text() : null;
    const end = results.next();
    if (!read) await end;
    await until(() => servers[0]?.requests.length === 2);
    const reason = new Error('enough');
    controller.abort(reason);
    if (text !== null) await assert.rejects(text, reason);
    await assert.rejects(read ? Promise.all([end, results.next(), results.next()]) : results.next(), reason);
    await until(() => http.snapshot().open === 0);
  });
}

test('many({ stream: true }) aborts what waits and what is read where the loop is left', async (t) => {
  const { http, origins } = await servedManager(t, 1, bodies(8 * MB));
  let text: Promise<unknown> | null = null;
  for await (const { response } of http.many(urls(origins[0], 20), { stream: true, concurrency: 4 })) {
    text = assert.rejects(response?.bytes() ?? Promise.resolve(), { name: 'AbortError' });
    break;
  }
  await text;
  await until(() => http.snapshot().active === 0 && http.snapshot().open === 0);
});

test('many({ stream: true, perOrigin }) counts a response until its body is over', async (t) => {
  const { script, open } = gated('/0', '/1');
  const { http, servers, origins } = await servedManager(t, 1, script);
  const results = http.many(urls(origins[0], 2), { stream: true, perOrigin: 1 });
  const text = (await nextOf(results)).text();
  const second = nextOf(results);
  await new Promise(setImmediate);
  assert.equal(servers[0]?.requests.length, 1);
  open('/0');
  open('/1');
  assert.deepEqual([await text, await (await second).text()], ['/0', '/1']);
});

test('many({ stream: true }) goes on where bodies that were left in the middle are garbage-collected', async (t) => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const { http, origins } = await servedManager(t, 1, bodies(2 * MB));
  const results = http.many(urls(origins[0], 4), { stream: true, concurrency: 1 });
  const collecting = setInterval(collect, 20);
  t.after(() => clearInterval(collecting));
  // A loop may hold its last result for as long as it waits for the next one.
  const step = async (): Promise<boolean> => {
    const { value } = await results.next();
    if (value) await responseOf(value)[Symbol.asyncIterator]().next();
    return value !== undefined;
  };
  let given = 0;
  while (await step()) given++;
  assert.equal(given, 4);
});

test('many({ stream: true }) leaves a connection for what the loop itself asks for', async (t) => {
  const { http, origins } = await servedManager(t, 1, bodies(2 * MB), { maxSize: 2 });
  let given = 0;
  for await (const result of http.many(urls(origins[0], 5), { stream: true })) {
    await http.request('GET', `${origins[0]}/other`);
    await responseOf(result).bytes();
    given++;
  }
  assert.equal(given, 5);
});

test("many({ stream: true, order: 'source' }) gives one that is retried, though the others hold connections", async (t) => {
  const failed = new Set<string>();
  const script: Script = async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      const isFirst = target === '/0' && !failed.has(target);
      failed.add(target);
      await connection.respond(isFirst ? { status: 503 } : { body: Buffer.alloc(2 * MB) });
    }
  };
  const retries = new Retry({ total: 2, statusForcelist: [503], backoffFactor: 0 });
  for (const maxSize of [1, 2]) {
    failed.clear();
    const { http, origins } = await servedManager(t, 1, script, { maxSize, retries });
    const statuses: number[] = [];
    for await (const result of http.many(urls(origins[0], 4), { stream: true, order: 'source' })) {
      statuses.push(responseOf(result).status);
    }
    assert.deepEqual(statuses, [200, 200, 200, 200]);
  }
});

test('many({ stream: true }) tells progress by heads', async (t) => {
  const { http, origins } = await servedManager(t, 1, bodies(10));
  const told: unknown[] = [];
  const onProgress = ({ done, failed, bytes }: { done: number; failed: number; bytes: number }): void => {
    told.push([done, failed, bytes]);
  };
  for await (const _ of http.many([`${origins[0]}/a`, 'no url'], { stream: true, concurrency: 1, onProgress }));
  assert.deepEqual(told, [
    [1, 0, 0],
    [2, 1, 0],
  ]);
});

test('many() refuses a stream that is no boolean', async () => {
  const http = new PoolManager();
  // @ts-expect-error: the types refuse it too
  await assert.rejects(http.many([], { stream: 'yes' }).next(), { code: 'ERR_INVALID_OPTION' });
});

test('Session.many({ stream: true }) streams through middleware, by its own options', async (t) => {
  const mock = new MockServer();
  mock
    .get('https://api.example/:n', { headers: { 'x-a': '1' } })
    .reply(({ params }) => ({ body: params.n ?? '' }))
    .persist();
  const wants: string[] = [];
  const session = new Session({
    connector: mock.connector,
    baseUrl: 'https://api.example',
    headers: { 'X-A': '1' },
    middleware: [
      (request, next) => {
        wants.push(request.wants);
        return next(request);
      },
    ],
  });
  t.after(() => session.close());
  const seen: string[] = [];
  const options = { stream: true, order: 'source', rateLimit: { requests: 100 } } as const;
  for await (const { response } of session.many(['/a', { url: '/b' }], options))
    seen.push((await response?.text()) ?? '');
  assert.deepEqual(
    [seen, wants],
    [
      ['a', 'b'],
      ['stream', 'stream'],
    ],
  );
  await mock.close();
});
