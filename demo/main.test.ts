// The program as its user runs it: a child process, its streams and its exit code.

import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import manifest from 'urlpool/package.json' with { type: 'json' };
import { unusedPort } from 'urlpool-testing';
import { USAGE } from './arguments.ts';
import { DemoSite } from './demo-site.ts';
import { pageOf, pathOf } from './page.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

function start(...words: string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, ['--conditions=urlpool/source', MAIN, ...words]);
}

/** Waits for the end; standard error as lines. */
async function finish(child: ChildProcessWithoutNullStreams) {
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, stdout, errors: stderr.split('\n').slice(0, -1) };
}

async function runMain(...words: string[]) {
  const child = start(...words);
  child.stdin.end();
  return await finish(child);
}

const site = await DemoSite.start();
after(() => site[Symbol.asyncDispose]());
const [plain = ''] = site.origins;
const secure = site.origins.at(-1) ?? '';
const page = plain + pathOf(0);
const refused = `http://127.0.0.1:${await unusedPort()}/`;

test('main fetches the demo site, with reuse and without', async () => {
  const { code, stdout, errors } = await runMain();
  assert.deepEqual({ code, errors }, { code: 0, errors: [] });
  assert.match(stdout, /^ {2}statuses +1,000 × 200$/m);
  assert.match(stdout, /^ {2}all +1,000 +32\.0 MB +[\d.,]+ ms +[\d.,]+ ms +\d\d +9\d\.\d%$/m);
  assert.match(stdout, /^ {2}connections opened +\d\d +1,000$/m);
  assert.match(stdout, /^ {2}reuse +9\d\.\d% +0\.0%$/m);
  assert.match(stdout, /^With reuse the job was [\d.]+ times as fast: [\d,]+ ms in place of [\d,]+ ms\.$/m);
});

test('main writes no control characters into a pipe', async () => {
  const { stdout, errors } = await runMain(page, 'http://\x1b[31mred/');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  assert.doesNotMatch(stdout + errors.join(''), /[\x00-\x09\x0b-\x1f]/);
});

test('main tells of each failure in a line, fetches the rest, and exits 1', async () => {
  const { code, stdout, errors } = await runMain('not a url', refused.replace('//', '//user:secret@'), page);
  assert.equal(code, 1);
  assert.deepEqual(
    errors.toSorted().map((line) => line.slice(0, line.indexOf(' Cannot'))),
    [`failed: ${refused}:`, 'failed: not a url:'],
  );
  assert.match(stdout, /^ {2}statuses +1 × 200$/m);
  assert.match(stdout, /^ {2}URLs +3, 1 fetched$/m);
});

test('main refuses an unknown certificate, and says how to accept it', async () => {
  const { code, stdout, errors } = await runMain(secure + pathOf(0));
  assert.deepEqual({ code, lines: errors.length }, { code: 1, lines: 1 });
  assert.match(stdout, /^Note: -k /m);
});

test('main accepts any certificate with -k', async () => {
  const { code, stdout, errors } = await runMain('-k', secure + pathOf(3));
  assert.deepEqual({ code, errors }, { code: 0, errors: [] });
  assert.match(stdout, new RegExp(`^ {2}bodies +${pageOf(3).size} B$`, 'm'));
});

test('main compares with --compare', async () => {
  const { code, stdout } = await runMain('--compare', '-c1', page, page, page, page);
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}connections opened +1 +4$/m);
  assert.match(stdout, /^With reuse the job was /m);
});

test('main takes a status of 400 or more for fetched', async () => {
  const { code, stdout } = await runMain(`${plain}/nowhere`);
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}statuses +1 × 404$/m);
});

test('main reads standard input', async () => {
  const child = start('-i', '-');
  child.stdin.end(`# pages\n\n${page}\r\n${page}`);
  const { code, stdout } = await finish(child);
  assert.equal(code, 0);
  assert.match(stdout, /^ {2}statuses +2 × 200$/m);
});

test('main exits 2 for a missing file, in one line', async () => {
  assert.deepEqual(await runMain('-i', '/nowhere/at all'), {
    code: 2,
    stdout: '',
    errors: ['Cannot read the list "/nowhere/at all": there is no such file'],
  });
});

