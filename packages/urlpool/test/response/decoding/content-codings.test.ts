import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fields } from '../../../src/message/fields.ts';
import { ACCEPT_ENCODING, codingsToUndo } from '../../../src/response/decoding/content-codings.ts';
import { CODINGS } from './encoded.ts';

function field(value: string): Fields {
  return ['Server', 's', 'Content-Encoding', value, 'Vary', 'Accept-Encoding'];
}

// name, fields, what is to be undone, in this order
const CASES: readonly (readonly [string, Fields, readonly string[]])[] = [
  ['nothing without the field', ['Content-Type', 'gzip', 'Transfer-Encoding', 'gzip'], []],
  ['nothing of an empty field', field(''), []],
  ['nothing of a list of nothing', field(' , ,'), []],
  ['nothing of identity', field('identity'), []],
  ['gzip', field('gzip'), ['gzip']],
  ['x-gzip as gzip', field('x-gzip'), ['gzip']],
  ['deflate', field('deflate'), ['deflate']],
  ['br', field('br'), ['br']],
  ['zstd', field('zstd'), ['zstd']],
  ['a name in capitals', field('GZip'), ['gzip']],
  ['a field in capitals', ['CONTENT-ENCODING', 'gzip'], ['gzip']],
  ['several, the last one first', field('gzip, br'), ['br', 'gzip']],
  ['several with blanks and empty members', field('\tgzip ,, br\t'), ['br', 'gzip']],
  ['several fields as one list', [...field('gzip'), ...field('br, zstd')], ['zstd', 'br', 'gzip']],
  ['the same more than once', field('gzip, gzip'), ['gzip', 'gzip']],
  ['what is beside identity', field('identity, gzip, identity'), ['gzip']],
  ['more than are undone', field('br,br,br,br,br,br'), ['br', 'br', 'br', 'br', 'br', 'br']],
  ['nothing of an unknown one', field('compress'), []],
  ['nothing of a name of all objects', field('constructor'), []],
  ['nothing of a known one beside an unknown one', field('gzip, aes128gcm'), []],
  ['nothing of a known one in a field beside that of an unknown one', [...field('exi'), ...field('gzip')], []],
  ['nothing of quoted names', field('"gzip"'), []],
];

for (const [name, fields, codings] of CASES) {
  test(`codingsToUndo() finds ${name}`, () => assert.deepEqual(codingsToUndo(fields, true), codings));
}

test('codingsToUndo() does not know zstd where the runtime does not', () => {
  assert.deepEqual(codingsToUndo(field('zstd'), false), []);
  assert.deepEqual(codingsToUndo(field('gzip, zstd'), false), []);
  assert.deepEqual(codingsToUndo(field('gzip'), false), ['gzip']);
});

test('ACCEPT_ENCODING names what this runtime can undo', () => {
  assert.deepEqual(ACCEPT_ENCODING.split(', '), CODINGS);
  const zlib = process.getBuiltinModule('node:zlib');
  assert.equal(ACCEPT_ENCODING.includes('zstd'), 'createZstdDecompress' in zlib);
});
