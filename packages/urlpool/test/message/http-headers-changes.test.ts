import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { RequestError } from '../../src/errors/request-error.ts';
import type { Fields } from '../../src/message/fields.ts';
import type { HeadersInput } from '../../src/message/headers-input.ts';
import { HTTPHeaders } from '../../src/message/http-headers.ts';

/** A list of fields as text, `A: 1|B: 2`. */
function shown(headers: HTTPHeaders): string {
  return [...headers].map(([name, value]) => `${name}: ${value}`).join('|');
}

// name, input, lines
const INPUTS: readonly (readonly [string, HeadersInput | Fields | undefined, string])[] = [
  ['nothing', undefined, ''],
  ['an empty object', {}, ''],
  ['an object', { A: '1', b: '2' }, 'A: 1|b: 2'],
  [
    'an object with a list, a number, null and undefined',
    { A: ['1', '2'], B: 3, C: null, D: undefined },
    'A: 1|A: 2|B: 3',
  ],
  [
    'pairs',
    [
      ['A', '1'],
      ['a', '2'],
    ],
    'A: 1|a: 2',
  ],
  ['an empty list', [], ''],
  ['the list of the wire', ['A', '1', 'a', '2'], 'A: 1|a: 2'],
  ['a Map', new Map([['A', '1']]), 'A: 1'],
  [
    'Headers',
    new Headers([
      ['B', '1'],
      ['Set-Cookie', 'a=1'],
      ['Set-Cookie', 'b=2'],
    ]),
    'b: 1|set-cookie: a=1|set-cookie: b=2',
  ],
  ['HTTPHeaders', new HTTPHeaders(['A', '1', 'a', '2']), 'A: 1|a: 2'],
  ['values with blanks at their ends', { A: ' \t1 ' }, 'A: 1'],
];

for (const [name, input, expected] of INPUTS) {
  test(`new HTTPHeaders() takes ${name}`, () => assert.equal(shown(new HTTPHeaders(input)), expected));
}

const BAD_LINES: readonly (readonly [name: string, value: string])[] = [
  ['A', 'b\r\nC: d'],
  ['A', 'b\nc'],
  ['A', 'b\0c'],
  ['A', 'b\rc'],
  ['A', 'snow \u2603'],
  ['A b', 'c'],
  ['A:', 'c'],
  ['', 'c'],
  ['A\r\n', 'c'],
];

// name, what is done with a line
const WAYS_IN: readonly (readonly [string, (headers: HTTPHeaders, name: string, value: string) => unknown])[] = [
  ['new HTTPHeaders()', (_, name, value) => new HTTPHeaders([[name, value]])],
  ['set()', (headers, name, value) => headers.set(name, value)],
  ['add()', (headers, name, value) => headers.add(name, value)],
  ['append()', (headers, name, value) => headers.append(name, [value])],
  ['extend()', (headers, name, value) => headers.extend({ Good: '1' }, { [name]: value })],
  ['setDefault()', (headers, name, value) => headers.setDefault(name, value)],
];

for (const [way, act] of WAYS_IN) {
  test(`${way} refuses what could not stand on the wire, and changes nothing`, () => {
    for (const [name, value] of BAD_LINES) {
      const headers = new HTTPHeaders({ Kept: '1' });
      assert.throws(
        () => act(headers, name, value),
        (error) =>
          error instanceof RequestError &&
          error.code === 'ERR_INVALID_HEADER' &&
          /^Cannot set the header field /.test(error.message),
        JSON.stringify([name, value]),
      );
      assert.equal(shown(headers), 'Kept: 1');
    }
  });
}

for (const input of ['A: b', 7, null, [7], ['A']] as never[]) {
  const flat = Array.isArray(input) && typeof input[0] === 'string';
  if (flat) continue;
  test(`new HTTPHeaders() refuses ${JSON.stringify(input)}`, () => {
    assert.throws(() => new HTTPHeaders(input), { code: 'ERR_INVALID_OPTION' });
  });
}

// name, lines before, change, lines after
const CHANGES: readonly (readonly [string, Fields, (headers: HTTPHeaders) => unknown, string])[] = [
  ['set() adds what is absent', ['A', '1'], (h) => h.set('B', '2'), 'A: 1|B: 2'],
  ['set() replaces in place, in the new case', ['A', '1', 'B', '2'], (h) => h.set('a', '3'), 'a: 3|B: 2'],
  ['set() replaces all of that name', ['A', '1', 'B', '2', 'a', '3'], (h) => h.set('A', '4'), 'A: 4|B: 2'],
  ['set() is not misled by a value', ['X', 'a', 'A', '1'], (h) => h.set('a', '2'), 'X: a|a: 2'],
  ['set() repeats for a list', ['A', '1', 'B', '2'], (h) => h.set('A', ['3', '4']), 'A: 3|A: 4|B: 2'],
  ['set() of an empty list removes', ['A', '1', 'B', '2'], (h) => h.set('A', []), 'B: 2'],
  ['add() leaves what is there', ['A', '1'], (h) => h.add('a', 2), 'A: 1|a: 2'],
  ['append() is add()', ['A', '1'], (h) => h.append('A', '2'), 'A: 1|A: 2'],
  ['several changes follow each other', [], (h) => h.add('A', '1').set('B', '2').add('A', '3'), 'A: 1|B: 2|A: 3'],
  ['delete() removes every line', ['A', '1', 'B', '2', 'a', '3'], (h) => h.delete('A'), 'B: 2'],
  ['delete() of what is absent does nothing', ['A', '1'], (h) => h.delete('B'), 'A: 1'],
  ['extend() adds, and replaces nothing', ['A', '1'], (h) => h.extend({ a: '2' }, [['B', '3']]), 'A: 1|a: 2|B: 3'],
  ['setDefault() adds what is absent', ['A', '1'], (h) => h.setDefault('B', '2'), 'A: 1|B: 2'],
  ['setDefault() leaves what is there', ['A', '1'], (h) => h.setDefault('a', '2'), 'A: 1'],
];

