import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DigestHash, digestChallenge, qopFor } from '../../src/message/digest-challenge.ts';

const all = (): boolean => true;

/** A few words for what was chosen. */
function chosen(values: readonly string[], canHashBody = true, knows: (hash: DigestHash) => boolean = all): string {
  const challenge = digestChallenge(values, canHashBody, knows);
  if (challenge === null) return 'none';
  const { hash, isSession, nonce } = challenge;
  return `${nonce} ${hash}${isSession ? ' session' : ''} ${qopFor(challenge, canHashBody)}`;
}

// name, values of WWW-Authenticate, what is chosen
const CASES: readonly (readonly [string, readonly string[], string])[] = [
  ['nothing of nothing', [], 'none'],
  ['nothing of other schemes', ['Basic realm=a, Negotiate'], 'none'],
  ['MD5 where no algorithm is named', ['Digest realm=a, nonce=n'], 'n md5 null'],
  ['a name of any case', ['Digest nonce=n, algorithm=sha-256-SESS, qop=AUTH'], 'n sha256 session auth'],
  ['a quoted algorithm', ['Digest nonce=n, algorithm="MD5-sess", qop="auth"'], 'n md5 session auth'],
  [
    'the strongest, wherever it stands',
    [
      'Digest nonce=1, algorithm=MD5, Digest nonce=2, algorithm=SHA-512-256, qop=auth',
      'Digest nonce=3, algorithm=SHA-256, Basic realm=a',
    ],
    '2 sha512-256 auth',
  ],
  ['the first of equals', ['Digest nonce=1, algorithm=MD5-sess, Digest nonce=2, algorithm=MD5'], '1 md5 session null'],
  ['none of an unknown algorithm', ['Digest nonce=1, algorithm=SHA-1, Digest nonce=2'], '2 md5 null'],
  ['none of an algorithm with "-sess" alone', ['Digest nonce=1, algorithm="-sess"'], 'none'],
  ['none without a nonce', ['Digest realm=a, algorithm=SHA-256, Digest nonce=2'], '2 md5 null'],
  ['auth before auth-int', ['Digest nonce=1, qop="auth-int,auth"'], '1 md5 auth'],
  ['auth-int where there is nothing else', ['Digest nonce=1, qop="auth-int"'], '1 md5 auth-int'],
  ['what it knows of a qop', ['Digest nonce=1, qop="auth-conf, auth"'], '1 md5 auth'],
  ['none with a qop of which it knows nothing', ['Digest nonce=1, qop="auth-conf"'], 'none'],
  ['a challenge with an empty qop as one without', ['Digest nonce=1, qop=""'], '1 md5 null'],
];

for (const [name, values, expected] of CASES) {
  test(`digestChallenge() takes ${name}`, () => assert.equal(chosen(values), expected));
}

test('digestChallenge() takes no auth-int for a body that is not there as a whole', () => {
  const values = ['Digest nonce=1, algorithm=SHA-256, qop="auth-int", Digest nonce=2, qop="auth"'];
  assert.equal(chosen(values, true), '1 sha256 auth-int');
  assert.equal(chosen(values, false), '2 md5 auth');
});

test('digestChallenge() takes no hash that the runtime lacks', () => {
  const values = ['Digest nonce=1, algorithm=SHA-512-256, Digest nonce=2, algorithm=SHA-256, Digest nonce=3'];
  assert.equal(
    chosen(values, true, (hash) => hash !== 'sha512-256'),
    '2 sha256 null',
  );
  assert.equal(
    chosen(values, true, () => false),
    'none',
  );
});

test('digestChallenge() reads what a challenge says besides', () => {
  const value =
    'Digest realm="a \\"b\\"", nonce=n, opaque="", stale=TRUE, userhash=true, charset="utf-8", domain=" /a  https://b/c "';
  const challenge = digestChallenge([value], true, all);
  assert.deepEqual(
    [challenge?.realm, challenge?.opaque, challenge?.isStale, challenge?.wantsUserHash, challenge?.isUtf8],
    ['a "b"', '', true, true, true],
  );
  assert.deepEqual(challenge?.domain, ['/a', 'https://b/c']);
  const plain = digestChallenge(['Digest nonce=n'], true, all);
  assert.deepEqual(
    [plain?.realm, plain?.opaque, plain?.isStale, plain?.wantsUserHash, plain?.isUtf8, plain?.domain],
    ['', null, false, false, false, []],
  );
});
