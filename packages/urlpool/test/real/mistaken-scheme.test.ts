// Proxies that are spoken to in another language than theirs: one error that names the proxy, soon, and nothing left open.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PoolManager } from 'urlpool';
import { createCertificateAuthority } from 'urlpool-testing';
import { danteMissing, startDante } from './dante.ts';
import { microsocksMissing, startMicrosocks } from './microsocks.ts';
import { squidMissing, startSquid } from './squid.ts';
import { type StartedServer, skippedWithout } from './started-server.ts';
import { startStunnel, stunnelMissing } from './stunnel.ts';
import { startTinyproxy, tinyproxyMissing } from './tinyproxy.ts';

async function startTLS(t: TestContext): Promise<StartedServer> {
  const squid = await startSquid();
  t.after(() => squid.close());
  return await startStunnel(squid.port, { certificate: await (await createCertificateAuthority()).issue() });
}

// program, why it is missing, how it is started, scheme of the URL, codes
const CASES = [
  ['squid', squidMissing(), () => startSquid(), 'https', ['ERR_TLS_NOT_SPOKEN']],
  // It waits for the end of what is no line.
  ['squid', squidMissing(), () => startSquid(), 'socks4', ['ERR_TIMEOUT']],
  ['squid', squidMissing(), () => startSquid(), 'socks5h', ['ERR_TIMEOUT']],
  // It answers once it has read a line, and whether a ClientHello holds the end of one is chance.
  ['tinyproxy', tinyproxyMissing(), () => startTinyproxy(), 'https', ['ERR_TIMEOUT', 'ERR_TLS_NOT_SPOKEN']],
  ['microsocks', microsocksMissing(), () => startMicrosocks(), 'http', ['ERR_PROXY', 'ERR_PROTOCOL']],
  ['microsocks', microsocksMissing(), () => startMicrosocks(), 'https', ['ERR_TLS']],
  ['microsocks', microsocksMissing(), () => startMicrosocks(), 'socks4a', ['ERR_PROXY']],
  ['Dante', danteMissing(), () => startDante(), 'http', ['ERR_PROXY', 'ERR_CONNECTION_CLOSED', 'ERR_CONNECTION_RESET']],
  ['Dante', danteMissing(), () => startDante(), 'https', ['ERR_TLS']],
  [
    'stunnel',
    skippedWithout(stunnelMissing(), squidMissing()) || null,
    startTLS,
    'http',
    ['ERR_PROXY', 'ERR_CONNECTION_RESET', 'ERR_CONNECTION_CLOSED'],
  ],
] as const;

for (const [name, missing, start, scheme, codes] of CASES) {
  test(`${name} that is spoken to as ${scheme} is named in one error`, { skip: skippedWithout(missing) }, async (t) => {
    const proxy = await start(t);
    t.after(() => proxy.close());
    const http = new PoolManager({
      proxy: `${scheme}://127.0.0.1:${proxy.port}`,
      retries: false,
      timeout: { connect: codes.some((code) => code === 'ERR_TIMEOUT') ? 200 : 10_000 },
    });
    for (const url of ['http://127.0.0.1:1/', 'https://127.0.0.1:1/']) {
      await assert.rejects(http.request('GET', url), (error: Error & { code?: string }) => {
        assert.ok(
          codes.some((code) => code === error.code),
          `${error.code}: ${error.message}`,
        );
        assert.match(error.message, new RegExp(`the proxy ${scheme}://127\\.0\\.0\\.1:${proxy.port}\\b`));
        return true;
      });
    }
    const { open, dialling, queued } = http.snapshot();
    assert.deepEqual([open, dialling, queued], [0, 0, 0]);
    await http.close();
  });
}
