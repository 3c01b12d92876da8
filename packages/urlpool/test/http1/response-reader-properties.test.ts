// Properties of reading that no table can show: whatever is valid reads as what was meant, however it is cut, and
// nothing that a peer can send does worse than a fault.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LineMemo } from '../../src/http1/line-memo.ts';
import type { LimitOptions } from '../../src/policy/limits.ts';
import { cutAt, oneByOne } from './pieces.ts';
import { RecordedReader, type Told } from './recorded-reader.ts';
import { body, CHUNKED, end, head, interim, length, NONE, UNTIL_CLOSE } from './response-case.ts';

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0189AMZamz";
const octet = fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code));
const bodyText = fc.string({ unit: octet, maxLength: 60 });
const blank = fc.string({ unit: fc.constantFrom(' ', '\t'), maxLength: 2 });
const lineEnd = fc.constantFrom('\r\n', '\n');
const reason = fc.string({ unit: octet, maxLength: 10 }).map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, ''));
const value = reason.map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ''));
/** Of names that frame nothing. */
const name = fc
  .string({ unit: fc.constantFrom(...TOKEN_CHARACTERS), minLength: 1, maxLength: 8 })
  .map((text) => `X${text}`);

interface Written {
  readonly bytes: string;
  readonly told: readonly Told[];
}

interface Section {
  readonly bytes: string;
  readonly fields: readonly string[];
}

/** Field lines in every spelling that is allowed, without the empty line. */
function sectionEndingIn(lineEnds: fc.Arbitrary<string>): fc.Arbitrary<Section> {
  const line = fc
    .record({ name, before: blank, value, after: blank, folded: fc.option(value), end: lineEnds, foldEnd: lineEnds })
    .map(({ name, before, value, after, folded, end, foldEnd }) => ({
      bytes: `${name}:${before}${value}${after}${end}${folded === null ? '' : ` ${folded}${foldEnd}`}`,
      fields: [name, folded === null ? value : [value, folded].filter((part) => part !== '').join(' ')],
    }));
  return fc.array(line, { maxLength: 5 }).map((lines) => ({
    bytes: lines.map(({ bytes }) => bytes).join(''),
    fields: lines.flatMap(({ fields }) => fields),
  }));
}

const headSection = sectionEndingIn(lineEnd);
const trailerSection = sectionEndingIn(fc.constant('\r\n'));

const interimResponse: fc.Arbitrary<Written> = fc
  .record({ status: fc.constantFrom(100, 102, 103, 199), reason, section: headSection, end: lineEnd })
  .map(({ status, reason, section, end }) => ({
    bytes: `HTTP/1.1 ${status} ${reason}${end}${section.bytes}${end}`,
    told: [interim(status, reason, section.fields)],
  }));

const chunk = fc.record({
  data: fc.string({ unit: octet, minLength: 1, maxLength: 40 }),
  zeros: fc.integer({ min: 0, max: 3 }),
  upper: fc.boolean(),
  padding: blank,
  extension: fc.option(reason),
});

/** A body with the field that frames it; `null` where nothing does. */
const framedBody = fc.oneof(
  bodyText.map((text) => ({
    field: ['Content-Length', String(text.length)],
    bytes: text,
    told: [...(text === '' ? [] : [body(text)]), end()],
    framing: length(text.length),
  })),
  bodyText.map((text) => ({
    field: [],
    bytes: text,
    told: [...(text === '' ? [] : [body(text)]), end()],
    framing: UNTIL_CLOSE,
  })),
  fc.record({ chunks: fc.array(chunk, { maxLength: 5 }), trailers: trailerSection }).map(({ chunks, trailers }) => {
    const written = chunks.map(({ data, zeros, upper, padding, extension }) => {
      const digits = '0'.repeat(zeros) + data.length.toString(16);
      const size = (upper ? digits.toUpperCase() : digits) + padding;
      return `${size}${extension === null ? '' : `;${extension}`}\r\n${data}\r\n`;
    });
    const text = chunks.map(({ data }) => data).join('');
    return {
      field: ['Transfer-Encoding', 'chunked'],
      bytes: `${written.join('')}0\r\n${trailers.bytes}\r\n`,
      told: [...(text === '' ? [] : [body(text)]), end(...trailers.fields)],
      framing: CHUNKED,
    };
  }),
);

