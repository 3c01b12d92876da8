// What a proxy that forwards requests cannot carry goes through a tunnel (RFC 6455 §4.1, RFC 9110 §7.8).

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HTTPConnectionPool, PoolManager } from 'urlpool';
import { type Script, ScriptedServer, TestProxy } from 'urlpool-testing';

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n';

const script: Script = async (connection) => {
  for (;;) {
    const { target } = await connection.request();
    if (target === '/plain') await connection.respond({ body: 'ok' });
    else if (target === '/to') await connection.respond({ status: 307, headers: { Location: '/echo' } });
    else break;
  }
  await connection.write(SWITCH);
  for (let bytes = await connection.read(); bytes !== null; bytes = await connection.read())
    await connection.write(bytes);
  connection.end();
};

async function served(t: TestContext) {
  const [server, proxy] = [await ScriptedServer.start({}, script), await TestProxy.start({ userinfo: 'me:secret' })];
  const http = new PoolManager({ proxy: proxy.url });
  t.after(async () => {
    await http.close({ timeout: 0 });
    await Promise.all([server.close(), proxy.close()]);
  });
  return { server, proxy, http };
}

const methods = (proxy: TestProxy): string[] => proxy.requests.map(({ method }) => method);

for (const target of ['/echo', '/to']) {
  test(`upgrade() over a proxy that forwards opens a tunnel, for ${target} too`, async (t) => {
    const { server, proxy, http } = await served(t);
    assert.equal((await http.request('GET', `${server.origin}/plain`)).text(), 'ok');
    const { stream } = await http.upgrade(server.origin + target, { protocol: 'echo', redirect: true });
    stream.end('hello');
    const came: unknown[] = [];
    for await (const chunk of stream) came.push(chunk);
    assert.equal(Buffer.concat(came as Buffer[]).toString(), 'hello');
    assert.deepEqual(methods(proxy), ['GET', 'CONNECT']);
    assert.equal(server.requests.at(-1)?.target, '/echo');
  });
}

test('upgrade() of a pool opens a tunnel beside its forwarded requests, and close() leaves nothing of it', async (t) => {
  const { server, proxy } = await served(t);
  const pool = new HTTPConnectionPool('127.0.0.1', { port: Number(new URL(server.origin).port), proxy: proxy.url });
  assert.equal((await pool.request('GET', '/plain')).text(), 'ok');
  await assert.rejects(pool.upgrade('/plain', { protocol: 'echo' }), { code: 'ERR_UPGRADE_REFUSED' });
  const { stream } = await pool.upgrade('/echo', { protocol: 'echo' });
  stream.destroy();
  await pool.close();
  assert.deepEqual(methods(proxy), ['GET', 'CONNECT']);
});

test('tunnel() over a proxy leads through both', async (t) => {
  const { server, proxy, http } = await served(t);
  const second = await TestProxy.start();
  t.after(() => second.close());
  const { stream } = await http.tunnel(second.url, server.origin.slice('http://'.length));
  stream.write('GET /plain HTTP/1.1\r\nHost: a\r\n\r\n');
  const [first] = await Promise.all([new Promise<Buffer>((resolve) => stream.once('data', resolve))]);
  assert.match(first.toString(), /^HTTP\/1\.1 200/);
  stream.destroy();
  assert.deepEqual([methods(proxy), methods(second)], [['CONNECT'], ['CONNECT']]);
});
