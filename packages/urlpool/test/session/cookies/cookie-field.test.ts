import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieField, MAX_COOKIE_FIELD } from '../../../src/session/cookies/cookie-field.ts';

const cookie = (name: string, length: number) => ({ name, value: 'x'.repeat(length - name.length - 1) });

// name, cookies, the names that are sent
const CASES = [
  ['is empty without cookies', [], ''],
  ['has all in their order', [cookie('b', 5), cookie('a', 5)], 'ba'],
  ['may be as long as its limit', [cookie('a', 4000), cookie('b', MAX_COOKIE_FIELD - 4002)], 'ab'],
  ['leaves out what makes it longer', [cookie('a', 4000), cookie('b', MAX_COOKIE_FIELD - 4001)], 'a'],
  ['has what fits behind what does not', [cookie('a', 4000), cookie('b', 4500), cookie('c', 9)], 'ac'],
] as const;

for (const [name, cookies, sent] of CASES) {
  test(`cookieField() ${name}`, () => {
    const text = cookieField(cookies);
    assert.equal(
      text
        .split('; ')
        .map((pair) => pair.charAt(0))
        .join(''),
      sent,
    );
    assert.ok(text.length <= MAX_COOKIE_FIELD);
  });
}

test('cookieField() writes a cookie without a name as its value', () => {
  assert.equal(
    cookieField([
      { name: '', value: 'a' },
      { name: 'b', value: '' },
    ]),
    'a; b=',
  );
});
