import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { redactReference, redactUrl } from '../../src/message/redact-url.ts';

// what was meant to be a URL, as it is shown
for (const [text, shown] of [
  ['', ''],
  ['example.org', 'example.org'],
  ['http://example.org/', 'http://example.org/'],
  ['http://user:secret@example.org/a', 'http://…@example.org/a'],
  ['https://user@example.org/', 'https://…@example.org/'],
  ['HTTP://user:p@ss@example.org', 'HTTP://…@example.org'],
  ['http://user:pa/ss@example.org/', 'http://…@example.org/'],
  ['http://user:pa?ss@example.org/', 'http://…@example.org/'],
  ['http://user:pa#ss@example.org/', 'http://…@example.org/'],
  ['http://user:pa ss@example.org/', 'http://…@example.org/'],
  ['http:user:secret@example.org/', '…@example.org/'],
  ['http:/user:secret@example.org/', '…@example.org/'],
  [' http://user:secret@example.org/', '…@example.org/'],
  ['ht\ttp://user:secret@example.org/', '…@example.org/'],
  ['ftp://user:secret@example.org/', '…@example.org/'],
  ['user:secret@example.org/', '…@example.org/'],
  ['xhttp://user:secret@example.org/', '…@example.org/'],
  ['http://example.org/a@b', 'http://…@b'],
  ['http://user:secret%40example.org/', 'http://…%40example.org/'],
  ['http://user:p%40ss%40example.org/a%40b', 'http://…%40example.org/a%40b'],
  ['http://user:secret\uff20example.org/', 'http://…\uff20example.org/'],
  ['//user:secret%40example.org/', '…%40example.org/'],
  ['http://exam ple.org/?a=b%40c', 'http://exam ple.org/?a=b%40c'],
  ['a"b', 'a\\"b'],
  ['a\r\n\tb\0', 'a\\r\\n\\tb\\u0000'],
  ['x'.repeat(200), 'x'.repeat(200)],
  ['x'.repeat(201), `${'x'.repeat(200)}…`],
  [`http://user:secret@${'x'.repeat(191)}`, `http://…@${'x'.repeat(191)}`],
  [`http://user:secret@${'x'.repeat(192)}`, `http://…@${'x'.repeat(191)}…`],
] as const) {
  test(`redactUrl() shows ${JSON.stringify(shown.slice(0, 40))}`, () => assert.equal(redactUrl(text), shown));
}

test('redactUrl() shows nothing that stands before an "@" but http:// or https://', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '1', ':', '@', '/', '?', '#', '\\', '%', ' ', '\t', '\0') });
  fc.assert(
    fc.property(fc.constantFrom('http://', 'https:', '//', '', ' http://'), text, text, (start, user, rest) => {
      const shown = redactUrl(`${start}${user}Secret${rest}@example.org/`);
      return !shown.includes('Secret') && shown.endsWith('@example.org/');
    }),
  );
});

const BASE = 'https://a.test/b/c';

// a Location, as it is shown
for (const [reference, shown] of [
  ['', ''],
  ['/a', '/a'],
  ['d?e#f', 'd?e#f'],
  ['/a@b', '/a@b'],
  ['?user@example.org', '?user@example.org'],
  ['http://example.org/@a', 'http://example.org/@a'],
  ['mailto:user@example.org', 'mailto:user@example.org'],
  ['http://user:secret@example.org/a', 'http://example.org/a'],
  ['http://user@example.org/', 'http://example.org/'],
  ['http://:secret@example.org/a@b', 'http://example.org/a@b'],
  ['//user:secret@example.org/a', 'https://example.org/a'],
  ['\\\\user:secret@example.org\\a', 'https://example.org/a'],
  ['http:\\user:p@ss@example.org', 'http://example.org/'],
  ['/\t/user:secret@example.org', 'https://example.org/'],
  ['http://us%40er:p%40ss@example.org/', 'http://example.org/'],
  ['ftp://user:secret@example.org/', 'ftp://example.org/'],
  ['http://user:secret@exa mple.org/', 'http://…@exa mple.org/'],
  ['http://user:secret@', 'http://…@'],
  ['//user:secret@example.org:99999/', '…@example.org:99999/'],
  ['//user:secret%40exa mple.org/', '…%40exa mple.org/'],
] as const) {
  test(`redactReference() shows ${JSON.stringify(reference)} as ${shown}`, () => {
    assert.equal(redactReference(reference, BASE), shown);
  });
}
