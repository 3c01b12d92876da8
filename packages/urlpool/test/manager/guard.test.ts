// Which addresses a manager connects to that is told not to connect to all.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type GuardOption, PoolManager, type PoolManagerOptions, RequestError } from 'urlpool';
import { ScriptedServer, TestProxy } from 'urlpool-testing';
import { echo } from '../connection/served-pool.ts';

async function served(t: TestContext, options: PoolManagerOptions) {
  const server = await ScriptedServer.start({ host: '0.0.0.0' }, echo);
  const http = new PoolManager({
    lookup: (host, _options, answer) => {
      const address = host === 'public.test' ? '198.51.100.7' : '127.0.0.1';
      answer(null, [{ address, family: 4 }]);
    },
    ...options,
  });
  t.after(async () => {
    await http.close({ timeout: 0 });
    await server.close();
  });
  const at = (host: string): string => `http://${host}:${server.origin.split(':')[2]}/`;
  return { server, http, at };
}

/** Loopback is refused but for 127.0.0.2. */
const OWN: GuardOption = (address) => (address === '127.0.0.2' ? true : `${address} is one of ours`);

for (const host of ['127.0.0.1', '0x7f.1', '2130706433', '[::1]', '[::ffff:127.0.0.1]', 'name.test', 'localhost.']) {
  test(`PoolManager({ guard: 'public' }) does not connect to ${host}, and does not try again`, async (t) => {
    const { server, http, at } = await served(t, { guard: 'public' });
    await assert.rejects(http.request('GET', at(host)), (error: unknown) => {
      assert.ok(error instanceof RequestError);
      assert.equal(error.code, 'ERR_ADDRESS_REFUSED');
      assert.match(
        error.message,
        / is loopback \(RFC 1122\); option: guard$| is loopback \(RFC 4291\); option: guard$/,
      );
      assert.deepEqual([error.attempt, error.history.length], [1, 0]);
      return true;
    });
    assert.equal(server.connections.length, 0);
  });
}

test('PoolManager({ guard }) is asked at every redirect', async (t) => {
  const { server, http, at } = await served(t, { guard: OWN });
  const from = await ScriptedServer.start({ host: '0.0.0.0' }, async (connection) => {
    await connection.request();
    await connection.respond({ status: 302, headers: { Location: at('127.0.0.1') } });
  });
  t.after(() => from.close());
  await assert.rejects(http.request('GET', `http://127.0.0.2:${from.origin.split(':')[2]}/`), {
    code: 'ERR_ADDRESS_REFUSED',
    message: /: 127\.0\.0\.1 is not allowed: 127\.0\.0\.1 is one of ours; option: guard$/,
  });
  assert.equal(server.connections.length, 0);
});

test('PoolManager({ guard }) leaves out the addresses that are refused, and connects to another', async (t) => {
  const { http, at } = await served(t, {
    guard: OWN,
    lookup: (_host, _options, answer) =>
      answer(null, [
        { address: '127.0.0.1', family: 4 },
        { address: '127.0.0.2', family: 4 },
      ]),
  });
  const response = await http.request('GET', at('name.test'));
  assert.match(response.connection.address, /^127\.0\.0\.2:/);
});

test('PoolManager({ guard }) judges the answer of the look-up that it connects by: a name that changes does not help', async (t) => {
  let asked = 0;
  const { server, http, at } = await served(t, {
    guard: OWN,
    retries: false,
    lookup: (_host, _options, answer) =>
      answer(null, [{ address: ++asked === 1 ? '127.0.0.2' : '127.0.0.1', family: 4 }]),
  });
  assert.equal((await http.request('GET', at('name.test'))).status, 200);
  await http.clear();
  await assert.rejects(http.request('GET', at('name.test')), { code: 'ERR_ADDRESS_REFUSED' });
  assert.equal(server.connections.length, 1);
});

