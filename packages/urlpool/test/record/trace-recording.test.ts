import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import {
  FileError,
  HTTPConnectionPool,
  recordTrace,
  type TraceEvent,
  type TraceListener,
  type TraceRecording,
  type TraceSource,
} from 'urlpool';
import { type Script, unusedPort } from 'urlpool-testing';
import { servedManager } from '../manager/served-manager.ts';
import { unpaired } from '../trace/event-pairs.ts';

const echo: Script = async (connection) => {
  for (;;) {
    await connection.request();
    await connection.respond();
  }
};

async function emptyFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'urlpool-trace-'));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** The lines of a trace, each read by itself. */
async function linesOf(path: string): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) lines.push(JSON.parse(line));
  return lines;
}

/** A source whose events the test tells itself. */
class ScriptedSource implements TraceSource {
  listeners = new Set<TraceListener>();

  subscribe(listener: TraceListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(message = ''): void {
    const event: TraceEvent = { type: 'warning', at: 1, code: 'unread-body', message };
    for (const listener of this.listeners) listener(event);
  }
}

test('recordTrace() writes a line that says when, then every event as it was told', async (t) => {
  const path = join(await emptyFolder(t), 'trace.ndjson');
  const { http, origins, events } = await servedManager(t, 1, echo);
  const before = Date.now();
  const recording = recordTrace(http, path);
  await http.request('GET', `${origins[0]}/a`);
  await http.request('GET', `${origins[0]}/b`);
  await recording.close();
  const [header, ...lines] = await linesOf(path);
  assert.deepEqual([header?.type, header?.version, header?.urlpool], ['trace', 1, '0.1.0']);
  const offset = Number(header?.wallTime) - Number(header?.at);
  const startedAt = offset + (events[0]?.at ?? 0);
  assert.ok(startedAt >= before - 2 && startedAt <= Date.now(), 'the header gives the events their time of day');
  assert.deepEqual(lines, JSON.parse(JSON.stringify(events)));
  assert.deepEqual(unpaired(events), []);
});

test('recordTrace() writes credentials nowhere', async (t) => {
  const path = join(await emptyFolder(t), 'trace.ndjson');
  const { http, origins, servers } = await servedManager(t, 1, async (connection) => {
    const { target } = await connection.request();
    const headers = {
      'Set-Cookie': 'id=hidden-1',
      Link: '<http://user:hidden-2@a.test/>; rel=next',
      Refresh: '0; url=http://user:hidden-3@a.test/',
    };
    if (target === '/1') {
      const Location = `http://user:hidden-4@127.0.0.1:${servers[0]?.port}/2`;
      await connection.respond({ status: 302, headers: { ...headers, Location } });
    } else connection.reset();
    await echo(connection);
  });
  const recording = recordTrace(http, path);
  const headers = {
    Authorization: 'Bearer hidden-5',
    'Proxy-Authorization': 'Basic hidden-6',
    Cookie: 'id=hidden-7',
    'X-API-Key': 'hidden-8',
    Referer: 'http://user:hidden-9@a.test/',
  };
  const userinfo = '//user:hidden-10@';
  await http.request('GET', `${origins[0].replace('//', userinfo)}/1`, { headers }).catch(() => {});
  await http.request('GET', `${origins[1].replace('//', userinfo)}/3`).catch(() => {});
  await http.request('GET', `http:${userinfo}127.0.0.1:${await unusedPort()}/`).catch(() => {});
  await http.request('GET', origins[2], { proxy: `http:${userinfo}127.0.0.1:${await unusedPort()}` }).catch(() => {});
  await recording.close();
  const text = await readFile(path, 'utf8');
  assert.equal(text.match(/"call-end"/g)?.length, 4);
  assert.match(text, /"REDACTED"/);
  assert.doesNotMatch(text, /hidden|aGlkZGVu|dXNlcjp/);
});

test('recordTrace() writes on when a call was aborted with whatever', async (t) => {
  const path = join(await emptyFolder(t), 'trace.ndjson');
  const { http, origins } = await servedManager(t, 1, async (connection) => {
    await connection.request();
    await connection.closed;
  });
  const recording = recordTrace(http, path);
  const abort = new AbortController();
  const aborted = http.request('GET', origins[0], { signal: abort.signal }).catch((reason: unknown) => reason);
  abort.abort(10n);
  assert.equal(await aborted, 10n);
  await recording.close();
  const end = (await linesOf(path)).find(({ type }) => type === 'call-end');
  assert.deepEqual(end?.error, { name: 'bigint', code: null, message: '10' });
});

/** A recording to a pipe that nobody reads yet, told more than it keeps in memory; null where there are no pipes. */
async function overfull(
  t: TestContext,
): Promise<{ path: string; source: ScriptedSource; recording: TraceRecording } | null> {
  const path = join(await emptyFolder(t), 'pipe');
  try {
    execFileSync('mkfifo', [path]);
  } catch {
    t.skip('there is no mkfifo here');
    return null;
  }
  const source = new ScriptedSource();
  const recording = recordTrace(source, path);
  const megabyte = 'x'.repeat(1024 * 1024);
  for (let i = 0; i < 100; i++) {
    source.tell(megabyte);
    await new Promise(setImmediate);
  }
  return { path, source, recording };
}

test('recordTrace() leaves events out where the disk is too slow, and says how many when it goes on', async (t) => {
  const full = await overfull(t);
  if (full === null) return;
  const { path, source, recording } = full;
  const types: unknown[] = [];
  let told = 100;
  let missing = 0;
  const read = async (): Promise<void> => {
    for await (const line of createInterface({ input: createReadStream(path) })) {
      const { type, events } = JSON.parse(line);
      types.push(type);
      if (type === 'gap') missing += Number(events);
    }
  };
  const reading = read();
  for (; !types.includes('gap'); told++) {
    source.tell();
    await new Promise(setImmediate);
  }
  await recording.close();
  await reading;
  const gap = types.indexOf('gap');
  assert.ok(types[0] === 'trace' && gap > 60 && gap < 70, `64 MiB wait, then come ${gap} lines`);
  assert.equal(types[gap + 1], 'warning');
  assert.equal(types.filter((type) => type === 'warning').length + missing, told);
});

test('close() says how many events were left out last', async (t) => {
  const full = await overfull(t);
  if (full === null) return;
  const { path, recording } = full;
  const lines = linesOf(path);
  await recording.close();
  const all = await lines;
  assert.equal(all.at(-1)?.type, 'gap');
  assert.equal(all.filter(({ type }) => type === 'warning').length + Number(all.at(-1)?.events), 100);
});

// name, path, the sentence
const UNWRITABLE: readonly (readonly [string, (folder: string) => string, RegExp])[] = [
  [
    'a folder that is not there',
    (folder) => join(folder, 'no', 'trace'),
    /^Cannot write ".*trace": no such file or directory \(ENOENT\)$/,
  ],
  ['a folder', (folder) => folder, /^Cannot write ".*": illegal operation on a directory \(EISDIR\)$/],
];

for (const [name, pathIn, message] of UNWRITABLE) {
  test(`close() tells that ${name} cannot be written`, async (t) => {
    const { http, origins } = await servedManager(t, 1, echo);
    const path = pathIn(await emptyFolder(t));
    const recording = recordTrace(http, path);
    await http.request('GET', origins[0]);
    await assert.rejects(recording.close(), (error) => {
      assert.ok(error instanceof FileError);
      assert.deepEqual([error.code, error.path], ['ERR_FILE', path]);
      assert.match(error.message, message);
      return true;
    });
    await http.request('GET', origins[0]);
  });
}

test('close() tells that the disk is full, and the requests go on', { skip: !existsSync('/dev/full') }, async (t) => {
  const { http, origins } = await servedManager(t, 1, echo);
  const recording = recordTrace(http, '/dev/full');
  for (let i = 0; i < 20; i++) await http.request('GET', origins[0]);
  const full = { code: 'ERR_FILE', message: 'Cannot write "/dev/full": no space left on device (ENOSPC)' };
  await assert.rejects(recording.close(), full);
  await assert.rejects(recording.close(), full);
});

test('close() may come twice, at once and later', async (t) => {
  const path = join(await emptyFolder(t), 'trace.ndjson');
  const source = new ScriptedSource();
  const recording = recordTrace(source, path);
  source.tell('one');
  await Promise.all([recording.close(), recording.close()]);
  await recording.close();
  assert.equal((await linesOf(path)).length, 2);
  assert.equal(source.listeners.size, 0);
});

test('recordTrace() records nothing after close(), not even of calls that have begun', async (t) => {
  const path = join(await emptyFolder(t), 'trace.ndjson');
  const { http, origins } = await servedManager(t, 1, echo);
  const recording = recordTrace(http, path);
  const late = http.request('GET', origins[0]);
  const closed = recording.close();
  await late;
  await closed;
  await http.request('GET', origins[0]);
  const types = (await linesOf(path)).map(({ type }) => type);
  assert.ok(types.includes('call-start') && !types.includes('call-end'), types.join());
});

test('recordTrace() ends with its block', async (t) => {
  const path = join(await emptyFolder(t), 'trace.ndjson');
  const source = new ScriptedSource();
  const recording = recordTrace(source, path);
  source.tell('one');
  await recording[Symbol.asyncDispose]();
  assert.deepEqual(
    (await linesOf(path)).map(({ type }) => type),
    ['trace', 'warning'],
  );
});

test('recordTrace() takes a pool too, and overwrites', async (t) => {
  const path = join(await emptyFolder(t), 'trace.ndjson');
  for (let i = 0; i < 2; i++) {
    const pool = new HTTPConnectionPool('127.0.0.1', { port: await unusedPort(), retries: false });
    const recording = recordTrace(pool, path);
    await pool.request('GET', '/').catch(() => {});
    await recording.close();
    await pool.close();
  }
  assert.equal((await linesOf(path)).filter(({ type }) => type === 'call-start').length, 1);
});

// source, path, the sentence
for (const [source, path, message] of [
  [undefined, 'a', 'Cannot use undefined as the source of events: give a PoolManager, a pool or a Session'],
  [new ScriptedSource(), '', 'Cannot use "" as the path of a file: give a string'],
  [new ScriptedSource(), undefined, 'Cannot use undefined as the path of a file: give a string'],
  [new ScriptedSource(), 'a\0b', 'Cannot use "a\\u0000b" as the path of a file: give a string'],
] as const) {
  test(`recordTrace() says: ${message}`, () => {
    // @ts-expect-error: what the types refuse
    assert.throws(() => recordTrace(source, path), { code: 'ERR_INVALID_OPTION', message });
  });
}
