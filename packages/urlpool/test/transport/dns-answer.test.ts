import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FamilyAnswer, HALF_ANSWER_TTL_MS, wholeAnswer } from '../../src/transport/dns-answer.ts';
import { codeOf } from '../../src/transport/network-error.ts';

const records = (address: string, ttl: number): FamilyAnswer => ({ records: [{ address, ttl }] });
const fault = (code: string): FamilyAnswer => ({ error: Object.assign(new Error(code), { code }) });

const A4 = '192.0.2.1';
const A6 = '2001:db8::1';

// what is said of IPv6, of IPv4; the addresses and their lives in ms, or the code of the error
const CASES: readonly (readonly [string, FamilyAnswer, FamilyAnswer, readonly [string, number][] | string])[] = [
  [
    'both families',
    records(A6, 5),
    records(A4, 7),
    [
      [A6, 5_000],
      [A4, 7_000],
    ],
  ],
  ['IPv4 alone', fault('ENODATA'), records(A4, 7), [[A4, 7_000]]],
  ['IPv6 alone', records(A6, 5), fault('ENODATA'), [[A6, 5_000]]],
  ['IPv4 of a server that denies the name for IPv6', fault('ENOTFOUND'), records(A4, 7), [[A4, 7_000]]],
  ['IPv4 for a while where IPv6 failed', fault('ESERVFAIL'), records(A4, 3_600), [[A4, HALF_ANSWER_TTL_MS]]],
  ['its own short life where IPv6 failed', fault('ETIMEOUT'), records(A4, 7), [[A4, 7_000]]],
  ['a name that does not exist', fault('ENOTFOUND'), fault('ENOTFOUND'), 'ENOTFOUND'],
  ['a name without addresses', fault('ENODATA'), fault('ENODATA'), 'ENODATA'],
  ['a name that one says does not exist', fault('ENODATA'), fault('ENOTFOUND'), 'ENOTFOUND'],
  ['a failure, which says more than nothing', fault('ENODATA'), fault('ESERVFAIL'), 'ESERVFAIL'],
  ['a failure of both', fault('ETIMEOUT'), fault('ETIMEOUT'), 'ETIMEOUT'],
  ['empty answers', { records: [] }, { records: [] }, 'ENODATA'],
];

for (const [name, six, four, expected] of CASES) {
  test(`wholeAnswer() gives ${name}`, () => {
    const answer = wholeAnswer(six, four);
    assert.deepEqual(
      answer instanceof Error ? codeOf(answer) : answer.map(({ address, ttl }) => [address, ttl]),
      expected,
    );
  });
}
