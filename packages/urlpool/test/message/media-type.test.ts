import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseMediaType } from '../../src/message/media-type.ts';

// text, type, parameters
for (const [text, type, parameters] of [
  ['text/html', 'text/html', {}],
  [' Text/HTML\t', 'text/html', {}],
  ['text/html; charset=utf-8', 'text/html', { charset: 'utf-8' }],
  ['text/html;charset=UTF-8', 'text/html', { charset: 'UTF-8' }],
  ['text/html ; Charset="utf-8" ; a=b', 'text/html', { charset: 'utf-8', a: 'b' }],
  ['text/html; charset = utf-8 ', 'text/html', { charset: 'utf-8' }],
  ['text/html; a="x;y,z"; b=c', 'text/html', { a: 'x;y,z', b: 'c' }],
  [String.raw`text/html; a="x\"y\\z"`, 'text/html', { a: String.raw`x"y\z` }],
  ['text/html; a="never closed', 'text/html', { a: 'never closed' }],
  ['text/html; a="ends in a backslash\\', 'text/html', { a: 'ends in a backslash' }],
  ['text/html; charset=a; charset=b', 'text/html', { charset: 'a' }],
  ['text/html;', 'text/html', {}],
  ['text/html;;; a=b', 'text/html', { a: 'b' }],
  ['text/html; =b; c=d', 'text/html', { c: 'd' }],
  ['text/html; a; b=c', 'text/html', { a: '', b: 'c' }],
  ['text/html; a="b"junk; c=d', 'text/html', { a: 'b', c: 'd' }],
  ['text/html; a="b""c;d"; e=f', 'text/html', { a: 'b', e: 'f' }],
  ['application/problem+json; charset=utf-8', 'application/problem+json', { charset: 'utf-8' }],
  ['text/event-stream, text/plain', null, {}],
  ['text', null, {}],
  ['/html', null, {}],
  ['text/', null, {}],
  ['text/html/x', null, {}],
  ['te xt/html', null, {}],
  ['', null, {}],
  [';charset=utf-8', null, {}],
] as const) {
  test(`parseMediaType() of ${JSON.stringify(text)} is ${type}`, () => {
    const media = parseMediaType(text);
    assert.equal(media?.type ?? null, type);
    assert.deepEqual(Object.fromEntries(media?.parameters ?? []), parameters);
  });
}

test('parseMediaType() reads any text, in linear time', () => {
  const piece = fc.constantFrom('text/html', ';', '=', '"', '\\', ',', ' ', 'a', 'charset');
  fc.assert(fc.property(fc.array(piece), (pieces) => void parseMediaType(pieces.join(''))));
  for (const unit of [';', ';a', '"', ' ', '\\', ';"', 'a=";']) {
    const started = performance.now();
    parseMediaType(`a/b;${unit.repeat(100_000)}`);
    assert.ok(performance.now() - started < 1_000, unit);
  }
});
