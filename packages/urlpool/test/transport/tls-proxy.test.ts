// TLS with a proxy, and through it: each by options of its own.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type HTTPError, PoolManager, type PoolManagerOptions, type TLSOptions } from 'urlpool';
import { createCertificateAuthority, ScriptedServer, TestProxy } from 'urlpool-testing';
import { echo } from '../connection/served-pool.ts';

const NO_PIN = `sha256/${'A'.repeat(43)}=`;

interface Setup {
  /** Whether the proxy demands a certificate. */
  readonly demands?: boolean;
  readonly scheme?: 'http' | 'https';
  readonly options?: PoolManagerOptions;
  readonly tls?: TLSOptions;
}

/** An origin and a proxy of two authorities that know nothing of each other. */
async function served(t: TestContext, { demands = false, scheme = 'https', options, tls }: Setup = {}) {
  const [ofOrigin, ofProxy] = [await createCertificateAuthority(), await createCertificateAuthority()];
  const proxy = await TestProxy.start({ tls: { ...(await ofProxy.issue()), requestCert: demands } });
  const tlsOfOrigin = scheme === 'https' ? { tls: { ...(await ofOrigin.issue()), requestCert: demands } } : {};
  const origin = await ScriptedServer.start(tlsOfOrigin, echo);
  const alice = await ofOrigin.issue({ client: true, name: 'alice' });
  const gate = await ofProxy.issue({ client: true, name: 'gate' });
  const own = demands ? { cert: alice.cert, key: alice.key } : {};
  const forProxy = demands ? { cert: gate.cert, key: gate.key } : {};
  const http = new PoolManager({
    ca: ofOrigin.certificate,
    ...own,
    proxy: { url: proxy.url, tls: { ca: ofProxy.certificate, ...forProxy, ...tls } },
    retries: false,
    ...options,
  });
  t.after(async () => {
    await http.close({ timeout: 0 });
    await Promise.all([proxy.close(), origin.close()]);
  });
  return { http, origin, proxy, url: `${origin.origin}/a` };
}

for (const scheme of ['http', 'https'] as const) {
  test(`proxy.tls is for the proxy alone, where the origin is ${scheme}`, async (t) => {
    const { http, url } = await served(t, { scheme });
    assert.equal((await http.request('GET', url)).text(), '/a');
  });

  // name, options of proxy.tls, code, sentence
  const wrong: readonly (readonly [string, TLSOptions, string, RegExp])[] = [
    ['no authority', { ca: undefined }, 'ERR_TLS_CERTIFICATE', /option: proxy\.tls\.ca$/],
    ['another pin', { pins: NO_PIN }, 'ERR_TLS_PIN', /option: proxy\.tls\.pins$/],
    ['another name', { servername: 'other.test' }, 'ERR_TLS_CERTIFICATE', /option: proxy\.tls\.servername$/],
    [
      'another fingerprint',
      { fingerprint: 'ab'.repeat(32), rejectUnauthorized: false },
      'ERR_TLS_PIN',
      /option: proxy\.tls\.fingerprint$/,
    ],
  ];
  for (const [name, tls, code, sentence] of wrong) {
    test(`proxy.tls with ${name} fails, and says so, where the origin is ${scheme}`, async (t) => {
      const { http, url, proxy } = await served(t, { scheme, tls });
      const reason: unknown = await http.request('GET', url).catch((error: unknown) => error);
      assert.equal((reason as HTTPError).code, code);
      assert.match((reason as HTTPError).message, sentence);
      assert.deepEqual(proxy.requests, []);
    });
  }
}

test('a client certificate for the proxy and one for the origin go to the one each that they are for', async (t) => {
  const { http, origin, url } = await served(t, { demands: true });
  assert.equal((await http.request('GET', url)).text(), '/a');
  assert.equal(origin.connections[0]?.tls?.clientName, 'alice');
});

// Within the tunnel

// name, options, code, sentence
const INSIDE: readonly (readonly [string, PoolManagerOptions, string, RegExp])[] = [
  ['no authority', { ca: undefined }, 'ERR_TLS_CERTIFICATE', /; option: ca$/],
  ['another pin', { pins: NO_PIN }, 'ERR_TLS_PIN', /; option: pins$/],
  [
    'another pin, without rejectUnauthorized',
    { pins: NO_PIN, rejectUnauthorized: false },
    'ERR_TLS_PIN',
    /option: pins$/,
  ],
  ['another name', { servername: 'other.test' }, 'ERR_TLS_CERTIFICATE', /; option: servername$/],
  [
    "a check of the caller's that refuses",
    { checkServerIdentity: () => new Error('no') },
    'ERR_TLS_CERTIFICATE',
    /\(no\); option: checkServerIdentity$/,
  ],
];

for (const [name, options, code, sentence] of INSIDE) {
  test(`TLS within a tunnel, with ${name}, fails and names the option of the origin`, async (t) => {
    const { http, url, origin, proxy } = await served(t, { options });
    const reason: unknown = await http.request('GET', url).catch((error: unknown) => error);
    assert.equal((reason as HTTPError).code, code);
    assert.match((reason as HTTPError).message, sentence);
    assert.equal(proxy.requests.length, 1);
    assert.equal(origin.requests.length, 0);
    const { open, dialling } = http.snapshot();
    assert.deepEqual([open, dialling], [0, 0]);
  });
}

test('TLS within a tunnel resumes sessions', async (t) => {
  const { http, url, origin } = await served(t);
  for (let i = 0; i < 3; i++) {
    await http.request('GET', url);
    await http.clear();
  }
  assert.deepEqual(
    origin.connections.map(({ tls }) => tls?.resumed),
    [false, true, true],
  );
  assert.equal(http.snapshot().resumed, 2);
});
