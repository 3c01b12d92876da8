// What a hostile head costs: long runs of blanks in every place of a value, folds without end, lists of nothing. It must
// be proportional to the head's length, however it arrives: eight times the length may take about eight times as long,
// where quadratic work takes 64 times. As in response-reader-cost.test.ts, time of the processor is compared, and
// the best of several runs, so that other load does not count.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keepAliveHint, persists } from '../../src/http1/keep-alive.ts';
import { LineMemo } from '../../src/http1/line-memo.ts';
import { HTTPHeaders } from '../../src/message/http-headers.ts';
import { RecordedReader } from './recorded-reader.ts';

const KIB = 1024;
const RUNS = 3;
const SHORT = 15;
const LONG = 120;
/** How many times as long as the short heads together the long one may take: quadratic work takes eight times as long. */
const TOO_LONG = 4;
const LIMITS = { maxHeadBytes: 200 * KIB, maxTrailerBytes: 200 * KIB, maxFields: 200 * KIB };

/** The least time of the processor, in µs, that doing something a number of times took. */
function bestTime(act: () => void, times: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    for (let time = 0; time < times; time++) act();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, user + system);
  }
  return best;
}

/** Fails where `actOn(LONG)` takes much longer than `actOn(SHORT)` eight times. */
function assertLinear(actOn: (kib: number) => () => void, times: number): void {
  const short = actOn(SHORT);
  const long = actOn(LONG);
  bestTime(short, times);
  const ratio = bestTime(long, times) / bestTime(short, (LONG / SHORT) * times);
  assert.ok(
    ratio < TOO_LONG,
    `${LONG} KiB took ${ratio.toFixed(1)} times as long as ${LONG / SHORT} times ${SHORT} KiB`,
  );
}

/** A reading of one head, `step` bytes at a time; it must end where the bytes end. */
function reading(text: string, step: number, memo: LineMemo | null = null): () => void {
  const bytes = Buffer.from(text, 'latin1');
  return () => {
    const { reader, told } = new RecordedReader({ limits: LIMITS, memo });
    for (let at = 0; at < bytes.length; at += step) reader.read(bytes, at, Math.min(bytes.length, at + step));
    if (told[0]?.is !== 'head') throw new Error('No head was read');
  };
}

/** A text of a number of KiB, made of a part again and again. */
const filled = (part: string, kib: number): string => part.repeat(Math.floor((kib * KIB) / part.length));

/** A head that ends its response. */
const head = (fields: string): string => `HTTP/1.1 200 OK\r\nContent-Length: 0\r\n${fields}\r\n`;

// what is in the head, its fields for a number of KiB
const SHAPES: readonly (readonly [string, (kib: number) => string])[] = [
  ['blanks before a value', (kib) => `A:${filled(' \t', kib)}b\r\n`],
  ['blanks after a value', (kib) => `A: b${filled('\t ', kib)}\r\n`],
  ['blanks in the middle of a value', (kib) => `A: b${filled(' \t', kib)}c\r\n`],
  ['spaces, and nothing else', (kib) => `A:${filled(' ', kib)}\r\n`],
  ['tabs, and nothing else', (kib) => `A:${filled('\t', kib)}\r\n`],
  ['words between blanks', (kib) => `A: ${filled('b \t', kib)}\r\n`],
  ['one long value', (kib) => `A: ${filled('b', kib)}\r\n`],
  ['one long name', (kib) => `${filled('b', kib)}: a\r\n`],
  ['many fields of blanks', (kib) => filled(`A:${' '.repeat(60)}\r\n`, kib)],
  ['many fields that end in a bare LF', (kib) => filled('Abc: 123\n', kib)],
  ['folds of one letter', (kib) => `A: b\r\n${filled(' c\r\n', kib)}`],
  ['folds after a bare LF', (kib) => `A: b\n${filled('\tc\n', kib)}`],
  ['folds of nothing but blanks', (kib) => `A: b\r\n${filled(' \t\r\n', kib)}`],
  ['folds that end in blanks', (kib) => `A: b\r\n${filled(` c${' '.repeat(60)}\r\n`, kib)}`],
  ['folds that begin with blanks', (kib) => `A: b\r\n${filled(`${' '.repeat(60)}c\r\n`, kib)}`],
  ['blanks in the middle of a fold', (kib) => `A: b\r\n c${filled(' \t', kib)}d\r\n`],
  ['one fold of blanks', (kib) => `A: b\r\n${filled(' ', kib)}\r\n`],
  ['many fields, each folded', (kib) => filled('Abc: 1\r\n 2\r\n', kib)],
  ['a Connection of commas', (kib) => `Connection: ${filled(',', kib)}\r\n`],
  ['a Connection of blanks and commas', (kib) => `Connection: ${filled(`,${' '.repeat(30)}`, kib)}\r\n`],
  ['many fields called Connection', (kib) => filled('Connection: a\r\n', kib)],
  ['a Content-Length said again and again', (kib) => `Content-Length: 0${filled(', 0', kib)}\r\n`],
  ['many fields called Content-Length', (kib) => filled('Content-Length: 0\r\n', kib)],
];

