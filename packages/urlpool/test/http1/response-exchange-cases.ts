// What comes before a final response or in place of one (RFC 9110 §15.2, RFC 9112 §9), and every limit of a response, at
// the limit and one above it.

import type { LimitOptions } from '../../src/policy/limits.ts';
import type { Told } from './recorded-reader.ts';
import {
  body,
  CHUNKED,
  end,
  fault,
  head,
  interim,
  length,
  NONE,
  NONE_AND_CLOSE,
  ok,
  type ResponseCase,
  switched,
} from './response-case.ts';

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
const FINAL = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab';
const TOLD_FINAL: readonly Told[] = [ok(['Content-Length', '2'], length(2)), body('ab'), end()];
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n';
const TOLD_SWITCHING = switched(101, 'Switching Protocols', ['Upgrade', 'x']);

const INTERIM_CASES: readonly ResponseCase[] = [
  {
    name: 'an interim response',
    rfc: 'RFC 9110 §15.2',
    bytes: CONTINUE + FINAL,
    told: [interim(100, 'Continue'), ...TOLD_FINAL],
  },
  {
    name: 'several interim responses with fields',
    rfc: 'RFC 9110 §15.2',
    bytes: `HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\nLink: b\r\n\r\n${FINAL}`,
    told: [interim(102, 'Processing'), interim(103, 'Early Hints', ['Link', 'a', 'Link', 'b']), ...TOLD_FINAL],
  },
  {
    name: 'an interim response of an unknown status',
    rfc: 'RFC 9110 §15.2',
    bytes: `HTTP/1.1 199 \r\n\r\n${FINAL}`,
    told: [interim(199, ''), ...TOLD_FINAL],
  },
  {
    name: 'an interim response with a length, which has no body',
    rfc: 'RFC 9112 §6.3 rule 1',
    bytes: `HTTP/1.1 100 Continue\r\nContent-Length: 5\r\n\r\n${FINAL}`,
    told: [interim(100, 'Continue', ['Content-Length', '5']), ...TOLD_FINAL],
  },
  {
    name: 'an interim response with a length that is invalid, which has no body',
    rfc: 'RFC 9112 §6.3 rule 1',
    bytes: `HTTP/1.1 100 Continue\r\nContent-Length: x\r\nTransfer-Encoding: chunked\r\n\r\n${FINAL}`,
    told: [interim(100, 'Continue', ['Content-Length', 'x', 'Transfer-Encoding', 'chunked']), ...TOLD_FINAL],
  },
  {
    name: 'an interim response to HEAD',
    rfc: 'RFC 9110 §15.2',
    method: 'HEAD',
    bytes: `${CONTINUE}HTTP/1.1 200 OK\r\n\r\n`,
    told: [interim(100, 'Continue'), ok([], NONE), end()],
  },
  {
    name: 'a close before a response',
    rfc: 'RFC 9112 §8',
    bytes: '',
    closes: true,
    told: [fault('incomplete')],
  },
  {
    name: 'a close after an interim response',
    rfc: 'RFC 9112 §8',
    bytes: CONTINUE,
    closes: true,
    told: [interim(100, 'Continue'), fault('incomplete')],
  },
  {
    name: 'a malformed head after an interim response',
    rfc: 'RFC 9112 §4',
    bytes: `${CONTINUE}\r\n${FINAL}`,
    told: [interim(100, 'Continue'), fault('protocol')],
  },
];

