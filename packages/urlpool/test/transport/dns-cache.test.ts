// The addresses of names as pools use them: kept, shared, refreshed, given up.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { NameResolutionError, PoolManager, type PoolManagerOptions, type Resolver } from 'urlpool';
import { FakeClock, ScriptedServer, unusedPort } from 'urlpool-testing';
import { echo } from '../connection/served-pool.ts';

const run = promisify(execFile);
const conditions = process.execArgv.filter((argument) => /^(-C|--conditions)/.test(argument));

type Found = Awaited<ReturnType<Resolver['resolve']>>;

/** A resolver whose answers the test gives one by one. */
class HeldResolver implements Resolver {
  readonly asked: string[] = [];
  readonly #waiting: { resolve(found: Found): void; reject(error: Error): void }[] = [];

  resolve(host: string): Promise<Found> {
    this.asked.push(host);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async answer(...found: Found): Promise<void> {
    this.#waiting.shift()?.resolve(found);
    await turn();
  }

  async fail(code: string): Promise<void> {
    this.#waiting.shift()?.reject(Object.assign(new Error(code), { code }));
    await turn();
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const HERE = { address: '127.0.0.1' };
const ALSO_HERE = { address: '127.0.0.2' };

async function served(t: TestContext, options: PoolManagerOptions = {}) {
  const server = await ScriptedServer.start({ host: '0.0.0.0' }, echo);
  const clock = new FakeClock();
  const resolver = new HeldResolver();
  const http = new PoolManager({ clock, resolver, retries: false, ...options });
  t.after(async () => {
    await http.close({ timeout: 0 });
    await server.close();
  });
  return { http, clock, resolver, url: `http://name.test:${server.port}` };
}

test('PoolManager asks for a name once, for all who want it at the same time', async (t) => {
  const { http, resolver, url } = await served(t);
  const gone = new AbortController();
  const first = http.request('GET', `${url}/a`, { signal: gone.signal });
  const others = [http.request('GET', `${url}/b`), http.request('GET', `${url}/c`)];
  await turn();
  gone.abort();
  await assert.rejects(first, { name: 'AbortError' });
  await resolver.answer(HERE);
  await Promise.all(others);
  assert.deepEqual(resolver.asked, ['name.test']);
});

test('PoolManager keeps an answer for 30 s, and uses it for as long again while it asks anew', async (t) => {
  const { http, clock, resolver, url } = await served(t);
  const get = async (path: string): Promise<void> => {
    await http.clear();
    await http.request('GET', url + path);
  };
  const first = get('/a');
  await turn();
  await resolver.answer(HERE);
  await first;
  clock.advance(29_999);
  await get('/b');
  assert.equal(resolver.asked.length, 1);
  clock.advance(1);
  await get('/c');
  assert.equal(resolver.asked.length, 2);
  await resolver.answer(HERE);
  clock.advance(60_000);
  const late = get('/d');
  await turn();
  assert.equal(resolver.asked.length, 3);
  await resolver.answer(HERE);
  await late;
});

test('PoolManager takes the life that the resolver tells', async (t) => {
  const { http, clock, resolver, url } = await served(t, { dnsCache: { staleFor: 0 } });
  const first = http.request('GET', url);
  await turn();
  await resolver.answer({ ...HERE, ttl: 500 }, { ...ALSO_HERE, ttl: 100 });
  await first;
  await http.clear();
  clock.advance(100);
  const second = http.request('GET', url);
  await turn();
  assert.equal(resolver.asked.length, 2);
  await resolver.answer(HERE);
  await second;
});

test('PoolManager remembers for 1 s that a name has no address, and not that asking failed', async (t) => {
  const { http, clock, resolver, url } = await served(t);
  const failing = async (code: string, expected: string): Promise<void> => {
    const call = assert.rejects(http.request('GET', url), { code: expected });
    await turn();
    await resolver.fail(code);
    await call;
  };
  await failing('EAI_AGAIN', 'ERR_NAME_LOOKUP');
  await failing('ENOTFOUND', 'ERR_NAME_NOT_FOUND');
  await assert.rejects(http.request('GET', url), NameResolutionError);
  assert.equal(resolver.asked.length, 2);
  clock.advance(1_000);
  await failing('ENOTFOUND', 'ERR_NAME_NOT_FOUND');
  assert.equal(resolver.asked.length, 3);
});

test('PoolManager gives up kept connections whose address the name has lost, as it hears of it', async (t) => {
  const { http, clock, resolver, url } = await served(t);
  const first = http.request('GET', url);
  await turn();
  await resolver.answer(HERE);
  const { connection } = await first;
  clock.advance(30_000);
  assert.equal((await http.request('GET', url)).connection.id, connection.id);
  assert.equal(resolver.asked.length, 2);
  await resolver.answer(ALSO_HERE);
  assert.deepEqual(http.snapshot().closed, { 'address-changed': 1 });
  const after = await http.request('GET', url);
  assert.equal(after.connection.address.split(':')[0], '127.0.0.2');
});

test('PoolManager keeps connections whose address is still among the answers, and all where asking fails', async (t) => {
  const { http, clock, resolver, url } = await served(t);
  const first = http.request('GET', url);
  await turn();
  await resolver.answer(HERE);
  await first;
  for (const answer of [() => resolver.answer(ALSO_HERE, HERE), () => resolver.fail('EAI_AGAIN')]) {
    clock.advance(30_000);
    await http.request('GET', url);
    await answer();
  }
  assert.equal(resolver.asked.length, 3);
  assert.deepEqual([http.snapshot().open, http.snapshot().numConnections], [1, 1]);
});

test('PoolManager does not ask anew with every request while asking fails', async (t) => {
  const { http, clock, resolver, url } = await served(t);
  const first = http.request('GET', url);
  await turn();
  await resolver.answer(HERE);
  await first;
  clock.advance(30_000);
  await http.request('GET', url);
  await resolver.fail('EAI_AGAIN');
  for (let i = 0; i < 5; i++) {
    await turn();
    await http.request('GET', url);
  }
  assert.equal(resolver.asked.length, 2);
  clock.advance(1_000);
  await http.request('GET', url);
  assert.equal(resolver.asked.length, 3);
});

test('PoolManager keeps the pools of two resolvers of one class apart', async (t) => {
  const { http, url } = await served(t, { dnsCache: false, resolver: undefined });
  const resolvers = [new HeldResolver(), new HeldResolver()];
  for (const resolver of resolvers) {
    const call = http.request('GET', url, { resolver });
    await turn();
    await resolver.answer(HERE);
    await call;
  }
  assert.deepEqual(
    resolvers.map(({ asked }) => asked.length),
    [1, 1],
  );
});

test('PoolManager lets addresses take turns', async (t) => {
  const { http, resolver, url } = await served(t, { maxSize: 4 });
  const calls = ['/a', '/b', '/c', '/d'].map((path) => http.request('GET', url + path));
  await turn();
  await resolver.answer(HERE, ALSO_HERE);
  const addresses = (await Promise.all(calls)).map(({ connection }) => connection.address.split(':')[0]);
  assert.deepEqual(addresses.sort(), ['127.0.0.1', '127.0.0.1', '127.0.0.2', '127.0.0.2']);
});

test('PoolManager({ dnsCache: false }) asks for every connection', async (t) => {
  const { http, resolver, url } = await served(t, { dnsCache: false });
  for (let i = 1; i <= 2; i++) {
    await http.clear();
    const call = http.request('GET', url);
    await turn();
    await resolver.answer(HERE);
    await call;
    assert.equal(resolver.asked.length, i);
  }
});

// what it does, resolver, end of the message
const BROKEN: readonly (readonly [string, Resolver, RegExp])[] = [
  [
    'throws at once',
    {
      resolve() {
        throw new Error('no such thing');
      },
    },
    /failed: no such thing$/,
  ],
  ['rejects with nothing', { resolve: () => Promise.reject() }, /failed: the resolver gave no reason$/],
  ['rejects with a text', { resolve: () => Promise.reject('no') }, /failed: no$/],
  [
    'gives a text',
    { resolve: async () => '127.0.0.1' as unknown as Found },
    /failed: the lookup gave no list of \{ address \}$/,
  ],
  [
    'gives a name',
    { resolve: async () => [{ address: 'localhost' }] },
    /failed: the lookup gave what is no IP address$/,
  ],
  ['gives nothing', { resolve: async () => [] }, /has no address; is it spelled right\?$/],
];

for (const [what, resolver, message] of BROKEN) {
  test(`PoolManager fails with one sentence where the resolver ${what}, again and again`, async (t) => {
    const { http, url } = await served(t, { resolver });
    for (let i = 0; i < 2; i++) {
      await assert.rejects(http.request('GET', url), { name: 'NameResolutionError', phase: 'dns', message });
    }
    assert.deepEqual([http.snapshot().dialling, http.snapshot().queued], [0, 0]);
  });
}

test('PoolManager takes addresses as texts: dns.resolve4() gives such', async (t) => {
  const { http, url } = await served(t, { resolver: { resolve: async () => ['127.0.0.1'] } });
  assert.equal((await http.request('GET', `${url}/a`)).text(), '/a');
});

test('PoolManager keeps connections whose address an answer lacks that is not whole', async (t) => {
  let isPartial = false;
  const { http, clock, url } = await served(t, {
    resolver: {
      async resolve(_host, { onPartial } = {}) {
        if (isPartial) onPartial?.();
        return [isPartial ? ALSO_HERE : HERE];
      },
    },
  });
  await http.request('GET', url);
  isPartial = true;
  clock.advance(30_000);
  await http.request('GET', url);
  await turn();
  assert.deepEqual([http.snapshot().open, http.snapshot().closed], [1, {}]);
});

test('PoolManager takes early addresses that are none for nothing', async (t) => {
  const { http, url } = await served(t, {
    resolver: {
      async resolve(_host, { onSome } = {}) {
        for (const odd of [5, null, [], [{ address: 'localhost' }]]) onSome?.(odd as unknown as []);
        await turn();
        return [HERE];
      },
    },
  });
  assert.equal((await http.request('GET', `${url}/a`)).text(), '/a');
});

test('PoolManager goes on with early addresses where asking for all of them fails', async (t) => {
  const { http, url } = await served(t, {
    resolver: {
      async resolve(_host, { onSome } = {}) {
        onSome?.([HERE]);
        await turn();
        throw new Error('no more');
      },
    },
  });
  assert.equal((await http.request('GET', `${url}/a`)).text(), '/a');
});

test('PoolManager fails with what early addresses met where asking for all of them fails', async (t) => {
  const port = await unusedPort();
  const { http, resolver } = await served(t);
  const early: Resolver = {
    resolve(host, { onSome } = {}) {
      onSome?.([HERE]);
      return resolver.resolve(host);
    },
  };
  const call = assert.rejects(http.request('GET', `http://name.test:${port}`, { resolver: early }), {
    code: 'ERR_CONNECTION_REFUSED',
  });
  await turn();
  await resolver.fail('ESERVFAIL');
  await call;
});

test('PoolManager lets the dial time out where a resolver never answers, and asks again for the next', async (t) => {
  const { http, clock, resolver, url } = await served(t);
  const signals: (AbortSignal | undefined)[] = [];
  const listened: Resolver = {
    resolve(host, { signal } = {}) {
      signals.push(signal);
      return resolver.resolve(host);
    },
  };
  const options = { resolver: listened, timeout: { connect: 100 } };
  const call = assert.rejects(http.request('GET', url, options), {
    code: 'ERR_TIMEOUT',
    message: /: still looking up "name\.test" after 100 ms; option: timeout\.connect$/,
  });
  await turn();
  clock.advance(100);
  await call;
  assert.equal(signals[0]?.aborted, true);
  const next = http.request('GET', `${url}/b`, options);
  await turn();
  await resolver.answer(ALSO_HERE);
  await resolver.answer(HERE);
  assert.equal((await next).connection.address.split(':')[0], '127.0.0.1');
  assert.deepEqual([signals.length, signals[1]?.aborted], [2, false]);
});

for (const [what, options, message] of [
  [
    'a resolver that is a function',
    { resolver: () => {} },
    /as resolver: give an object with a method resolve\(host\)$/,
  ],
  ['a resolver beside a lookup', { resolver: { resolve: () => {} }, lookup: () => {} }, /lookup is given already/],
  ['a life that is none', { dnsCache: { ttl: -1 } }, /^Cannot use -1 as dnsCache\.ttl: give a number of milliseconds/],
  ['a misspelt name', { dnsCache: { TTL: 1 } }, /did you mean ttl\?$/],
  ['a cache that is a number', { dnsCache: 30_000 }, /as dnsCache: give an object$/],
  ['no hosts', { dnsCache: { maxHosts: 0 } }, /^Cannot use 0 as dnsCache\.maxHosts/],
] as const) {
  test(`PoolManager() refuses ${what}`, () => {
    assert.throws(() => new PoolManager(options as unknown as PoolManagerOptions), {
      code: 'ERR_INVALID_OPTION',
      message,
    });
  });
}

test('PoolManager forgets the hosts that were asked for longest ago', async (t) => {
  const { http, resolver, url } = await served(t, { dnsCache: { maxHosts: 2 } });
  const get = async (name: string, isAsked: boolean): Promise<void> => {
    await http.clear();
    const call = http.request('GET', url.replace('name', name));
    await turn();
    if (isAsked) await resolver.answer(HERE);
    await call;
  };
  await get('a', true);
  await get('b', true);
  await get('a', false);
  await get('c', true);
  await get('a', false);
  await get('b', true);
});

for (const [what, options] of [
  ['a resolver', '{ resolver: { resolve: () => new Promise(() => {}) } }'],
  ['a resolver without a cache', '{ dnsCache: false, resolver: { resolve: () => new Promise(() => {}) } }'],
  ['a connector', '{ connector: () => new Promise(() => {}) }'],
] as const) {
  test(`PoolManager keeps the process alive while ${what} does nothing that would`, async () => {
    const program = `import { PoolManager } from 'urlpool';
      const http = new PoolManager({ ...${options}, retries: false });
      await http.request('GET', 'http://name.test/', { timeout: { connect: 50 } }).catch(({ code }) => console.log(code));`;
    const args = [...conditions, '--input-type=module', '--eval', program];
    const { stdout } = await run(process.execPath, args, { cwd: import.meta.dirname, timeout: 8_000 });
    assert.equal(stdout, 'ERR_TIMEOUT\n');
  });
}
