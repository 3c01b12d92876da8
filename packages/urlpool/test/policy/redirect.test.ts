import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isDowngrade,
  isRedirect,
  type RedirectChange,
  redirectedFields,
  redirectedMethod,
  redirectRules,
  redirectTarget,
} from '../../src/policy/redirect.ts';
import { REDIRECT_SAFELIST } from '../../src/policy/redirect-safelist.ts';

test('isRedirect() is true for 301, 302, 303, 307 and 308 alone', () => {
  const statuses = Array.from({ length: 500 }, (_, i) => 100 + i);
  assert.deepEqual(statuses.filter(isRedirect), [301, 302, 303, 307, 308]);
});

// method, and what it becomes by 301, 302, 303, 307, 308
for (const [method, ...expected] of [
  ['GET', 'GET', 'GET', 'GET', 'GET', 'GET'],
  ['HEAD', 'HEAD', 'HEAD', 'HEAD', 'HEAD', 'HEAD'],
  ['POST', 'GET', 'GET', 'GET', 'POST', 'POST'],
  ['PUT', 'PUT', 'PUT', 'GET', 'PUT', 'PUT'],
  ['PATCH', 'PATCH', 'PATCH', 'GET', 'PATCH', 'PATCH'],
  ['DELETE', 'DELETE', 'DELETE', 'GET', 'DELETE', 'DELETE'],
  ['OPTIONS', 'OPTIONS', 'OPTIONS', 'GET', 'OPTIONS', 'OPTIONS'],
  ['QUERY', 'QUERY', 'QUERY', 'GET', 'QUERY', 'QUERY'],
  ['post', 'post', 'post', 'GET', 'post', 'post'],
  ['head', 'head', 'head', 'GET', 'head', 'head'],
] as const) {
  test(`redirectedMethod() makes ${expected} of ${method} by 301, 302, 303, 307, 308`, () => {
    assert.deepEqual(
      [301, 302, 303, 307, 308].map((status) => redirectedMethod(status, method)),
      expected,
    );
  });
}

const SAFE = [
  'Accept',
  'Accept-Charset',
  'Accept-Encoding',
  'Accept-Language',
  'Cache-Control',
  'Pragma',
  'User-Agent',
  'Range',
  'If-Range',
  'If-Match',
  'If-None-Match',
  'If-Modified-Since',
  'If-Unmodified-Since',
  'Connection',
  'TE',
  'DNT',
  'Sec-GPC',
  'Upgrade-Insecure-Requests',
];
const SAFE_OF_BODY = [
  'Content-Type',
  'Content-Encoding',
  'Content-Language',
  'Content-Location',
  'Content-Digest',
  'Repr-Digest',
];
const UNSAFE_OF_BODY = ['Content-Length', 'Digest', 'Last-Modified', 'Transfer-Encoding', 'Expect', 'Trailer'];
const UNSAFE = [
  'Authorization',
  'Cookie',
  'Proxy-Authorization',
  'Idempotency-Key',
  'Origin',
  'Referer',
  'X-Api-Key',
  'X-Custom',
  'Accept-', // begins as one that is listed
  'Accept-CH',
  'Sec-Fetch-Mode',
  'Content-MD5',
];

test('REDIRECT_SAFELIST is exactly what is documented', () => {
  const names = [...SAFE, ...SAFE_OF_BODY].map((name) => name.toLowerCase());
  assert.deepEqual([...REDIRECT_SAFELIST].sort(), names.sort());
});

function changeTo(change: Partial<RedirectChange>): RedirectChange {
  return { toOtherOrigin: false, dropsBody: false, kept: [], removed: null, ...change };
}

const CHANGES = [
  changeTo({}),
  changeTo({ dropsBody: true }),
  changeTo({ toOtherOrigin: true }),
  changeTo({ toOtherOrigin: true, dropsBody: true }),
];

// names, and whether they survive: to the same origin with and without the body, to another with and without it
for (const [names, expected] of [
  [SAFE, [true, true, true, true]],
  [SAFE_OF_BODY, [true, false, true, false]],
  [UNSAFE_OF_BODY, [true, false, false, false]],
  [UNSAFE, [true, true, false, false]],
] as const) {
  for (const name of names) {
    for (const written of [name, name.toLowerCase(), name.toUpperCase()]) {
      test(`redirectedFields() keeps ${written}: ${expected}`, () => {
        assert.deepEqual(
          CHANGES.map((change) => redirectedFields([written, 'v'], change)),
          expected.map((kept) => (kept ? { fields: [written, 'v'], dropped: [] } : { fields: [], dropped: [written] })),
        );
      });
    }
  }
}