const SWITCH_CASES: readonly ResponseCase[] = [
  {
    name: '101 where it was asked for',
    rfc: 'RFC 9110 §7.8',
    upgrade: true,
    bytes: SWITCHING,
    told: [TOLD_SWITCHING],
  },
  {
    name: '101 with a length, which has no body',
    rfc: 'RFC 9112 §6.3 rule 1',
    upgrade: true,
    bytes: 'HTTP/1.1 101 \r\nContent-Length: 5\r\n\r\n',
    told: [switched(101, '', ['Content-Length', '5'])],
  },
  {
    name: '101 after an interim response',
    rfc: 'RFC 9110 §7.8',
    upgrade: true,
    bytes: CONTINUE + SWITCHING,
    told: [interim(100, 'Continue'), TOLD_SWITCHING],
  },
  {
    name: '101 where it was not asked for',
    rfc: 'RFC 9110 §15.2.2',
    bytes: SWITCHING,
    told: [fault('protocol')],
  },
  {
    name: 'a final response where another protocol was asked for',
    rfc: 'RFC 9110 §7.8',
    upgrade: true,
    bytes: FINAL,
    told: TOLD_FINAL,
  },
  {
    name: 'an interim response other than 101 where another protocol was asked for',
    rfc: 'RFC 9110 §15.2',
    upgrade: true,
    bytes: CONTINUE + FINAL,
    told: [interim(100, 'Continue'), ...TOLD_FINAL],
  },
  {
    name: '200 to CONNECT',
    rfc: 'RFC 9110 §9.3.6',
    method: 'CONNECT',
    upgrade: true,
    bytes: 'HTTP/1.1 200 OK\r\n\r\n',
    told: [switched(200, 'OK')],
  },
  {
    name: '200 to CONNECT with a length, which is ignored',
    rfc: 'RFC 9112 §6.3 rule 2',
    method: 'CONNECT',
    upgrade: true,
    bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
    told: [switched(200, 'OK', ['Content-Length', '5', 'Transfer-Encoding', 'chunked'])],
  },
  {
    name: '200 to CONNECT where no tunnel was asked for, after which nothing can follow',
    rfc: 'RFC 9112 §6.3 rule 2',
    method: 'CONNECT',
    bytes: 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
    told: [ok(['Content-Length', '5'], NONE_AND_CLOSE), end()],
  },
  {
    name: '299 to CONNECT, after an interim response',
    rfc: 'RFC 9110 §9.3.6',
    method: 'CONNECT',
    upgrade: true,
    bytes: `${CONTINUE}HTTP/1.1 299 X\r\n\r\n`,
    told: [interim(100, 'Continue'), switched(299, 'X')],
  },
  {
    name: '300 to CONNECT, an ordinary response',
    rfc: 'RFC 9110 §9.3.6',
    method: 'CONNECT',
    upgrade: true,
    bytes: 'HTTP/1.1 300 X\r\nContent-Length: 2\r\n\r\nab',
    told: [head(300, 'X', ['Content-Length', '2'], length(2)), body('ab'), end()],
  },
  {
    name: '407 to CONNECT, an ordinary response',
    rfc: 'RFC 9110 §9.3.6',
    method: 'CONNECT',
    upgrade: true,
    bytes: 'HTTP/1.1 407 X\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
    told: [head(407, 'X', ['Transfer-Encoding', 'chunked'], CHUNKED), body('a'), end()],
  },
];

/** To HEAD, so that nothing but the head counts. */
const SMALL_HEAD = 'HTTP/1.1 200 OK\r\nA: b\r\n\r\n';
const TOLD_SMALL_HEAD: readonly Told[] = [ok(['A', 'b'], NONE), end()];

type Limited = readonly [name: string, limits: LimitOptions, bytes: string, told: readonly Told[]];

