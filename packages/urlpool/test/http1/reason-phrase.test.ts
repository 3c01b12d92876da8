// "OK" is told without making a string of it: no other reason may be taken for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ResponseHeadReader } from '../../src/http1/response-head-reader.ts';
import { DEFAULT_LIMITS } from '../../src/policy/limits.ts';

/** The reason of a head as it is read out of a larger buffer. */
function reasonOf(statusLine: string): string {
  const heads = new ResponseHeadReader(DEFAULT_LIMITS);
  const text = `${statusLine}\r\n\r\n`;
  heads.read(Buffer.from(`K${text}K`, 'latin1'), 1, 1 + text.length);
  return heads.reason;
}

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

for (const [name, reasons] of [
  ['two letters', LETTERS.flatMap((first) => LETTERS.map((second) => first + second))],
  ['"OK" and a letter', LETTERS.map((letter) => `OK${letter}`)],
  ['a letter and "OK"', LETTERS.map((letter) => `${letter}OK`)],
  ['one letter', LETTERS],
] as const) {
  test(`ResponseHeadReader.reason tells every reason of ${name} apart`, () => {
    assert.deepEqual(
      reasons.map((reason) => reasonOf(`HTTP/1.1 200 ${reason}`)),
      reasons,
    );
  });
}

test('ResponseHeadReader.reason is empty where there is none', () => {
  assert.deepEqual([reasonOf('HTTP/1.1 200'), reasonOf('HTTP/1.1 200 ')], ['', '']);
});