const MIXED = ['Host', 'a.test', 'Accept', '*/*', 'COOKIE', 'a=1', 'content-type', 'x', 'Cookie', 'b=2', 'accept', 'y'];

// to another origin, drops the body, fields kept, names dropped
for (const [toOtherOrigin, dropsBody, kept, dropped] of [
  [false, false, MIXED.slice(2), []],
  [false, true, ['Accept', '*/*', 'COOKIE', 'a=1', 'Cookie', 'b=2', 'accept', 'y'], ['content-type']],
  [true, false, ['Accept', '*/*', 'content-type', 'x', 'accept', 'y'], ['COOKIE']],
  [true, true, ['Accept', '*/*', 'accept', 'y'], ['COOKIE', 'content-type']],
] as const) {
  const change = { toOtherOrigin, dropsBody };
  test(`redirectedFields() keeps order, case and repeated fields, but not Host: ${JSON.stringify(change)}`, () => {
    assert.deepEqual(redirectedFields(MIXED, changeTo(change)), { fields: kept, dropped });
  });
}

for (const name of ['Host', 'host', 'HOST']) {
  test(`redirectedFields() leaves ${name} out, and does not tell`, () => {
    const change = changeTo({ toOtherOrigin: true });
    assert.deepEqual(redirectedFields([name, 'a.test'], change), { fields: [], dropped: [] });
  });
}

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const BASE = 'http://a.test/p/q?r';

// location, base, target
const TARGETS: readonly (readonly [string, string, string | null])[] = [
  // Absolute and relative references (RFC 3986 §4.1).
  ['http://b.test/x', 'http://a.test/', 'http://b.test/x'],
  ['https://b.test:8443/x?y', 'http://a.test/', 'https://b.test:8443/x?y'],
  ['HTTP://B.Test:80', 'https://a.test/', 'http://b.test/'],
  ['//b.test/x', 'https://a.test/y', 'https://b.test/x'],
  ['/x', 'http://a.test:8080/p/q?r', 'http://a.test:8080/x'],
  ['x', 'http://a.test/p/q?r', 'http://a.test/p/x'],
  ['../x', 'http://a.test/p/q', 'http://a.test/x'],
  ['../../../x', 'http://a.test/p/q', 'http://a.test/x'],
  ['?x', 'http://a.test/p/q?r', 'http://a.test/p/q?x'],
  ['', 'http://a.test/p/q?r', 'http://a.test/p/q?r'],
  ['\\\\b.test\\x', 'http://a.test/', 'http://b.test/x'],
  ['http://u:p@b.test/', 'http://a.test/', 'http://u:p@b.test/'],
  // The fragment (RFC 9110 §10.2.2).
  ['/x', BASE, 'http://a.test/x'],
  ['http://b.test/x', BASE, 'http://b.test/x'],
  ['', BASE, 'http://a.test/p/q?r'],
  ['/x#g', BASE, 'http://a.test/x#g'],
  ['#g', BASE, 'http://a.test/p/q?r#g'],
  ['/x#', BASE, 'http://a.test/x#'],
  ['/x%23y', BASE, 'http://a.test/x%23y'],
  ['/x', 'http://a.test/#', 'http://a.test/x'],
  // Octets that are not ASCII.
  [latin1('/\u00fc?\u4f8b'), 'http://a.test/', 'http://a.test/%C3%BC?%E4%BE%8B'],
  [latin1('http://b\u00fccher.test/'), 'http://a.test/', 'http://xn--bcher-kva.test/'],
  [latin1('/x#\u{1f600}'), 'http://a.test/', 'http://a.test/x#%F0%9F%98%80'],
  ['/\xfc', 'http://a.test/', 'http://a.test/%C3%BC'], // no UTF-8: read as ISO 8859-1
  ['/\u4f8b', 'http://a.test/', 'http://a.test/%E4%BE%8B'], // no octets
  ['/\xc3\xbc\u4f8b', 'http://a.test/', 'http://a.test/%C3%83%C2%BC%E4%BE%8B'],
  ['/a b%20c%zz', 'http://a.test/', 'http://a.test/a%20b%20c%zz'],
  // What cannot be followed.
  ['http://', 'http://a.test/', null],
  ['http://b.test:99999/', 'http://a.test/', null],
  ['http://[::1/', 'http://a.test/', null],
  ['http://a b/', 'http://a.test/', null],
  ['ftp://b.test/x', 'http://a.test/', null],
  ['ws://b.test/x', 'http://a.test/', null],
  ['file:///etc/passwd', 'http://a.test/', null],
  ['javascript:alert(1)', 'http://a.test/', null],
  ['data:text/plain,x', 'http://a.test/', null],
  ['blob:http://b.test/x', 'http://a.test/', null],
  ['mailto:a@b.test', 'http://a.test/', null],
  ['/x', 'no URL', null],
];

