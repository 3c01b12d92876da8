import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partOf, recordText } from '../../src/manager/part-record.ts';
import { continuation, type Part, rangeFields, strongValidator } from '../../src/manager/resumption.ts';
import { HTTPHeaders } from '../../src/message/http-headers.ts';

const NOW = Date.UTC(2026, 0, 1);
const DATE = 'Thu, 01 Jan 2026 00:00:10 GMT';
const LATER = 'Thu, 01 Jan 2026 00:00:11 GMT';

// fields, etag, lastModified
for (const [fields, etag, lastModified] of [
  [{}, null, null],
  [{ ETag: '"a"' }, '"a"', null],
  [{ ETag: '""' }, '""', null],
  [{ ETag: 'W/"a"' }, null, null],
  [{ ETag: 'a' }, null, null],
  [{ ETag: '"a' }, null, null],
  [{ ETag: '"a"b"' }, null, null],
  [{ ETag: ['"a"', '"b"'] }, null, null],
  [{ 'Last-Modified': DATE }, null, null],
  [{ 'Last-Modified': DATE, Date: DATE }, null, null],
  [{ 'Last-Modified': LATER, Date: DATE }, null, null],
  [{ 'Last-Modified': DATE, Date: LATER }, null, DATE],
  [{ 'Last-Modified': 'yesterday', Date: LATER }, null, null],
  [{ ETag: 'W/"a"', 'Last-Modified': DATE, Date: LATER }, 'W/"a"', DATE],
  [{ ETag: 'W/"a"', 'Last-Modified': DATE, Date: DATE }, null, null],
  [{ ETag: '"a"', 'Last-Modified': DATE, Date: LATER }, '"a"', DATE],
  [{ ETag: '"a"', 'Content-Encoding': 'gzip' }, null, null],
  [{ ETag: '"a"', 'Content-Encoding': 'identity' }, '"a"', null],
] as const) {
  test(`strongValidator() of ${JSON.stringify(fields)}`, () => {
    const expected = etag === null && lastModified === null ? null : { etag, lastModified };
    assert.deepEqual(strongValidator(new HTTPHeaders(fields), NOW), expected);
  });
}

const TAGGED: Part = { length: 10, total: 100, validator: { etag: '"a"', lastModified: DATE } };
const DATED: Part = { length: 10, total: 100, validator: { etag: null, lastModified: DATE } };
const WEAK: Part = { length: 10, total: 100, validator: { etag: 'W/"a"', lastModified: DATE } };
const OPEN: Part = { ...TAGGED, total: null };

test('rangeFields() ties the rest to the entity tag, or else to the date', () => {
  assert.deepEqual(rangeFields(TAGGED), { Range: 'bytes=10-', 'If-Range': '"a"' });
  assert.deepEqual(rangeFields(WEAK), { Range: 'bytes=10-', 'If-Range': DATE });
  assert.deepEqual(rangeFields(DATED), { Range: 'bytes=10-', 'If-Range': DATE });
});

const GOOD = { ETag: '"a"', 'Content-Range': 'bytes 10-99/100', 'Content-Length': '90' };
const ANEW = { do: 'ask-anew' } as const;
const WHOLE = { do: 'append', end: 100, total: 100 } as const;

