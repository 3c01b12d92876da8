import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUrl } from '../../src/message/origin.ts';
import { NoProxy } from '../../src/route/no-proxy.ts';

for (const [list, url, expected] of [
  ['', 'http://example.org/', false],
  ['*', 'http://example.org/', true],
  ['example.com,*', 'http://example.org/', true],
  ['*.example.org', 'http://www.example.org/', true],
  ['exa*le.org', 'http://example.org/', false],
  ['example.org', 'http://example.org/', true],
  ['example.org', 'http://EXAMPLE.org/', true],
  ['EXAMPLE.ORG', 'http://example.org/', true],
  ['example.org', 'http://www.example.org/', true],
  ['example.org', 'http://notexample.org/', false],
  ['example.org', 'http://example.org.evil.test/', false],
  ['.example.org', 'http://example.org/', true],
  ['.example.org', 'http://www.example.org/', true],
  ['.example.org', 'http://notexample.org/', false],
  ['www.example.org', 'http://example.org/', false],
  ['example.org.', 'http://example.org/', true],
  ['example.org', 'http://example.org./', true],
  ['localhost', 'http://localhost./', true],
  ['localhost.', 'http://localhost/', true],
  ['localhost', 'http://127.0.0.1/', false],
  ['127.0.0.1', 'http://localhost/', false],
  ['a.test b.test,c.test\td.test', 'http://c.test/', true],
  ['a.test b.test,c.test\td.test', 'http://d.test/', true],
  [' , ,', 'http://d.test/', false],
  ['example.org:8080', 'http://example.org:8080/', true],
  ['example.org:8080', 'http://example.org/', false],
  ['example.org:80', 'http://example.org/', true],
  ['example.org:443', 'https://www.example.org/', true],
  ['127.0.0.1', 'http://127.0.0.1/', true],
  ['127.0.0.1', 'http://0x7f.1/', true],
  ['127.0.0.1', 'http://017700000001/', true],
  ['127.0.0.1', 'http://2130706433/', true],
  ['0x7f.0.0.1', 'http://127.0.0.1/', true],
  ['0177.0.0.1', 'http://127.0.0.1/', true],
  ['127.1', 'http://127.0.0.1/', true],
  ['127.0.0.1:8080', 'http://127.0.0.1:8080/', true],
  ['127.0.0.1:8080', 'http://127.0.0.1/', false],
  ['10.0.0.0/8', 'http://10.1.2.3/', true],
  ['10.0.0.0/8', 'http://11.1.2.3/', false],
  ['10.0.0.0/8', 'http://ten.test/', false],
  ['192.168.1.0/25', 'http://192.168.1.127/', true],
  ['192.168.1.0/25', 'http://192.168.1.128/', false],
  ['0.0.0.0/0', 'http://1.2.3.4/', true],
  ['0.0.0.0/0', 'http://[::1]/', false],
  ['127.0.0.1', 'http://[::ffff:127.0.0.1]/', true],
  ['::ffff:127.0.0.1', 'http://127.0.0.1/', true],
  ['::ffff:10.0.0.0/104', 'http://10.1.2.3/', true],
  ['[::1]', 'http://[::1]/', true],
  ['::1', 'http://[::1]:8080/', true],
  ['[::1]:8080', 'http://[::1]:8080/', true],
  ['[::1]:8080', 'http://[::1]/', false],
  ['0:0:0:0:0:0:0:1', 'http://[::1]/', true],
  ['fe80::/10', 'http://[fe80::1]/', true],
  ['fe80::/10', 'http://[2001::1]/', false],
  ['10.0.0.0/33', 'http://10.0.0.1/', false],
  ['10.0.0.0/x', 'http://10.0.0.1/', false],
  ['example.org/8', 'http://example.org/', false],
  ['[example.org]', 'http://example.org/', false],
  ['168.0.1', 'http://192.168.0.1/', false],
  ['.0.0.1', 'http://127.0.0.1/', false],
  ['127.0.0.1', 'http://0177.0.0.1/', true],
  ['127.0.0.1', 'http://127.1/', true],
  ['10.0.0.0/8', 'http://[::ffff:10.1.2.3]/', true],
  ['::ffff:7f00:1', 'http://127.0.0.1/', true],
  ['0.0.0.0/0', 'http://[::ffff:1.2.3.4]/', true],
  ['::/0', 'http://1.2.3.4/', false],
  ['012.0.0.0/8', 'http://10.1.2.3/', true],
  ['10.0.0.0/8:8080', 'http://10.1.1.1:8080/', true],
  ['10.0.0.0/8:8080', 'http://10.1.1.1/', false],
  ['[::1]/128', 'http://[::1]/', true],
  ['[fe80::]/10:80', 'http://[fe80::1]/', true],
  ['[::1', 'http://[::1]/', false],
  ['LocalHost', 'http://LOCALHOST./', true],
  ['.LOCALHOST.', 'http://a.localhost/', true],
  ['1.2.3.4', 'http://1.2.3.4./', true],
  ['*', 'http://[::1]/', true],
  [' * ', 'http://example.org/', true],
  ['*:80', 'http://example.org/', false],
  ['*a.test', 'http://ba.test/', false],
  ['.', 'http://a.test/', false],
  ['example.org:', 'http://example.org/', true],
  ['example.org:0', 'http://example.org/', false],
  ['example.org:99999', 'http://example.org/', false],
  ['http://example.org', 'http://example.org/', false],
  ['BÜCHER.test', 'http://www.bücher.test/', true],
  ['xn--bcher-kva.test', 'http://bücher.test/', true],
  ['bücher.test', 'http://xn--bcher-kva.test/', true],
] as const) {
  test(`NoProxy(${JSON.stringify(list)}) ${expected ? 'covers' : 'does not cover'} ${url}`, () => {
    assert.equal(new NoProxy(list).covers(parseUrl(url).origin), expected);
  });
}

test('NoProxy.covers() says the same again, however many origins it was asked for meanwhile', () => {
  const list = new NoProxy('.test, 10.0.0.0/8:81');
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 3_000; i++) {
      assert.equal(list.covers({ host: `a${i}.test`, port: 80 }), true);
      assert.equal(list.covers({ host: `a${i}.example`, port: 80 }), false);
    }
    assert.deepEqual(
      [80, 81].map((port) => list.covers({ host: '10.1.2.3', port })),
      [false, true],
    );
  }
});
