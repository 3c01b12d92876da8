import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PoolManager, Session } from 'urlpool';
import { inspect, inspectTrace, readTrace, TraceModel } from '../src/index.ts';
import { EventSource } from './event-source.ts';

const server = createServer((_request, response) => {
  response.setHeader('set-cookie', 'id=cookie-secret');
  response.end('body-secret');
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const address = server.address();
assert.ok(address !== null && typeof address === 'object');
const url = `http://127.0.0.1:${address.port}/`;
/** These tests run from their sources, and compiled. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const folder = await mkdtemp(join(tmpdir(), 'urlpool-inspector-'));
after(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

async function fetched(from: string): Promise<string> {
  await using http = new PoolManager();
  return (await http.request('GET', from)).text();
}

function modelOf(trace: string): TraceModel {
  const model = new TraceModel();
  for (const event of readTrace(trace)) model.see(event);
  return model;
}

test('inspect() shows a program while it runs, and counts as its manager does', async () => {
  await using http = new PoolManager();
  await using inspector = await inspect(http);
  const source = await EventSource.open(inspector.url);
  for (let i = 0; i < 3; i++) await http.request('GET', url);
  await source.until(() => source.types.filter((type) => type === 'call-end').length === 3);
  const { totals, numCalls, saved } = modelOf(await fetched(`${inspector.url}trace.ndjson`));
  const { numRequests, numConnections, reused } = http.snapshot();
  assert.deepEqual(
    [totals.requests, totals.connections, totals.reused, numCalls],
    [numRequests, numConnections, reused, 3],
  );
  assert.ok(saved > 0);
  source.close();
});

test('inspect() takes several, and sees what two of them tell of once', async () => {
  await using http = new PoolManager();
  await using session = new Session({ manager: http });
  await using other = new PoolManager();
  await using inspector = await inspect([session, http, other]);
  await session.get(url);
  await other.request('GET', url);
  const { totals } = modelOf(await fetched(`${inspector.url}trace.ndjson`));
  assert.equal(totals.requests, 2);
});

test('inspect() keeps credentials and bodies out of what it shows and saves', async () => {
  await using http = new PoolManager();
  await using inspector = await inspect(http);
  const headers = { authorization: 'Bearer header-secret', cookie: 'a=sent-secret' };
  await http.request('POST', url.replace('//', '//user:password-secret@'), { headers, json: { a: 'json-secret' } });
  const saved = await fetched(`${inspector.url}saved.html`);
  assert.doesNotMatch(saved, /(cookie|body|header|sent|password|json)-secret/);
  assert.match(saved, /REDACTED/);
});

test('inspect() shows no more after close(), which may be called twice', async () => {
  await using http = new PoolManager();
  const inspector = await inspect(http);
  await Promise.all([inspector.close(), inspector.close()]);
  await http.request('GET', url);
  await assert.rejects(fetched(inspector.url), { code: 'ERR_CONNECTION_REFUSED' });
});

test('inspect() records to a file as well, which inspectTrace() shows', async () => {
  const path = join(folder, 'trace.ndjson');
  await using http = new PoolManager();
  const inspector = await inspect(http, { trace: path });
  await http.request('GET', url);
  await inspector.close();
  assert.equal(modelOf(await readFile(path, 'utf8')).totals.requests, 1);
  await using recorded = await inspectTrace(path);
  assert.equal(modelOf(await fetched(`${recorded.url}trace.ndjson`)).totals.requests, 1);
});

test('inspect() says at close() that the file could not be written', async () => {
  await using http = new PoolManager();
  const inspector = await inspect(http, { trace: join(folder, 'nowhere', 'trace.ndjson') });
  await http.request('GET', url);
  await assert.rejects(inspector.close(), { code: 'ERR_FILE' });
  await assert.rejects(fetched(inspector.url), { code: 'ERR_CONNECTION_REFUSED' });
});

test('inspect() listens to nothing where it cannot be served', async () => {
  await using http = new PoolManager();
  await assert.rejects(inspect(http, { port: Number(new URL(url).port) }), { code: 'ERR_PORT' });
});

test('inspect() leaves nothing behind where its source cannot be listened to', async () => {
  const source = {
    subscribe() {
      throw new Error('not today');
    },
  };
  await using holder = await inspect(new PoolManager());
  const port = Number(new URL(holder.url).port);
  await holder.close();
  await assert.rejects(inspect(source, { port }), { message: 'not today' });
  await using again = await inspect(new PoolManager(), { port });
  assert.equal(new URL(again.url).port, String(port));
});

async function exitOf(options: string): Promise<{ code: number | null; signal: string | null; errors: string }> {
  const program = `
    import { PoolManager } from 'urlpool';
    import { inspect } from ${JSON.stringify(new URL(`../src/index.${EXTENSION}`, import.meta.url).href)};
    const inspector = await inspect(new PoolManager(), ${options});
    await (await fetch(inspector.url)).text();
    console.log('ready');
  `;
  const child = spawn(process.execPath, ['--conditions=urlpool/source', '--input-type=module', '-e', program], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  });
  const errors = text(child.stderr);
  await once(child.stdout, 'data');
  const timer = setTimeout(() => child.kill(), 1000);
  const [code, signal] = await once(child, 'exit');
  clearTimeout(timer);
  return { code, signal, errors: await errors };
}

test('inspect() lets the process end where unref is set', async () => {
  assert.deepEqual(await exitOf('{ unref: true }'), { code: 0, signal: null, errors: '' });
});

test('inspect() keeps the process alive otherwise', async () => {
  assert.equal((await exitOf('{}')).signal, 'SIGTERM');
});
