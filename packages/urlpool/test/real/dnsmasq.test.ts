// Names whose addresses a real DNS server tells, with lives of 1 s.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { dnsResolver, PoolManager, type PoolManagerOptions } from 'urlpool';
import { FakeClock, ScriptedServer } from 'urlpool-testing';
import { echo, until } from '../connection/served-pool.ts';
import { Dnsmasq, dnsmasqMissing, type Hosts } from './dnsmasq.ts';
import { skippedWithout } from './started-server.ts';

const skip = skippedWithout(dnsmasqMissing());

async function served(t: TestContext, hosts: Hosts, options: PoolManagerOptions = {}) {
  const dns = await Dnsmasq.start(hosts);
  const server = await ScriptedServer.start({ host: '0.0.0.0' }, echo);
  const clock = new FakeClock();
  const resolver = dnsResolver({ servers: [dns.address] });
  const http = new PoolManager({ clock, resolver, retries: false, ...options });
  t.after(async () => {
    await http.close({ timeout: 0 });
    await server.close();
    await dns.close();
  });
  /** On a new connection: the address that it is to. */
  const connect = async (name: string): Promise<string> => {
    await http.clear();
    const { connection } = await http.request('GET', `http://${name}:${server.port}/`);
    return connection.address.replace(`:${server.port}`, '');
  };
  return { dns, server, clock, http, connect };
}

test('PoolManager with dnsResolver() asks a DNS server again when the record has lived its second', {
  skip,
}, async (t) => {
  const { dns, clock, connect } = await served(t, { 'name.test': ['127.0.0.1'] }, { dnsCache: { staleFor: 0 } });
  const asked: number[] = [];
  for (const wait of [0, 999, 1, 999, 1]) {
    clock.advance(wait);
    assert.equal(await connect('name.test'), '127.0.0.1');
    asked.push(dns.asked.length);
  }
  assert.deepEqual(asked, [2, 2, 4, 4, 6]);
  assert.deepEqual(new Set(dns.asked), new Set(['A name.test', 'AAAA name.test']));
});

test('PoolManager gives up the connections to an address that the DNS server took from the name', {
  skip,
}, async (t) => {
  const { dns, server, clock, http } = await served(t, { 'name.test': ['127.0.0.1'] });
  const get = async () => (await http.request('GET', `http://name.test:${server.port}/`)).connection;
  const first = await get();
  await dns.change({ 'name.test': ['127.0.0.2'] });
  clock.advance(999);
  assert.equal((await get()).id, first.id);
  assert.equal(dns.asked.length, 2);
  clock.advance(1);
  // It may be used until the answer is there.
  assert.equal((await get()).id, first.id);
  await until(() => http.snapshot().open === 0);
  assert.deepEqual(http.snapshot().closed, { 'address-changed': 1 });
  assert.equal((await get()).address, `127.0.0.2:${server.port}`);
  await dns.change({ 'name.test': ['127.0.0.1', '127.0.0.2'] });
  clock.advance(1_000);
  await get();
  await until(() => dns.asked.length === 6);
  const { closed, numConnections } = http.snapshot();
  assert.deepEqual([closed, numConnections], [{ 'address-changed': 1 }, 2]);
});

test('PoolManager remembers for a second that the DNS server knows no such name', { skip }, async (t) => {
  const { dns, clock, connect } = await served(t, {});
  const fails = async (): Promise<number> => {
    await assert.rejects(connect('missing.test'), {
      code: 'ERR_NAME_NOT_FOUND',
      message: /the name "missing\.test" has no address; is it spelled right\?$/,
    });
    return dns.asked.length;
  };
  assert.equal(await fails(), 2);
  clock.advance(999);
  assert.equal(await fails(), 2);
  clock.advance(1);
  assert.equal(await fails(), 4);
  await dns.change({ 'missing.test': ['127.0.0.1'] });
  clock.advance(1_000);
  assert.equal(await connect('missing.test'), '127.0.0.1');
});

test('PoolManager asks the DNS server once for 1,000 requests at the same time', { skip }, async (t) => {
  const { dns, server, http } = await served(t, { 'name.test': ['127.0.0.1', '127.0.0.2'] });
  const calls = Array.from({ length: 1_000 }, (_, i) => http.request('GET', `http://name.test:${server.port}/${i}`));
  const answers = await Promise.all(calls);
  assert.ok(answers.every((answer, i) => answer.text() === `/${i}`));
  assert.deepEqual(dns.asked.sort(), ['A name.test', 'AAAA name.test']);
  const used = new Set(answers.map(({ connection }) => connection.address));
  assert.equal(used.size, 2);
});

test('dnsResolver() tells a name that does not exist from one that the DNS server does not answer for', {
  skip,
}, async (t) => {
  const { dns } = await served(t, { 'four.test': ['127.0.0.1'], 'six.test': ['::1'] });
  const resolver = dnsResolver({ servers: [dns.address] });
  assert.deepEqual(await resolver.resolve('four.test'), [{ address: '127.0.0.1', ttl: 1_000 }]);
  assert.deepEqual(await resolver.resolve('six.test'), [{ address: '::1', ttl: 1_000 }]);
  await assert.rejects(resolver.resolve('missing.test'), { code: 'ENOTFOUND' });
  await assert.rejects(resolver.resolve('name.example'), { code: 'EREFUSED' });
});
