import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redirectTarget } from '../../src/policy/redirect.ts';

// A field's value holds octets: text beyond them is no UTF-8 to be read, even where its low octets would be.
for (const [name, location, path] of [
  ['a character whose low octet is ASCII', '/\u0141', '/%C5%81'],
  ['characters whose low octets are UTF-8', '/\u01c3\u01a9', '/%C7%83%C6%A9'],
  ['octets and such a character', '/\xc3\xa9\u0141', '/%C3%83%C2%A9%C5%81'],
  ['octets of UTF-8', '/\xc3\xa9', '/%C3%A9'],
] as const) {
  test(`redirectTarget() reads ${name} as ${path}`, () => {
    assert.equal(redirectTarget(location, 'http://a.test/'), `http://a.test${path}`);
  });
}
