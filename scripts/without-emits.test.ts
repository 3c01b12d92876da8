import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type * as urlpool from 'urlpool';
import { mockFor } from 'urlpool-testing';
import { withoutEmits } from './without-emits.ts';

// name, code, without its emits
const CASES = [
  ['an optional call', 'trace?.({ type: "a" });', ';'],
  ['a method of a trace', 'this.#trace?.end(1);', ';'],
  ['a question with the call', 'if (this.#trace !== null) { a(); this.#trace.end(); }', ';'],
  ['a question among others', 'if (trace !== null && !b) trace({});', ';'],
  [
    'what is done for a listener only',
    'function f() { a(); if (trace === null) return; b(); trace({}); }',
    'function f() { a(); }',
  ],
  ['what is made for a listener', 'x = r.trace === null ? null : new CallTrace(r.trace);', 'x = null;'],
  ['another way where somebody listens', 'if (this.#trace === null) a(); else b();', 'a();'],
  ['a listener that is looked for', 'x = { trace: this.#listener(o), call };', 'x = { trace: null, call };'],
  ['the channels', 'tracer.look();', ';'],
  [
    'nothing else',
    'if (a === null) return1(); trace2(); this.request.trace2?.();',
    'if (a === null) return1(); trace2(); this.request.trace2?.();',
  ],
] as const;

for (const [name, code, expected] of CASES) {
  test(`withoutEmits() takes out ${name}`, () => assert.equal(withoutEmits(code).code, expected));
}

async function library(t: TestContext, edit: (code: string) => string): Promise<typeof urlpool> {
  const { outputFiles } = await build({
    entryPoints: [path.resolve(import.meta.dirname, '../packages/urlpool/src/index.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    write: false,
    logLevel: 'error',
  });
  const directory = await mkdtemp(path.join(tmpdir(), 'urlpool-emits-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'index.mjs');
  await writeFile(file, edit(outputFiles[0]?.text ?? ''));
  return await import(pathToFileURL(file).href);
}

/** How many events a manager of that library tells of a request, a replayed one and one that fails. */
async function told(t: TestContext, { PoolManager }: typeof urlpool): Promise<number> {
  const mock = mockFor(t);
  mock.get('http://h/a').reply(200).fault('close').reply(200);
  mock.get('http://h/b').fault('reset').persist();
  let events = 0;
  await using http = new PoolManager({
    connector: mock.connector,
    onEvent: () => {
      events++;
    },
  });
  assert.equal((await http.request('GET', 'http://h/a')).status, 200);
  assert.equal((await http.request('GET', 'http://h/a')).status, 200);
  await assert.rejects(http.request('GET', 'http://h/b', { retries: false }));
  return events;
}

test('withoutEmits() leaves a library that works and tells nothing', async (t) => {
  assert.ok((await told(t, await library(t, (code) => code))) > 20);
  assert.equal(await told(t, await library(t, (code) => withoutEmits(code).code)), 0);
});