for (const [name, before, change, expected] of CHANGES) {
  test(`HTTPHeaders.${name}`, () => {
    const given = [...before];
    const headers = new HTTPHeaders(given);
    headers.get('a'); // the index is there before, and must not stay
    change(headers);
    assert.equal(shown(headers), expected);
    assert.deepEqual(given, before, 'the list that was given is left alone');
    assert.equal(headers.get('a'), new HTTPHeaders([...headers]).get('a'));
  });
}

test('HTTPHeaders.delete() says whether there was any', () => {
  const headers = new HTTPHeaders(['A', '1']);
  assert.deepEqual([headers.delete('a'), headers.delete('a')], [true, false]);
});

test('HTTPHeaders.setDefault() gives the value that stands', () => {
  const headers = new HTTPHeaders(['A', '1', 'A', '2']);
  assert.deepEqual([headers.setDefault('a', '3'), headers.setDefault('B', '4')], ['1, 2', '4']);
});

test('HTTPHeaders made of others are apart from them', () => {
  const one = new HTTPHeaders(['A', '1']);
  const other = new HTTPHeaders(one);
  other.set('A', '2');
  one.add('B', '3');
  assert.deepEqual([shown(one), shown(other)], ['A: 1|B: 3', 'A: 2']);
});

test('HTTPHeaders iterates by keys(), values(), entries() and forEach() line by line', () => {
  const headers = new HTTPHeaders(['A', '1', 'B', '2', 'a', '3']);
  const seen: unknown[] = [];
  headers.forEach(function (this: unknown, value, name, all) {
    seen.push([this, value, name, all === headers]);
  }, 'it');
  assert.deepEqual(
    [[...headers.keys()], [...headers.values()], [...headers.entries()], seen.length, seen[2]],
    [['A', 'B', 'a'], ['1', '2', '3'], [...headers], 3, ['it', '3', 'a', true]],
  );
});

test('HTTPHeaders.getSetCookie() gives every cookie', () => {
  assert.deepEqual(new HTTPHeaders(['set-cookie', 'a=1', 'Set-Cookie', 'b=2']).getSetCookie(), ['a=1', 'b=2']);
});

// one, other, whether they are equal
for (const [one, other, expected] of [
  [{}, {}, true],
  [{ A: '1' }, { a: '1' }, true],
  [{ A: '1', B: '2' }, { b: '2', a: '1' }, true],
  [{ A: ['1', '2'] }, { A: '1, 2' }, true],
  [{ A: '1' }, { A: '2' }, false],
  [{ A: '1' }, { A: '1', B: '2' }, false],
  [{ A: '1', B: '2' }, { A: '1' }, false],
  [{ A: '1' }, { B: '1' }, false],
  [{ 'Set-Cookie': ['a', 'b'] }, { 'set-cookie': ['a', 'b'] }, true],
  [{ 'Set-Cookie': ['a', 'b'] }, { 'Set-Cookie': 'a, b' }, false],
] as const) {
  test(`HTTPHeaders.equals() of ${JSON.stringify(one)} and ${JSON.stringify(other)} is ${expected}`, () => {
    assert.equal(new HTTPHeaders(one).equals(other), expected);
    assert.equal(new HTTPHeaders(one).equals(new HTTPHeaders(other)), expected);
  });
}

test('HTTPHeaders are shown by console.log()', () => {
  assert.equal(inspect(new HTTPHeaders(['Vary', 'a', 'VARY', 'b'])), "HTTPHeaders { vary: 'a, b' }");
});

test('HTTPHeaders behave as a list of lines that is searched anew each time', () => {
  const name = fc.constantFrom('A', 'a', 'B', 'Set-Cookie');
  const value = fc.constantFrom('1', '2', '');
  const change = fc.tuple(fc.constantFrom('set', 'add', 'delete'), name, value);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value)), fc.array(change), (start, changes) => {
      const headers = new HTTPHeaders(start);
      let model: [string, string][] = start.map(([n, v]) => [n, v]);
      for (const [what, n, v] of changes) {
        const isIt = ([other]: [string, string]) => other.toLowerCase() === n.toLowerCase();
        const at = model.findIndex(isIt);
        const rest = model.filter((line) => !isIt(line));
        if (what === 'delete') model = rest;
        else if (what === 'add' || at === -1) model = [...model, [n, v]];
        else model = rest.toSpliced(at, 0, [n, v]);
        if (what === 'set') headers.set(n, v);
        else if (what === 'add') headers.add(n, v);
        else headers.delete(n);
        assert.deepEqual([...headers], model);
        const named = model.filter(isIt).map(([, text]) => text);
        assert.deepEqual([headers.getAll(n), headers.has(n), headers.size], [named, named.length > 0, model.length]);
      }
    }),
  );
});
