import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BodyDecoder, bodyText } from '../../src/response/body-decoder.ts';

/** Text of bytes that come in pieces of this size. */
function decoded(bytes: readonly number[], size: number, label: string | null, isForced = false): string {
  const decoder = new BodyDecoder({ label, isForced });
  let text = '';
  for (let at = 0; at < bytes.length; at += size) text += decoder.push(Uint8Array.from(bytes.slice(at, at + size)));
  return text + decoder.end();
}

const MARK = [0xef, 0xbb, 0xbf];

// name, bytes, label, whether it is forced, text
const CASES: readonly (readonly [string, readonly number[], string | null, boolean, string])[] = [
  ['nothing', [], null, false, ''],
  ['UTF-8 where nothing is said', [0x61, 0xc3, 0xa9], null, false, 'aé'],
  ['a mark of UTF-8', [...MARK, 0x61], null, false, 'a'],
  ['a mark alone', MARK, null, false, ''],
  ['two marks', [...MARK, ...MARK], null, false, '\ufeff'],
  ['the beginning of a mark', [0xef, 0xbb], null, false, '\ufffd'],
  ['what begins as a mark does', [0xef, 0xbb, 0xbe, 0x61], null, false, '\ufefea'],
  ['a mark of UTF-16LE against the label', [0xff, 0xfe, 0x61, 0], 'utf-8', false, 'a'],
  ['a mark of UTF-16BE against the label', [0xfe, 0xff, 0, 0x61], 'iso-8859-1', false, 'a'],
  ['a mark of UTF-8 against the label', [...MARK, 0xc3, 0xa9], 'iso-8859-1', false, 'é'],
  ['a mark against a forced label', [...MARK], 'windows-1252', true, 'ï»¿'],
  ['a mark of the forced label', [...MARK, 0x61], 'utf-8', true, 'a'],
  ['half a mark under a label', [0xff], 'iso-8859-1', false, 'ÿ'],
  ['windows-1252', [0x80, 0x92, 0xe9], 'latin1', false, '€’é'],
  ['an unknown label', [0xc3, 0xa9], 'never-heard', false, 'é'],
  ['a label of a replaced encoding', [0xc3, 0xa9], 'hz-gb-2312', false, 'é'],
  ['a character that is cut', [0x61, 0xc3], null, false, 'a\ufffd'],
  ['invalid bytes', [0xff, 0x61], null, false, '\ufffda'],
];

for (const [name, bytes, label, isForced, text] of CASES) {
  test(`bodyText() and BodyDecoder read ${name}, whole and in pieces`, () => {
    assert.equal(bodyText(Buffer.from(bytes), { label, isForced }), text);
    for (const size of [1, 2, 3, 100]) assert.equal(decoded(bytes, size, label, isForced), text, `pieces of ${size}`);
  });
}

test('BodyDecoder gives what it has at once, where it can be no mark', () => {
  const decoder = new BodyDecoder({ label: null, isForced: false });
  assert.deepEqual(
    [decoder.push(Buffer.from('a')), decoder.push(Buffer.from([0xc3])), decoder.push(Buffer.from([0xa9]))],
    ['a', '', 'é'],
  );
});

test('BodyDecoder keeps no memory of its pieces', () => {
  const decoder = new BodyDecoder({ label: null, isForced: false });
  const piece = Buffer.from(MARK.slice(0, 2));
  let text = decoder.push(piece);
  piece.fill(0xdb);
  text += decoder.push(Buffer.from([0xbf, 0x61]));
  assert.equal(text, 'a');
});

test('BodyDecoder reads as bodyText() does, however the bytes are cut', () => {
  const byte = fc.oneof(fc.constantFrom(0xef, 0xbb, 0xbf, 0xff, 0xfe, 0x61, 0xc3, 0xa9), fc.nat(255));
  const label = fc.constantFrom(null, 'utf-8', 'iso-8859-1', 'utf-16le', 'shift_jis');
  fc.assert(
    fc.property(fc.array(byte), fc.integer({ min: 1, max: 5 }), label, fc.boolean(), (bytes, size, name, forced) => {
      const isForced = forced && name !== null;
      assert.equal(decoded(bytes, size, name, isForced), bodyText(Buffer.from(bytes), { label: name, isForced }));
    }),
  );
});
