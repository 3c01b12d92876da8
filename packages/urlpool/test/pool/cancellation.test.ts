// A call that is aborted, wherever that finds it, takes no place with it: afterwards as many requests as maxSize are at
// work at once, and every connection is accounted for.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { CloseReason } from 'urlpool';
import type { Script } from 'urlpool-testing';
import { type ServedPool, servedPool, until } from '../connection/served-pool.ts';
import { assertBalanced, assertResting } from './balance.ts';
import { HeldAnswers } from './held-answers.ts';
import { HeldLookup } from './held-lookup.ts';

const LEFT = new Error('the caller left');
const BODY = Buffer.alloc(4 * 1024 * 1024);
/** A response that nobody reads pauses its connection when this much waits to be taken. */
const HIGH_BYTES = 256 * 1024;

/** What a stage is given. */
interface Scene extends ServedPool {
  readonly lookup: HeldLookup;
  readonly answers: HeldAnswers;
  readonly signal: AbortSignal;
  abort(): void;
}

/** A stage of a call, and what is left once it was aborted there. */
interface Stage {
  readonly name: string;
  /** Starts a call, sees it to the stage, and aborts it; resolves when it has been rejected. */
  run(scene: Scene): Promise<void>;
  readonly closed: Partial<Record<CloseReason, number>>;
  /** Connections kept, or still being dialled. */
  readonly left: number;
}

async function rejected(call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, LEFT);
}

const STAGES: readonly Stage[] = [
  {
    name: 'before it began',
    run: async ({ pool, signal, abort }) => {
      abort();
      await rejected(pool.request('GET', '/', { signal }));
    },
    closed: {},
    left: 0,
  },
  {
    name: 'in the queue',
    run: async ({ pool, server, lookup, answers, signal, abort }) => {
      const first = [pool.request('GET', '/held0'), pool.request('GET', '/held1')];
      lookup.answerAll();
      await server.request(1);
      const call = pool.request('GET', '/', { signal });
      const next = pool.request('GET', '/next');
      abort();
      await rejected(call);
      answers.release('/held0', '/held1');
      await Promise.all([...first, next]);
    },
    closed: {},
    left: 2,
  },
  {
    name: 'while it was dialled for',
    run: async ({ pool, signal, abort }) => {
      const call = pool.request('GET', '/', { signal });
      abort();
      await rejected(call);
    },
    closed: {},
    left: 1,
  },
  {
    name: 'held by the poll gate',
    run: async ({ pool, lookup, signal, abort }) => {
      const first = pool.request('GET', '/first');
      lookup.answerAll();
      await first;
      // What cannot be sent again is never written to a kept connection at once.
      const call = pool.request('POST', '/', { signal });
      abort();
      await rejected(call);
    },
    closed: {},
    left: 1,
  },
  {
    name: 'while its body was sent',
    run: async ({ pool, server, lookup, signal, abort }) => {
      const body = async function* () {
        for (;;) yield Buffer.alloc(256 * 1024);
      };
      const call = pool.request('POST', '/paused', { body, signal });
      lookup.answerAll();
      await until(() => (server.connections[0]?.bytesRead ?? 0) > 0);
      abort();
      await rejected(call);
    },
    closed: { cancelled: 1 },
    left: 0,
  },
  {
    name: 'while it waited for the head',
    run: async ({ pool, server, lookup, signal, abort }) => {
      const call = pool.request('GET', '/held', { signal });
      lookup.answerAll();
      await server.request(0);
      abort();
      await rejected(call);
    },
    closed: { cancelled: 1 },
    left: 0,
  },
  {
    name: 'while its body was read',
    run: async ({ pool, lookup, told, signal, abort }) => {
      const call = pool.request('GET', '/part', { signal });
      lookup.answerAll();
      await told('receive-start');
      abort();
      await rejected(call);
    },
    closed: { cancelled: 1 },
    left: 0,
  },
  {
    name: 'while its stream was read',
    run: async ({ pool, lookup, signal, abort }) => {
      const call = pool.stream('GET', '/part', { signal });
      lookup.answerAll();
      const pieces = (await call)[Symbol.asyncIterator]();
      await pieces.next();
      const next = pieces.next();
      abort();
      await rejected(next);
    },
    closed: { cancelled: 1 },
    left: 0,
  },
  {
    name: 'while its stream was paused',
    run: async ({ pool, lookup, signal, abort }) => {
      const call = pool.stream('GET', '/large', { signal });
      lookup.answerAll();
      const stream = await call;
      await until(() => (pool.snapshot().connections[0]?.bytesIn ?? 0) > HIGH_BYTES + 1_024);
      abort();
      await rejected(stream.bytes());
    },
    closed: { cancelled: 1 },
    left: 0,
  },
  {
    name: 'after it was answered',
    run: async ({ pool, lookup, signal, abort }) => {
      const call = pool.request('GET', '/', { signal });
      lookup.answerAll();
      await call;
      abort();
    },
    closed: {},
    left: 1,
  },
];