// name, bytes at a time, how often it is read
const WAYS = [
  ['at once', KIB ** 2, 10],
  ['in pieces of 100 bytes', 100, 5],
  ['byte by byte', 1, 1],
] as const;

for (const [what, fields] of SHAPES) {
  for (const [way, step, times] of WAYS) {
    test(`ResponseReader.read() takes linear time for ${what}, ${way}`, () => {
      assertLinear((kib) => reading(head(fields(kib)), step), times);
    });
  }
}

test('ResponseReader.read() takes linear time for lines that are nearly those of the head before', () => {
  const memo = new LineMemo();
  const almost = (last: string) => filled(`Abc: ${'1'.repeat(240)}${last}\r\n`, 1);
  assertLinear((kib) => {
    const lines = (a: string, b: string): string => (almost(a) + almost(b)).repeat(kib / 2);
    const heads = [head(lines('a', 'b')), head(lines('b', 'a'))].map((text) => reading(text, KIB ** 2, memo));
    return () => {
      for (const read of heads) read();
    };
  }, 10);
});

test('ResponseReader.read() takes linear time for Transfer-Encodings of nothing', () => {
  const start = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: ';
  assertLinear((kib) => reading(`${start}${filled(', \t', kib)}chunked\r\n\r\n`, KIB ** 2), 10);
});

test('ResponseReader.read() takes linear time for folded trailers', () => {
  const start = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n';
  for (const step of [KIB ** 2, 1]) {
    assertLinear((kib) => reading(`${start}${filled(' c\r\n', kib)}\r\n`, step), 1);
  }
});

// What is looked at once a head was read

// what is looked at, the looking, its text for a number of KiB
const LOOKS: readonly (readonly [string, (text: string) => unknown, (kib: number) => string])[] = [
  ['persists() of commas', (text) => persists('1.1', text), (kib) => filled(', ', kib)],
  ['persists() of blanks', (text) => persists('1.1', text), (kib) => filled(' \t', kib)],
  ['persists() of blanks between letters', (text) => persists('1.1', text), (kib) => `a${filled(' \t', kib)}b`],
  ['keepAliveHint() of blanks', keepAliveHint, (kib) => `timeout${filled(' ', kib)}`],
  ['keepAliveHint() of names without a value', keepAliveHint, (kib) => filled('timeout ', kib)],
  ['keepAliveHint() of names before blanks', keepAliveHint, (kib) => filled(`,timeout${' '.repeat(30)}`, kib)],
  ['keepAliveHint() of many numbers too long', keepAliveHint, (kib) => filled('max=1234567890,', kib)],
];

for (const [what, look, text] of LOOKS) {
  test(`${what} takes linear time`, () => {
    assertLinear((kib) => {
      const value = text(kib);
      return () => void look(value);
    }, 20);
  });
}

test('HTTPHeaders.get() takes linear time for a field that is there many times', () => {
  assertLinear((kib) => {
    const fields = Array.from({ length: kib * 100 }, (_, i) => (i % 2 === 0 ? 'A' : 'b'));
    return () => void new HTTPHeaders(fields).get('a');
  }, 20);
});

// A value that was folded thousands of times is used like any other.
test('HTTPHeaders.get() takes linear time for a value that was folded', () => {
  assertLinear((kib) => {
    const bytes = Buffer.from(head(`A: b\r\n${filled(' c\r\n', kib)}`), 'latin1');
    return () => {
      const { reader, told } = new RecordedReader({ limits: LIMITS });
      reader.read(bytes, 0, bytes.length);
      const [first] = told;
      if (first?.is !== 'head') throw new Error('No head was read');
      const value = new HTTPHeaders(first.head.fields).get('a') ?? '';
      if (value.charCodeAt(value.length - 1) !== 'c'.charCodeAt(0)) throw new Error('The last fold is not there');
    };
  }, 10);
});
