// Credentials for a proxy that counts the uses of its nonces: with CONNECT and with requests that it forwards.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PoolManager, ProxyError } from 'urlpool';
import { fieldValues, type TestProxy } from 'urlpool-testing';
import { served } from './proxied-manager.ts';

const USER = 'me:s:cret';

/** The method and the Proxy-Authorization of each request that the proxy saw, in short. */
function story(proxy: TestProxy): string[] {
  return proxy.requests.map(({ method, headers, connection }) => {
    const [given = 'nothing'] = fieldValues(headers, 'proxy-authorization');
    const count = /nc=0*(\w+)/.exec(given)?.[1];
    return `${method} ${given.split(' ')[0]}${count === undefined ? '' : ` ${count}`} on ${connection}`;
  });
}

for (const algorithm of ['MD5', 'SHA-256', 'MD5-sess', 'SHA-256-sess']) {
  test(`PoolManager({ proxy }) answers Digest with ${algorithm}, and counts the nonce over all its connections`, async (t) => {
    const { proxy, plain, secure, http } = await served(t, {
      proxy: { userinfo: USER, digest: { algorithm }, keepsRefused: true },
    });
    assert.equal((await http.request('GET', `${plain.origin}/a?b`)).status, 200);
    assert.equal((await http.request('POST', `${plain.origin}/b`, { body: 'text' })).status, 200);
    assert.equal((await http.request('GET', `${secure.origin}/c`)).status, 200);
    assert.deepEqual(story(proxy), [
      'GET Basic on 0',
      'GET Digest 1 on 0',
      'POST Digest 2 on 0',
      'CONNECT Digest 3 on 1',
    ]);
    assert.equal(proxy.nonces, 1);
  });
}

test('PoolManager({ proxy: { auth: "digest" } }) never sends the password in a form that can be read', async (t) => {
  const { proxy, plain, http } = await served(t, {
    proxy: { userinfo: USER, digest: {} },
    option: ({ url }) => ({ url, auth: 'digest' }),
  });
  assert.equal((await http.request('GET', plain.origin)).status, 200);
  assert.deepEqual(story(proxy), ['GET nothing on 0', 'GET Digest 1 on 0']);
});

for (const [keepsRefused, connections] of [
  [true, 1],
  [false, 2],
] as const) {
  test(`PoolManager({ proxy }) answers Digest to CONNECT on ${keepsRefused ? 'the same' : 'a new'} connection`, async (t) => {
    const { proxy, secure, http, events } = await served(t, {
      proxy: { userinfo: USER, digest: {}, keepsRefused },
    });
    assert.equal((await http.request('GET', `${secure.origin}/a`)).text(), '/a');
    assert.equal(proxy.connections, connections);
    assert.deepEqual(
      proxy.requests.map(({ method }) => method),
      ['CONNECT', 'CONNECT'],
    );
    assert.equal(http.snapshot().numConnections, 1);
    const starts = events.filter(({ type }) => type === 'proxy-start').length;
    assert.deepEqual([starts, events.filter(({ type }) => type === 'proxy-end').length], [connections, connections]);
  });
}

test('PoolManager({ proxy }) answers a stale nonce, for forwarded requests and for CONNECT', async (t) => {
  const { proxy, plain, secure, http } = await served(t, { proxy: { userinfo: USER, digest: { maxUses: 2 } } });
  for (const path of ['/a', '/b', '/c', '/d', '/e']) {
    assert.equal((await http.request('GET', plain.origin + path)).text(), path);
  }
  assert.equal((await http.request('GET', `${secure.origin}/f`)).text(), '/f');
  assert.equal((await http.request('GET', `${secure.origin}/g`)).text(), '/g');
  assert.equal(proxy.nonces, 3);
});

test('PoolManager({ proxy }) answers a stale nonce for each request of a chain of redirects', async (t) => {
  const { plain, http } = await served(t, {
    proxy: { userinfo: USER, digest: { maxUses: 1 } },
    manager: { retries: 10 },
    reply: ({ target }) =>
      target === '/0' ? {} : { status: 302, headers: { Location: `/${Number(target.slice(1)) - 1}` } },
  });
  assert.equal((await http.request('GET', `${plain.origin}/6`)).text(), '/0');
});

test('PoolManager({ proxy }) shares a nonce between requests that start at once', async (t) => {
  const { proxy, plain, secure, http } = await served(t, { proxy: { userinfo: USER, digest: {} } });
  const urls = Array.from({ length: 20 }, (_, i) => `${i % 4 === 0 ? secure.origin : plain.origin}/${i}`);
  const answers = await Promise.all(urls.map(async (url) => (await http.request('GET', url)).status));
  assert.deepEqual([...new Set(answers)], [200]);
  // Each was refused once at most, and every use of a nonce counted once.
  assert.ok(proxy.requests.length <= 40, `${proxy.requests.length} requests`);
});

test('PoolManager({ proxy }) sends a body again that can be replayed, and gives the 407 where it cannot', async (t) => {
  const { proxy, plain, http } = await served(t, { proxy: { userinfo: USER, digest: {} } });
  const once = (async function* () {
    yield 'once';
  })();
  assert.equal((await http.request('POST', plain.origin, { body: once })).status, 407);
  // Its challenge was taken all the same.
  assert.equal((await http.request('POST', plain.origin, { body: () => [Buffer.from('again')] })).status, 200);
  assert.deepEqual(
    proxy.requests.map(({ headers }) => fieldValues(headers, 'proxy-authorization')[0]?.split(' ')[0]),
    ['Basic', 'Digest'],
  );
  assert.equal(plain.requests.at(-1)?.body.toString(), 'again');
});

