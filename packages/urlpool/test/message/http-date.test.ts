import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHTTPDate } from '../../src/message/http-date.ts';

const NOW = Date.UTC(2026, 10, 21);

/** RFC 9110 §5.6.7's own example, which it gives in all three forms. */
const EXAMPLE = '1994-11-06T08:49:37.000Z';

// text, the time or null
const CASES: readonly (readonly [string, string | null])[] = [
  ['Sun, 06 Nov 1994 08:49:37 GMT', EXAMPLE],
  ['Sunday, 06-Nov-94 08:49:37 GMT', EXAMPLE],
  ['Sun Nov  6 08:49:37 1994', EXAMPLE],
  ['Tue Nov 16 08:49:37 1993', '1993-11-16T08:49:37.000Z'],
  ['Fri, 31 Dec 1999 23:59:60 GMT', '2000-01-01T00:00:00.000Z'], // a leap second
  ['Thu, 29 Feb 2024 00:00:00 GMT', '2024-02-29T00:00:00.000Z'],
  ['Thu, 01 Jan 0099 00:00:00 GMT', '0099-01-01T00:00:00.000Z'],
  ['Saturday, 21-Nov-76 00:00:00 GMT', '2076-11-21T00:00:00.000Z'], // 50 years ahead
  ['Monday, 21-Nov-77 00:00:00 GMT', '1977-11-21T00:00:00.000Z'],
  ['Sat, 29 Feb 2025 00:00:00 GMT', null],
  ['Sun, 31 Nov 1994 08:49:37 GMT', null],
  ['Sun, 00 Nov 1994 08:49:37 GMT', null],
  ['Sun, 06 Nov 1994 24:00:00 GMT', null],
  ['Sun, 06 Nov 1994 08:60:00 GMT', null],
  ['Sun, 06 Nov 1994 08:00:61 GMT', null],
  ['Sun, 6 Nov 1994 08:49:37 GMT', null],
  ['Sun, 06 Nov 1994 08:49:37 UTC', null],
  ['Sun, 06 Nov 1994 08:49:37 +0000', null],
  ['Sun, 06 nov 1994 08:49:37 GMT', null],
  ['06 Nov 1994 08:49:37 GMT', null],
  ['Sun Nov 6 08:49:37 1994', null],
  ['1994-11-06T08:49:37Z', null],
  ['784111777', null],
  ['', null],
];

for (const [text, expected] of CASES) {
  test(`parseHTTPDate() gives ${expected} for ${JSON.stringify(text)}`, () => {
    const time = parseHTTPDate(text, NOW);
    assert.equal(time === null ? null : new Date(time).toISOString(), expected);
  });
}
