// parseUrl() and redirectTarget() against the WHATWG URL standard's own cases, and the list of what is refused on purpose.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError } from '../../src/errors/request-error.ts';
import { originText, type ParsedUrl, parseHost, parseUrl } from '../../src/message/origin.ts';
import { redirectTarget } from '../../src/policy/redirect.ts';
import { ABSOLUTE, HOSTS, RELATIVE } from './wpt-url-cases.ts';

function parsed(url: string): ParsedUrl | null {
  try {
    return parseUrl(url);
  } catch (error) {
    if (error instanceof RequestError && error.code === 'ERR_INVALID_URL') return null;
    throw error;
  }
}

for (const [input, url, userinfo = null] of ABSOLUTE) {
  test(`parseUrl() reads ${JSON.stringify(input)} as the URL standard does`, () => {
    const read = parsed(input);
    const shown = read === null ? null : originText(read.origin) + read.target;
    assert.deepEqual([shown, read?.userinfo ?? null], [url, userinfo]);
  });
}

for (const [reference, base, url] of RELATIVE) {
  test(`redirectTarget() reads ${JSON.stringify(reference)} at ${base} as the URL standard does`, () => {
    assert.equal(redirectTarget(reference, base), url);
  });
}

function hostOf(name: string): string | null {
  try {
    return parseHost('https', name, undefined).host;
  } catch (error) {
    if (error instanceof RequestError && error.code === 'ERR_INVALID_URL') return null;
    throw error;
  }
}

for (const [name, host] of HOSTS) {
  test(`parseUrl() and parseHost() map the host ${JSON.stringify(name)} as the URL standard does`, () => {
    assert.deepEqual([parsed(`https://${name}/x`)?.origin.host ?? null, hostOf(name)], [host, host]);
  });
}

// The standard drops or encodes these; whoever wrote one of them meant something else.
for (const input of [
  ' \0 http://example.com/\x1f \r ',
  'http://example.com/foo\tbar',
  'http://ho\tst/',
  'h\tt\nt\rp://h\to\ns\rt:9\t0\n0\r0/p\ta\nt\rh?q\tu\ne\rry#f\tr\na\rg',
  'http://foo.bar/baz?qux#foo\bbar',
  'https://x/\0y',
  'https://x/?\0y',
  'https://x/?#\0y',
  'https://x/\x7f',
]) {
  test(`parseUrl() refuses ${JSON.stringify(input)} for its control character`, () => {
    assert.ok(URL.canParse(input));
    assert.throws(() => parseUrl(input), { code: 'ERR_INVALID_URL', message: /: it holds a control character$/ });
  });
}
