import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RequestError } from '../../src/errors/request-error.ts';
import {
  authority,
  type Origin,
  originPart,
  originText,
  parseHost,
  parseUrl,
  requestTarget,
} from '../../src/message/origin.ts';

function origin(scheme: Origin['scheme'], host: string, port: number): Origin {
  return { scheme, host, port };
}

function refusal(code: string, message: string | RegExp): object {
  return { name: 'RequestError', code, phase: 'request', message };
}

// origin, Host field, text
for (const [value, host, text] of [
  [origin('http', 'example.org', 80), 'example.org', 'http://example.org'],
  [origin('https', 'example.org', 443), 'example.org', 'https://example.org'],
  [origin('http', 'example.org', 443), 'example.org:443', 'http://example.org:443'],
  [origin('https', 'example.org', 80), 'example.org:80', 'https://example.org:80'],
  [origin('http', '127.0.0.1', 8080), '127.0.0.1:8080', 'http://127.0.0.1:8080'],
  [origin('http', '::1', 80), '[::1]', 'http://[::1]'],
  [origin('https', '2001:db8::1', 8443), '[2001:db8::1]:8443', 'https://[2001:db8::1]:8443'],
] as const) {
  test(`authority() is ${host} for ${text}`, () => assert.equal(authority(value), host));
  test(`originText() is ${text}`, () => assert.equal(originText(value), text));
}

// url, origin, target
for (const [url, expected, target] of [
  ['http://example.org', origin('http', 'example.org', 80), '/'],
  ['https://example.org/', origin('https', 'example.org', 443), '/'],
  ['http://example.org:80/', origin('http', 'example.org', 80), '/'],
  ['https://example.org:443/', origin('https', 'example.org', 443), '/'],
  ['http://example.org:443/', origin('http', 'example.org', 443), '/'],
  ['https://example.org:80/', origin('https', 'example.org', 80), '/'],
  ['http://example.org:8080/a', origin('http', 'example.org', 8080), '/a'],
  ['http://example.org:65535/', origin('http', 'example.org', 65535), '/'],
  ['HTTP://EXAMPLE.Org/A', origin('http', 'example.org', 80), '/A'],
  ['http://example.org./', origin('http', 'example.org.', 80), '/'],
  ['http://example.org/a?b=c&d', origin('http', 'example.org', 80), '/a?b=c&d'],
  ['http://example.org?b', origin('http', 'example.org', 80), '/?b'],
  ['http://example.org/a?', origin('http', 'example.org', 80), '/a?'],
  ['http://example.org?', origin('http', 'example.org', 80), '/?'],
  ['http://example.org/a?#', origin('http', 'example.org', 80), '/a?'],
  ['http://example.org/a?#f?', origin('http', 'example.org', 80), '/a?'],
  ['http://example.org/a#?', origin('http', 'example.org', 80), '/a'],
  ['http://example.org/a#', origin('http', 'example.org', 80), '/a'],
  ['http://example.org/%3F', origin('http', 'example.org', 80), '/%3F'],
  ['http://example.org/a#f', origin('http', 'example.org', 80), '/a'],
  ['http://example.org/a?b#f?g', origin('http', 'example.org', 80), '/a?b'],
  ['http://example.org#f', origin('http', 'example.org', 80), '/'],
  ['http://example.org/a/../b/./c', origin('http', 'example.org', 80), '/b/c'],
  ['http://example.org/a b%20c', origin('http', 'example.org', 80), '/a%20b%20c'],
  ['http://example.org//a//b', origin('http', 'example.org', 80), '//a//b'],
  ['http://example.org/\u00fc?\u00e4', origin('http', 'example.org', 80), '/%C3%BC?%C3%A4'],
  ['http://b\u00fccher.example/', origin('http', 'xn--bcher-kva.example', 80), '/'],
  ['http://\u4f8b\u3048.\u30c6\u30b9\u30c8/', origin('http', 'xn--r8jz45g.xn--zckzah', 80), '/'],
  ['http://xn--bcher-kva.example/', origin('http', 'xn--bcher-kva.example', 80), '/'],
  ['http://[::1]/', origin('http', '::1', 80), '/'],
  ['https://[2001:DB8:0:0::1]:8443/a', origin('https', '2001:db8::1', 8443), '/a'],
  ['http://127.0.0.1:8080/', origin('http', '127.0.0.1', 8080), '/'],
  ['http://0x7f.1/', origin('http', '127.0.0.1', 80), '/'],
  ['http://example.org\\a', origin('http', 'example.org', 80), '/a'],
  ['http://example.org/@a', origin('http', 'example.org', 80), '/@a'],
] as const) {
  test(`parseUrl() takes ${url} apart`, () => {
    assert.deepEqual(parseUrl(url), { origin: expected, target, userinfo: null });
  });

  test(`parseUrl() takes the URL object of ${url} apart`, () => {
    assert.deepEqual(parseUrl(new URL(url)), { origin: expected, target, userinfo: null });
  });
}