const HEAD_LIMITS: readonly Limited[] = [
  ['a head of maxHeadBytes', { maxHeadBytes: SMALL_HEAD.length }, SMALL_HEAD, TOLD_SMALL_HEAD],
  [
    'a head of one byte more than maxHeadBytes',
    { maxHeadBytes: SMALL_HEAD.length - 1 },
    SMALL_HEAD,
    [fault('maxHeadBytes')],
  ],
  [
    'a head whose first field ends above maxHeadBytes',
    { maxHeadBytes: SMALL_HEAD.length - 3 },
    SMALL_HEAD,
    [fault('maxHeadBytes')],
  ],
  [
    'a status line of one byte more than maxHeadBytes',
    { maxHeadBytes: 'HTTP/1.1 200 OK\r\n'.length - 1 },
    SMALL_HEAD,
    [fault('maxHeadBytes')],
  ],
  [
    'a status line and fields within maxHeadBytes, and no room for the empty line',
    { maxHeadBytes: 'HTTP/1.1 200 OK\r\n'.length + 1 },
    'HTTP/1.1 200 OK\r\n\r\n',
    [fault('maxHeadBytes')],
  ],
  ['a status line without end', { maxHeadBytes: 40 }, `HTTP/1.1 200 ${'x'.repeat(28)}`, [fault('maxHeadBytes')]],
  ['a field without end', { maxHeadBytes: 40 }, `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(21)}`, [fault('maxHeadBytes')]],
  [
    'a folded field of one byte more than maxHeadBytes',
    { maxHeadBytes: 'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n d\r\n\r\n'.length - 1 },
    'HTTP/1.1 200 OK\r\nA: b\r\n c\r\n d\r\n\r\n',
    [fault('maxHeadBytes')],
  ],
  [
    'interim and final heads of maxHeadBytes each',
    { maxHeadBytes: SMALL_HEAD.length },
    `HTTP/1.1 103 OK\r\nC: d\r\n\r\n${SMALL_HEAD}`,
    [interim(103, 'OK', ['C', 'd']), ...TOLD_SMALL_HEAD],
  ],
  [
    'an interim head of one byte more than maxHeadBytes',
    { maxHeadBytes: SMALL_HEAD.length },
    `HTTP/1.1 103 OK\r\nC: de\r\n\r\n${SMALL_HEAD}`,
    [fault('maxHeadBytes')],
  ],
  [
    'as many fields as maxFields',
    { maxFields: 2 },
    'HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\n\r\n',
    [ok(['A', '1', 'B', '2'], NONE), end()],
  ],
  [
    'one field more than maxFields',
    { maxFields: 2 },
    'HTTP/1.1 200 OK\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n',
    [fault('maxFields')],
  ],
  [
    'as many fields as maxFields, folded',
    { maxFields: 1 },
    'HTTP/1.1 200 OK\r\nA: 1\r\n 2\r\n 3\r\n\r\n',
    [ok(['A', '1 2 3'], NONE), end()],
  ],
  [
    'as many fields as maxFields in interim and final heads each',
    { maxFields: 1 },
    `HTTP/1.1 103 OK\r\nC: d\r\n\r\n${SMALL_HEAD}`,
    [interim(103, 'OK', ['C', 'd']), ...TOLD_SMALL_HEAD],
  ],
  ['no field where maxFields is 0', { maxFields: 0 }, 'HTTP/1.1 200 OK\r\n\r\n', [ok([], NONE), end()]],
  ['a field where maxFields is 0', { maxFields: 0 }, SMALL_HEAD, [fault('maxFields')]],
  [
    'as many interim responses as maxInformational',
    { maxInformational: 2 },
    CONTINUE + CONTINUE + SMALL_HEAD,
    [interim(100, 'Continue'), interim(100, 'Continue'), ...TOLD_SMALL_HEAD],
  ],
  [
    'one interim response more than maxInformational',
    { maxInformational: 2 },
    CONTINUE + CONTINUE + CONTINUE + SMALL_HEAD,
    [interim(100, 'Continue'), interim(100, 'Continue'), fault('maxInformational')],
  ],
  [
    'an interim response where maxInformational is 0',
    { maxInformational: 0 },
    CONTINUE + SMALL_HEAD,
    [fault('maxInformational')],
  ],
];

const CHUNKED_HEAD = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const TOLD_CHUNKED_HEAD = ok(['Transfer-Encoding', 'chunked'], CHUNKED);

