// Lines of fields are tabled with whole responses in response-head-cases.ts; here is what a section reader's user sees.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitFault, PeerFault } from '../../src/http1/fault.ts';
import { FieldSectionReader, MORE, type SectionLimits } from '../../src/http1/field-section-reader.ts';
import { LineMemo } from '../../src/http1/line-memo.ts';
import { inTwo, oneByOne } from './pieces.ts';

const LIMITS: SectionLimits = { maxBytes: 1000, maxFields: 100, bytesOption: 'maxHeadBytes', bareLineFeeds: true };

function readerWith(limits: Partial<SectionLimits> = {}): FieldSectionReader {
  return new FieldSectionReader({ ...LIMITS, ...limits });
}

/** Reads latin1 text from a position on, in a buffer that goes on after it. */
function read(reader: FieldSectionReader, text: string, from = 0): number {
  return reader.read(Buffer.from(`${text}\n\r\n`, 'latin1'), from, text.length);
}

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/;

test('FieldSectionReader.read() takes in a name exactly the characters of a token', () => {
  for (let code = 0; code < 256; code++) {
    const name = `a${String.fromCharCode(code)}b`;
    const reader = readerWith();
    const isName = TOKEN.test(String.fromCharCode(code)) && code < 128;
    if (isName) assert.equal(read(reader, `${name}: v\r\n\r\n`), 10, `code ${code}`);
    else if (code !== 0x3a) assert.throws(() => read(reader, `${name}: v\r\n\r\n`), PeerFault, `code ${code}`);
  }
});

test('FieldSectionReader.read() takes in a name exactly the characters of a token, line by line', () => {
  for (let code = 0; code < 256; code++) {
    const name = `a${String.fromCharCode(code)}b`;
    const reader = readerWith();
    const isName = TOKEN.test(String.fromCharCode(code)) && code < 128;
    if (isName) assert.equal(read(reader, `${name}: v\n\n`), 8, `code ${code}`);
    else if (code !== 0x3a) assert.throws(() => read(reader, `${name}: v\n\n`), PeerFault, `code ${code}`);
  }
});

for (const [way, lineEnd] of [
  ['whole', '\r\n'],
  ['line by line', '\n'],
] as const) {
  test(`FieldSectionReader.read() takes in a value every octet but controls, ${way}`, () => {
    for (let code = 0; code < 256; code++) {
      if (code === 0x0a) continue; // ends the line
      const value = `a${String.fromCharCode(code)}b`;
      const reader = readerWith();
      const isValue = code === 0x09 || (code >= 0x20 && code !== 0x7f);
      const section = `A: ${value}${lineEnd}${lineEnd}`;
      if (!isValue) {
        assert.throws(() => read(reader, section), PeerFault, `code ${code}`);
        continue;
      }
      read(reader, section);
      assert.deepEqual(reader.fields, ['A', value]);
    }
  });

  test(`FieldSectionReader.read() strips spaces and tabs from a value and nothing else, ${way}`, () => {
    const reader = readerWith();
    read(reader, `A: \t\xa0b\xa0\t ${lineEnd}${lineEnd}`);
    assert.deepEqual(reader.fields, ['A', '\xa0b\xa0']);
  });
}

// name, text, from, position
const ENDS = [
  ['the empty line alone', '\r\nrest', 0, 2],
  ['a bare LF alone', '\nrest', 0, 1],
  ['fields', 'A: b\r\n\r\nrest', 0, 8],
  ['fields that begin later', 'HTTP\r\nA: b\r\n\r\nrest', 6, 14],
  ['fields with bare LFs that begin later', 'HTTP\nA: b\n\nrest', 5, 11],
  ['no end', 'A: b\r\n', 0, MORE],
  ['no end that begins later', '\r\n\r\nA: b\r\n', 4, MORE],
  ['half of the empty line', 'A: b\r\n\r', 0, MORE],
  ['nothing', '', 0, MORE],
  ['nothing after a position', 'A: b', 4, MORE],
] as const;

for (const [name, text, from, position] of ENDS) {
  test(`FieldSectionReader.read() returns ${position} for ${name}`, () => {
    assert.equal(read(readerWith(), text, from), position);
  });
}

test('FieldSectionReader.read() returns the position in the piece that ends a section', () => {
  for (const [first, second] of inTwo('A: b\r\nC: d\r\n\r\n')) {
    const reader = readerWith();
    assert.equal(read(reader, first), MORE);
    assert.equal(read(reader, `xx${second}rest`, 2), 2 + second.length, JSON.stringify(first));
    assert.deepEqual(reader.fields, ['A', 'b', 'C', 'd']);
  }
});

test('FieldSectionReader.read() carries a line over pieces from the position it was given', () => {
  const reader = readerWith();
  read(reader, 'A: b');
  read(reader, 'xxcd', 2);
  read(reader, 'ef\r\n\r\n');
  assert.deepEqual(reader.fields, ['A', 'bcdef']);
});

