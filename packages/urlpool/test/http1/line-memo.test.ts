import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineMemo } from '../../src/http1/line-memo.ts';

/** Puts a line "name: value" at an index, out of the middle of a larger buffer. */
function put(memo: LineMemo, index: number, name: string, value: string): void {
  const line = `${name}: ${value}\r\n`;
  memo.put(index, Buffer.from(`before${line}after`, 'latin1'), 6, 6 + line.length, name, value);
}

/** What is found at an index in text. */
function found(memo: LineMemo, index: number, text: string): readonly [string, string, number] | null {
  const bytes = Buffer.from(`before${text}after`, 'latin1');
  const line = memo.find(index, bytes, 6, 6 + text.length);
  return line === null ? null : [line.name, line.value, line.bytes.length];
}

test('LineMemo.find() finds the line that stood in its place', () => {
  const memo = new LineMemo();
  put(memo, 0, 'A', 'b');
  put(memo, 1, 'C', '\xe9');
  assert.deepEqual(
    [found(memo, 0, 'A: b\r\nrest'), found(memo, 1, 'C: \xe9\r\n')],
    [
      ['A', 'b', 6],
      ['C', '\xe9', 6],
    ],
  );
});

// name, index, text
for (const [name, index, text] of [
  ['in another place', 1, 'A: b\r\n'],
  ['of another value', 0, 'A: c\r\n'],
  ['of another name', 0, 'B: b\r\n'],
  ['of another case', 0, 'a: b\r\n'],
  ['of another line end', 0, 'A: b\nB'],
  ['that is longer', 0, 'A: bc\r\n'],
  ['that is shorter', 0, 'A: \r\n'],
  ['that is cut', 0, 'A: b\r'],
  ['where there is nothing', 0, ''],
] as const) {
  test(`LineMemo.find() finds no line ${name}`, () => {
    const memo = new LineMemo();
    put(memo, 0, 'A', 'b');
    assert.equal(found(memo, index, text), null);
  });
}

test('LineMemo.find() looks no further than the end of what came', () => {
  const memo = new LineMemo();
  put(memo, 0, 'A', 'b');
  assert.equal(memo.find(0, Buffer.from('A: b\r\n'), 0, 5), null);
});

test('LineMemo.put() copies: the bytes may change afterwards', () => {
  const memo = new LineMemo();
  const bytes = Buffer.from('A: b\r\n');
  memo.put(0, bytes, 0, bytes.length, 'A', 'b');
  bytes.fill('x');
  assert.deepEqual(found(memo, 0, 'A: b\r\n'), ['A', 'b', 6]);
});

test('LineMemo.put() puts a line in the place of the first that differs', () => {
  const memo = new LineMemo();
  put(memo, 0, 'A', '1');
  put(memo, 0, 'A', '2');
  assert.deepEqual([found(memo, 0, 'A: 1\r\n'), found(memo, 0, 'A: 2\r\n')], [null, ['A', '2', 6]]);
});

test('LineMemo.put() remembers a line that always differs after 1, 2, 4, 8 … misses only', () => {
  const memo = new LineMemo();
  put(memo, 0, 'A', 'first');
  const remembered: number[] = [];
  for (let miss = 1; miss <= 20; miss++) {
    put(memo, 0, 'A', String(miss));
    // Not by find(), which would begin the count anew.
    const line = memo.find(0, Buffer.from(`A: ${miss}\r\n`), 0, `A: ${miss}\r\n`.length);
    if (line === null) continue;
    remembered.push(miss);
    line.misses = miss;
  }
  assert.deepEqual(remembered, [1, 2, 4, 8, 16]);
});

test('LineMemo.find() begins the count of misses anew', () => {
  const memo = new LineMemo();
  put(memo, 0, 'A', 'first');
  for (let miss = 1; miss <= 4; miss++) put(memo, 0, 'A', String(miss));
  assert.ok(found(memo, 0, 'A: 4\r\n'));
  put(memo, 0, 'A', 'next');
  assert.ok(found(memo, 0, 'A: next\r\n'));
});

// name, index, length of the line, whether it is remembered
for (const [name, index, length, remembered] of [
  ['the 64th line', 63, 10, true],
  ['no 65th line', 64, 10, false],
  ['a line of 256 bytes', 0, 256, true],
  ['no line of 257 bytes', 0, 257, false],
] as const) {
  test(`LineMemo.put() remembers ${name}`, () => {
    const memo = new LineMemo();
    const value = 'x'.repeat(length - 'A: \r\n'.length);
    put(memo, index, 'A', value);
    assert.equal(found(memo, index, `A: ${value}\r\n`) !== null, remembered);
  });
}