const response = fc
  .record({
    before: fc.array(interimResponse, { maxLength: 2 }),
    status: fc.integer({ min: 200, max: 999 }).filter((status) => status !== 204 && status !== 304),
    reason,
    section: headSection,
    framed: framedBody,
    end: lineEnd,
    toHead: fc.boolean(),
  })
  .map(({ before, status, reason, section, framed, end: lineEnd, toHead }) => {
    const field = framed.field.length === 0 ? '' : `${framed.field.join(': ')}${lineEnd}`;
    const fields = [...section.fields, ...framed.field];
    const start = `HTTP/1.1 ${status} ${reason}${lineEnd}${section.bytes}${field}${lineEnd}`;
    const told = toHead
      ? [head(status, reason, fields, NONE), end()]
      : [head(status, reason, fields, framed.framing), ...framed.told];
    return {
      method: toHead ? 'HEAD' : 'GET',
      closes: !toHead && framed.framing.is === 'until-close',
      bytes: before.map(({ bytes }) => bytes).join('') + start + (toHead ? '' : framed.bytes),
      told: [...before.flatMap(({ told }) => told), ...told],
    };
  });

/** Shared by all, as by the connections to one origin. */
const memo = new LineMemo();
const cuts = fc.array(fc.nat({ max: 600 }), { maxLength: 20 });

test('ResponseReader.read() reads any valid response as what was written, however it is cut', () => {
  fc.assert(
    fc.property(response, cuts, ({ method, closes, bytes, told }, positions) => {
      for (const pieces of [[bytes], cutAt(bytes, positions), oneByOne(bytes), [bytes]]) {
        const recorded = new RecordedReader({ method, memo });
        assert.equal(recorded.feedAll(pieces), bytes.length);
        if (closes) recorded.end();
        assert.deepEqual(recorded.told, told);
      }
    }),
    { numRuns: 500 },
  );
});

/** Fragments of responses, so that random bytes get far. */
const fragment = fc.oneof(
  fc.constantFrom(
    'HTTP/1.1 ',
    'HTTP/1.0 ',
    '200 OK',
    '100 Continue',
    '101 X',
    '204 X',
    '304 X',
    '\r\n',
    '\r\n\r\n',
    '\n',
    '\r',
    '\0',
    ' ',
    ':',
    ';',
    'Content-Length: 3\r\n',
    'Content-Length: 5\r\n',
    'Transfer-Encoding: chunked\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 100 \r\n\r\n',
    '0\r\n\r\n',
    '1\r\nx\r\n',
    '3;a=b\r\nabc\r\n',
    'A: b\r\n',
    ' folded\r\n',
  ),
  fc.string({ unit: octet, maxLength: 8 }),
);
const noise = fc.array(fragment, { maxLength: 30 }).map((fragments) => fragments.join(''));

// Small, so that they are met.
const SMALL_LIMITS: LimitOptions = {
  maxHeadBytes: 120,
  maxFields: 3,
  maxInformational: 2,
  maxTrailerBytes: 30,
  maxChunkExtensionBytes: 6,
};

test('ResponseReader.read() does no worse than a fault on any bytes, and tells nothing after it', () => {
  const methods = fc.constantFrom('GET', 'HEAD', 'CONNECT');
  fc.assert(
    fc.property(noise, cuts, methods, fc.boolean(), fc.boolean(), (bytes, positions, method, upgrade, small) => {
      const recorded = new RecordedReader({ method, upgrade, ...(small ? { limits: SMALL_LIMITS } : {}) });
      for (const piece of cutAt(bytes, positions)) {
        const taken = recorded.feed(piece);
        assert.ok(taken >= 0 && taken <= piece.length);
      }
      if (recorded.reader.state === 'awaiting' || recorded.reader.state === 'body') recorded.end();
      const last = recorded.told.findIndex(({ is }) => is === 'fault' || is === 'end' || is === 'switch');
      assert.equal(last, recorded.told.length - 1);
    }),
    { numRuns: 3000 },
  );
});

test('ResponseReader.read() tells the same of any bytes however they are cut, up to a fault', () => {
  fc.assert(
    fc.property(noise, cuts, (bytes, positions) => {
      const whole = new RecordedReader();
      whole.feed(bytes);
      const cut = new RecordedReader();
      cut.feedAll(cutAt(bytes, positions));
      // A fault in a line that is cut is found when the line ends, which may be never.
      const isTold = ({ is }: Told): boolean => is !== 'fault';
      assert.deepEqual(cut.told.filter(isTold), whole.told.filter(isTold));
    }),
    { numRuns: 2000 },
  );
});
