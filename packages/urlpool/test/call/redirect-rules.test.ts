import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PoolManager, type PoolManagerOptions, RedirectError, Retry } from 'urlpool';
import { type ReceivedRequest, ScriptedServer, type ServerTls } from 'urlpool-testing';
import { echo, localCertificate } from '../connection/served-pool.ts';

// What the caller may change of how redirects are followed. The default is tested in redirects.test.ts.

/** Leads from one origin to `/to` of another one. */
async function sites(t: TestContext, options: PoolManagerOptions = {}, tls: ServerTls | null = null) {
  const other = await ScriptedServer.start({}, echo);
  const server = await ScriptedServer.start(tls === null ? {} : { tls }, async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({ status: 302, headers: { Location: `${other.origin}/to` } });
    }
  });
  const http = new PoolManager(tls === null ? options : { ca: tls.ca, ...options });
  t.after(async () => {
    const quiet = http.close({ timeout: 1 });
    await Promise.all([server.close(), other.close()]);
    await quiet;
  });
  const from = tls === null ? server.origin : `https://localhost:${server.port}`;
  return { http, other, from };
}

function named(request: ReceivedRequest | undefined, ...names: readonly string[]): string[] {
  return names.filter((name) => request?.headers.some(([sent]) => sent === name));
}

const SECRETS = { 'X-API-Key': 'k', Authorization: 'Bearer t', Cookie: 'a=b' };

// the options, of what they are, and the fields that the other origin gets
const FIELDS: readonly (readonly [
  string,
  Pick<PoolManagerOptions, 'keepHeadersOnRedirect' | 'retries'>,
  readonly string[],
])[] = [
  ['keepHeadersOnRedirect', { keepHeadersOnRedirect: ['x-api-key'] }, ['X-API-Key']],
  [
    'removeHeadersOnRedirect',
    { retries: new Retry(3, { removeHeadersOnRedirect: ['COOKIE'] }) },
    ['X-API-Key', 'Authorization'],
  ],
  ['neither', {}, []],
];

for (const [name, options, expected] of FIELDS) {
  test(`request() sends header fields to another origin as ${name} of the request says`, async (t) => {
    const { http, other, from } = await sites(t);
    await http.request('GET', from, { headers: SECRETS, ...options });
    assert.deepEqual(named(other.requests[0], ...Object.keys(SECRETS)), expected);
  });

  test(`request() sends header fields to another origin as ${name} of the manager says`, async (t) => {
    const { http, other, from } = await sites(t, options);
    await http.request('GET', from, { headers: SECRETS });
    assert.deepEqual(named(other.requests[0], ...Object.keys(SECRETS)), expected);
  });
}

test('request() keeps POST and its body where keepMethodOnRedirect says so', async (t) => {
  const { http, other, from } = await sites(t, { keepMethodOnRedirect: true });
  await http.request('POST', from, { body: 'text' });
  await http.request('POST', from, { body: 'text', keepMethodOnRedirect: false });
  assert.deepEqual(
    other.requests.map(({ method, body }) => [method, body.toString()]),
    [
      ['POST', 'text'],
      ['GET', ''],
    ],
  );
});

test('request() follows no redirect where the manager says so, unless the request does', async (t) => {
  const { http, from } = await sites(t, { redirect: false });
  const statuses = [await http.request('GET', from), await http.request('GET', from, { redirect: true })];
  assert.deepEqual(
    statuses.map(({ status }) => status),
    [302, 200],
  );
});

test('request() does not follow a redirect from https to http', async (t) => {
  const { http, other, from } = await sites(t, {}, await localCertificate());
  const error: unknown = await http.request('GET', `${from}/a`).catch((reason: unknown) => reason);
  assert.ok(error instanceof RedirectError);
  assert.equal(error.code, 'ERR_REDIRECT_DOWNGRADE');
  assert.equal(
    error.message,
    `Cannot follow the redirect of GET ${from}/a: it leads from https to http; option: allowDowngrade`,
  );
  assert.deepEqual([other.requests, http.snapshot().idle], [[], 1]);
});

test('request() follows a redirect from https to http where allowDowngrade says so', async (t) => {
  const { http, from } = await sites(t, {}, await localCertificate());
  assert.equal((await http.request('GET', from, { allowDowngrade: true })).text(), '/to');
});
