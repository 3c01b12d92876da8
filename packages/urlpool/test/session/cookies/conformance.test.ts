// What a server sets and what it gets back, as browsers have it: a part of the cases of the Web Platform Tests (cookies/,
// BSD-3-Clause) and of those that RFC 6265 came with, in words of our own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CookieJar } from 'urlpool';
import { FakeClock } from 'urlpool-testing';

const HTTP = 'http://www.shop.test/cookies/set';
const HTTPS = 'https://www.shop.test/cookies/set';

type Case = readonly [name: string, from: string, set: readonly string[], to: string, sent: string];

/** Cases whose cookies come from one place and go to a page beside it. */
const beside = (cases: readonly (readonly [string, readonly string[], string])[], from: string = HTTP): Case[] =>
  cases.map(([name, set, sent]) => [name, from, set, new URL('get', from).href, sent]);

const PREFIXES = ['__Secure-', '__SECURE-', '__secure-', '__Host-', '__hOsT-'];

const CASES: readonly Case[] = [
  ...beside([
    ['a name without a value', ['a='], 'a='],
    ['a value without a name', ['=a'], 'a'],
    ['a value without a name, with "=" in it', ['==a=b'], '=a=b'],
    ['a value without "="', ['a'], 'a'],
    ['attributes of a value without a name', ['a; b=c'], 'a'],
    ['the last of those without a name', ['a', '=b', 'c', 'd=e'], 'c; d=e'],
    ['nothing for nothing', ['', '=', ';', ' ; a=b', '\t', ' = '], ''],
    ['blanks around a name and a value', [' \ta =  b\t '], 'a=b'],
    ['blanks within a value', ['a= b c  d '], 'a=b c  d'],
    ['tabs within', ['a\tb=c\td'], 'a\tb=c\td'],
    ['quotes', ['a="b c"', "'d'=\"e"], 'a="b c"; \'d\'="e'],
    ['backslashes', ['a=\\"b\\"', '\\=c'], 'a=\\"b\\"; \\=c'],
    ['commas', ['a=b,c=d', 'e,f=g'], 'a=b,c=d; e,f=g'],
    ['percent signs', ['%41=%42'], '%41=%42'],
    ['separators in a name', ['a(b)<c>@[d]{e}?/=f'], 'a(b)<c>@[d]{e}?/=f'],
    ['a "$"', ['$Version=1', '$a=b'], '$Version=1; $a=b'],
    ['octets of UTF-8', ['\xc3\xa4=\xe2\x82\xac'], '\xc3\xa4=\xe2\x82\xac'],
    [
      'names that objects have',
      ['__proto__=1', 'constructor=2', 'toString=3'],
      '__proto__=1; constructor=2; toString=3',
    ],
    ['names in two cases', ['a=1', 'A=2'], 'a=1; A=2'],
    ['none with a control character', ['a=\x01', '\x1fb=c', 'd=e; \x7f', 'f=\x00g', 'h=i\r'], ''],
    ['the longest pair', [`a=${'b'.repeat(4_095)}`], `a=${'b'.repeat(4_095)}`],
    ['none that is longer', [`a=${'b'.repeat(4_096)}`, `${'c'.repeat(4_097)}=`, 'd'.repeat(4_097)], ''],
    ['a long attribute that nobody knows', [`a=b; c=${'d'.repeat(9_000)}`], 'a=b'],
    ['one whose Path is too long to be read', [`a=b; Path=/${'c'.repeat(1_024)}`], 'a=b'],
    ['none whose Path is as long as can be', [`a=b; Path=/${'c'.repeat(1_023)}`], ''],
    ['one whose Domain is too long to be read', [`a=b; Domain=${'c'.repeat(1_025)}`], 'a=b'],
    ['a cookie that is set again in its old place', ['a=1', 'b=2', 'a=3'], 'a=3; b=2'],
    ['longer paths first', ['a=1; Path=/', 'b=2; Path=/cookies', 'c=3'], 'b=2; c=3; a=1'],
    [
      'none that has ended',
      ['a=1', 'a=2; Max-Age=0', 'b=1; Max-Age=-5', 'c=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT'],
      '',
    ],
    ['Max-Age before Expires', ['a=1; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT'], 'a=1'],
    ['one with a Max-Age that is none', ['a=1; Max-Age=0.5', 'b=2; Max-Age=\xbd', 'c=3; Max-Age="0"'], 'a=1; b=2; c=3'],
    ['one with an Expires that is none', ['a=1; Expires=yesterday', 'b=2; Expires='], 'a=1; b=2'],
    ['none by an Expires in any form', ['a=1; expires=01-jan-70 0:0:1', 'b=1; EXPIRES=Thu Jan  1 00:00:01 1970'], ''],
    ['a Domain that is the host, or above it', ['a=1; Domain=www.shop.test', 'b=2; Domain=.SHOP.test'], 'a=1; b=2'],
    [
      'the last of two Domains',
      ['a=1; Domain=x.test; Domain=shop.test', 'b=2; Domain=shop.test; Domain=x.test'],
      'a=1',
    ],
    ['the host for an empty Domain at the end', ['a=1; Domain=x.test; Domain=', 'b=2; Domain'], 'a=1; b=2'],
    [
      'no Domain below, beside or elsewhere',
      ['a=1; Domain=a.www.shop.test', 'b=1; Domain=b.shop.test', 'c=1; Domain=x.test'],
      '',
    ],
    [
      'no Domain that is hardly one',
      ['a=1; Domain=.', 'b=1; Domain=..shop.test', 'c=1; Domain=shop.test.', 'd=1; Domain=test'],
      '',
    ],
    [
      'a Path above and beside its own',
      ['a=1; Path=/cookies/', 'b=2; Path=/cookies/get', 'c=3; Path=/cook'],
      'b=2; a=1',
    ],
    [
      'a Path that is none as that of the page',
      ['a=1; Path=cookies', 'b=2; Path=', 'c=3; Path=x; Path'],
      'a=1; b=2; c=3',
    ],
    ['no Secure cookie over http', ['a=1; Secure', 'b=1; secure=0', 'c=1; Secure =x'], ''],
    ['attributes with blanks around', ['a=1 ;   Path  =  /cookies  ;  ;; HttpOnly = x'], 'a=1'],
    ...PREFIXES.map(
      (prefix) => [`no ${prefix} over http`, [`${prefix}a=1; Path=/`, `${prefix}b=1; Secure; Path=/`], ''] as const,
    ),
    ['no prefix in a value without a name', ['=__Host-a=1', '__Secure-a'], ''],
    [
      'a name that only looks like a prefix',
      ['__Host=1', '__Secure=2', '_Host-a=3', 'a__Host-=4'],
      '__Host=1; __Secure=2; _Host-a=3; a__Host-=4',
    ],
  ]),
  ...beside(
    [
      ['Secure cookies over https', ['a=1; Secure', 'b=2; Path=/cookies; SECURE=x'], 'a=1; b=2'],
      ...PREFIXES.map(
        (prefix) => [`${prefix} with all that it needs`, [`${prefix}a=1; Secure; Path=/`], `${prefix}a=1`] as const,
      ),
      ...PREFIXES.map((prefix) => [`no ${prefix} without Secure`, [`${prefix}a=1; Path=/`], ''] as const),
      ['__Secure- with a Domain and a Path', ['__Secure-a=1; Secure; Domain=shop.test; Path=/cookies'], '__Secure-a=1'],
      ['no __Host- with a Domain', ['__Host-a=1; Secure; Path=/; Domain=www.shop.test'], ''],
      ['no __Host- with a Path below', ['__hosT-a=1; Secure; Path=/cookies', '__Host-b=1; Secure'], ''],
    ],
    HTTPS,
  ),
  ['a Secure cookie not to http', HTTPS, ['a=1; Secure', 'b=2'], HTTP, 'b=2'],
  [
    'a cookie of its host not below it',
    'http://shop.test/',
    ['a=1', 'b=2; Domain=shop.test'],
    'http://www.shop.test/',
    'b=2',
  ],
  [
    'one of a domain to another host of it',
    HTTP,
    ['a=1; Domain=shop.test; Path=/', 'b=2; Path=/'],
    'http://pay.shop.test/',
    'a=1',
  ],
  ['none to a domain that ends alike', 'http://shop.test/', ['a=1; Domain=shop.test'], 'http://myshop.test/', ''],
  ['to another port', 'http://shop.test:81/', ['a=1'], 'http://shop.test:82/', 'a=1'],
  ['to a folder and below it', 'http://shop.test/a/b', ['c=1'], 'http://shop.test/a/d/e', 'c=1'],
  ['to a folder without its slash', 'http://shop.test/a/b', ['c=1'], 'http://shop.test/a', 'c=1'],
  ['not to one that begins alike', 'http://shop.test/a/b', ['c=1'], 'http://shop.test/ab/c', ''],
  ['not above', 'http://shop.test/a/b/c', ['c=1'], 'http://shop.test/a/', ''],
  ['by the path alone, without the query', 'http://shop.test/a?/b/c', ['c=1'], 'http://shop.test/d?e', 'c=1'],
  ['paths in their case', 'http://shop.test/', ['c=1; Path=/A'], 'http://shop.test/a', ''],
  ['no path that is decoded', 'http://shop.test/', ['c=1; Path=/%61'], 'http://shop.test/a', ''],
];

for (const [name, from, set, to, sent] of CASES) {
  test(`a server gets back ${name}`, () => {
    const jar = new CookieJar({ clock: new FakeClock() });
    jar.receive(from, set);
    assert.equal(jar.header(to), sent);
  });
}
