import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import test, { after } from 'node:test';
import { linesOf, type UrlListOptions, type UrlSource, urlList, urlOfLine } from './url-list.ts';

async function collected(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

// line, URL
const LINES = [
  ['http://a/', 'http://a/'],
  ['  http://a/\t', 'http://a/'],
  ['http://a/\r', 'http://a/'],
  ['\ufeffhttp://a/', 'http://a/'],
  ['', null],
  [' \t ', null],
  ['# a comment', null],
  ['  #indented', null],
  ['http://a/#fragment', 'http://a/#fragment'],
  ['not a url', 'not a url'],
] as const;

for (const [line, url] of LINES) {
  test(`urlOfLine(${JSON.stringify(line)})`, () => assert.equal(urlOfLine(line), url));
}

// text, lines
const TEXTS: readonly (readonly [string, readonly string[]])[] = [
  ['', []],
  ['a', ['a']],
  ['a\n', ['a']],
  ['a\n\nb', ['a', '', 'b']],
  ['a\r\nb\r\n', ['a\r', 'b\r']],
  ['ä\n\u{1f600}\n', ['ä', '\u{1f600}']],
];

for (const [text, lines] of TEXTS) {
  const bytes = Buffer.from(text);
  test(`linesOf() reads ${JSON.stringify(text)} whole`, async () => {
    assert.deepEqual(await collected(linesOf(Readable.from([bytes]))), lines);
  });
  test(`linesOf() reads ${JSON.stringify(text)} byte by byte`, async () => {
    const single = Array.from(bytes, (byte) => Buffer.of(byte));
    assert.deepEqual(await collected(linesOf(Readable.from(single))), lines);
  });
}

test('linesOf() refuses a line that would fill the memory', async () => {
  const stream = Readable.from(Array.from({ length: 40 }, () => Buffer.alloc(2 ** 16, 'x')));
  await assert.rejects(collected(linesOf(stream)), { message: /a line of more than 1 MiB/ });
});

const directory = await mkdtemp(path.join(tmpdir(), 'url-list-'));
after(() => rm(directory, { recursive: true }));
const file = path.join(directory, 'list.txt');
await writeFile(file, '# two\nhttp://a/\n\nhttp://b/\n');

/** The URLs of sources, and what was said of those that cannot be read. */
async function read(sources: readonly UrlSource[], options: Partial<UrlListOptions> = {}) {
  const unreadable: string[] = [];
  const urls: string[] = [];
  const signal = new AbortController().signal;
  const list = urlList(sources, { signal, onUnreadable: (message) => unreadable.push(message), ...options });
  for await (const url of list) urls.push(url);
  return { urls, unreadable };
}

test('urlList() gives the URLs of all sources, in order', async () => {
  const sources: UrlSource[] = [{ is: 'urls', urls: ['http://c/'] }, { is: 'file', path: file }, { is: 'stdin' }];
  const stdin = Readable.from([Buffer.from('http://d/\n')]);
  assert.deepEqual(await read(sources, { stdin }), {
    urls: ['http://c/', 'http://a/', 'http://b/', 'http://d/'],
    unreadable: [],
  });
});

// name, path, reason
const UNREADABLE = [
  ['a missing file', path.join(directory, 'missing'), 'there is no such file'],
  ['a file as a directory', path.join(file, 'x'), 'there is no such file'],
  ['a directory', directory, 'it is a directory'],
] as const;

for (const [name, unreadable, reason] of UNREADABLE) {
  test(`urlList() tells of ${name} and goes on`, async () => {
    assert.deepEqual(
      await read([
        { is: 'file', path: unreadable },
        { is: 'file', path: file },
      ]),
      {
        urls: ['http://a/', 'http://b/'],
        unreadable: [`Cannot read the list ${JSON.stringify(unreadable)}: ${reason}`],
      },
    );
  });
}

test('urlList() ends when it is stopped, also while it waits for standard input', async () => {
  const controller = new AbortController();
  const reading = read([{ is: 'stdin' }, { is: 'file', path: file }], {
    stdin: new PassThrough(),
    signal: controller.signal,
  });
  setImmediate(() => controller.abort());
  assert.deepEqual(await reading, { urls: [], unreadable: [] });
});