/** Answers, but not wholly where the target says so. */
function scriptOf(answers: HeldAnswers): Script {
  return async (connection) => {
    const { target } = await connection.head();
    if (target === '/paused') connection.pause();
    else if (target === '/part') await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart');
    else if (target === '/large') await connection.respond({ body: BODY });
    else await answers.script(connection);
  };
}

async function sceneOf(t: TestContext): Promise<Scene> {
  const lookup = new HeldLookup();
  const answers = new HeldAnswers();
  const controller = new AbortController();
  const served = await servedPool(t, scriptOf(answers), { ...lookup, maxSize: 2 });
  return { ...served, lookup, answers, signal: controller.signal, abort: () => controller.abort(LEFT) };
}

for (const { name, run, closed, left } of STAGES) {
  test(`request() aborted ${name} loses no place`, async (t) => {
    const scene = await sceneOf(t);
    await run(scene);
    const { pool, server, lookup, answers } = scene;
    assertBalanced(pool.snapshot());
    const { open, dialling, active, queued } = pool.snapshot();
    assert.deepEqual(
      { kept: open + dialling, active, queued, closed: pool.snapshot().closed },
      { kept: left, active: 0, queued: 0, closed },
    );

    const before = server.requests.length;
    const calls = [pool.request('GET', '/held-a'), pool.request('GET', '/held-b'), pool.request('GET', '/c')];
    lookup.answerAll();
    await server.request(before + 1);
    const full = pool.snapshot();
    assert.deepEqual([full.active, full.queued], [2, 1]);
    answers.release('/held-a', '/held-b');
    await Promise.all(calls);
    assertResting(pool.snapshot(), 2);
    assert.deepEqual(pool.snapshot().closed, closed);
  });
}

test('request() aborted at random moments loses no place', async (t) => {
  const { pool, server } = await servedPool(t, new HeldAnswers().script, { maxSize: 3 });
  const wait = (turns: number): Promise<void> =>
    turns === 0 ? Promise.resolve() : new Promise<void>((resolve) => setImmediate(resolve)).then(() => wait(turns - 1));
  const calls = Array.from({ length: 200 }, async (_, i) => {
    const controller = new AbortController();
    await wait(i % 17);
    const call = pool.request(i % 5 === 0 ? 'POST' : 'GET', `/${i}`, { signal: controller.signal });
    const outcome = call.then(
      (response) => assert.equal(response.text(), `/${i}`),
      (reason: unknown) => assert.equal(reason, LEFT),
    );
    await wait(i % 7);
    controller.abort(LEFT);
    await outcome;
  });
  await Promise.all(calls);
  const { active, queued, open, dialling } = pool.snapshot();
  assert.deepEqual({ active, queued, within: open + dialling <= 3 }, { active: 0, queued: 0, within: true });
  assertBalanced(pool.snapshot());
  const before = server.requests.length;
  const last = ['/held-a', '/held-b', '/held-c'].map((target) => pool.request('GET', target).catch(() => {}));
  await server.request(before + 2);
  assert.equal(pool.snapshot().active, 3);
  void last;
});
