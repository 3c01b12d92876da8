import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CLASSES,
  isFieldValue,
  isToken,
  isTokenCode,
  isValueCode,
  TOKEN as TOKEN_BIT,
  trimBlanks,
  VALUE,
} from '../../src/message/characters.ts';

/** RFC 9110 §5.6.2: every character of a token. */
const TOKEN = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CODES: readonly number[] = Array.from({ length: 0x300 }, (_, code) => code);

test('isTokenCode() is true for exactly the characters of RFC 9110 §5.6.2', () => {
  assert.equal(String.fromCharCode(...CODES.filter(isTokenCode)), [...TOKEN].sort().join(''));
});

test('isValueCode() is true for tab, space, visible ASCII and obs-text (RFC 9110 §5.5)', () => {
  const expected = CODES.filter(
    (code) => code === 0x09 || (code >= 0x20 && code <= 0x7e) || (code >= 0x80 && code <= 0xff),
  );
  assert.deepEqual(CODES.filter(isValueCode), expected);
});

for (const code of [-1, Number.NaN, 0x10041, 0xffff]) {
  test(`isTokenCode() and isValueCode() are false for ${code}`, () => {
    assert.deepEqual([isTokenCode(code), isValueCode(code)], [false, false]);
  });
}

// text, whether it is a token, whether it is a value
for (const [text, token, value] of [
  ['', false, true],
  ['a', true, true],
  [TOKEN, true, true],
  ['a b', false, true],
  ['a\tb', false, true],
  [' a', false, true],
  ['a ', false, true],
  ['a:', false, true],
  ['\xe9', false, true],
  ['\u0100', false, false],
  ['a\u0141', false, false],
  ['a\r', false, false],
  ['\na', false, false],
  ['a\0b', false, false],
  ['a\x7f', false, false],
  ['\u{1f600}', false, false],
] as const) {
  test(`isToken() is ${token} for ${JSON.stringify(text)}`, () => assert.equal(isToken(text), token));
  test(`isFieldValue() is ${value} for ${JSON.stringify(text)}`, () => assert.equal(isFieldValue(text), value));
}

test('CLASSES holds for every octet what isTokenCode() and isValueCode() say', () => {
  for (let octet = 0; octet < 256; octet++) {
    const expected = (isTokenCode(octet) ? TOKEN_BIT : 0) + (isValueCode(octet) ? VALUE : 0);
    assert.equal(CLASSES[octet], expected, `octet ${octet}`);
  }
});

// text, without spaces and tabs at its ends
for (const [text, trimmed] of [
  ['', ''],
  ['a', 'a'],
  [' a', 'a'],
  ['a\t', 'a'],
  [' \t a \t b\t \t', 'a \t b'],
  [' \t ', ''],
  ['\xa0a\xa0', '\xa0a\xa0'],
  [' \na\r ', '\na\r'],
  ['\u2003a\ufeff', '\u2003a\ufeff'],
] as const) {
  test(`trimBlanks() gives ${JSON.stringify(trimmed)} for ${JSON.stringify(text)}`, () => {
    assert.equal(trimBlanks(text), trimmed);
  });
}
