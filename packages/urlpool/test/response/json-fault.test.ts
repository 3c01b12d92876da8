import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonFault } from '../../src/response/json-fault.ts';

// text, line, column, whether it is the end
for (const [text, line, column, isEnd] of [
  ['', 1, 1, true],
  ['  ', 1, 3, true],
  ['<html>', 1, 1, false],
  ['{"a":1,}', 1, 8, false],
  ['{"a" 1}', 1, 6, false],
  ['{a:1}', 1, 2, false],
  ['[1,]', 1, 4, false],
  ['[1 2]', 1, 4, false],
  ['[1}', 1, 3, false],
  ['{"a":1]', 1, 7, false],
  ['{"a":1', 1, 7, true],
  ['{"a":"b', 1, 8, true],
  ['"a\nb"', 1, 3, false],
  ['"\\x"', 1, 2, false],
  ['"\\u12g4"', 1, 2, false],
  ['01', 1, 2, false],
  ['-', 1, 1, false],
  ['1.', 1, 2, false],
  ['1e', 1, 2, false],
  ['tru', 1, 1, false],
  ['truee', 1, 5, false],
  ['NaN', 1, 1, false],
  ['{"a":1}\n{"b":2}', 2, 1, false],
  ['{\r\n"a":1,\r\n"b":x}', 3, 5, false],
  ['[1,\r2,\r,]', 3, 1, false],
  [']', 1, 1, false],
  ['\u00a01', 1, 1, false],
] as const) {
  test(`jsonFault() of ${JSON.stringify(text)} is at ${line}:${column}`, () => {
    const fault = jsonFault(text);
    assert.deepEqual([fault?.line, fault?.column, fault?.isEnd], [line, column, isEnd]);
  });
}

test('jsonFault() quotes 20 characters on either side', () => {
  const text = `["${'a'.repeat(50)}" ${'b'.repeat(50)}]`;
  assert.equal(jsonFault(text)?.near, JSON.stringify(`…${'a'.repeat(18)}" ${'b'.repeat(20)}…`));
});

test('jsonFault() finds a fault exactly where JSON.parse does', () => {
  const token = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '\\',
    '\\n',
    '1',
    '-0.5e+3',
    '01',
    'true',
    'nul',
    ' ',
    '\n',
    '\u0001',
  );
  const text = fc.oneof(
    fc.array(token, { maxLength: 12 }).map((tokens) => tokens.join('')),
    fc
      .json()
      .chain((json) => fc.tuple(fc.constant(json), fc.nat(json.length), fc.constantFrom('', ',', '"', '}', ']', 'x')))
      .map(([json, at, junk]) => json.slice(0, at) + junk + json.slice(at + 1)),
    fc.json(),
  );
  fc.assert(
    fc.property(text, (json) => {
      let parses = true;
      try {
        JSON.parse(json);
      } catch {
        parses = false;
      }
      assert.equal(jsonFault(json) === null, parses, json);
    }),
    { numRuns: 3_000 },
  );
});

test('jsonFault() goes as deep as the text does, in linear time', () => {
  assert.equal(jsonFault('['.repeat(200_000))?.column, 200_001);
  assert.equal(jsonFault(`"${'\\n'.repeat(200_000)}`)?.isEnd, true);
});