for (const [location, base, target] of TARGETS) {
  test(`redirectTarget(${JSON.stringify(location)}, ${JSON.stringify(base)}) is ${target}`, () => {
    assert.equal(redirectTarget(location, base), target);
  });
}

// what else is said, the names of those that go to another origin
for (const [name, change, expected] of [
  ['the safelist', {}, ['Accept']],
  ['fields that are kept too', { kept: ['x-key', 'cookie'] }, ['Accept', 'X-Key', 'Cookie']],
  ['all but those that are removed', { removed: ['cookie'] }, ['Accept', 'X-Key', 'Authorization']],
  ['all, where none is removed', { removed: [] }, ['Accept', 'X-Key', 'Cookie', 'Authorization']],
] as const) {
  test(`redirectedFields() lets ${name} go to another origin`, () => {
    const given = ['Accept', 'X-Key', 'Cookie', 'Authorization'].flatMap((field) => [field, 'v']);
    const { fields } = redirectedFields(given, changeTo({ toOtherOrigin: true, ...change }));
    assert.deepEqual(
      fields.filter((_value, i) => i % 2 === 0),
      expected,
    );
  });
}

// from, to, whether it is one
for (const [from, to, expected] of [
  ['https://a.test/', 'http://a.test/', true],
  ['https://a.test/', 'https://b.test/', false],
  ['http://a.test/', 'https://a.test/', false],
  ['http://a.test/', 'http://b.test/', false],
] as const) {
  test(`isDowngrade() is ${expected} from ${from} to ${to}`, () => assert.equal(isDowngrade(from, to), expected));
}

test('redirectRules() follows, turns POST into GET, keeps to the safelist and does not downgrade by default', () => {
  const rules = { follow: true, keepMethod: false, keepHeaders: [], allowDowngrade: false, max: null };
  assert.deepEqual(redirectRules({}), rules);
  assert.deepEqual(redirectRules({ redirect: undefined }), rules);
});

test('redirectRules() leaves to the base what is not given', () => {
  const base = redirectRules({ redirect: false, keepMethodOnRedirect: true });
  assert.equal(redirectRules({}, base), base);
  const own = { keepHeadersOnRedirect: ['X-Key'], allowDowngrade: true, maxRedirects: 3 };
  assert.deepEqual(redirectRules(own, base), {
    follow: false,
    keepMethod: true,
    keepHeaders: ['x-key'],
    allowDowngrade: true,
    max: 3,
  });
  assert.throws(() => redirectRules({ maxRedirects: -1 }), { code: 'ERR_INVALID_OPTION' });
});

const NAMES = 'as keepHeadersOnRedirect: give a list of names of header fields';

// options, message
for (const [options, message] of [
  [{ redirect: 1 }, 'Cannot use 1 as redirect: give true or false'],
  [{ redirect: null }, 'Cannot use null as redirect: give true or false'],
  [{ keepMethodOnRedirect: 'yes' }, 'Cannot use "yes" as keepMethodOnRedirect: give true or false'],
  [{ allowDowngrade: 0 }, 'Cannot use 0 as allowDowngrade: give true or false'],
  [{ keepHeadersOnRedirect: 'Cookie' }, `Cannot use "Cookie" ${NAMES}`],
  [{ keepHeadersOnRedirect: null }, `Cannot use null ${NAMES}`],
  [{ keepHeadersOnRedirect: {} }, `Cannot use an object ${NAMES}`],
  [{ keepHeadersOnRedirect: [5] }, `Cannot use a list ${NAMES}`],
  [{ keepHeadersOnRedirect: ['a b'] }, `Cannot use a list ${NAMES}`],
] as const) {
  test(`redirectRules() refuses ${JSON.stringify(options)}`, () => {
    assert.throws(() => redirectRules(options as never), { name: 'RequestError', code: 'ERR_INVALID_OPTION', message });
  });
}