// userinfo, decoded
for (const [written, decoded] of [
  ['user:password', 'user:password'],
  ['user', 'user:'],
  ['user:', 'user:'],
  [':password', ':password'],
  ['us%40er:p%3Aw%2Fd', 'us@er:p:w/d'],
  ['\u00fcser:p\u00e4ss', '\u00fcser:p\u00e4ss'],
  ['100%:50%zz', '100%:50%zz'],
  ['us%40er:50%', 'us@er:50%'],
  ['user:p@ss', 'user:p@ss'],
  ['a:b:c', 'a:b:c'],
] as const) {
  test(`parseUrl() decodes the userinfo ${written}`, () => {
    const parsed = parseUrl(`http://${written}@example.org/a`);
    assert.deepEqual(parsed, { origin: origin('http', 'example.org', 80), target: '/a', userinfo: decoded });
  });
}

for (const url of ['http://@example.org/', 'http://:@example.org/']) {
  test(`parseUrl() finds no userinfo in ${url}`, () => assert.equal(parseUrl(url).userinfo, null));
}

// url, why
for (const [url, why] of [
  ['', 'it is empty'],
  ['example.org', 'it has no scheme; write it with http:// or https://'],
  ['/a', 'it has no scheme; write it with http:// or https://'],
  ['//example.org/', 'it has no scheme; write it with http:// or https://'],
  ['1http://example.org', 'it has no scheme; write it with http:// or https://'],
  ['http://', 'it is not a URL'],
  ['http:///', 'it is not a URL'],
  ['HTTPS://', 'it is not a URL'],
  ['x+y-z.1://[', 'it is not a URL'],
  ['http://a b/', 'it is not a URL'],
  ['http://127.0.0.1:99999/', 'its port is 99999, above 65535'],
  ['http://a.example:65535:80/', 'it is not a URL'],
  ['http://example.org:65536/', 'its port is 65536, above 65535'],
  ['http://example.org:a/', 'it is not a URL'],
  ['http://[::1/', 'it is not a URL'],
  ['ftp://example.org/', 'its scheme is "ftp", not http or https'],
  ['ws://example.org/', 'its scheme is "ws", not http or https'],
  ['httpx://example.org/', 'its scheme is "httpx", not http or https'],
  ['file:///etc/passwd', 'its scheme is "file", not http or https'],
  ['localhost:8080', 'its scheme is "localhost", not http or https'],
] as const) {
  test(`parseUrl() refuses ${JSON.stringify(url)}: ${why}`, () => {
    const message = `Cannot use "${url}" as a URL: ${why}`;
    assert.throws(() => parseUrl(url), refusal('ERR_INVALID_URL', message));
  });
}

test('parseUrl() refuses every control character, wherever it stands', () => {
  for (const code of [...Array.from({ length: 0x20 }, (_, i) => i), 0x7f]) {
    const control = String.fromCharCode(code);
    for (const url of [`${control}http://h/`, `ht${control}tp://h/`, `http://h${control}/`, `http://h/${control}`]) {
      assert.throws(() => parseUrl(url), refusal('ERR_INVALID_URL', /: it holds a control character$/), `code ${code}`);
    }
  }
});

// host, origin of it
for (const [host, expected] of [
  ['example.org', 'example.org'],
  ['EXAMPLE.Org', 'example.org'],
  ['example.org.', 'example.org.'],
  ['localhost', 'localhost'],
  ['b\u00fccher.example', 'xn--bcher-kva.example'],
  ['127.0.0.1', '127.0.0.1'],
  ['127.1', '127.0.0.1'],
  ['::1', '::1'],
  ['[::1]', '::1'],
  ['2001:DB8:0:0::1', '2001:db8::1'],
  ['under_score', 'under_score'],
] as const) {
  test(`parseHost() reads ${host}`, () => {
    assert.deepEqual(
      [parseHost('http', host, undefined), parseHost('https', host, 8443)],
      [origin('http', expected, 80), origin('https', expected, 8443)],
    );
  });
}

test('parseHost() gives the default port of its scheme', () => {
  assert.equal(parseHost('https', 'example.org', undefined).port, 443);
});

