// What a hostile URL, target or Location costs: a megabyte of one thing in every place. It is read or refused in a time
// that is proportional to its length: eight times the length may take about eight times as long, where quadratic work takes
// 64 times. Time of the processor is compared, so that other load does not count, and only where it is
// worth it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError } from '../../src/errors/request-error.ts';
import { parseHost, parseUrl } from '../../src/message/origin.ts';
import { poolTarget } from '../../src/message/pool-target.ts';
import { redactReference } from '../../src/message/redact-url.ts';
import { redirectTarget } from '../../src/policy/redirect.ts';

const KIB = 1024;
const SHORT = 128;
const LONG = 1024;
/** How many times as long as the short texts together the long one may take: quadratic work takes eight times as long. */
const TOO_LONG = 4;
/** What a megabyte may take in any case, in µs: quadratic work takes seconds. */
const CHEAP = 250_000;

/** The time of the processor, in µs, that doing something a number of times took, at best. */
function bestTime(act: () => void, times: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 3; run++) best = Math.min(best, timeOf(act, times));
  return best;
}

function timeOf(act: () => void, times: number): number {
  const before = process.cpuUsage();
  for (let time = 0; time < times; time++) act();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

function assertLinear(what: string, read: (text: string) => unknown, text: (kib: number) => string): void {
  const reading = (kib: number): (() => void) => {
    const given = text(kib);
    return () => void read(given);
  };
  const long = reading(LONG);
  if (timeOf(long, 1) < CHEAP) return;
  const ratio = bestTime(long, 1) / bestTime(reading(SHORT), LONG / SHORT);
  assert.ok(
    ratio < TOO_LONG,
    `${what}: ${LONG} KiB took ${ratio.toFixed(1)} times as long as in ${LONG / SHORT} parts`,
  );
}

const filled = (part: string, kib: number): string => part.repeat(Math.ceil((kib * KIB) / part.length));

/** A refusal is an answer too, and its message is short. */
function answer(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    assert.ok(error.message.length < 2000);
  }
}

const ORIGIN = parseHost('http', 'a.test', 80);

// who reads, the reading
const READERS: readonly (readonly [string, (text: string) => unknown])[] = [
  ['parseUrl()', (text) => answer(() => parseUrl(text))],
  ['poolTarget()', (text) => answer(() => poolTarget(ORIGIN, 'GET', text))],
  ['redirectTarget()', (text) => redirectTarget(text, 'http://a.test/b')],
  ['redactReference()', (text) => redactReference(text, 'http://a.test/b')],
];

const PARTS = [
  '@',
  ':@',
  '/',
  '/a/..',
  '/%2e%2E',
  '%',
  '%40',
  '%CC%81%CC%96',
  '[',
  '\\',
  '\t',
  ' ',
  '?',
  '#',
  ':',
  '1.',
  'a',
  'xn--a.',
  'xn--zca.',
  '\u00fc',
  '\u0301\u0316',
  '\u00ad',
  '\ud800',
] as const;

// where it stands, the text with it
const PLACES: readonly (readonly [string, (part: string) => string])[] = [
  ['alone', (part) => part],
  ['for a host', (part) => `http://${part}`],
  ['in a host', (part) => `http://a${part}b/`],
  ['for userinfo', (part) => `http://${part}@a.test/`],
  ['for a password', (part) => `http://user:${part}@a.test/`],
  ['in a path', (part) => `http://a.test/${part}`],
  ['in a path alone', (part) => `/${part}`],
  ['in a query', (part) => `http://a.test/?${part}`],
  ['for a host without a scheme', (part) => `//a${part}b/`],
];

for (const [reader, read] of READERS) {
  for (const [place, around] of PLACES) {
    test(`${reader} takes linear time for a megabyte of anything ${place}`, () => {
      for (const part of PARTS) {
        assertLinear(JSON.stringify(part), read, (kib) => around(filled(part, kib)));
      }
    });
  }
}

test('parseHost() takes linear time for a megabyte of anything', () => {
  const read = (text: string): void => answer(() => parseHost('http', text, undefined));
  for (const part of PARTS) assertLinear(JSON.stringify(part), read, (kib) => filled(part, kib));
});
