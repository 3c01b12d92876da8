import assert from 'node:assert/strict';
import { test } from 'node:test';
import { urlFull } from '../src/url-full.ts';

// name, URL, shown
const CASES: readonly (readonly [string, string, string])[] = [
  ['leaves a URL as it is', 'https://a.test/b?c=d&e', 'https://a.test/b?c=d&e'],
  ['hides a user and a password', 'https://u:p@a.test/', 'https://REDACTED:REDACTED@a.test/'],
  ['hides a user alone', 'https://u@a.test/?x=1', 'https://REDACTED:REDACTED@a.test/?x=1'],
  ['leaves an @ in the path', 'https://a.test/@u', 'https://a.test/@u'],
  ['leaves an @ in the query', 'https://a.test?m=u@b', 'https://a.test?m=u@b'],
  ['hides a value and keeps its name', 'https://a.test/?color=blue&sig=abc', 'https://a.test/?color=blue&sig=REDACTED'],
  ['hides a value before others', 'https://a.test/?Signature=a&x=1#f', 'https://a.test/?Signature=REDACTED&x=1#f'],
  ['hides an empty value', 'https://a.test/?sig=', 'https://a.test/?sig=REDACTED'],
  ['hides a value with an = in it', 'https://a.test/?sig=a==', 'https://a.test/?sig=REDACTED'],
  ['hides each of several', 'https://a.test/?sig=a&sig=b', 'https://a.test/?sig=REDACTED&sig=REDACTED'],
  ['reads names that are encoded', 'https://a.test/?s%69g=a', 'https://a.test/?s%69g=REDACTED'],
  ['bears a name that is badly encoded', 'https://a.test/?%E0=a&sig=b', 'https://a.test/?%E0=a&sig=REDACTED'],
  ['regards case', 'https://a.test/?SIG=a&signature=b', 'https://a.test/?SIG=a&signature=b'],
  ['looks at whole names', 'https://a.test/?design=a&sig2=b', 'https://a.test/?design=a&sig2=b'],
];

for (const [name, url, shown] of CASES) {
  test(`urlFull() ${name}`, () => assert.equal(urlFull(url), shown));
}

const SECRETS = [
  'AWSAccessKeyId',
  'Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
  'X-Goog-Signature',
  'sig',
];

for (const name of SECRETS) {
  test(`urlFull() hides ${name}`, () => {
    assert.equal(urlFull(`https://a.test/?${name}=v`), `https://a.test/?${name}=REDACTED`);
  });
}
