import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { type DNSResolverOptions, dnsResolver, PoolManager } from 'urlpool';
import { FakeClock, resourceCounts, ScriptedServer } from 'urlpool-testing';
import { DNSResolver } from '../../src/transport/dns-resolver.ts';
import { echo, gate, until } from '../connection/served-pool.ts';
import { type DNSReply, FakeDNSServer, type RecordType } from './fake-dns-server.ts';

const SIX = '2001:db8::1';
const FOUR = ['192.0.2.1', '192.0.2.2'];

/** A resolver that asks a server which answers so. */
async function served(
  t: TestContext,
  reply: (type: RecordType, name: string) => DNSReply,
  options: DNSResolverOptions = {},
) {
  const server = await FakeDNSServer.start(t, reply);
  const clock = new FakeClock();
  const resolver = new DNSResolver({ servers: [server.address], timeout: 100, tries: 1, ...options }, clock);
  return { server, clock, resolver };
}

const both = (type: RecordType): DNSReply =>
  type === 'A' ? { addresses: FOUR, ttl: 7 } : { addresses: [SIX], ttl: 5 };

test('dnsResolver() asks for A and AAAA, and tells the lives of the records in ms', async (t) => {
  const { resolver, server } = await served(t, both);
  assert.deepEqual(await resolver.resolve('name.test'), [
    { address: SIX, ttl: 5_000 },
    { address: FOUR[0], ttl: 7_000 },
    { address: FOUR[1], ttl: 7_000 },
  ]);
  assert.deepEqual(server.asked.sort(), ['A name.test', 'AAAA name.test']);
});

test('dnsResolver() tells of IPv4 after 50 ms where IPv6 is not answered', async (t) => {
  const later = gate();
  const { resolver, clock, server } = await served(
    t,
    (type) => (type === 'A' ? both(type) : { addresses: [SIX], after: later.opened }),
    { timeout: 5_000 },
  );
  const some: string[][] = [];
  const whole = resolver.resolve('name.test', { onSome: (found) => some.push(found.map(({ address }) => address)) });
  await until(() => clock.pending === 1);
  assert.equal(server.asked.length, 2);
  clock.advance(49);
  assert.deepEqual(some, []);
  clock.advance(1);
  assert.deepEqual(some, [FOUR]);
  later.open();
  assert.deepEqual(
    (await whole).map(({ address }) => address),
    [SIX, ...FOUR],
  );
});

test('dnsResolver() tells of IPv6 at once where IPv4 is not answered', async (t) => {
  const later = gate();
  const { resolver } = await served(
    t,
    (type) => (type === 'AAAA' ? both(type) : { addresses: FOUR, after: later.opened }),
    { timeout: 5_000 },
  );
  const some = await new Promise((resolve) => {
    void resolver.resolve('name.test', { onSome: resolve });
  });
  assert.deepEqual(some, [{ address: SIX, ttl: 5_000 }]);
  later.open();
});

test('dnsResolver() tells nothing early where IPv6 follows within 50 ms, and leaves no timer', async (t) => {
  const { resolver, clock } = await served(t, both);
  const early: string[] = [];
  await resolver.resolve('name.test', { onSome: (found) => early.push(...found.map(({ address }) => address)) });
  clock.advance(1_000);
  assert.ok(!early.includes(FOUR[0] ?? ''), 'IPv4 alone was told');
});

for (const [what, six, isPartial] of [
  ['where the server fails for one family', { rcode: 2 }, true],
  ['where a name has addresses of one family', {}, false],
] as const) {
  test(`dnsResolver() ${isPartial ? 'says' : 'does not say'} that its answer lacks some ${what}`, async (t) => {
    const { resolver } = await served(t, (type) => (type === 'A' ? { addresses: FOUR } : six));
    let told = false;
    const onPartial = (): void => {
      told = true;
    };
    assert.equal((await resolver.resolve('name.test', { onPartial })).length, 2);
    assert.equal(told, isPartial);
  });
}

test('dnsResolver() gives what there is where one family is never answered', async (t) => {
  const { resolver } = await served(t, (type) => (type === 'A' ? both(type) : null));
  assert.deepEqual(
    (await resolver.resolve('name.test')).map(({ address }) => address),
    FOUR,
  );
});