test('PoolManager({ guard, proxy }) looks names up itself, and tells the proxy addresses alone', async (t) => {
  const proxy = await TestProxy.start();
  t.after(() => proxy.close());
  const { http, at, server } = await served(t, { guard: OWN, proxy: proxy.url, retries: false });
  await assert.rejects(http.request('GET', at('name.test')), { code: 'ERR_ADDRESS_REFUSED' });
  await assert.rejects(http.request('GET', at('127.0.0.1')), { code: 'ERR_ADDRESS_REFUSED' });
  assert.equal(proxy.requests.length, 0);
  assert.equal((await http.request('GET', at('127.0.0.2'))).status, 200);
  assert.deepEqual(
    proxy.requests.map(({ method, target }) => [method, target]),
    [['CONNECT', `127.0.0.2:${server.origin.split(':')[2]}`]],
  );
});

test('PoolManager.request() takes a guard of its own, over a pool of its own', async (t) => {
  const { http, at } = await served(t, {});
  assert.equal((await http.request('GET', at('127.0.0.1'))).status, 200);
  await assert.rejects(http.request('GET', at('127.0.0.1'), { guard: 'public' }), { code: 'ERR_ADDRESS_REFUSED' });
});

test('PoolManager.request() refuses a guard where a connector opens the connections: it would guard nothing', async (t) => {
  const { http, at } = await served(t, {
    connector: () => {
      throw new Error('not asked');
    },
  });
  for (let i = 0; i < 2; i++) {
    await assert.rejects(http.request('GET', at('127.0.0.1'), { guard: 'public' }), { code: 'ERR_INVALID_OPTION' });
  }
});

test('PoolManager({ guard }) tells of nothing twice where a refused call is closed at once', async (t) => {
  const types: string[] = [];
  const { http, at } = await served(t, { guard: 'public', onEvent: ({ type }) => types.push(type) });
  const call = assert.rejects(http.request('GET', at('127.0.0.1')));
  await http.close({ timeout: 0 });
  await call;
  assert.deepEqual(
    types.filter((type) => /^(?:dns|dial)-/.test(type)),
    ['dial-start', 'dial-end'],
  );
});

test('PoolManager({ guard }) connects to nothing where the guard throws', async (t) => {
  const { server, http, at } = await served(t, {
    guard: () => {
      throw new Error('oops');
    },
  });
  await assert.rejects(http.request('GET', at('127.0.0.1')), /: the guard failed \(oops\); option: guard$/);
  assert.equal(server.connections.length, 0);
});

for (const [what, answer, message] of [
  [
    'a promise',
    Promise.resolve(false),
    /the guard failed \(it gave a promise for 127\.0\.0\.1; it is to give true, false/,
  ],
  ['a number', 1, /the guard failed \(it gave a number for 127\.0\.0\.1; /],
  ['an object', {}, /the guard failed \(it gave an object for 127\.0\.0\.1; /],
] as const) {
  test(`PoolManager({ guard }) connects to nothing where the guard gives ${what}`, async (t) => {
    const guard = (() => answer) as unknown as GuardOption;
    const { server, http, at } = await served(t, { guard });
    await assert.rejects(http.request('GET', at('127.0.0.1')), { code: 'ERR_ADDRESS_REFUSED', message });
    assert.equal(server.connections.length, 0);
  });
}

for (const answer of [true, null, undefined]) {
  test(`PoolManager({ guard }) connects where the guard gives ${answer}`, async (t) => {
    const { http, at } = await served(t, { guard: () => answer });
    assert.equal((await http.request('GET', at('127.0.0.1'))).status, 200);
  });
}

for (const [what, options, message] of [
  ['a guard of another kind', { guard: 'private' }, /Cannot use "private" as guard: give 'public' or a function$/],
  ['a guard beside a connector', { guard: 'public', connector: () => {} }, /a connector opens connections by itself/],
] as const) {
  test(`PoolManager() refuses ${what}`, () => {
    assert.throws(() => new PoolManager(options as unknown as PoolManagerOptions), message);
  });
}