// name, status, fields, part, what to do
for (const [name, status, fields, part, expected] of [
  ['the rest', 206, GOOD, TAGGED, WHOLE],
  ['the rest of what had no length', 206, GOOD, OPEN, WHOLE],
  ['the rest in chunks', 206, { ...GOOD, 'Content-Length': null }, TAGGED, WHOLE],
  [
    'a piece of the rest',
    206,
    { ...GOOD, 'Content-Range': 'bytes 10-19/100', 'Content-Length': '10' },
    TAGGED,
    { do: 'append', end: 20, total: 100 },
  ],
  ['the rest without its length, which is known', 206, { ...GOOD, 'Content-Range': 'bytes 10-99/*' }, TAGGED, WHOLE],
  ['the rest without its length, which is not known', 206, { ...GOOD, 'Content-Range': 'bytes 10-99/*' }, OPEN, ANEW],
  ['the rest by date', 206, { 'Content-Range': 'bytes 10-99/100' }, DATED, WHOLE],
  ['the rest by the same date', 206, { 'Content-Range': 'bytes 10-99/100', 'Last-Modified': DATE }, DATED, WHOLE],
  ['the rest of another date', 206, { 'Content-Range': 'bytes 10-99/100', 'Last-Modified': LATER }, DATED, ANEW],
  ['the rest of another tag', 206, { ...GOOD, ETag: '"b"' }, TAGGED, ANEW],
  ['the rest of a weak tag', 206, { ...GOOD, ETag: 'W/"a"' }, TAGGED, ANEW],
  ['the rest without a tag', 206, { ...GOOD, ETag: null }, TAGGED, ANEW],
  ['the rest by date and a weak tag', 206, { ...GOOD, ETag: 'W/"a"' }, WEAK, WHOLE],
  ['the rest by date and another weak tag', 206, { ...GOOD, ETag: 'W/"b"' }, WEAK, ANEW],
  ['the rest by date with a tag that is new', 206, GOOD, DATED, ANEW],
  ['another range', 206, { ...GOOD, 'Content-Range': 'bytes 0-89/100' }, TAGGED, ANEW],
  ['a later range', 206, { ...GOOD, 'Content-Range': 'bytes 11-99/100', 'Content-Length': '89' }, TAGGED, ANEW],
  ['a range of another length', 206, { ...GOOD, 'Content-Range': 'bytes 10-99/101' }, TAGGED, ANEW],
  [
    'a range beyond its length',
    206,
    { ...GOOD, 'Content-Range': 'bytes 10-100/100', 'Content-Length': '91' },
    TAGGED,
    ANEW,
  ],
  [
    'a range that ends before it begins',
    206,
    { ...GOOD, 'Content-Range': 'bytes 10-9/100', 'Content-Length': '0' },
    TAGGED,
    ANEW,
  ],
  ['a range of another Content-Length', 206, { ...GOOD, 'Content-Length': '91' }, TAGGED, ANEW],
  ['no Content-Range', 206, { ...GOOD, 'Content-Range': null }, TAGGED, ANEW],
  ['several ranges', 206, { ETag: '"a"', 'Content-Type': 'multipart/byteranges; boundary=x' }, TAGGED, ANEW],
  ['another unit', 206, { ...GOOD, 'Content-Range': 'lines 10-99/100' }, TAGGED, ANEW],
  ['a range in a content coding', 206, { ...GOOD, 'Content-Encoding': 'gzip' }, TAGGED, ANEW],
  ['a range that cannot be had', 416, { 'Content-Range': 'bytes */100' }, TAGGED, ANEW],
  ['the whole', 200, { ETag: '"b"' }, TAGGED, { do: 'begin' }],
  ['the whole that was asked for', 200, {}, null, { do: 'begin' }],
  ['another status of success', 203, {}, null, { do: 'begin' }],
  ['a range that nobody asked for', 206, GOOD, null, { do: 'fail', why: 'unasked-range' }],
  ['a 416 that nobody asked for', 416, {}, null, { do: 'fail', why: 'status' }],
  ['a failure', 503, {}, TAGGED, { do: 'fail', why: 'status' }],
  ['a redirect that is not followed', 302, {}, TAGGED, { do: 'fail', why: 'status' }],
] as const) {
  test(`continuation() of ${name} is ${expected.do}`, () => {
    assert.deepEqual(continuation(status, new HTTPHeaders(fields), part), expected);
  });
}

const RECORD = { url: 'http://h/a', total: 100, validator: { etag: '"a"', lastModified: null } };

test('partOf() reads what recordText() wrote', () => {
  assert.deepEqual(partOf(recordText(RECORD), 'http://h/a', 10), {
    length: 10,
    total: 100,
    validator: RECORD.validator,
  });
  assert.equal(partOf(recordText({ ...RECORD, total: null }), 'http://h/a', 10)?.total, null);
  assert.equal(partOf(recordText(RECORD), 'http://h/a', 100)?.length, 100);
});

const json = (changes: object) => JSON.stringify({ ...JSON.parse(recordText(RECORD)), ...changes });

// name, text, url, length
for (const [name, text, url, length] of [
  ['of another URL', recordText(RECORD), 'http://h/b', 10],
  ['of an empty part', recordText(RECORD), 'http://h/a', 0],
  ['of a part that is too long', recordText(RECORD), 'http://h/a', 101],
  ['that is cut off', recordText(RECORD).slice(0, -5), 'http://h/a', 10],
  ['that is empty', '', 'http://h/a', 10],
  ['that is null', 'null', 'http://h/a', 10],
  ['of another version', json({ urlpool: 2 }), 'http://h/a', 10],
  ['without a validator', json({ etag: null }), 'http://h/a', 10],
  ['with a weak tag alone', json({ etag: 'W/"a"' }), 'http://h/a', 10],
  ['with a tag that is no text', json({ etag: 7 }), 'http://h/a', 10],
  ['with a length that is none', json({ total: -1 }), 'http://h/a', 10],
] as const) {
  test(`partOf() finds no part in a record ${name}`, () => assert.equal(partOf(text, url, length), null));
}
