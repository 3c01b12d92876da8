// Requests through stunnel in front of squid, an HTTPS proxy: TLS with the proxy, and TLS with the origin within.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { PoolManager, type PoolManagerOptions, type TLSOptions } from 'urlpool';
import { type CertificateAuthority, createCertificateAuthority } from 'urlpool-testing';
import { Nginx, nginxMissing } from './nginx.ts';
import { squidMissing, startSquid } from './squid.ts';
import { skippedWithout } from './started-server.ts';
import { startStunnel, stunnelHandshakes, stunnelMissing } from './stunnel.ts';

const skip = skippedWithout(stunnelMissing(), squidMissing(), nginxMissing());
const FILES = { '1k': 'k'.repeat(1024), '5m': 'M'.repeat(5_000_000) };

interface Setup {
  readonly manager?: PoolManagerOptions;
  readonly asksForCertificate?: boolean;
  /** How the manager speaks TLS with the proxy. */
  readonly tls?: (authority: CertificateAuthority) => Promise<TLSOptions> | TLSOptions;
}

async function served(t: TestContext, { manager, asksForCertificate = false, tls }: Setup = {}) {
  const authority = await createCertificateAuthority();
  const certificate = await authority.issue({ hosts: ['localhost'] });
  const nginx = await Nginx.start('keepalive_requests 100000;', FILES);
  t.after(async () => {
    await nginx.stop();
    nginx.remove();
  });
  const squid = await startSquid();
  t.after(() => squid.close());
  const stunnel = await startStunnel(squid.port, { certificate, asksForCertificate });
  t.after(() => stunnel.close());
  const url = `https://me:secret@localhost:${stunnel.port}`;
  const http = new PoolManager({
    proxy: { url, tls: tls === undefined ? { ca: authority.certificate } : await tls(authority) },
    ca: nginx.ca,
    maxSize: 4,
    ...manager,
  });
  t.after(() => http.close({ timeout: 0 }));
  const urls = [`http://127.0.0.1:${nginx.http}`, `https://localhost:${nginx.https}`] as const;
  return { http, nginx, squid, stunnel, urls, text: `https://localhost:${stunnel.port}` };
}

test('stunnel in front of squid is an HTTPS proxy for http and https origins, with connections kept', {
  skip,
}, async (t) => {
  const { http, nginx, stunnel, urls, text } = await served(t);
  await Promise.all(
    Array.from({ length: 300 }, async (_, i) => {
      const response = await http.request('GET', `${urls[i % 2]}/1k`);
      assert.ok(response.text() === FILES['1k']);
    }),
  );
  const { pools, numRequests, numConnections } = http.snapshot();
  assert.deepEqual(pools.map(({ origin }) => origin).sort(), [text, urls[1]].sort());
  assert.ok(pools.every((pool) => pool.numConnections <= 4));
  assert.equal(numRequests, 300);
  const { full, resumed } = stunnelHandshakes(stunnel);
  assert.equal(full + resumed, numConnections);
  assert.ok(nginx.log.every(({ status }) => status === 200));
});

test('stunnel in front of squid resumes the sessions of earlier connections, and so does the origin within', {
  skip,
}, async (t) => {
  const { http, stunnel, urls } = await served(t);
  for (let round = 0; round < 4; round++) {
    for (const url of urls) {
      assert.equal((await http.request('GET', `${url}/1k`)).status, 200);
      // A ticket of TLS 1.3 comes after the handshake.
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    await http.clear();
  }
  const { full, resumed } = stunnelHandshakes(stunnel);
  assert.equal(full + resumed, 8);
  // The pool of forwarded requests and that of tunnels have sessions of their own.
  assert.deepEqual([full, http.snapshot().resumed], [2, 6]);
});

test('stunnel in front of squid carries 5 MB unchanged, through TLS within TLS', { skip }, async (t) => {
  const { http, urls } = await served(t);
  const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
  for (const url of urls) {
    const response = await http.request('GET', `${url}/5m`);
    assert.equal(sha256(response.data), sha256(FILES['5m']));
  }
});

test('stunnel whose certificate nobody trusts is named as the proxy, for it and the origin are trusted apart', {
  skip,
}, async (t) => {
  const { http, urls, text, nginx } = await served(t, { tls: () => ({}) });
  for (const options of [{}, { ca: nginx.ca }]) {
    await assert.rejects(http.request('GET', urls[1], options), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'ERR_TLS_CERTIFICATE');
      assert.ok(error.message.includes(`the proxy ${text}`), error.message);
      return true;
    });
    await assert.rejects(http.request('GET', urls[0], options), { code: 'ERR_TLS_CERTIFICATE' });
  }
  // The authority of the proxy is not one of origins either.
  const { http: other, urls: others } = await served(t, { manager: { ca: nginx.ca } });
  await assert.rejects(other.request('GET', others[1]), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'ERR_TLS_CERTIFICATE');
    assert.ok(error.message.includes(others[1]), error.message);
    return true;
  });
});

test('stunnel that asks for a certificate gets the one of proxy.tls', { skip }, async (t) => {
  const { http, urls } = await served(t, {
    asksForCertificate: true,
    tls: async (authority) => {
      const { cert, key } = await authority.issue({ client: true });
      return { ca: authority.certificate, cert, key };
    },
  });
  for (const url of urls) assert.equal((await http.request('GET', `${url}/1k`)).status, 200);
  const without = await served(t, { asksForCertificate: true, manager: { retries: false } });
  for (const url of without.urls) await assert.rejects(without.http.request('GET', url), { name: /Error$/ });
  assert.equal(without.nginx.log.filter(({ status }) => status === 200).length, 0);
});

test('stunnel may be killed while connections are kept', { skip }, async (t) => {
  const { http, stunnel, urls, text } = await served(t);
  for (const url of urls) assert.equal((await http.request('GET', `${url}/1k`)).status, 200);
  await stunnel.kill();
  await assert.rejects(http.request('GET', urls[1], { retries: false }), {
    code: 'ERR_CONNECTION_REFUSED',
    message: new RegExp(`^Cannot reach the proxy ${text} of ${urls[1]}: `),
  });
  await stunnel.start();
  for (const url of urls) assert.equal((await http.request('GET', `${url}/1k`, { retries: false })).status, 200);
});
