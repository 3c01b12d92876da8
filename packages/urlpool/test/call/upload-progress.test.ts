import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { BodyInput, UploadProgress } from 'urlpool';
import type { ScriptedConnection } from 'urlpool-testing';
import { servedPool } from '../connection/served-pool.ts';

async function store(connection: ScriptedConnection): Promise<void> {
  for (;;) {
    await connection.request();
    await connection.respond();
  }
}

const LARGE = Buffer.alloc(1_000_000, 'u');

// name, body, how long it is, what is told of that
const BODIES: readonly (readonly [string, () => BodyInput, number, number | null])[] = [
  ['a small body', () => 'small', 5, 5],
  ['a large body', () => LARGE, LARGE.length, LARGE.length],
  ['a Blob', () => new Blob([LARGE]), LARGE.length, LARGE.length],
  ['a stream', () => Readable.from([LARGE, 'x']), LARGE.length + 1, null],
];

for (const [name, makeBody, length, total] of BODIES) {
  test(`onUploadProgress is told of ${name}`, async (t) => {
    const { pool } = await servedPool(t, store);
    const told: UploadProgress[] = [];
    await pool.request('POST', '/', { body: makeBody(), onUploadProgress: (progress) => told.push(progress) });
    assert.deepEqual(told.at(-1), { sent: length, total });
    for (let i = 1; i < told.length; i++) {
      assert.ok((told[i]?.sent ?? 0) > (told[i - 1]?.sent ?? 0));
      assert.equal(told[i]?.total, total);
    }
    assert.ok(length < 1000 || told.length > 5);
  });

  test(`onUploadProgress runs in the context of its call, for ${name}`, async (t) => {
    const { pool } = await servedPool(t, store);
    await pool.request('GET', '/');
    const storage = new AsyncLocalStorage<string>();
    const seen = new Set<string | undefined>();
    await storage.run('mine', () =>
      pool.request('POST', '/', { body: makeBody(), onUploadProgress: () => seen.add(storage.getStore()) }),
    );
    assert.deepEqual([...seen], ['mine']);
  });

  test(`onUploadProgress fails the call by throwing, for ${name}`, async (t) => {
    const { pool, events } = await servedPool(t, store);
    const error = new Error('enough');
    let told = 0;
    const onUploadProgress = (): void => {
      told++;
      throw error;
    };
    const body = makeBody();
    await assert.rejects(pool.request('POST', '/', { body, onUploadProgress }), (thrown) => thrown === error);
    assert.equal(told, 1);
    assert.deepEqual(pool.snapshot().closed, { cancelled: 1 });
    if (body instanceof Readable) assert.equal(body.destroyed, true);
    assert.ok(events.some((event) => event.type === 'call-end' && event.error === error));
    assert.equal((await pool.request('GET', '/')).status, 200);
  });
}

test('onUploadProgress fails the call by a promise that rejects', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.head();
    connection.discard();
  });
  const error = new Error('enough');
  const onUploadProgress = async (): Promise<void> => {
    throw error;
  };
  await assert.rejects(pool.request('POST', '/', { body: 'a', onUploadProgress }), (thrown) => thrown === error);
});

test('onUploadProgress begins anew with each attempt', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.respond({ status: 307, headers: { Location: '/b' } });
    await connection.request();
    await connection.respond();
  });
  const sent: number[] = [];
  await pool.request('POST', '/', { body: 'small', retries: 3, onUploadProgress: (told) => sent.push(told.sent) });
  assert.deepEqual(sent, [5, 5]);
});

test('onUploadProgress is told of a body that was held', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.head();
    told.push('100');
    await connection.write('HTTP/1.1 100 Continue\r\n\r\n');
    await connection.request();
    await connection.respond();
  });
  const told: (string | number)[] = [];
  const onUploadProgress = ({ sent }: UploadProgress): number => told.push(sent);
  await pool.request('POST', '/', { body: 'small', expectContinue: true, onUploadProgress });
  assert.deepEqual(told, ['100', 5]);
});

test('onUploadProgress counts a compressed body as it is sent', async (t) => {
  const { pool, server } = await servedPool(t, store);
  const sent: number[] = [];
  await pool.request('POST', '/', {
    body: LARGE,
    compress: 'gzip',
    onUploadProgress: (told) => sent.push(told.sent),
  });
  assert.equal(sent.at(-1), server.requests[0]?.body.length);
});

test('onUploadProgress is told nothing where there is no body', async (t) => {
  const { pool } = await servedPool(t, store);
  const fail = (): never => assert.fail('told');
  await pool.request('GET', '/', { onUploadProgress: fail });
  await pool.request('POST', '/', { body: '', onUploadProgress: fail });
});
