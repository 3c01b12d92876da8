import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspectTrace } from '../src/index.ts';
import { EventSource } from './event-source.ts';

/** These tests run from their sources, and compiled. */
const EXTENSION = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const folder = await mkdtemp(join(tmpdir(), 'urlpool-inspector-'));
after(() => rm(folder, { recursive: true }));

const HEADER = '{"type":"trace","version":1,"urlpool":"0.1.0","wallTime":1000,"at":1}';
const CALL = '{"type":"call-start","at":2,"call":1,"method":"GET","url":"http://a/"}';

let count = 0;
async function fileOf(content: string): Promise<string> {
  const path = join(folder, `trace-${count++}.ndjson`);
  await writeFile(path, content);
  return path;
}

// name, content, types of events
const READ = [
  ['a trace', `${HEADER}\n${CALL}\n`, ['trace', 'call-start']],
  ['a last line that was cut off', `${HEADER}\n${CALL}\n${CALL.slice(0, 20)}`, ['trace', 'call-start']],
  ['blank lines', `${HEADER}\r\n\r\n${CALL}\r\n`, ['trace', 'call-start']],
  ['a part without its header', `${CALL}\n`, ['gap', 'call-start']],
  ['a header alone', `${HEADER}\n`, ['trace']],
] as const;

for (const [name, content, types] of READ) {
  test(`inspectTrace() shows ${name}, and says that it ends`, async () => {
    await using inspector = await inspectTrace(await fileOf(content));
    const source = await EventSource.open(inspector.url);
    await source.until((messages) => messages.at(-1)?.event === 'end');
    assert.deepEqual(source.types, types);
    source.close();
  });
}

// name, content, the error
const REFUSED = [
  ['a file of something else', 'hello\nworld\n', { code: 'ERR_TRACE_FORMAT', message: /line 1 is no JSON: "hello"/ }],
  ['a single line that is no JSON', 'hello', { code: 'ERR_TRACE_FORMAT', message: /line 1 is no JSON/ }],
  ['a bad line in the middle', `${HEADER}\n{"x\n${CALL}\n`, { message: /line 2 is no JSON: "\{\\"x"/ }],
  ['a bad last line', `${HEADER}\n{"log":{}}\n`, { message: /line 2 is no event/ }],
  ['a later version', '{"type":"trace","version":2,"urlpool":"9.0.0","at":1}\n', { message: /reads version 1/ }],
  ['an empty file', '', { code: 'ERR_TRACE_FILE', message: /^Cannot read the trace ".*": it is empty$/ }],
] as const;

for (const [name, content, error] of REFUSED) {
  test(`inspectTrace() refuses ${name}`, async () => {
    await assert.rejects(inspectTrace(await fileOf(content)), error);
  });
}

test('inspectTrace() says that there is no such file, or that it is none', async () => {
  const code = 'ERR_TRACE_FILE';
  await assert.rejects(inspectTrace('/nowhere/x'), {
    code,
    message: 'Cannot read the trace "/nowhere/x": there is no such file',
  });
  await assert.rejects(inspectTrace(folder), { code, message: /: it is a directory$/ });
});

function start(...words: string[]) {
  const main = fileURLToPath(new URL(`../src/main.${EXTENSION}`, import.meta.url));
  const child = spawn(process.execPath, ['--conditions=urlpool/source', main, ...words]);
  return { child, output: text(child.stdout), errors: text(child.stderr), exit: once(child, 'exit') };
}

test('urlpool-inspector serves a trace until Ctrl-C', async () => {
  const { child, output, errors, exit } = start(await fileOf(`${HEADER}\n${CALL}\n`));
  await once(child.stdout, 'data');
  child.kill('SIGINT');
  assert.deepEqual([(await exit)[0], await errors], [0, '']);
  assert.match(await output, /^The trace is shown at http:\/\/127\.0\.0\.1:\d+\/\w{32}\/\nCtrl-C ends this\.\n$/);
});

// name, words, exit code, what it says
const COMPLAINTS = [
  ['a file that is not there', ['/nowhere/x'], 1, 'Cannot read the trace "/nowhere/x": there is no such file\n'],
  ['no file', [], 2, 'Cannot use this command line: the path of a trace is missing; see urlpool-inspector --help\n'],
] as const;

for (const [name, words, code, complaint] of COMPLAINTS) {
  test(`urlpool-inspector complains of ${name} in a line`, async () => {
    const { output, errors, exit } = start(...words);
    assert.deepEqual([(await exit)[0], await output, await errors], [code, '', complaint]);
  });
}
