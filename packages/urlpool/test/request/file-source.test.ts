import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, readlinkSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { bytesOf } from '../../src/request/body-input.ts';
import { FileSource } from '../../src/request/file-source.ts';
import { until } from '../connection/served-pool.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'urlpool-file-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;

const LARGE = 1_000_000;

function fileOf(size: number): string {
  const file = path.join(folder, `${files++}`);
  writeFileSync(file, Buffer.alloc(size, 'abcdefg'));
  return file;
}

/** How many descriptors of this process lead to a file. */
function openCount(file: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === file;
    } catch {
      return false; // that of the listing itself
    }
  }).length;
}

async function drain(source: FileSource): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let step = await source.next(); step.done !== true; step = await source.next()) {
    pieces.push(bytesOf(step.value) ?? new Uint8Array(0));
  }
  return Buffer.concat(pieces);
}

for (const size of [0, 1, 128 * 1024 - 1, 128 * 1024, 128 * 1024 + 1, LARGE]) {
  test(`FileSource reads a file of ${size} bytes, and closes it`, async () => {
    const file = fileOf(size);
    const source = new FileSource(file, size);
    assert.deepEqual(await drain(source), Buffer.alloc(size, 'abcdefg'));
    await until(() => openCount(file) === 0);
  });
}

test('FileSource opens nothing before its first piece is wanted', () => {
  assert.doesNotThrow(() => new FileSource(path.join(folder, 'none'), 5));
});

test('FileSource.next() passes on that there is no file any more', async () => {
  const source = new FileSource(path.join(folder, 'none'), 5);
  await assert.rejects(source.next(), { code: 'ENOENT' });
});

// name, change before it is opened, change while it is read, message
const CHANGES: readonly (readonly [string, (file: string) => void, (file: string) => void, RegExp])[] = [
  ['has grown', (file) => appendFileSync(file, 'x'), () => {}, /has 1000001 bytes now, it had 1000000$/],
  ['has shrunk', (file) => truncateSync(file, 10), () => {}, /has 10 bytes now, it had 1000000$/],
  ['grows while it is read', () => {}, (file) => appendFileSync(file, 'x'), /has grown: it had 1000000 bytes$/],
  [
    'shrinks while it is read',
    () => {},
    (file) => truncateSync(file, 600_000),
    /ended after 600000 of the 1000000 bytes/,
  ],
];

for (const [name, before, meanwhile, message] of CHANGES) {
  test(`FileSource.next() fails where the file ${name}`, async () => {
    const file = fileOf(LARGE);
    const source = new FileSource(file, LARGE);
    before(file);
    const reading = async (): Promise<void> => {
      await source.next();
      meanwhile(file);
      await drain(source);
    };
    await assert.rejects(reading(), { name: 'LengthMismatch', message });
    source.release();
    await until(() => openCount(file) === 0);
  });
}

// name, what happens before it is let go
const MOMENTS: readonly (readonly [string, (source: FileSource) => unknown])[] = [
  ['before it is opened', () => {}],
  ['while it is opened', (source) => void source.next().catch(() => {})],
  ['after a piece, while the next one is read', (source) => source.next()],
  [
    'while a piece is waited for',
    async (source) => {
      await source.next();
      void source.next().catch(() => {});
    },
  ],
];

for (const [name, begin] of MOMENTS) {
  test(`FileSource.release() closes the file ${name}`, async () => {
    const file = fileOf(LARGE);
    const source = new FileSource(file, LARGE);
    await begin(source);
    source.release();
    source.release();
    assert.deepEqual(await source.next(), { done: true, value: undefined });
    // Opening goes on in a thread of its own, and takes its time.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await until(() => openCount(file) === 0);
  });
}
