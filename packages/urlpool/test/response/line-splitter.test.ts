import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineSplitter } from '../../src/response/line-splitter.ts';

/** The lines of a text that comes in these pieces. */
function linesOf(pieces: readonly string[], maxBytes = 100): string[] {
  const splitter = new LineSplitter(maxBytes, () => new Error('too long'));
  const lines = pieces.flatMap((piece) => [...splitter.push(piece)]);
  const last = splitter.end();
  return last === null ? lines : [...lines, last];
}

// text, lines
const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['', []],
  ['a', ['a']],
  ['a\n', ['a']],
  ['a\r', ['a']],
  ['a\r\n', ['a']],
  ['\n', ['']],
  ['\r\n', ['']],
  ['\n\n', ['', '']],
  ['\r\r', ['', '']],
  ['\n\r', ['', '']],
  ['\r\n\r\n', ['', '']],
  ['\r\r\n', ['', '']],
  ['a\nb\rc\r\nd', ['a', 'b', 'c', 'd']],
  ['a\r\n\nb', ['a', '', 'b']],
  ['a\u2028b\u0085c\vd\fe', ['a\u2028b\u0085c\vd\fe']],
  ['ä\u{1f600}\r\nb', ['ä\u{1f600}', 'b']],
];

for (const [text, lines] of CASES) {
  test(`LineSplitter splits ${JSON.stringify(text)}, whole, character by character, and in two`, () => {
    const characters = [...text];
    assert.deepEqual(linesOf([text]), lines);
    assert.deepEqual(linesOf(characters), lines);
    assert.deepEqual(linesOf(characters.flatMap((character) => ['', character, ''])), lines);
    for (let at = 0; at <= characters.length; at++) {
      assert.deepEqual(linesOf([characters.slice(0, at).join(''), characters.slice(at).join('')]), lines);
    }
  });
}

test('LineSplitter gives a line as soon as it has ended, a CR at the end of a piece included', () => {
  const splitter = new LineSplitter(100, () => new Error());
  assert.deepEqual([[...splitter.push('a\r')], [...splitter.push('\nb\n')], splitter.end()], [['a'], ['b'], null]);
});

// text, whether a line of it has more than 4 bytes
for (const [text, isTooLong] of [
  ['abcd', false],
  ['abcd\nabcd\r\n', false],
  ['abcde', true],
  ['abcde\n', true],
  ['a\nabcde', true],
  ['\u{1f600}', false],
  ['ää', false],
  ['äää', true],
] as const) {
  test(`LineSplitter ${isTooLong ? 'refuses' : 'takes'} ${JSON.stringify(text)} where lines have at most 4 bytes`, () => {
    for (const pieces of [[text], [...text]]) {
      if (isTooLong) assert.throws(() => linesOf(pieces, 4), /too long/);
      else assert.doesNotThrow(() => linesOf(pieces, 4));
    }
  });
}

test('LineSplitter gives the same lines however the text is cut', () => {
  const piece = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '\r\n', 'ä', ''), maxLength: 6 });
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('');
      const expected = text.split(/\r\n|\r|\n/);
      if (expected.at(-1) === '') expected.pop();
      assert.deepEqual(linesOf(pieces, 1_000), expected);
    }),
  );
});

test('LineSplitter takes linear time, and holds a line of many pieces', () => {
  const started = performance.now();
  const [line] = linesOf(Array<string>(200_000).fill('ab'), 1_000_000);
  assert.equal(line?.length, 400_000);
  assert.equal(linesOf([`${'a'.repeat(10)}\n`.repeat(100_000)]).length, 100_000);
  assert.equal(linesOf([`${'a'.repeat(10)}\r`.repeat(100_000)]).length, 100_000);
  assert.ok(performance.now() - started < 3_000);
});
