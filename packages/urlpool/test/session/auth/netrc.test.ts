import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type NetrcEntry, NetrcFault, netrcEntry, parseNetrc } from '../../../src/session/auth/netrc.ts';

/** An entry in a few words: host, login, password, account. */
type Row = readonly [host: string | null, login?: string | null, password?: string | null, account?: string | null];

// name, text, entries
const CASES: readonly (readonly [string, string, readonly Row[]])[] = [
  ['nothing', '', []],
  ['blanks', ' \n\t\r\n', []],
  ['one machine', 'machine a.test login me password pw', [['a.test', 'me', 'pw']]],
  ['words over lines', 'machine a.test\n  login me\r\n\tpassword pw\n', [['a.test', 'me', 'pw']]],
  ['words in another order', 'machine a password pw account acc login me', [['a', 'me', 'pw', 'acc']]],
  [
    'several',
    'machine a login x password y\nmachine b login z',
    [
      ['a', 'x', 'y'],
      ['b', 'z'],
    ],
  ],
  [
    'a default',
    'machine a login x\ndefault login any password pw',
    [
      ['a', 'x'],
      [null, 'any', 'pw'],
    ],
  ],
  ['a machine alone', 'machine a', [['a']]],
  ['hosts of any case', 'machine A.Test login me', [['a.test', 'me']]],
  ['addresses in brackets', 'machine [::1] login me', [['::1', 'me']]],
  ['the last of two logins', 'machine a login x login y', [['a', 'y']]],
  ['comments', '# login\nmachine a # password "\nlogin me #\n#', [['a', 'me']]],
  ['values with "#"', 'machine a login #me password #', [['a', '#me', '#']]],
  ['keywords as values', 'machine machine login password password login', [['machine', 'password', 'login']]],
  ['quotes', 'machine "a" "login" "m e" password "p\tw" account ""', [['a', 'm e', 'p\tw', '']]],
  ['escapes in quotes', 'machine a password "\\"\\\\\\w\\ "', [['a', null, '"\\w ']]],
  ['escapes without quotes', 'machine a password p\\ w\\\\\\"', [['a', null, 'p w\\"']]],
  ['quotes within a word', 'machine a password p"w"', [['a', null, 'p"w"']]],
  ['a backslash at the end', 'machine a password pw\\', [['a', null, 'pw\\']]],
  ['a backslash at the end of a line', 'machine a password pw\\\nlogin me', [['a', 'me', 'pw\\']]],
  ['a byte order mark', '\ufeffmachine a login me', [['a', 'me']]],
  [
    'letters of every kind',
    'machine a login m\u00fcller password p\u00e4ss\u{1f511}',
    [['a', 'm\u00fcller', 'p\u00e4ss\u{1f511}']],
  ],
  [
    'no macros',
    'machine a login x\nmacdef init\ncd /pub\nmachine b "\n\nmachine c login y',
    [
      ['a', 'x'],
      ['c', 'y'],
    ],
  ],
  ['no macro up to an empty line with blanks', 'macdef init\r\ncd\r\n \r\nmachine c login y', [['c', 'y']]],
  ['no macro without an end', 'machine a\nmacdef init\nmachine b', [['a']]],
  ['an empty macro', 'macdef m\n\nmachine a', [['a']]],
];

function row({ host, login, password, account }: NetrcEntry): Row {
  return [host, login, password, account];
}

for (const [name, text, expected] of CASES) {
  test(`parseNetrc() reads ${name}`, () => {
    const entries = parseNetrc(text);
    assert.ok(!(entries instanceof NetrcFault), JSON.stringify(entries));
    assert.deepEqual(
      entries.map(row),
      expected.map(([host, login = null, password = null, account = null]) => [host, login, password, account]),
    );
  });
}

// name, text, line, what is wrong
const FAULTS: readonly (readonly [string, string, number, RegExp])[] = [
  [
    'an unknown word',
    'machine a\n  pasword s3cr3t',
    2,
    /^a word is none of machine, default, login, password, account/,
  ],
  ['a password with a blank', 'machine a login b\npassword s3c r3t', 2, /put what holds blanks in quotes$/],
  ['a login before the first machine', 'login me', 1, /^login stands before the first machine$/],
  ['a password without a value', 'machine a\nlogin b password \n\n', 2, /^password has no value$/],
  ['a machine without a name', 'machine', 1, /^machine has no value$/],
  ['a quoted word that is not closed', 'machine a\npassword "s3cr3t\nlogin b', 2, /^a quoted word is not closed$/],
  ['a quoted word that the end cuts off', 'machine a password "s3cr3t', 1, /^a quoted word is not closed$/],
  ['a fault behind a macro', 'macdef m\na\nb\n\noops', 5, /^a word is none of/],
];

for (const [name, text, line, why] of FAULTS) {
  test(`parseNetrc() refuses ${name}, and shows none of it`, () => {
    const fault = parseNetrc(text);
    assert.ok(fault instanceof NetrcFault);
    assert.equal(fault.line, line);
    assert.match(fault.why, why);
    assert.doesNotMatch(fault.why, /s3c|r3t|oops|pasword/);
  });
}

test('parseNetrc() takes a megabyte in linear time', () => {
  for (const piece of ['machine a login b\n', '\n', '#', '# \n', 'macdef a\nb\n\n', 'macdef a\n \t', '"', 'a\\']) {
    const text = `machine a password ${piece.repeat(Math.ceil((1024 * 1024) / piece.length))}`;
    const start = process.cpuUsage();
    parseNetrc(text);
    const { user, system } = process.cpuUsage(start);
    assert.ok(user + system < 3_000_000, `${JSON.stringify(piece)}: ${(user + system) / 1000} ms`);
  }
});

const FILE =
  'machine a.test login a\nmachine b.test login b\ndefault login d\nmachine c.test login c\nmachine a.test login z\nmachine ::1 login six';

// host, login
for (const [host, login] of [
  ['a.test', 'a'],
  ['A.TEST', 'a'],
  ['b.test', 'b'],
  ['c.test', 'c'],
  ['[::1]', 'six'],
  ['x.a.test', 'd'],
  ['xa.test', 'd'],
  ['a.test.evil', 'd'],
  ['a.tes', 'd'],
  ['test', 'd'],
  ['a.test.', 'd'],
  ['a_test', 'd'],
] as const) {
  test(`netrcEntry() gives ${host} the entry of ${login === 'd' ? 'the default' : 'exactly that host'}`, () => {
    const entries = parseNetrc(FILE);
    assert.ok(!(entries instanceof NetrcFault));
    assert.equal(netrcEntry(entries, host)?.login, login);
    const without = entries.filter((entry) => entry.host !== null);
    assert.equal(netrcEntry(without, host)?.login ?? 'd', login);
  });
}