test('main fetches the rest beside a missing file, and exits 2', async () => {
  const { code, stdout, errors } = await runMain('-i', '/nowhere', page);
  assert.deepEqual({ code, lines: errors.length }, { code: 2, lines: 1 });
  assert.match(stdout, /^ {2}statuses +1 × 200$/m);
});

test('main exits 2 for an empty list', async () => {
  assert.deepEqual(await runMain('-i', '-'), {
    code: 2,
    stdout: '',
    errors: ['Cannot find a URL to fetch: the list is empty'],
  });
});

test('main exits 2 for an unknown option, in one line', async () => {
  const { code, stdout, errors } = await runMain('--colour');
  assert.deepEqual({ code, stdout, lines: errors.length }, { code: 2, stdout: '', lines: 1 });
});

test('main helps', async () => {
  assert.deepEqual(await runMain('--help'), { code: 0, stdout: `${USAGE}\n`, errors: [] });
});

test('main tells the version', async () => {
  assert.deepEqual(await runMain('--version'), { code: 0, stdout: `${manifest.version}\n`, errors: [] });
});

test('main gives up at the time limit', async () => {
  await using silent = await silentServer();
  const { code, errors } = await runMain('--timeout', '0.05', silent.url);
  assert.equal(code, 1);
  assert.match(errors.join('\n'), /within 50 ms/);
});

test('main tells at Ctrl-C what was done, and exits 130', async () => {
  await using silent = await silentServer();
  const child = start('-c', '2', page, silent.url, silent.url, page);
  const finished = finish(child);
  await silent.asked(2);
  child.kill('SIGINT');
  const { code, stdout, errors } = await finished;
  assert.deepEqual({ code, errors }, { code: 130, errors: [] });
  assert.match(stdout, /^Fetched, until Ctrl-C\n {2}URLs +3, 1 fetched\n {2}statuses +1 × 200\n {2}given up +2,/);
});

test('main ends quietly when its reader has gone', async () => {
  const child = start();
  child.stdin.end();
  const errors = text(child.stderr);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [[code]] = await Promise.all([once(child, 'exit'), errors]);
  assert.deepEqual({ code, errors: await errors }, { code: 0, errors: '' });
});

// words, what the summary says
const INSPECTED = [
  [[], /^ {2}URLs +1,000, all fetched$/m],
  [['-c1', page, page, page], /^ {2}connections +1 opened for 3 requests$/m],
] as const;

for (const [words, summary] of INSPECTED) {
  test(`main shows the connections of ${words.length === 0 ? 'the demo' : 'a list'} with --inspect, until Ctrl-C`, async () => {
    const child = start('--inspect', ...words);
    child.stdin.end();
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    const errors = text(child.stderr);
    const exit = once(child, 'exit');
    while (!output.includes('stays until Ctrl-C')) await once(child.stdout, 'data');
    const [, url = ''] = /^Inspector, while it runs and after: (\S+)$/m.exec(output) ?? [];
    const trace = await (await fetch(`${url}trace.ndjson`)).text();
    child.kill('SIGINT');
    assert.deepEqual([(await exit)[0], await errors], [0, '']);
    assert.match(output, summary);
    assert.doesNotMatch(output, /Without reuse/);
    const ends = trace.split('\n').filter((line) => line.startsWith('{"type":"call-end"'));
    assert.equal(ends.length, words.length === 0 ? 1000 : 3);
  });
}

test('main ends at Ctrl-C during an inspected job, and exits 130', async () => {
  await using silent = await silentServer();
  const child = start('--inspect', silent.url);
  const finished = finish(child);
  await silent.asked(1);
  child.kill('SIGINT');
  const { code, stdout, errors } = await finished;
  assert.deepEqual({ code, errors }, { code: 130, errors: [] });
  assert.doesNotMatch(stdout, /stays until/);
});

/** A server that never answers, and tells when it has been asked that often. */
async function silentServer() {
  let requests = 0;
  const { promise: enough, resolve } = defer();
  let wanted = Number.POSITIVE_INFINITY;
  const server = createServer(() => {
    if (++requests >= wanted) resolve();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    asked(times: number): Promise<void> {
      wanted = times;
      if (requests >= wanted) resolve();
      return enough;
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function defer(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
