import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LocalFault } from '../../src/http1/fault.ts';
import { type BodyFraming, requestHead } from '../../src/http1/request-head.ts';
import { FieldBlock } from '../../src/message/field-block.ts';
import type { Fields } from '../../src/message/fields.ts';

const HOST: Fields = ['Host', 'example.org'];

function headOf(method: string, target: string, fields: Fields, body: BodyFraming = 'none'): string {
  return requestHead(method, target, new FieldBlock(fields), body);
}

// name, method, target, fields, body, head
const HEADS: readonly (readonly [string, string, string, Fields, BodyFraming, string])[] = [
  ['no body', 'GET', '/', HOST, 'none', 'GET / HTTP/1.1\r\nHost: example.org\r\n\r\n'],
  ['a length', 'PUT', '/a?b', HOST, 5, 'PUT /a?b HTTP/1.1\r\nHost: example.org\r\nContent-Length: 5\r\n\r\n'],
  ['a length of 0', 'POST', '/', HOST, 0, 'POST / HTTP/1.1\r\nHost: example.org\r\nContent-Length: 0\r\n\r\n'],
  [
    'chunks',
    'POST',
    '/',
    HOST,
    'chunked',
    'POST / HTTP/1.1\r\nHost: example.org\r\nTransfer-Encoding: chunked\r\n\r\n',
  ],
  [
    'fields in their order and case, repeated ones apart',
    'GET',
    '/',
    ['Host', 'h', 'b', '1', 'A', '2', 'B', '3'],
    'none',
    'GET / HTTP/1.1\r\nHost: h\r\nb: 1\r\nA: 2\r\nB: 3\r\n\r\n',
  ],
  ['Host in any case', 'GET', '/', ['hOsT', 'h'], 'none', 'GET / HTTP/1.1\r\nhOsT: h\r\n\r\n'],
  ['an empty Host', 'GET', '/', ['Host', ''], 'none', 'GET / HTTP/1.1\r\nHost: \r\n\r\n'],
  [
    'octets above 0x7F and tabs in values',
    'GET',
    '/',
    ['Host', 'h', 'A', '\x80\xff\tb'],
    'none',
    'GET / HTTP/1.1\r\nHost: h\r\nA: \x80\xff\tb\r\n\r\n',
  ],
  ['a method of its own', 'x-!#$%', '/', ['Host', 'h'], 'none', 'x-!#$% / HTTP/1.1\r\nHost: h\r\n\r\n'],
  ['the asterisk-form', 'OPTIONS', '*', ['Host', 'h'], 'none', 'OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n'],
  ['the authority-form', 'CONNECT', 'h:443', ['Host', 'h'], 'none', 'CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n'],
  [
    'all visible ASCII in a target',
    'GET',
    '/!~{}|^"<>',
    ['Host', 'h'],
    'none',
    'GET /!~{}|^"<> HTTP/1.1\r\nHost: h\r\n\r\n',
  ],
];

for (const [name, method, target, fields, body, head] of HEADS) {
  test(`requestHead() writes ${name}`, () => assert.equal(headOf(method, target, fields, body), head));
}

