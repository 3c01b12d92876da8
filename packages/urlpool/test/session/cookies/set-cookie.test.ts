import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDate } from 'tough-cookie';
import { parseSetCookie, type SetCookie } from '../../../src/session/cookies/set-cookie.ts';

const PLAIN: SetCookie = {
  name: 'a',
  value: '1',
  domain: '',
  path: null,
  secure: false,
  httpOnly: false,
  sameSite: null,
  maxAge: null,
  expires: null,
};
const END = Date.UTC(2037, 0, 2, 3, 4, 5);
const LONG = 'x'.repeat(1_025);

// name, text, what differs from a cookie `a=1`
const READ: readonly (readonly [string, string, Partial<SetCookie>])[] = [
  ['reads a name and a value', 'a=1', {}],
  ['trims spaces and tabs', ' a\t= \t1 ;', {}],
  ['parts name and value at the first "="', 'a=1=2', { value: '1=2' }],
  ['knows no quotes', '"a;b"=1', { name: '', value: '"a' }],
  ['undoes no percent-encoding', '%61=%31', { name: '%61', value: '%31' }],
  ['takes what has no "=" as a value without a name (§5.6)', 'x', { name: '', value: 'x' }],
  ['takes what begins with "=" as a value without a name', '=x=y', { name: '', value: 'x=y' }],
  ['keeps a tab within a name and a value', 'a\tb=1\t2', { name: 'a\tb', value: '1\t2' }],
  ['keeps octets above ASCII', 'a=\xc3\xa4', { value: '\xc3\xa4' }],
  [
    'reads all attributes, in any case',
    'a=1; DOMAIN=X.example; pAth=/p; secure; HTTPONLY; samesite=LAX',
    {
      domain: 'x.example',
      path: '/p',
      secure: true,
      httpOnly: true,
      sameSite: 'lax',
    },
  ],
  ['passes over attributes that nobody knows', 'a=1; b=2; ; =; Partitioned', {}],
  ['takes the dot off a domain, but not one that stands alone', 'a=1; Domain=.x.example', { domain: 'x.example' }],
  ['leaves a dot alone', 'a=1; Domain=.', { domain: '.' }],
  ['takes one dot only', 'a=1; Domain=..x.example', { domain: '.x.example' }],
  ['goes by the last Domain, be it empty (§5.7)', 'a=1; Domain=x.example; Domain=', {}],
  ['goes by the last Path', 'a=1; Path=/p; Path=/q', { path: '/q' }],
  ['takes a Path that does not begin with "/" as none', 'a=1; Path=/p; Path=q', {}],
  ['takes Secure whatever its value is', 'a=1; Secure=false', { secure: true }],
  [
    'passes over an attribute of more than 1024 octets',
    `a=1; Path=/p; Path=/${LONG}; Domain=${LONG}; Max-Age=-${'1'.repeat(1_025)}`,
    {
      path: '/p',
    },
  ],
  ['reads Max-Age', 'a=1; Max-Age=60', { maxAge: 60 }],
  ['reads a negative Max-Age', 'a=1; Max-Age=-1', { maxAge: -1 }],
  ['passes over a Max-Age that is no whole number', 'a=1; Max-Age=2.63; Max-Age=+5; Max-Age=; Max-Age=x', {}],
  ['reads Expires', 'a=1; Expires=Fri, 02 Jan 2037 03:04:05 GMT', { expires: END }],
  ['reads Expires as servers write it', 'a=1; expires=Fri 02-jan-37 3:4:5', { expires: END }],
  ['keeps the last Expires that is one', 'a=1; Expires=Fri, 02 Jan 2037 03:04:05 GMT; Expires=never', { expires: END }],
  ['takes a SameSite that nobody knows as none', 'a=1; SameSite=Lax; SameSite=x', {}],
  ['takes a name and a value of 4096 octets', `a=${'1'.repeat(4_095)}`, { value: '1'.repeat(4_095) }],
  ['takes a name alone', 'a=', { value: '' }],
];

for (const [name, text, differs] of READ) {
  test(`parseSetCookie() ${name}`, () => assert.deepEqual(parseSetCookie(text, parseDate), { ...PLAIN, ...differs }));
}

// name, text, why
const REFUSED = [
  ['nothing', '', /neither a name nor a value/],
  ['"=" alone', ' = ; a=1', /neither a name nor a value/],
  ['blanks', ' \t ', /neither a name nor a value/],
  ['a control character in its value', 'a=1\x00', /control character/],
  ['a control character in an attribute (§5.6)', 'a=1; Path=/\x07', /control character/],
  ['DEL', 'a\x7f=1', /control character/],
  ['a line break', 'a=1\r\nX: y', /control character/],
  ['what is no octet', 'a=€', /above U\+00FF/],
  ['a name and a value of 4097 octets', `ab=${'1'.repeat(4_095)}`, /longer than 4096 octets/],
] as const;

for (const [name, text, why] of REFUSED) {
  test(`parseSetCookie() refuses ${name}`, () => {
    const answer = parseSetCookie(text, parseDate);
    assert.ok(typeof answer === 'string');
    assert.match(answer, why);
  });
}

test('parseSetCookie() takes linear time', () => {
  const started = process.cpuUsage().user;
  for (const part of ['; ', ';=', 'a=1;', ' ', '\t;', ';expires=1 ', '='])
    parseSetCookie(part.repeat(250_000), parseDate);
  assert.ok(process.cpuUsage().user - started < 3_000_000);
});
