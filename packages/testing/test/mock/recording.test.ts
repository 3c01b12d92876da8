import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { PoolManager } from 'urlpool';
import {
  FakeClock,
  MockServer,
  type Recording,
  type RecordOptions,
  type ScriptedConnection,
  ScriptedServer,
} from 'urlpool-testing';
import { failure } from './mocked.ts';

/** A real server: it counts, sets a cookie, and gives text, bytes and JSON. */
async function real(connection: ScriptedConnection): Promise<void> {
  for (let count = 1; ; count += 1) {
    const { target, body } = await connection.request();
    if (target.startsWith('/bytes')) await connection.respond({ body: Buffer.from([0, 255, 1]) });
    else if (target.startsWith('/gzip')) {
      const headers = { 'Content-Encoding': 'gzip', 'Content-Type': 'text/plain' };
      await connection.respond({ headers, body: gzipSync('packed') });
    } else if (target.startsWith('/token')) {
      const headers = { 'Content-Type': 'application/json', 'Set-Cookie': 'sid=abc; Path=/' };
      await connection.respond({ headers, body: '{"access_token":"abc","n":1}' });
    } else await connection.respond({ status: 203, body: `${count} ${target} ${body.length}` });
  }
}

interface Recorded {
  readonly path: string;
  readonly origin: string;
  /** What the calls gave while they were recorded. */
  readonly texts: readonly string[];
  readonly recording: Recording;
}

type Calls = (http: PoolManager, origin: string) => Promise<readonly string[]>;

async function recorded(t: TestContext, calls: Calls, options: RecordOptions = {}): Promise<Recorded> {
  const folder = await mkdtemp(join(tmpdir(), 'urlpool-mock-'));
  const server = await ScriptedServer.start({}, real);
  const path = join(folder, 'deep/api.json');
  const mock = new MockServer({ clock: new FakeClock() }).record(path, options);
  const http = new PoolManager({ connector: mock.connector, retries: false });
  t.after(() => rm(folder, { recursive: true }));
  const texts = await calls(http, server.origin);
  await http.close();
  await mock.close();
  await server.close();
  return { path, origin: server.origin, texts, recording: JSON.parse(await readFile(path, 'utf8')) as Recording };
}

/** A mock that answers from the file alone. */
function replaying(t: TestContext, path: string): { mock: MockServer; http: PoolManager } {
  const mock = new MockServer({ strict: false }).replay(path);
  t.after(() => mock.close());
  return { mock, http: mock.manager({ retries: 3 }) };
}

const text = async (http: PoolManager, method: string, url: string, options = {}): Promise<string> =>
  (await http.request(method, url, options)).text();

test('record() and replay() give the same answers in the same order, without the servers', async (t) => {
  const calls: Calls = async (http, origin) => [
    await text(http, 'GET', `${origin}/a?b=1`),
    await text(http, 'GET', `${origin}/a?b=1`),
    await text(http, 'POST', `${origin}/a`, { body: 'xyz' }),
    await text(http, 'GET', `${origin}/gzip`),
    (await http.request('GET', `${origin}/bytes`)).bytes().toString('hex'),
  ];
  const { path, origin, texts } = await recorded(t, calls);
  assert.deepEqual(texts, ['1 /a?b=1 0', '2 /a?b=1 0', '3 /a 3', 'packed', '00ff01']);
  const { http, mock } = replaying(t, path);
  assert.deepEqual(await calls(http, origin), texts);
  mock.assertDone();
});

test('record() writes text as text and other bytes as base64', async (t) => {
  const { recording, origin } = await recorded(t, async (http, at) => [
    await text(http, 'POST', `${at}/gzip`, { body: 'é', headers: { 'X-List': ['1', '2'] } }),
    await text(http, 'GET', `${at}/bytes`),
  ]);
  const [first, second] = recording.exchanges;
  assert.equal(recording.recordedAt, '2030-01-01T00:00:00.000Z');
  assert.deepEqual(
    { ...first?.request, headers: first?.request.headers['X-List'] },
    { method: 'POST', url: `${origin}/gzip`, headers: ['1', '2'], body: { text: 'é' } },
  );
  assert.deepEqual(first?.response, {
    status: 200,
    reason: 'OK',
    headers: { 'Content-Type': 'text/plain' },
    body: { text: 'packed' },
  });
  assert.deepEqual(second?.response.body, { base64: 'AP8B' });
});

const asksForToken: Calls = async (http, origin) => [
  await text(http, 'POST', `${origin}/token?api_key=k1&page=2`, {
    headers: { Authorization: 'Bearer s1', Cookie: 'sid=s2' },
    json: { password: 's3', name: 'Ada' },
  }),
];