for (const host of [
  '',
  ' ',
  'a b',
  'example.org:80',
  'example.org:8080',
  'example.org/',
  'example.org/a',
  '/',
  'a?b',
  'a?',
  'a#b',
  'a#',
  'a\\b',
  'a@b',
  '@b',
  'http://example.org',
  'a\tb',
  'a\n',
  '\0a',
  'a\x7f',
  '[::1',
  '::1]',
  '::g',
  ':',
  '[::1]:8080',
  '1.2.3.256',
  'a<b',
  'a%00b',
]) {
  test(`parseHost() refuses ${JSON.stringify(host)}`, () => {
    const message = `Cannot use ${JSON.stringify(host.replace(/^.*@/, '…@'))} as a host: give a name or an IP address alone`;
    assert.throws(() => parseHost('http', host, undefined), refusal('ERR_INVALID_URL', message));
  });
}

for (const port of [1, 80, 65535]) {
  test(`parseHost() takes the port ${port}`, () => assert.equal(parseHost('http', 'h', port).port, port));
}

for (const port of [0, -1, 65536, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
  test(`parseHost() refuses the port ${port}`, () => {
    const message = `Cannot use ${port} as port: give an integer from 1 to 65535`;
    assert.throws(() => parseHost('http', 'h', port), refusal('ERR_INVALID_OPTION', message));
  });
}

// target, as it is sent
for (const [target, sent] of [
  ['/', '/'],
  ['*', '*'],
  ['/a/b?c=d&e', '/a/b?c=d&e'],
  ['//a//b', '//a//b'],
  ['/a/../b', '/a/../b'],
  ['/%zz%20', '/%zz%20'],
  ['/!"$&\'()*+,;=:@[]^`{|}~<>\\', '/!"$&\'()*+,;=:@[]^`{|}~<>\\'],
  ['/a b', '/a%20b'],
  ['/a  b c', '/a%20%20b%20c'],
  ['/\u00fc?\u00e4', '/%C3%BC?%C3%A4'],
  ['/\x80', '/%C2%80'],
  ['/\u{1f600}b', '/%F0%9F%98%80b'],
  ['/\ud800', '/%EF%BF%BD'],
  ['/a#f', '/a'],
  ['/a?b#f#g', '/a?b'],
  ['/#', '/'],
  ['/a b#\u00fc', '/a%20b'],
  ['/#a\u2028b', '/'],
] as const) {
  test(`requestTarget() sends ${JSON.stringify(target)} as ${sent}`, () => assert.equal(requestTarget(target), sent));
}

for (const target of ['', 'a', '?q', '#f', ' /', '**', '*a', 'http://example.org/', '\u00fc']) {
  test(`requestTarget() refuses ${JSON.stringify(target)}`, () => {
    const message = `Cannot use "${target}" as a request target: it does not begin with "/"`;
    assert.throws(() => requestTarget(target), refusal('ERR_INVALID_TARGET', message));
  });
}

test('requestTarget() refuses every control character', () => {
  for (const code of [...Array.from({ length: 0x20 }, (_, i) => i), 0x7f]) {
    for (const target of [`/${String.fromCharCode(code)}`, `/a#${String.fromCharCode(code)}b`]) {
      const why = /: it holds a control character$/;
      assert.throws(() => requestTarget(target), refusal('ERR_INVALID_TARGET', why), `code ${code}`);
    }
  }
});

test('requestTarget() gives visible ASCII that begins with a slash, or refuses', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (text, slash) => {
      try {
        return /^(\/[!"$-~]*|\*)$/.test(requestTarget(slash ? `/${text}` : text));
      } catch (error) {
        return error instanceof RequestError;
      }
    }),
  );
});

for (const [name, use] of [
  ['an FTP URL', () => parseUrl('ftp://user:secret@example.org/')],
  ['a URL with a space in its host', () => parseUrl('http://user:secret@exa mple.org/')],
  ['a URL with a control character', () => parseUrl('http://user:secret@h/\n')],
  ['a URL with a control character in its scheme', () => parseUrl('ht\ttp://user:secret@h/')],
  ['a URL whose password holds a slash', () => parseUrl('http://user:sec/ret@h/')],
] as const) {
  test(`parseUrl() shows no credentials of ${name}`, () => {
    assert.throws(use, (error) => error instanceof RequestError && !/user|sec.?ret/.test(error.message + error.stack));
  });
}

for (const [url, expected] of [
  ['https://a.example/x/y', 'https://a.example'],
  ['http://a.example:8080/', 'http://a.example:8080'],
  ['http://a.example', 'http://a.example'],
] as const) {
  test(`originPart() ${url} is ${expected}`, () => assert.equal(originPart(url), expected));
}