test('FieldSectionReader.reset() forgets fields, a carried line and the count', () => {
  const reader = readerWith({ maxBytes: 10 });
  read(reader, 'A: b\r\nC: d');
  reader.reset();
  read(reader, 'E: f\r\n\r\n');
  assert.deepEqual(reader.fields, ['E', 'f']);
});

test('FieldSectionReader.reset() leaves the fields that were read to whoever took them', () => {
  const reader = readerWith();
  read(reader, 'A: b\r\n\r\n');
  const { fields } = reader;
  reader.reset();
  read(reader, 'C: d\r\n\r\n');
  assert.deepEqual(fields, ['A', 'b']);
});

test('FieldSectionReader.reset() counts bytes that came before against the limit', () => {
  const reader = readerWith({ maxBytes: 18 });
  reader.reset(10);
  assert.equal(read(reader, 'A: b\r\n\r\n'), 8);
  reader.reset(11);
  assert.throws(() => read(reader, 'A: b\r\n\r\n'), LimitFault);
});

// name, section, limits, the limit
const LIMITED = [
  ['bytes, plain', 'A: b\r\n\r\n', { maxBytes: 7 }, 'maxHeadBytes', 'more than 7 bytes of fields'],
  ['bytes, line by line', 'A: b\n\n', { maxBytes: 5 }, 'maxHeadBytes', 'more than 5 bytes of fields'],
  ['bytes, without end', 'A: bcdef', { maxBytes: 7 }, 'maxHeadBytes', 'more than 7 bytes of fields'],
  [
    'bytes, under another name',
    'A: b\r\n\r\n',
    { maxBytes: 7, bytesOption: 'maxTrailerBytes' },
    'maxTrailerBytes',
    'more than 7 bytes of fields',
  ],
  ['fields, plain', 'A: b\r\nC: d\r\n\r\n', { maxFields: 1 }, 'maxFields', 'more than 1 fields'],
  ['fields, line by line', 'A: b\nC: d\n\n', { maxFields: 1 }, 'maxFields', 'more than 1 fields'],
] as const;

for (const [name, section, limits, limit, message] of LIMITED) {
  test(`FieldSectionReader.read() limits ${name}`, () => {
    assert.throws(() => read(readerWith(limits), section), { name: 'LimitFault', limit, message });
  });

  test(`FieldSectionReader.read() limits ${name}, byte by byte`, () => {
    const reader = readerWith(limits);
    const readAll = () => {
      for (const byte of oneByOne(section)) read(reader, byte);
    };
    assert.throws(readAll, { name: 'LimitFault', limit, message });
  });
}

// name, section
const AT_LIMIT = [
  ['plain', 'A: b\r\nC: d\r\n\r\n'],
  ['line by line', 'A: b\nC: d\n\n'],
  ['folded', 'A: b\r\n c\r\nC: d\r\n\r\n'],
] as const;

for (const [name, section] of AT_LIMIT) {
  test(`FieldSectionReader.read() reads a section at all its limits, ${name}`, () => {
    for (const pieces of [[section], ...inTwo(section), oneByOne(section)]) {
      const reader = readerWith({ maxBytes: section.length, maxFields: 2 });
      for (const piece of pieces) read(reader, piece);
      assert.equal(reader.fields.length, 4);
    }
  });
}

test('FieldSectionReader.read() refuses bare LFs where they end no line', () => {
  const strict = { bareLineFeeds: false };
  for (const section of ['A: b\n\r\n', 'A: b\r\n\n', '\n', 'A: b\r\n c\n\r\n']) {
    assert.throws(() => read(readerWith(strict), section), PeerFault, JSON.stringify(section));
  }
  const reader = readerWith(strict);
  read(reader, 'A: b\r\n c\r\n\r\n');
  assert.deepEqual(reader.fields, ['A', 'b c']);
});

// section, message
const MESSAGES = [
  ['A : b\r\n', 'whitespace between a field name and its colon (RFC 9112 §5.1)'],
  ['A\t: b\r\n', 'whitespace between a field name and its colon (RFC 9112 §5.1)'],
  ['C: d\r\nAb=c\r\n', 'a field line that has no name and colon: "Ab="'],
  ['Ab\r\n', 'a field line that has no name and colon: "Ab\\r"'],
  [': b\r\n', 'a field line that has no name and colon: ":"'],
  [' A: b\r\n', 'whitespace before the first field (RFC 9112 §2.2)'],
  ['A: b\rc\r\n', 'a carriage return without a line feed (RFC 9112 §2.2)'],
  ['A: b\0\r\n', 'the character 0x00 in a field (RFC 9110 §5.5)'],
  ['A: b\x7f\r\n', 'the character 0x7f in a field (RFC 9110 §5.5)'],
  ['\x80A: b\r\n', 'the character 0x80 in a field (RFC 9110 §5.5)'],
] as const;

