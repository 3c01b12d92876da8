import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseChallenges } from 'urlpool';
import { authParameters, quoted } from '../../src/message/challenge.ts';

type Read = readonly [scheme: string, token: string | null, parameters?: Readonly<Record<string, string>>];

// name, field values, challenges
const CASES: readonly (readonly [string, readonly string[], readonly Read[]])[] = [
  ['nothing', [], []],
  ['an empty field', [''], []],
  ['commas and blanks', [' , ,\t, '], []],
  ['a scheme alone', ['Negotiate'], [['negotiate', null]]],
  [
    'schemes alone',
    ['Negotiate, NTLM'],
    [
      ['negotiate', null],
      ['ntlm', null],
    ],
  ],
  ['a token68', ['Negotiate YIIJ+/aA-._~=='], [['negotiate', 'YIIJ+/aA-._~==']]],
  ['a token68 that ends like a parameter', ['X abc='], [['x', 'abc=']]],
  [
    'a token68 before another challenge',
    ['NTLM TlRM= , Basic realm=a'],
    [
      ['ntlm', 'TlRM='],
      ['basic', null, { realm: 'a' }],
    ],
  ],
  ['a parameter', ['Basic realm="simple"'], [['basic', null, { realm: 'simple' }]]],
  ['a parameter without quotes', ['Basic realm=simple'], [['basic', null, { realm: 'simple' }]]],
  ['a parameter of another case', ['BASIC REALM="a"'], [['basic', null, { realm: 'a' }]]],
  ['blanks around "="', ['Basic realm \t= \t"a"'], [['basic', null, { realm: 'a' }]]],
  ['a comma in quotes', ['Basic realm="a, Digest realm=b"'], [['basic', null, { realm: 'a, Digest realm=b' }]]],
  ['escapes in quotes', ['Basic realm="a \\"b\\" \\\\ \\c"'], [['basic', null, { realm: 'a "b" \\ c' }]]],
  ['an empty value in quotes', ['Digest opaque="", nonce=a'], [['digest', null, { opaque: '', nonce: 'a' }]]],
  ['no value', ['Digest nonce=a, opaque='], [['digest', null, { nonce: 'a', opaque: '' }]]],
  ['what has the form of a token68, and parameters', ['X abc=, d=e'], [['x', 'abc=', { d: 'e' }]]],
  [
    'the example of RFC 9110',
    ['Basic realm="simple", Newauth realm="apps", type=1, title="Login to \\"apps\\""'],
    [
      ['basic', null, { realm: 'simple' }],
      ['newauth', null, { realm: 'apps', type: '1', title: 'Login to "apps"' }],
    ],
  ],
  [
    'several fields',
    ['Basic realm=a', 'Digest realm=b, nonce=c', 'Negotiate'],
    [
      ['basic', null, { realm: 'a' }],
      ['digest', null, { realm: 'b', nonce: 'c' }],
      ['negotiate', null],
    ],
  ],
  ['a parameter of no challenge', ['realm="a", Basic realm="b"'], [['basic', null, { realm: 'b' }]]],
  ['a parameter at the head of a field', ['Basic realm=a', 'charset=UTF-8'], [['basic', null, { realm: 'a' }]]],
  ['the first of two parameters of a name', ['Basic realm=a, REALM=b'], [['basic', null, { realm: 'a' }]]],
  ['a comma right behind the scheme', ['Digest, realm="a"'], [['digest', null, { realm: 'a' }]]],
  ['parameters without commas', ['Digest realm="a" nonce="b"'], [['digest', null, { realm: 'a', nonce: 'b' }]]],
  ['semicolons for commas', ['Digest realm="a"; nonce="b"'], [['digest', null, { realm: 'a', nonce: 'b' }]]],
  [
    'challenges without commas',
    ['Negotiate Basic realm="a"'],
    [
      ['negotiate', null],
      ['basic', null, { realm: 'a' }],
    ],
  ],
  ['quotes that are not closed', ['Basic realm="a, b'], [['basic', null, { realm: 'a, b' }]]],
  ['a backslash at the end', ['Basic realm="a\\'], [['basic', null, { realm: 'a' }]]],
  ['a quoted string for a scheme', ['"Digest nonce=x", Basic realm=a'], [['basic', null, { realm: 'a' }]]],
  ['what is no word', ['@@@ ((Basic) realm="a"'], [['basic', null, { realm: 'a' }]]],
  ['octets above ASCII', ['Basic realm="\u00c3\u00a4"'], [['basic', null, { realm: '\u00c3\u00a4' }]]],
  ['names of objects', ['__proto__ __proto__=a, constructor=b'], [['__proto__', null, { constructor: 'b' }]]],
];

for (const [name, values, expected] of CASES) {
  test(`parseChallenges() reads ${name}`, () => {
    const read = parseChallenges(values).map(({ scheme, token, parameters }) => [scheme, token, [...parameters]]);
    const pairs = expected.map(([scheme, token, parameters = {}]) => {
      const own = Object.entries(parameters);
      return [scheme, token, scheme === '__proto__' ? [['__proto__', 'a'], ...own] : own];
    });
    assert.deepEqual(read, pairs);
  });
}

const MEGABYTE = 1024 * 1024;

for (const [name, piece] of [
  ['words', 'a '],
  ['one word', 'a'],
  ['schemes with token68', 'a b/b,'],
  ['token68 that are none', 'a b/b/b@'],
  ['equals signs', '='],
  ['words with equals signs', 'a ==x'],
  ['quotes', '"'],
  ['values that are not closed', 'a="'],
  ['backslashes', '"\\'],
  ['commas', ','],
  ['blanks', ' '],
  ['blanks between words', `a${' '.repeat(1000)}`],
  ['parameters', 'Digest a=b, '],
  ['what is no word', '@'],
] as const) {
  test(`parseChallenges() takes a megabyte of ${name} in linear time`, () => {
    const timeOf = (size: number): number => {
      const text = `x ${piece.repeat(Math.ceil(size / piece.length))}`;
      const start = process.cpuUsage();
      parseChallenges([text]);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    };
    timeOf(MEGABYTE / 16);
    const took = timeOf(MEGABYTE);
    // A quadratic reader takes many minutes.
    assert.ok(took < 3_000, `${took} ms`);
  });
}

test('authParameters() reads parameters without a scheme', () => {
  assert.deepEqual(
    [...authParameters('nextnonce="a,b", qop=auth, rspauth="00"')],
    [
      ['nextnonce', 'a,b'],
      ['qop', 'auth'],
      ['rspauth', '00'],
    ],
  );
  assert.deepEqual([...authParameters('')], []);
});

for (const text of ['', 'a b', 'a "b" \\ c', '\\"', ',=;']) {
  test(`quoted() writes ${JSON.stringify(text)} as parseChallenges() reads it`, () => {
    const [challenge] = parseChallenges([`X a=${quoted(text)}, b=c`]);
    assert.deepEqual(
      [...(challenge?.parameters ?? [])],
      [
        ['a', text],
        ['b', 'c'],
      ],
    );
  });
}