const BODY_LIMITS: readonly Limited[] = [
  [
    'trailers of maxTrailerBytes',
    { maxTrailerBytes: 'A: b\r\n\r\n'.length },
    `${CHUNKED_HEAD}0\r\nA: b\r\n\r\n`,
    [TOLD_CHUNKED_HEAD, end('A', 'b')],
  ],
  [
    'trailers of one byte more than maxTrailerBytes',
    { maxTrailerBytes: 'A: b\r\n\r\n'.length - 1 },
    `${CHUNKED_HEAD}0\r\nA: b\r\n\r\n`,
    [TOLD_CHUNKED_HEAD, fault('maxTrailerBytes')],
  ],
  [
    'a trailer without end',
    { maxTrailerBytes: 20 },
    `${CHUNKED_HEAD}0\r\nA: ${'x'.repeat(18)}`,
    [TOLD_CHUNKED_HEAD, fault('maxTrailerBytes')],
  ],
  [
    'as many trailers as maxFields',
    { maxFields: 1 },
    `${CHUNKED_HEAD}0\r\nA: b\r\n\r\n`,
    [TOLD_CHUNKED_HEAD, end('A', 'b')],
  ],
  [
    'one trailer more than maxFields',
    { maxFields: 1 },
    `${CHUNKED_HEAD}0\r\nA: b\r\nC: d\r\n\r\n`,
    [TOLD_CHUNKED_HEAD, fault('maxFields')],
  ],
  [
    'an extension of maxChunkExtensionBytes, its semicolon counted',
    { maxChunkExtensionBytes: 4 },
    `${CHUNKED_HEAD}0;a=b\r\n\r\n`,
    [TOLD_CHUNKED_HEAD, end()],
  ],
  [
    'an extension of one byte more than maxChunkExtensionBytes',
    { maxChunkExtensionBytes: 3 },
    `${CHUNKED_HEAD}0;a=b\r\n\r\n`,
    [TOLD_CHUNKED_HEAD, fault('maxChunkExtensionBytes')],
  ],
  [
    'an extension of one byte more than maxChunkExtensionBytes',
    { maxChunkExtensionBytes: 1 },
    `${CHUNKED_HEAD}0;a\r\n\r\n`,
    [TOLD_CHUNKED_HEAD, fault('maxChunkExtensionBytes')],
  ],
  [
    'a semicolon where maxChunkExtensionBytes is 0',
    { maxChunkExtensionBytes: 0 },
    `${CHUNKED_HEAD}0;\r\n\r\n`,
    [TOLD_CHUNKED_HEAD, fault('maxChunkExtensionBytes')],
  ],
  [
    'chunks without extensions where maxChunkExtensionBytes is 0',
    { maxChunkExtensionBytes: 0 },
    `${CHUNKED_HEAD}1\r\na\r\n0\r\n\r\n`,
    [TOLD_CHUNKED_HEAD, body('a'), end()],
  ],
  [
    'extensions that add up to maxChunkExtensionBytes',
    { maxChunkExtensionBytes: 4 },
    `${CHUNKED_HEAD}1;a\r\nx\r\n1;b\r\ny\r\n0\r\n\r\n`,
    [TOLD_CHUNKED_HEAD, body('xy'), end()],
  ],
  [
    'extensions that add up to one byte more than maxChunkExtensionBytes',
    { maxChunkExtensionBytes: 4 },
    `${CHUNKED_HEAD}1;a\r\nx\r\n1;b\r\ny\r\n0;\r\n\r\n`,
    [TOLD_CHUNKED_HEAD, body('xy'), fault('maxChunkExtensionBytes')],
  ],
];

function limited([name, limits, bytes, told]: Limited, method: string): ResponseCase {
  return { name, rfc: 'RFC 9110 §17.5', method, limits, bytes, told };
}

export const EXCHANGE_CASES: readonly ResponseCase[] = [
  ...INTERIM_CASES,
  ...SWITCH_CASES,
  ...HEAD_LIMITS.map((row) => limited(row, 'HEAD')),
  ...BODY_LIMITS.map((row) => limited(row, 'GET')),
];
