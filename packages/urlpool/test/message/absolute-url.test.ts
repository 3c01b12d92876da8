import assert from 'node:assert/strict';
import { test } from 'node:test';
import { absoluteUrl } from '../../src/message/absolute-url.ts';

// Names whose punycode is none, or none that a name may stand for: the standard refuses them, some runtimes do not.
for (const [name, isOne] of [
  ['xn--', false],
  ['xn--a', false],
  ['xn--0.com', false],
  ['xn--a-yoc', false],
  ['xn--1ug.example', false],
  ['xn--zn7c.com', false],
  ['10.0.0.xn--pokxncvks', false],
  ['a.XN--pokxncvks', false],
  ['xn--ls8h', true],
  ['xn--zca', true],
  ['xn--bcher-kva.example', true],
  ['axn--a', true],
] as const) {
  test(`absoluteUrl() ${isOne ? 'takes' : 'refuses'} the host ${name}`, () => {
    assert.equal(absoluteUrl(`http://${name}/`)?.hostname, isOne ? name : undefined);
    assert.equal(absoluteUrl(`//${name}/`, 'http://a.test/')?.hostname, isOne ? name : undefined);
  });
}

const LONG = '\u0301\u0316'.repeat(3000);

// what is long, the URL, whether it is one
for (const [what, url, isOne] of [
  ['a host to be mapped', `http://a${LONG}/`, false],
  ['a host to be mapped, after a tab', `\t/\t/a${LONG}/`, false],
  ['a host to be mapped, after userinfo', `http://u:p@a${LONG}/`, false],
  ['a percent-encoded host', `http://${encodeURIComponent(LONG)}/`, false],
  ['a host after backslashes', `\\\\a${LONG}`, false],
  ['a path', `http://a.test/${LONG}`, true],
  ['a query', `http://a.test?${LONG}`, true],
  ['userinfo', `http://${LONG}@a.test`, true],
  ['a relative path', LONG, true],
  ['a host of ASCII', `http://${'a'.repeat(5000)}/`, true],
] as const) {
  test(`absoluteUrl() ${isOne ? 'takes' : 'refuses'} ${what} of some thousand characters`, () => {
    assert.equal(absoluteUrl(url, 'http://b.test/') !== null, isOne);
  });
}
