// download() and eventStream() of a session: each of their requests is one of the session.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { RequestError, Retry, Session, type SessionOptions, StatusError } from 'urlpool';
import { fieldValues, type ReceivedRequest, type Script, ScriptedServer } from 'urlpool-testing';

const BODY = '0123456789';
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\nETag: "a"\r\n\r\n';
const REST = 'HTTP/1.1 206 Partial Content\r\nContent-Length: 6\r\nETag: "a"\r\nContent-Range: bytes 4-9/10\r\n\r\n';

async function serve(t: TestContext, script: Script | readonly Script[]): Promise<ScriptedServer> {
  const server = await ScriptedServer.start({}, script);
  t.after(() => server.close());
  return server;
}

function sessionOver(t: TestContext, options: SessionOptions): Session {
  const session = new Session({ retries: new Retry(3, { backoffFactor: 0 }), cookies: false, ...options });
  t.after(() => session.close({ timeout: 1 }));
  return session;
}

async function pathIn(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'urlpool-'));
  t.after(() => rm(folder, { recursive: true }));
  return join(folder, 'file');
}

/** Writes this, and drops the connection or goes on. */
const writes =
  (text: string, end: 'drop' | 'stay'): Script =>
  async (connection) => {
    await connection.request();
    await connection.write(text);
    if (end === 'drop') connection.reset();
  };

const secrets = ({ requests }: ScriptedServer): readonly unknown[] =>
  requests.map(({ target, headers }: ReceivedRequest) => [
    target,
    ...['authorization', 'x-key', 'range'].flatMap((name) => fieldValues(headers, name)),
  ]);

test('Session.download() asks for all parts with its base, parameters and credentials', async (t) => {
  const server = await serve(t, [writes(OK + BODY.slice(0, 4), 'drop'), writes(REST + BODY.slice(4), 'stay')]);
  const options = { auth: ['u', 'p'], headers: { 'X-Key': 'k' }, params: { v: 1 } } as const;
  const session = sessionOver(t, { baseUrl: `${server.origin}/v1`, raiseForStatus: true, ...options });
  const path = await pathIn(t);
  const file = await session.download('/file', path, { params: { q: 2 } });
  assert.deepEqual([file.bytes, file.resumed, await readFile(path, 'utf8')], [10, true, BODY]);
  assert.deepEqual(secrets(server), [
    ['/v1/file?v=1&q=2', 'Basic dTpw', 'k'],
    ['/v1/file?v=1&q=2', 'Basic dTpw', 'k', 'bytes=4-'],
  ]);
});

test('Session.download() leads its requests through the middleware', async (t) => {
  const server = await serve(t, [writes(OK + BODY.slice(0, 4), 'drop'), writes(REST + BODY.slice(4), 'stay')]);
  const seen: string[] = [];
  const session = sessionOver(t, {
    baseUrl: server.origin,
    middleware: [
      async (request, next) => {
        seen.push(`${request.method} ${request.wants} ${request.context.name}`);
        return await next(request);
      },
    ],
  });
  await session.download('/file', await pathIn(t), { context: { name: 'one' } });
  assert.deepEqual(seen, Array(2).fill('GET stream one'));
});

for (const raiseForStatus of [true, false]) {
  test(`Session({ raiseForStatus: ${raiseForStatus} }).download() throws for a status that is no file`, async (t) => {
    const server = await serve(t, writes('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n', 'stay'));
    const session = sessionOver(t, { baseUrl: server.origin, raiseForStatus });
    await assert.rejects(session.download('/file', await pathIn(t)), StatusError);
  });
}

test('Session.eventStream() connects again with its credentials', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n';
  const script: Script = async (connection) => {
    await connection.request();
    await connection.write(`${head}retry: 1\nid: ${server.requests.length}\ndata: x\n\n`);
    connection.end();
  };
  const server: ScriptedServer = await serve(t, script);
  const session = sessionOver(t, { baseUrl: server.origin, auth: ['u', 'p'], params: { v: 1 } });
  const ids: string[] = [];
  for await (const { lastEventId } of session.eventStream('/events', { params: { q: 2 } })) {
    ids.push(lastEventId);
    if (ids.length === 2) break;
  }
  assert.deepEqual(ids, ['1', '2']);
  assert.deepEqual(secrets(server), Array(2).fill(['/events?v=1&q=2', 'Basic dTpw']));
});

test('Session.clear() closes what is idle, and the session stays usable', async (t) => {
  const server = await serve(t, async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({});
    }
  });
  const session = sessionOver(t, { baseUrl: server.origin });
  await session.get('/');
  await session.clear();
  assert.equal(session.snapshot().open, 0);
  assert.equal((await session.get('/')).status, 200);
});

// name, call, message
const REFUSED: readonly (readonly [string, (session: Session, path: string) => Promise<unknown>, RegExp])[] = [
  [
    'raiseForStatus',
    (s, path) => s.download('/', path, { raiseForStatus: true } as object),
    /the option raiseForStatus of download\(\)/,
  ],
  ['a body', (s, path) => s.download('/', path, { json: {} } as object), /the option json of download\(\)/],
  ['no options', (s, path) => s.download('/', path, null as unknown as object), /give an object$/],
  ['two slashes', (s, path) => s.download('//b.example', path), /it begins with two slashes/],
  ['parameters that are none', (s, path) => s.download('/', path, { params: 5 } as object), /params/],
  [
    'raiseForStatus of events',
    async (s) => s.eventStream('/', { raiseForStatus: true } as object),
    /of eventStream\(\)/,
  ],
  ['no options of events', async (s) => s.eventStream('/', null as unknown as object), /give an object$/],
];

for (const [name, call, message] of REFUSED) {
  test(`Session.download() and eventStream() refuse ${name}`, async (t) => {
    const session = sessionOver(t, { baseUrl: 'http://a.example' });
    const path = await pathIn(t);
    await assert.rejects(
      async () => await call(session, path),
      (error) => error instanceof RequestError && message.test(error.message),
    );
  });
}
