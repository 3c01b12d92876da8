import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolError, Retry } from 'urlpool';

const NOW = Date.UTC(1994, 10, 6, 8, 49, 7);

// value, the wait in ms
const VALUES: readonly (readonly [string, number])[] = [
  ['0', 0],
  ['1', 1000],
  ['120', 120_000],
  ['  120\t', 120_000],
  ['007', 7000],
  ['Sun, 06 Nov 1994 08:49:37 GMT', 30_000],
  ['Sunday, 06-Nov-94 08:49:37 GMT', 30_000],
  ['Sun Nov  6 08:49:37 1994', 30_000],
  ['Sun, 06 Nov 1994 08:49:07 GMT', 0],
  ['Sun, 06 Nov 1994 08:00:00 GMT', 0],
];

for (const [value, expected] of VALUES) {
  test(`Retry.parseRetryAfter() gives ${expected} ms for ${JSON.stringify(value)}`, () => {
    assert.equal(Retry.parseRetryAfter(value, NOW), expected);
  });
}

for (const value of ['', ' ', '-1', '+1', '1.5', '1s', '0x10', '1e3', '1, 2', 'soon', 'Sun, 06 Nov 1994']) {
  test(`Retry.parseRetryAfter() refuses ${JSON.stringify(value)}`, () => {
    assert.throws(
      () => Retry.parseRetryAfter(value, NOW),
      (error: unknown) =>
        error instanceof ProtocolError &&
        error.code === 'ERR_INVALID_RETRY_AFTER' &&
        error.message.startsWith(`Cannot use ${JSON.stringify(value)} as a Retry-After: `),
    );
  });
}

// the value, what the message shows of it
for (const [value, shown] of [
  [`a${'b'.repeat(59)}`, `a${'b'.repeat(59)}`],
  [`a${'b'.repeat(60)}`, `a${'b'.repeat(59)}…`],
  [`a${'b'.repeat(10_000)}`, `a${'b'.repeat(59)}…`],
] as const) {
  test(`Retry.parseRetryAfter() shows no more than 60 characters of ${value.length}`, () => {
    assert.throws(() => Retry.parseRetryAfter(value), {
      message: `Cannot use "${shown}" as a Retry-After: it is neither a number of seconds nor an HTTP date`,
    });
  });
}

test('Retry.parseRetryAfter() counts from now', () => {
  const wait = Retry.parseRetryAfter(new Date(Date.now() + 60_000).toUTCString());
  assert.ok(wait > 58_000 && wait <= 60_000, String(wait));
});
