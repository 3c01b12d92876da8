// TLS against nginx: client certificates, session resumption, versions and ciphers.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PoolManager, type PoolManagerOptions, TLSError } from 'urlpool';
import { type CertificateAuthority, createCertificateAuthority } from 'urlpool-testing';
import { Nginx, nginxMissing } from './nginx.ts';

const skip = nginxMissing() ?? false;

const TELL =
  'add_header X-Client "$ssl_client_s_dn"; add_header X-TLS "$ssl_protocol $ssl_cipher $ssl_session_reused";';

interface Setup {
  readonly directives: string;
  readonly client?: (authority: CertificateAuthority) => Promise<PoolManagerOptions>;
}

async function served(t: TestContext, { directives, client }: Setup) {
  const authority = await createCertificateAuthority();
  const nginx = await Nginx.start(
    `${TELL} ${directives}`,
    { a: 'hello' },
    { authority, settings: { 'ca.pem': authority.certificate } },
  );
  const http = new PoolManager({ ca: authority.certificate, retries: false, ...(await client?.(authority)) });
  t.after(async () => {
    await http.close({ timeout: 0 });
    await nginx.stop();
    nginx.remove();
  });
  return { http, url: `https://localhost:${nginx.https}/a`, nginx };
}

const DEMANDS = 'ssl_client_certificate ca.pem; ssl_verify_client on;';

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  const directives = `${DEMANDS} ssl_protocols ${version};`;

  test(`nginx takes a client certificate over ${version}`, { skip }, async (t) => {
    const { http, url } = await served(t, {
      directives,
      client: async (authority) => {
        const { cert, key } = await authority.issue({ client: true, name: 'alice' });
        return { cert, key };
      },
    });
    const response = await http.request('GET', url);
    assert.deepEqual([response.status, response.headers.get('x-client')], [200, 'CN=alice']);
    assert.match(response.headers.get('x-tls') ?? '', new RegExp(`^${version} `));
  });

  test(`nginx takes a client certificate of an authority between, over ${version}`, { skip }, async (t) => {
    const { http, url } = await served(t, {
      directives: `${directives} ssl_verify_depth 3;`,
      client: async (authority) => {
        const { cert, key } = await (await authority.intermediate()).issue({ client: true, name: 'bob' });
        return { cert, key };
      },
    });
    const response = await http.request('GET', url);
    assert.deepEqual([response.status, response.headers.get('x-client')], [200, 'CN=bob']);
  });

  test(`nginx answers 400 where there is no client certificate, over ${version}`, { skip }, async (t) => {
    const { http, url } = await served(t, { directives });
    const response = await http.request('GET', url);
    assert.equal(response.status, 400);
    assert.match(response.text(), /No required SSL certificate was sent/);
  });

  test(`nginx answers 400 to the client certificate of a stranger, over ${version}`, { skip }, async (t) => {
    const { http, url } = await served(t, {
      directives,
      client: async () => {
        const { cert, key } = await (await createCertificateAuthority()).issue({ client: true, name: 'mallory' });
        return { cert, key };
      },
    });
    const response = await http.request('GET', url);
    assert.equal(response.status, 400);
    assert.match(response.text(), /The SSL certificate error/);
  });

  test(`nginx sees sessions resumed over ${version}, and the snapshot says so`, { skip }, async (t) => {
    const { http, url } = await served(t, {
      directives: `ssl_protocols ${version}; ssl_session_cache shared:a:1m; ssl_session_tickets on;`,
    });
    const seen: (string | undefined)[] = [];
    for (let i = 0; i < 4; i++) {
      const response = await http.request('GET', url);
      seen.push(response.headers.get('x-tls')?.split(' ')[2]);
      await http.clear();
    }
    assert.deepEqual(seen, ['.', 'r', 'r', 'r']);
    assert.deepEqual([http.snapshot().created, http.snapshot().resumed], [4, 3]);
  });
}

test('nginx and a client without a version in common', { skip }, async (t) => {
  const { http, url } = await served(t, {
    directives: 'ssl_protocols TLSv1.2;',
    client: async () => ({ minVersion: 'TLSv1.3' }),
  });
  await assert.rejects(http.request('GET', url), (error) => {
    assert.ok(error instanceof TLSError);
    assert.match(error.message, /it speaks no version of TLS that is spoken here; options: minVersion, maxVersion$/);
    return true;
  });
});

test('nginx speaks the cipher that the client asks for', { skip }, async (t) => {
  const { http, url } = await served(t, {
    directives: 'ssl_protocols TLSv1.2 TLSv1.3;',
    client: async () => ({ ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384', maxVersion: 'TLSv1.2' }),
  });
  const response = await http.request('GET', url);
  assert.match(response.headers.get('x-tls') ?? '', /^TLSv1\.2 ECDHE-ECDSA-AES256-GCM-SHA384 /);
});

test('nginx whose http port is asked for TLS', { skip }, async (t) => {
  const { http, nginx } = await served(t, { directives: '' });
  await assert.rejects(http.request('GET', `https://localhost:${nginx.http}/a`), { code: 'ERR_TLS_NOT_SPOKEN' });
});