// localhost and what is no name

for (const host of ['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'a.b.localhost.']) {
  test(`dnsResolver() knows ${host} without asking`, async (t) => {
    const { resolver, server } = await served(t, () => ({ addresses: ['192.0.2.66'] }));
    assert.deepEqual(
      (await resolver.resolve(host)).map(({ address }) => address),
      ['::1', '127.0.0.1'],
    );
    assert.deepEqual(server.asked, []);
  });
}

test('dnsResolver() asks for a name that only begins like localhost', async (t) => {
  const { resolver, server } = await served(t, both);
  for (const host of ['localhost.test', 'notlocalhost']) await resolver.resolve(host);
  assert.equal(server.asked.length, 4);
});

test('dnsResolver() gives an address as it is', async () => {
  assert.deepEqual(await dnsResolver().resolve('192.0.2.7'), [{ address: '192.0.2.7' }]);
});

for (const host of ['', 5, undefined]) {
  test(`dnsResolver() refuses the name ${JSON.stringify(host)}`, async () => {
    await assert.rejects(dnsResolver().resolve(host as string), { code: 'ERR_INVALID_OPTION', message: / as host: / });
  });
}

// Failures

// what the server says, name, code, message
const FAILURES: readonly (readonly [string, DNSReply, string, string, RegExp])[] = [
  ['NXDOMAIN', { rcode: 3 }, 'no.test', 'ENOTFOUND', /^DNS has no address for no\.test$/],
  ['an empty answer', {}, 'no.test', 'ENODATA', /^DNS has no address for no\.test$/],
  ['SERVFAIL', { rcode: 2 }, 'no.test', 'ESERVFAIL', /^the DNS server could not find out \(SERVFAIL\); asked: 127\./],
  [
    'REFUSED',
    { rcode: 5 },
    'no.test',
    'EREFUSED',
    /^the DNS server refuses to answer for it \(REFUSED\); asked: 127\./,
  ],
  ['NOTIMP', { rcode: 4 }, 'no.test', 'ENOTIMP', /^the DNS server does not know such questions \(NOTIMP\); asked: /],
  [
    'nothing',
    null,
    'no.test',
    'ETIMEOUT',
    /^no DNS server answered within \d+ ms; asked: 127\.0\.0\.1:\d+; options: timeout, tries of dnsResolver\(\)$/,
  ],
  ['whatever', {}, `${'a'.repeat(64)}.test`, 'EBADNAME', /^it is no name of DNS: its parts have 1 to 63 bytes/],
];

for (const [what, reply, host, code, message] of FAILURES) {
  test(`dnsResolver() fails with ${code} where the server says ${what}`, async (t) => {
    const { resolver } = await served(t, () => reply);
    await assert.rejects(resolver.resolve(host), (error) => {
      assert.ok(error instanceof Error && 'code' in error && error.cause instanceof Error);
      assert.equal(error.code, code);
      assert.match(error.message, message);
      return true;
    });
  });
}

test('dnsResolver() says where no server listens', async () => {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const server = `127.0.0.1:${socket.address().port}`;
  socket.close();
  await once(socket, 'close');
  await assert.rejects(dnsResolver({ servers: [server], timeout: 100 }).resolve('name.test'), {
    code: 'ECONNREFUSED',
    message: `no DNS server listens there; asked: ${server}`,
  });
});

test('dnsResolver() asks the next server where the first is silent', async (t) => {
  const silent = await FakeDNSServer.start(t, () => null);
  const { server, resolver } = await served(t, both);
  const two = dnsResolver({ servers: [silent.address, server.address], timeout: 50, tries: 1 });
  assert.deepEqual(await two.resolve('name.test'), await resolver.resolve('name.test'));
  assert.equal(silent.asked.length, 2);
});

// Giving up

test('dnsResolver() ends with the reason of its signal, and leaves nothing behind', async (t) => {
  const later = gate();
  const { resolver, server, clock } = await served(
    t,
    (type) => (type === 'A' ? both(type) : { addresses: [SIX], after: later.opened }),
    { timeout: 60_000 },
  );
  const gone = new AbortController();
  const call = resolver.resolve('name.test', { signal: gone.signal, onSome: () => assert.fail('it was given up') });
  await until(() => server.asked.length === 2 && clock.pending === 1);
  const other = resolver.resolve('other.test');
  await until(() => server.asked.length === 4);
  const reason = new Error('nobody waits');
  gone.abort(reason);
  await assert.rejects(call, reason);
  assert.equal(clock.pending, 0);
  assert.equal(await Promise.race([other, 'still asking']), 'still asking');
  later.open();
  await other;
  await assert.rejects(resolver.resolve('name.test', { signal: gone.signal }), reason);
});

test('dnsResolver() that is given up before any answer rejects with the reason', async (t) => {
  const { resolver, server } = await served(t, () => null, { timeout: 60_000 });
  const gone = new AbortController();
  const call = resolver.resolve('name.test', { signal: gone.signal });
  await until(() => server.asked.length === 2);
  const reason = new Error('nobody waits');
  gone.abort(reason);
  await assert.rejects(call, reason);
});

test('PoolManager gives up what it asks anew for kept connections when they are closed', async (t) => {
  const server = await ScriptedServer.start({}, echo);
  t.after(() => server.close());
  let isSilent = false;
  const dns = await FakeDNSServer.start(t, (type) => {
    if (isSilent) return null;
    return type === 'A' ? { addresses: ['127.0.0.1'] } : {};
  });
  const clock = new FakeClock();
  const http = new PoolManager({ clock, resolver: dnsResolver({ servers: [dns.address], timeout: 60_000 }) });
  const url = `http://name.test:${server.port}/`;
  await http.request('GET', url);
  isSilent = true;
  clock.advance(61_000);
  await http.request('GET', url);
  await until(() => dns.asked.length === 4);
  await http.close();
  await until(() => (resourceCounts().QueryReqWrap ?? 0) === 0);
});

test('PoolManager gives the look-up up with the last request that waits for it', async (t) => {
  const dns = await FakeDNSServer.start(t, () => null);
  const http = new PoolManager({ resolver: dnsResolver({ servers: [dns.address], timeout: 60_000 }), retries: false });
  await assert.rejects(http.request('GET', 'http://name.test/', { timeout: { connect: 30 } }), {
    code: 'ERR_TIMEOUT',
    message: /still looking up "name\.test" after \d+ ms; option: timeout\.connect$/,
  });
  // A question under way would be two requests to the system; the server's socket is all there is.
  await until(() => (resourceCounts().GetAddrInfoReqWrap ?? 0) + (resourceCounts().QueryReqWrap ?? 0) === 0);
  assert.deepEqual(dns.asked.length, 2);
  await http.close();
});

// In a pool

test('PoolManager connects by dnsResolver(), and says in one sentence why it cannot', async (t) => {
  const server = await ScriptedServer.start({}, echo);
  const dns = await FakeDNSServer.start(t, (type, name) => {
    if (name === 'broken.test') return { rcode: 2 };
    return type === 'A' ? { addresses: ['127.0.0.1'] } : {};
  });
  const http = new PoolManager({ resolver: dnsResolver({ servers: [dns.address] }), retries: false });
  t.after(async () => {
    await http.close();
    await server.close();
  });
  assert.equal((await http.request('GET', `http://name.test:${server.port}/a`)).text(), '/a');
  await assert.rejects(http.request('GET', 'http://broken.test/'), {
    name: 'NameResolutionError',
    code: 'ERR_NAME_LOOKUP',
    message: `Cannot connect to http://broken.test: looking up the name "broken.test" failed: the DNS server could not find out (SERVFAIL); asked: ${dns.address}`,
  });
});

test('PoolManager connects to IPv4 before IPv6 is answered, and to IPv6 where IPv4 turns out to be no use', async (t) => {
  const server = await ScriptedServer.start({ host: '::1' }, echo);
  const later = gate();
  const dns = await FakeDNSServer.start(t, (type) =>
    type === 'A' ? { addresses: ['127.0.0.1'] } : { addresses: ['::1'], after: later.opened },
  );
  const told: string[] = [];
  const http = new PoolManager({
    resolver: dnsResolver({ servers: [dns.address], timeout: 5_000 }),
    retries: false,
    onEvent: (event) => {
      if (event.type === 'dns-end') told.push(`dns-end ${event.addresses}`);
      if (event.type === 'connect-end') told.push(`connect-end ${event.address} ${event.error?.code ?? 'open'}`);
      // Nothing listens at 127.0.0.1: without more addresses the dial would be over here.
      if (event.type === 'connect-end' && event.error !== null) later.open();
    },
  });
  t.after(async () => {
    await http.close();
    await server.close();
  });
  const { connection } = await http.request('GET', `http://name.test:${server.port}/a`);
  assert.equal(connection.address, `[::1]:${server.port}`);
  assert.deepEqual(told, [
    'dns-end 127.0.0.1',
    `connect-end 127.0.0.1:${server.port} ERR_CONNECTION_REFUSED`,
    `connect-end [::1]:${server.port} open`,
  ]);
});

// Options

// what, options, message
const BAD: readonly (readonly [string, unknown, RegExp])[] = [
  ['no object', 5, /^Cannot use 5 as the options of dnsResolver\(\): give an object$/],
  ['null', null, /^Cannot use null as the options of dnsResolver\(\): give an object$/],
  ['a misspelt name', { server: ['127.0.0.1'] }, /^Cannot use the option server of dnsResolver\(\): /],
  ['a server alone', { servers: '127.0.0.1' }, /^Cannot use "127\.0\.0\.1" as dnsResolver\.servers: give IP addresses/],
  ['no server', { servers: [] }, /as dnsResolver\.servers: give IP addresses/],
  [
    'a name as a server',
    { servers: ['127.0.0.1', 'dns.test'] },
    /^Cannot use "dns\.test" as dnsResolver\.servers\[1\]: /,
  ],
  ['a server that is a number', { servers: [53] }, /^Cannot use 53 as dnsResolver\.servers\[0\]: /],
  ['port 0', { servers: ['127.0.0.1:0'] }, /as dnsResolver\.servers\[0\]: /],
  ['a port that is none', { servers: ['127.0.0.1:65536'] }, /as dnsResolver\.servers\[0\]: /],
  ['IPv4 in brackets', { servers: ['[127.0.0.1]:53'] }, /as dnsResolver\.servers\[0\]: /],
  ['an address with a zone', { servers: ['fe80::1%eth0'] }, /as dnsResolver\.servers\[0\]: /],
  ['a URL', { servers: ['https://dns.test/dns-query'] }, /as dnsResolver\.servers\[0\]: /],
  ['no time', { timeout: 0 }, /^Cannot use 0 as dnsResolver\.timeout: give a whole number, 1 or more$/],
  ['a time that is no number', { timeout: '5s' }, /^Cannot use "5s" as dnsResolver\.timeout: /],
  ['half an hour', { timeout: 1_800_000 }, /as dnsResolver\.timeout: give 60000 or less$/],
  ['no tries', { tries: 0 }, /^Cannot use 0 as dnsResolver\.tries: /],
  ['a thousand tries', { tries: 1_000 }, /as dnsResolver\.tries: give 10 or less$/],
];

for (const [what, options, message] of BAD) {
  test(`dnsResolver() refuses ${what}`, () => {
    assert.throws(() => dnsResolver(options as DNSResolverOptions), { code: 'ERR_INVALID_OPTION', message });
  });
}

for (const server of ['127.0.0.1', '127.0.0.1:5353', '::1', '[::1]', '[::1]:5353', '2001:db8::53']) {
  test(`dnsResolver() takes the server ${server}`, async () => {
    await assert.rejects(dnsResolver({ servers: [server] }).resolve('a'.repeat(64)), { code: 'EBADNAME' });
  });
}

test('dnsResolver() does not look at its list of servers again', async (t) => {
  const { server } = await served(t, both);
  const servers = [server.address];
  const resolver = dnsResolver({ servers });
  servers[0] = 'dns.test';
  assert.equal((await resolver.resolve('name.test')).length, 3);
});