test('PoolManager({ proxy }) streams and upgrades after a challenge too', async (t) => {
  const { plain, http } = await served(t, { proxy: { userinfo: USER, digest: {} } });
  const response = await http.stream('GET', `${plain.origin}/a`);
  assert.deepEqual([response.status, await response.text()], [200, '/a']);
});

for (const scheme of ['basic', 'digest'] as const) {
  test(`PoolManager({ proxy }) ends with one error or one 407 where the password is wrong, by ${scheme}`, async (t) => {
    const { proxy, plain, secure, http, events } = await served(t, {
      proxy: { userinfo: USER, ...(scheme === 'digest' ? { digest: {} } : {}) },
      option: ({ url }) => url.replace('s:cret', 'wr0ng'),
    });
    assert.equal((await http.request('GET', plain.origin)).status, 407);
    assert.equal(proxy.requests.length, scheme === 'digest' ? 2 : 1);
    await assert.rejects(http.request('GET', secure.origin), (error: unknown) => {
      assert.ok(error instanceof ProxyError);
      assert.deepEqual([error.code, error.phase, error.status], ['ERR_PROXY_AUTH', 'proxy', 407]);
      assert.match(error.message, /it answered 407 Proxy Authentication Required; are its user and password right\?$/);
      assert.doesNotMatch(JSON.stringify([events, http.snapshot()]) + error.message + error.stack, /wr0ng|bWU6d3I/);
      return true;
    });
    assert.equal(proxy.requests.length, scheme === 'digest' ? 4 : 2);
    assert.equal(plain.requests.length + secure.connections.length, 0);
  });
}

test('PoolManager({ proxy }) names the schemes of a proxy that asks for none that it knows', async (t) => {
  const { secure, http } = await served(t, { proxy: { userinfo: USER, challenges: ['NTLM', 'Negotiate'] } });
  await assert.rejects(http.request('GET', secure.origin), {
    code: 'ERR_PROXY_AUTH',
    message: /it asks for NTLM, Negotiate, and only Basic and Digest are spoken here$/,
  });
});

test('PoolManager({ proxy }) asks for a user where the proxy wants one and none is given', async (t) => {
  const { secure, http } = await served(t, {
    proxy: { userinfo: USER },
    option: ({ url }) => url.replace(`${USER}@`, ''),
  });
  await assert.rejects(http.request('GET', secure.origin), {
    code: 'ERR_PROXY_AUTH',
    message: /it asks for a user and a password: give them in its URL$/,
  });
});

test('PoolManager({ proxy }) bounds the challenges of a proxy that always calls its nonce stale', async (t) => {
  const challenges = ['Digest realm="r", nonce="n", qop="auth", stale=true'];
  const { proxy, plain, secure, http } = await served(t, { proxy: { userinfo: USER, challenges } });
  assert.equal((await http.request('GET', plain.origin)).status, 407);
  assert.equal(proxy.requests.length, 4);
  await assert.rejects(http.request('GET', secure.origin), { code: 'ERR_PROXY_AUTH' });
  assert.equal(proxy.requests.length, 8);
});

const OWN = { 'Proxy-Authorization': 'Bearer own' };

test('A request’s own Proxy-Authorization goes to the proxy that forwards it, in place of that of the proxy’s URL', async (t) => {
  const { proxy, plain, http } = await served(t, { proxy: { challenges: ['Bearer'], userinfo: USER } });
  assert.equal((await http.request('GET', plain.origin, { headers: OWN })).status, 407);
  assert.deepEqual(
    proxy.requests.map(({ headers }) => fieldValues(headers, 'proxy-authorization')),
    [['Bearer own']],
  );
});

test('A request’s own Proxy-Authorization goes to no origin: not through a tunnel, not directly, not after a redirect', async (t) => {
  const { proxy, plain, secure, http } = await served(t, {
    reply: ({ target }) => {
      const at = /^\/to\?(?<url>.*)$/.exec(target)?.groups?.url;
      return at === undefined ? {} : { status: 307, headers: { Location: decodeURIComponent(at) } };
    },
    manager: { retries: undefined, keepHeadersOnRedirect: ['proxy-authorization'], allowDowngrade: true },
  });
  await http.request('GET', `${secure.origin}/tunnel`, { headers: OWN });
  await http.request('GET', `${plain.origin}/direct`, { headers: OWN, proxy: null });
  await http.request('GET', `${plain.origin}/to?${encodeURIComponent(`${secure.origin}/a`)}`, { headers: OWN });
  await http.request('GET', `${plain.origin}/to?${encodeURIComponent(`${secure.origin}/b`)}`, {
    headers: OWN,
    proxy: null,
  });
  const direct = new PoolManager({ headers: OWN });
  t.after(() => direct.close());
  await direct.request('GET', `${plain.origin}/default`);
  assert.equal(plain.requests.length + secure.requests.length, 7);
  for (const { headers } of [...plain.requests, ...secure.requests]) {
    assert.deepEqual(fieldValues(headers, 'proxy-authorization'), []);
  }
  for (const { method, headers } of proxy.requests) {
    assert.deepEqual(fieldValues(headers, 'proxy-authorization'), method === 'CONNECT' ? [] : ['Bearer own']);
  }
});