// name, method, target, fields, message
const REFUSED: readonly (readonly [string, string, string, Fields, string | RegExp])[] = [
  ['an empty method', '', '/', HOST, '"" is not a method: it must be a token (RFC 9110 §9.1)'],
  ['a space in a method', 'GE T', '/', HOST, '"GE T" is not a method: it must be a token (RFC 9110 §9.1)'],
  ['a line end in a method', 'GET / HTTP/1.1\r\nA: b\r\n\r\nGET', '/', HOST, /is not a method/],
  ['an empty target', 'GET', '', HOST, /^the request target "" holds a space or/],
  ['a space in a target', 'GET', '/a b', HOST, /^the request target "\/a b" holds a space or/],
  ['a line end in a target', 'GET', '/\r\nA: b', HOST, /^the request target/],
  ['a tab in a target', 'GET', '/\t', HOST, /^the request target/],
  ['a NUL in a target', 'GET', '/\0', HOST, /^the request target/],
  ['DEL in a target', 'GET', '/\x7f', HOST, /^the request target/],
  ['an octet above 0x7F in a target', 'GET', '/\x80', HOST, /^the request target/],
  ['a letter above U+00FF in a target', 'GET', '/\u0141', HOST, /^the request target/],
  ['no Host', 'GET', '/', [], 'a request has one Host field, this has 0 (RFC 9112 §3.2)'],
  ['two Hosts', 'GET', '/', [...HOST, 'host', 'a'], 'a request has one Host field, this has 2 (RFC 9112 §3.2)'],
  [
    'a Content-Length among the fields',
    'GET',
    '/',
    [...HOST, 'content-length', '5'],
    'content-length is written from the body, not given as a field',
  ],
  [
    'a Transfer-Encoding among the fields',
    'GET',
    '/',
    [...HOST, 'Transfer-Encoding', 'chunked'],
    'Transfer-Encoding is written from the body, not given as a field',
  ],
  ['an empty name', 'GET', '/', [...HOST, '', 'b'], '"" is not a field name: it must be a token (RFC 9110 §5.1)'],
  [
    'a colon in a name',
    'GET',
    '/',
    [...HOST, 'A:', 'b'],
    '"A:" is not a field name: it must be a token (RFC 9110 §5.1)',
  ],
  ['a line end in a name', 'GET', '/', [...HOST, 'A\r\nB', 'b'], /is not a field name/],
  [
    'a line end in a value',
    'GET',
    '/',
    [...HOST, 'A', 'b\r\nC: d'],
    'the value of A holds a control character or one above U+00FF (RFC 9110 §5.5)',
  ],
  ['a bare LF in a value', 'GET', '/', [...HOST, 'A', 'b\nC: d'], /^the value of A holds/],
  ['a bare CR in a value', 'GET', '/', [...HOST, 'A', 'b\rC: d'], /^the value of A holds/],
  ['a NUL in a value', 'GET', '/', [...HOST, 'A', '\0'], /^the value of A holds/],
  ['DEL in a value', 'GET', '/', [...HOST, 'A', '\x7f'], /^the value of A holds/],
  // Written as latin1 it would become a line feed.
  ['a character above U+00FF in a value', 'GET', '/', [...HOST, 'A', '\u010a'], /^the value of A holds/],
  ['a line end in Host', 'GET', '/', ['Host', 'h\r\nA: b'], /^the value of Host holds/],
];

for (const [name, method, target, fields, message] of REFUSED) {
  test(`requestHead() refuses ${name}`, () => {
    assert.throws(() => headOf(method, target, fields), { name: 'LocalFault', message });
  });
}

test('requestHead() keeps the text of the fields with their block', () => {
  const block = new FieldBlock(HOST);
  requestHead('GET', '/', block, 'none');
  assert.equal(block.text, 'Host: example.org\r\n');
});

test('requestHead() writes the text that is kept with a block', () => {
  const block = new FieldBlock(HOST);
  block.text = 'Host: kept\r\n';
  assert.equal(requestHead('GET', '/', block, 'none'), 'GET / HTTP/1.1\r\nHost: kept\r\n\r\n');
});

test('requestHead() keeps no text of fields that it refused', () => {
  const block = new FieldBlock(['Host', 'h', 'A', '\n']);
  assert.throws(() => requestHead('GET', '/', block, 'none'), LocalFault);
  assert.equal(block.text, null);
});

test('requestHead() throws, or ends a head once: no string writes a request of its own', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('\r', '\n', '\0', ' ', '/', 'a', ':', '\u010a', '\u010d') }),
  );
  const likely = fc.record({
    method: fc.oneof(fc.constant('GET'), text),
    target: fc.oneof(fc.constant('/'), text),
    fields: fc.array(fc.tuple(fc.oneof(fc.constant('A'), text), text), { maxLength: 4 }),
    body: fc.constantFrom<BodyFraming>('none', 'chunked', 0, 5),
  });
  let written = 0;
  fc.assert(
    fc.property(likely, ({ method, target, fields, body }) => {
      let head: string;
      try {
        head = headOf(method, target, [...HOST, ...fields.flat()], body);
      } catch (error) {
        return error instanceof LocalFault;
      }
      written++;
      const lines = head.split('\r\n');
      const framing = body === 'none' ? 0 : 1;
      return (
        lines.length === 4 + fields.length + framing &&
        head.indexOf('\r\n\r\n') === head.length - 4 &&
        lines.every((line) => /^[^\r\n\0\u0100-\uffff]*$/.test(line))
      );
    }),
    { numRuns: 1000 },
  );
  assert.ok(written > 50, `only ${written} heads were written`);
});