test('record() writes no credentials, and gives them to the client', async (t) => {
  const { path, recording, texts, origin } = await recorded(t, asksForToken);
  assert.deepEqual(texts, ['{"access_token":"abc","n":1}']);
  const file = await readFile(path, 'utf8');
  for (const secret of ['k1', 's1', 's2', 's3', 'abc']) assert.ok(!file.includes(secret), secret);
  const [exchange] = recording.exchanges;
  assert.equal(exchange?.request.url, `${origin}/token?api_key=REDACTED&page=2`);
  assert.equal(exchange?.response.headers['Set-Cookie'], 'sid=REDACTED; Path=/');
  // It is found again, by other credentials too.
  const { http } = replaying(t, path);
  const options = { headers: { Authorization: 'Bearer other' }, json: { password: 'other', name: 'Ada' } };
  const again = await http.request('POST', `${origin}/token?api_key=other&page=2`, options);
  assert.deepEqual(again.json(), { access_token: 'REDACTED', n: 1 });
});

test('record() writes everything where it is told to, and hides more where it is told to', async (t) => {
  const all = await recorded(t, asksForToken, { redact: false });
  assert.match(JSON.stringify(all.recording), /k1.*Bearer s1.*sid=s2.*s3.*abc/);
  const { http } = replaying(t, all.path);
  assert.deepEqual(await asksForToken(http, all.origin), all.texts);
  const more = await recorded(t, asksForToken, { redact: { fields: ['name'], headers: ['accept'] } });
  assert.doesNotMatch(JSON.stringify(more.recording), /Ada|\*\/\*/);
});

test('replay() tells of a request that was recorded with another body', async (t) => {
  const { path, origin } = await recorded(t, async (http, at) => [
    await text(http, 'POST', `${at}/a`, { body: 'old' }),
  ]);
  const { http } = replaying(t, path);
  const { code, message } = await failure(http.request('POST', `${origin}/a`, { body: 'new' }));
  assert.equal(code, 'ERR_CONNECTOR');
  assert.ok(
    message.endsWith(
      `\n  the recording ${path} is stale: the body was "old" when it was recorded, and is "new"; record it again`,
    ),
    message,
  );
});

test('replay() tells of a request that was not recorded, and of one that is asked for too often', async (t) => {
  const { path, origin } = await recorded(t, async (http, at) => [await text(http, 'GET', `${at}/a?b=1`)]);
  const { http, mock } = replaying(t, path);
  const other = await failure(http.request('GET', `${origin}/a?b=2`));
  assert.ok(other.message.endsWith(`has no GET ${origin}/a?b=2, but GET ${origin}/a?b=1`), other.message);
  await http.request('GET', `${origin}/a?b=1`);
  const again = await failure(http.request('GET', `${origin}/a?b=1`));
  assert.match(again.message, /has this request once, and it was asked for more often$/);
  assert.equal(mock.unmatched.length, 2);
});

test('replay() finds a form again, whose boundary is another each time', async (t) => {
  const calls: Calls = async (http, origin) => [await text(http, 'POST', `${origin}/a`, { fields: { name: 'Ada' } })];
  const { path, origin, texts } = await recorded(t, calls);
  const { http } = replaying(t, path);
  assert.deepEqual(await calls(http, origin), texts);
});

test('replay() answers HEAD, and routes go before it', async (t) => {
  const { path, origin } = await recorded(t, async (http, at) => [
    String((await http.request('HEAD', `${at}/a`)).status),
    await text(http, 'GET', `${at}/a`),
  ]);
  const { http, mock } = replaying(t, path);
  mock.get('/a').reply({ body: 'routed' });
  assert.equal((await http.request('HEAD', `${origin}/a`)).status, 203);
  assert.deepEqual(
    [await text(http, 'GET', `${origin}/a`), await text(http, 'GET', `${origin}/a`)],
    ['routed', '2 /a 0'],
  );
});

test('record() tells that a real server could not be asked, and records nothing', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'urlpool-mock-'));
  t.after(() => rm(folder, { recursive: true }));
  const path = join(folder, 'a.json');
  const mock = new MockServer({ strict: false }).record(path);
  assert.throws(() => mock.record(path), /this mock records already/);
  const { message } = await failure(mock.manager().request('GET', 'http://127.0.0.1:1/'));
  assert.match(message, /^Cannot finish GET http:\/\/127\.0\.0\.1:1\/: Cannot connect to .* refused the connection/);
  await mock.close();
  assert.deepEqual((JSON.parse(await readFile(path, 'utf8')) as Recording).exchanges, []);
});

// what is in the file, how the sentence ends
const NO_RECORDINGS = [
  ['no JSON', /it is no JSON$/],
  ['[]', /it is no recording of version 1; record it again$/],
  ['{"version":2,"exchanges":[]}', /it is no recording of version 1/],
  ['{"version":1,"exchanges":[{"request":{}}]}', /its exchange 0 is incomplete$/],
] as const;

for (const [content, message] of NO_RECORDINGS) {
  test(`replay() refuses ${content}`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'urlpool-mock-'));
    t.after(() => rm(folder, { recursive: true }));
    const path = join(folder, 'a.json');
    await writeFile(path, content);
    assert.throws(() => new MockServer().replay(path), { message });
    assert.throws(
      () => new MockServer().replay(join(folder, 'none.json')),
      /it cannot be read; make it by record\(\)$/,
    );
  });
}
