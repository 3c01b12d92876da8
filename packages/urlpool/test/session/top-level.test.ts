// The functions that need no manager of one's own, over a server that keeps what it was sent.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import {
  defaultManager,
  del,
  download,
  eventStream,
  fetch,
  get,
  head,
  many,
  options,
  patch,
  post,
  put,
  RequestError,
  request,
  StatusError,
  stream,
} from 'urlpool';
import { fieldValues, type ReceivedRequest, type ResponseChoices, ScriptedServer } from 'urlpool-testing';

async function serve(
  t: TestContext,
  answer: (request: ReceivedRequest) => ResponseChoices = () => ({}),
): Promise<ScriptedServer> {
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      const asked = await connection.request();
      await connection.respond({ body: asked.target, ...answer(asked) });
    }
  });
  t.after(async () => {
    await defaultManager().close();
    await server.close();
  });
  return server;
}

for (const [name, send, method] of [
  ['get', get, 'GET'],
  ['post', post, 'POST'],
  ['put', put, 'PUT'],
  ['patch', patch, 'PATCH'],
  ['del', del, 'DELETE'],
  ['head', head, 'HEAD'],
  ['options', options, 'OPTIONS'],
] as const) {
  test(`${name}() sends ${method}`, async (t) => {
    const server = await serve(t);
    const response = await send(`${server.origin}/a`, { params: { q: 1 }, auth: ['user', 'secret'] });
    assert.equal(response.status, 200);
    assert.deepEqual(
      server.requests.map((asked) => [asked.method, asked.target, ...fieldValues(asked.headers, 'authorization')]),
      [[method, '/a?q=1', 'Basic dXNlcjpzZWNyZXQ=']],
    );
  });
}

test('request(), stream() and many() go over one manager, which keeps its connection', async (t) => {
  const server = await serve(t);
  assert.equal((await request('GET', `${server.origin}/a`)).text(), '/a');
  assert.equal(await (await stream('GET', `${server.origin}/b`)).text(), '/b');
  const texts: (string | undefined)[] = [];
  const items = [`${server.origin}/c`, { url: `${server.origin}/d`, params: { q: 1 } }];
  for await (const { response } of many(items, { concurrency: 1 })) texts.push(response?.text());
  assert.deepEqual(texts, ['/c', '/d?q=1']);
  const { numConnections, numRequests } = defaultManager().snapshot();
  assert.deepEqual({ numConnections, numRequests }, { numConnections: 1, numRequests: 4 });
});

test('fetch() goes over the same connections, and can be passed alone', async (t) => {
  const server = await serve(t);
  await get(server.origin);
  const alone = fetch;
  const response = await alone(`${server.origin}/a`, { method: 'POST', body: 'text' });
  assert.deepEqual([response.constructor, response.status, await response.text()], [Response, 200, '/a']);
  assert.equal(defaultManager().snapshot().numConnections, 1);
  await assert.rejects(alone('/a'), TypeError);
});

test('download() writes a file', async (t) => {
  const server = await serve(t);
  const folder = await mkdtemp(join(tmpdir(), 'urlpool-'));
  t.after(() => rm(folder, { recursive: true }));
  const { bytes, path } = await download(`${server.origin}/a`, join(folder, 'a'), { params: { q: 1 } });
  assert.deepEqual([bytes, await readFile(path, 'utf8')], [6, '/a?q=1']);
});

test('eventStream() gives events', async (t) => {
  const server = await serve(t, () => ({ headers: [['Content-Type', 'text/event-stream']], body: 'data: one\n\n' }));
  for await (const { data } of eventStream(`${server.origin}/a`)) {
    assert.equal(data, 'one');
    break;
  }
});

test('get() keeps no cookies', async (t) => {
  const server = await serve(t, () => ({ headers: [['Set-Cookie', 'a=1']] }));
  await get(server.origin);
  await get(server.origin);
  assert.deepEqual(
    server.requests.map(({ headers }) => fieldValues(headers, 'cookie')),
    [[], []],
  );
});

test('get() follows redirects, and does not hand on credentials to another origin', async (t) => {
  const other = await serve(t);
  const server = await serve(t, () => ({ status: 302, headers: [['Location', `${other.origin}/b`]] }));
  const response = await get(server.origin, { auth: ['user', 'secret'] });
  assert.equal(response.text(), '/b');
  assert.deepEqual(fieldValues(other.requests[0]?.headers ?? [], 'authorization'), []);
});

test('get({ raiseForStatus: true }) throws for a status of 400 or more', async (t) => {
  const server = await serve(t, () => ({ status: 404 }));
  await assert.rejects(get(server.origin, { raiseForStatus: true }), StatusError);
  assert.equal((await get(server.origin)).status, 404);
});

test('get() after the close of the manager makes another one', async (t) => {
  const server = await serve(t);
  await get(server.origin);
  const first = defaultManager();
  await first.close();
  assert.equal((await get(server.origin)).status, 200);
  assert.notEqual(defaultManager(), first);
});

// name, call, message
const REFUSED: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
  ['a path', () => get('/a'), /^Cannot use "\/a" as a URL: it has no scheme; write it with http:\/\/ or https:\/\/$/],
  ['another scheme', () => get('ftp://a.example'), /its scheme is "ftp", not http or https$/],
  ['an option that there is not', () => get('http://a.example', { param: {} } as object), /the option param/],
  ['no options', () => get('http://a.example', null as unknown as object), /give an object$/],
  ['no URL to download', () => download('', 'a'), /^Cannot use "" as a URL/],
  ['no options of a download', () => download('http://a.example', 'a', null as unknown as object), /give an object$/],
];

for (const [name, call, message] of REFUSED) {
  test(`The functions without a manager refuse ${name}`, async () => {
    await assert.rejects(call(), (error) => error instanceof RequestError && message.test(error.message));
  });
}

test('a program that uses get() ends by itself, with its connection still open', async (t) => {
  const server = await serve(t);
  const program = `
    import { defaultManager, get } from 'urlpool';
    const response = await get(${JSON.stringify(server.origin)});
    process.stdout.write(response.status + ' ' + defaultManager().snapshot().open);
  `;
  const run = promisify(execFile);
  const args = [
    ...process.execArgv.filter((arg) => arg.startsWith('--conditions')),
    '--input-type=module',
    '-e',
    program,
  ];
  const { stdout } = await run(process.execPath, args, { cwd: import.meta.dirname, timeout: 8_000 });
  assert.equal(stdout, '200 1');
});
