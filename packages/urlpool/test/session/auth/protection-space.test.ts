import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestChallenge } from '../../../src/message/digest-challenge.ts';
import { ProtectionSpace } from '../../../src/session/auth/protection-space.ts';

const ORIGIN = 'http://a.test:8080';

function space(challenge: string, path = '/x'): ProtectionSpace {
  const found = digestChallenge([`Digest realm=r, nonce=n, ${challenge}`], true, () => true);
  assert.ok(found !== null);
  const credentials = { user: 'me', password: 'pw' };
  return new ProtectionSpace(found, credentials, { url: ORIGIN + path, cnonce: 'c', before: null });
}

// domain, path that the challenge came from, paths that are of it, paths that are not
const DOMAINS: readonly (readonly [string, string, readonly string[], readonly string[]])[] = [
  ['', '/x', ['/', '/x', '/y?z'], []],
  ['/', '/x', ['/', '/x', '/y?z'], []],
  ['/in/', '/in/x', ['/in/', '/in/y', '/in/x?y'], ['/in', '/', '/out', '/x/in/']],
  ['/in', '/in', ['/in', '/in/x', '/inner'], ['/', '/i']],
  ['/a/ /b/', '/a/x', ['/a/', '/b/c'], ['/c']],
  ['sub/', '/dir/x', ['/dir/x', '/dir/sub/y'], ['/sub/y', '/dir/y']],
  [`${ORIGIN}/in/`, '/in/x', ['/in/y'], ['/out']],
  ['HTTP://A.TEST:8080/in/', '/in/x', ['/in/y'], ['/out']],
  ['//a.test:8080/in/', '/in/x', ['/in/y'], ['/out']],
  ['http://b.test:8080/', '/x', ['/x'], ['/y']],
  ['https://a.test:8080/ http://a.test/', '/x', ['/x'], ['/y']],
  ['http://[', '/x', ['/x'], ['/y']],
  ['/in/', '/out', ['/out', '/in/x'], ['/out/y', '/other']],
];

for (const [domain, from, within, outside] of DOMAINS) {
  test(`ProtectionSpace.reach() of domain "${domain}" at ${from}`, () => {
    const found = space(`domain="${domain}"`, from);
    assert.deepEqual(
      within.filter((path) => found.reach(ORIGIN + path) === -1),
      [],
    );
    assert.deepEqual(
      outside.filter((path) => found.reach(ORIGIN + path) !== -1),
      [],
    );
  });
}

test('ProtectionSpace.reach() is the longest that fits', () => {
  const found = space('domain="/a/ /a/b/ /"');
  assert.equal(found.reach(`${ORIGIN}/a/b/c`), `${ORIGIN}/a/b/`.length);
  assert.equal(found.reach(`${ORIGIN}/a/c`), `${ORIGIN}/a/`.length);
});

test('ProtectionSpace.cover() remembers the last URLs outside of the domain, not all', () => {
  const found = space('domain="/in/"', '/in/x');
  for (let i = 0; i < 1000; i++) found.cover(`${ORIGIN}/${i}`);
  const known = Array.from({ length: 1000 }, (_, i) => i).filter((i) => found.reach(`${ORIGIN}/${i}`) !== -1);
  assert.equal(known.length, 64);
  assert.equal(known[0], 936);
});

test('ProtectionSpace.authorization() gives none where a body would have to be there', () => {
  const found = space('qop="auth-int"');
  assert.equal(found.authorization({ method: 'PUT', target: '/', body: undefined }), null);
  assert.match(found.authorization({ method: 'PUT', target: '/', body: null }) ?? '', /nc=00000001, qop=auth-int/);
});
