import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProxy, proxyText } from '../../src/route/proxy-server.ts';

for (const [url, text, userinfo] of [
  ['http://proxy.test:3128', 'http://proxy.test:3128', null],
  ['http://proxy.test', 'http://proxy.test:80', null],
  ['proxy.test:3128', 'http://proxy.test:3128', null],
  ['127.0.0.1', 'http://127.0.0.1:80', null],
  ['user:pass@proxy.test:3128', 'http://proxy.test:3128', 'user:pass'],
  ['https://proxy.test', 'https://proxy.test:443', null],
  ['https://proxy.test:80/', 'https://proxy.test:80', null],
  ['HTTP://PROXY.test', 'http://proxy.test:80', null],
  ['socks://proxy.test', 'socks5h://proxy.test:1080', null],
  ['socks4://proxy.test', 'socks4://proxy.test:1080', null],
  ['socks4a://me@proxy.test:9', 'socks4a://proxy.test:9', 'me:'],
  ['socks5://proxy.test:80', 'socks5://proxy.test:80', null],
  ['socks5h://a%40b:c%3Ad@[::1]:1081', 'socks5h://[::1]:1081', 'a@b:c:d'],
  ['http://a%zz:b@proxy.test', 'http://proxy.test:80', 'a%zz:b'],
] as const) {
  test(`parseProxy() takes ${url}`, () => {
    const proxy = parseProxy(url);
    assert.deepEqual([proxyText(proxy), proxy.userinfo], [text, userinfo]);
    assert.deepEqual(parseProxy(new URL(proxyText(proxy))), { ...proxy, userinfo: null });
  });
}

for (const [url, message] of [
  ['', 'Cannot use "" as proxy: it is not a URL'],
  [
    'ftp://proxy.test',
    'Cannot use "ftp://proxy.test" as proxy: its scheme is none of http, https, socks4, socks4a, socks5, socks5h',
  ],
  ['http://proxy.test/path', 'Cannot use "http://proxy.test/path" as proxy: a proxy has no path'],
  ['http://me:secret@proxy.test:99999', 'Cannot use "http://…@proxy.test:99999" as proxy: it is not a URL'],
  [
    'http://a%0D%0AX-Evil:secret@proxy.test',
    'Cannot use "http://…@proxy.test" as proxy: its user or password holds a control character (RFC 7617 §2)',
  ],
  [
    'https://a:b%00@proxy.test',
    'Cannot use "https://…@proxy.test" as proxy: its user or password holds a control character (RFC 7617 §2)',
  ],
  [7, 'Cannot use 7 as proxy: give one URL, e.g. http://proxy.example:3128'],
  [undefined, 'Cannot use undefined as proxy: give one URL, e.g. http://proxy.example:3128'],
  [['http://proxy.test'], 'Cannot use a list as proxy: give one URL, e.g. http://proxy.example:3128'],
  [false, 'Cannot use false as proxy: give null for no proxy'],
] as const) {
  test(`parseProxy() refuses ${JSON.stringify(url)}`, () => {
    assert.throws(() => parseProxy(url as unknown as string), { code: 'ERR_INVALID_OPTION', message });
  });
}
