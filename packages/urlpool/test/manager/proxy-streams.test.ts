// Large bodies through TLS in a tunnel, which is read in another way than TLS over a connection of its own.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { PoolManager } from 'urlpool';
import { TestProxy } from 'urlpool-testing';
import { localCertificate, testAuthority } from '../connection/served-pool.ts';

const BODY = randomBytes(8 * 1024 * 1024);
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function served(t: TestContext, isSecureProxy: boolean) {
  const { certificate: ca } = await testAuthority();
  const tls = await localCertificate();
  const server = createServer({ cert: tls.cert, key: tls.key }, (request, response) => {
    if (request.url === '/close') response.writeHead(200, { Connection: 'close' }).end(BODY.subarray(0, 100_000));
    else if (request.url === '/chunked') response.write(BODY, () => response.end());
    else response.writeHead(200, { 'Content-Length': BODY.length }).end(BODY);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await TestProxy.start(isSecureProxy ? { tls } : {});
  const http = new PoolManager({ ca, proxy: { url: proxy.url, ...(isSecureProxy ? { tls: { ca } } : {}) } });
  t.after(async () => {
    await http.close({ timeout: 0 });
    server.closeAllConnections();
    server.close();
    await proxy.close();
  });
  return { http, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, proxy };
}

for (const isSecureProxy of [false, true]) {
  const by = isSecureProxy ? 'an https proxy' : 'an http proxy';

  test(`A large body comes whole through ${by}, in memory and as a stream that is read slowly`, async (t) => {
    const { http, url, proxy } = await served(t, isSecureProxy);
    for (const path of ['/length', '/chunked']) {
      assert.equal(hash((await http.request('GET', url + path)).data), hash(BODY));
      const response = await http.stream('GET', url + path);
      const got = createHash('sha256');
      let chunks = 0;
      for await (const chunk of response) {
        got.update(chunk);
        if (chunks++ < 5) await new Promise((resolve) => setTimeout(resolve, 5));
      }
      assert.equal(got.digest('hex'), hash(BODY));
    }
    assert.equal(proxy.connections, 1);
  });

  test(`A body that ends with the connection comes whole through ${by}`, async (t) => {
    const { http, url } = await served(t, isSecureProxy);
    assert.equal((await http.request('GET', `${url}/close`)).data.length, 100_000);
    assert.equal(http.snapshot().open, 0);
  });

  test(`A stream that is left in the middle frees its connection through ${by}`, async (t) => {
    const { http, url } = await served(t, isSecureProxy);
    const response = await http.stream('GET', `${url}/length`);
    for await (const chunk of response) {
      assert.ok(chunk.length > 0);
      break;
    }
    await response.dispose();
    assert.equal(http.snapshot().active, 0);
    assert.equal((await http.request('GET', `${url}/chunked`)).data.length, BODY.length);
  });
}