for (const [section, message] of MESSAGES) {
  test(`FieldSectionReader.read() says "${message}"`, () => {
    assert.throws(() => read(readerWith(), section), { kind: 'protocol', message });
  });

  test(`FieldSectionReader.read() says "${message}" of a section that begins later`, () => {
    assert.throws(() => read(readerWith(), `HTTP\r\n${section}`, 6), { kind: 'protocol', message });
  });
}

test('FieldSectionReader.read() says where a bare LF is no line end', () => {
  assert.throws(() => read(readerWith({ bareLineFeeds: false }), 'A: b\n'), {
    kind: 'protocol',
    message: 'a line feed without a carriage return in the trailers (RFC 9112 §2.2)',
  });
});

test('FieldSectionReader.read() takes lines that it knows from before, and reads the others', () => {
  const memo = new LineMemo();
  const sections = ['A: 1\r\nB: 2\r\n\r\n', 'A: 1\r\nB: 3\r\nC: 4\r\n\r\n', 'A: 1\r\n B: 3\r\nC: 4\r\n\r\n', '\r\n'];
  const found = sections.map((section) => {
    const reader = new FieldSectionReader(LIMITS, memo);
    assert.equal(read(reader, section), section.length);
    return reader.fields;
  });
  assert.deepEqual(found, [['A', '1', 'B', '2'], ['A', '1', 'B', '3', 'C', '4'], ['A', '1 B: 3', 'C', '4'], []]);
});

/** What a memo knows after a section was read by it, where a line stands in a place. */
function knownAfter(section: string, index: number, line: string): readonly [string, string] | null {
  const memo = new LineMemo();
  const reader = new FieldSectionReader(LIMITS, memo);
  read(reader, `HTTP\r\n${section}`, 6);
  const known = memo.find(index, Buffer.from(line, 'latin1'), 0, line.length);
  return known === null ? null : [known.name, known.value];
}

// name, section, place, line, what is known
for (const [name, section, index, line, known] of [
  ['a plain line', 'A: b\r\n\r\n', 0, 'A: b\r\n', ['A', 'b']],
  ['a line with whitespace around its value', 'A:\t b c \t\r\n\r\n', 0, 'A:\t b c \t\r\n', ['A', 'b c']],
  ['a line without a value', 'A: \r\n\r\n', 0, 'A: \r\n', ['A', '']],
  ['a second line, of latin1', 'A: b\r\nC: \xe9\xff~\r\n\r\n', 1, 'C: \xe9\xff~\r\n', ['C', '\xe9\xff~']],
  ['a line before one that is cut', 'A: b\r\nC: d', 0, 'A: b\r\n', ['A', 'b']],
  ['a line that is folded, without its fold', 'A: b\r\n c\r\n\r\n', 0, 'A: b\r\n', ['A', 'b']],
  ['no line that ends with a bare LF', 'A: b\n\n', 0, 'A: b\n', null],
  ['no fold', 'A: b\r\n c\r\n\r\n', 1, ' c\r\n', null],
] as const) {
  test(`FieldSectionReader.read() remembers ${name}`, () => {
    assert.deepEqual(knownAfter(section, index, line), known);
  });
}

test('FieldSectionReader.read() takes name and value of a known line from the memo, without reading it again', () => {
  const memo = new LineMemo();
  const line = Buffer.from('A: b\r\n');
  memo.put(0, line, 0, line.length, 'known', 'before');
  const reader = new FieldSectionReader(LIMITS, memo);
  assert.equal(read(reader, 'A: b\r\nA: b\r\n\r\n'), 14);
  assert.deepEqual(reader.fields, ['known', 'before', 'A', 'b']);
});

// name, section, limits, the limit
for (const [name, section, limits, limit] of [
  ['fields', 'A: 1\r\nB: 2\r\n\r\n', { maxFields: 1 }, 'maxFields'],
  ['bytes', 'A: 1\r\nB: 2\r\n\r\n', { maxBytes: 13 }, 'maxHeadBytes'],
  ['bytes, without end', 'A: 1\r\nB: 2\r\n', { maxBytes: 11 }, 'maxHeadBytes'],
] as const) {
  test(`FieldSectionReader.read() limits ${name} that it knows from before`, () => {
    const memo = new LineMemo();
    read(new FieldSectionReader(LIMITS, memo), section);
    assert.throws(() => read(new FieldSectionReader({ ...LIMITS, ...limits }, memo), section), { limit });
  });
}

test('FieldSectionReader.read() reads what it knows from before at all its limits', () => {
  const memo = new LineMemo();
  const section = 'A: 1\r\nB: 2\r\n\r\n';
  for (let time = 0; time < 2; time++) {
    const reader = new FieldSectionReader({ ...LIMITS, maxFields: 2, maxBytes: section.length }, memo);
    assert.equal(read(reader, section), section.length);
  }
});
