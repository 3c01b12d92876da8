import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AfterChallenge, ProxyCredentials, type ProxyIdentity } from '../../src/route/proxy-credentials.ts';

const BASIC = 'Basic bWU6c2VjcmV0';
const ME: ProxyIdentity = { userinfo: 'me:secret', given: null, scheme: 'basic' };
const DIGEST = 'Digest realm="r", nonce="n1", qop="auth"';

const challenge = (
  credentials: ProxyCredentials,
  values: readonly string[],
  sent: string | null,
  rounds = 0,
): AfterChallenge => {
  const fields = values.flatMap((value) => ['Proxy-Authenticate', value]);
  return credentials.challenged({ fields, sent, rounds, hasBody: false });
};

/** The nonce and the count of what is sent, or the scheme. */
function brief(authorization: string | null): string {
  if (authorization === null) return 'none';
  const nonce = /nonce="(\w+)".*nc=0*(\w+)/.exec(authorization);
  return nonce === null ? (authorization.split(' ')[0] ?? '') : `${nonce[1]} ${nonce[2]}`;
}

for (const [name, identity, values, sent, after, then] of [
  ['sends Basic at once, and answers Digest', ME, [DIGEST], BASIC, 'again', 'n1 1'],
  ['prefers Digest', ME, ['Basic realm="r"', DIGEST], BASIC, 'again', 'n1 1'],
  ['gives up Basic that was refused', ME, ['Basic realm="r"'], BASIC, 'are its user and password right?', 'Basic'],
  ['asks for Digest first', { ...ME, scheme: 'digest' }, [DIGEST], null, 'again', 'n1 1'],
  [
    'never sends Basic where it must not',
    { ...ME, scheme: 'digest' },
    ['Basic realm="r"'],
    null,
    'it asks for Basic alone, and proxy.auth is digest',
    'none',
  ],
  [
    'says that a user is wanted',
    { ...ME, userinfo: null },
    ['Basic realm="r"'],
    null,
    'it asks for a user and a password: give them in its URL',
    'none',
  ],
  [
    'names what it does not know',
    ME,
    ['NTLM', 'Negotiate abc='],
    BASIC,
    'it asks for NTLM, Negotiate, and only Basic and Digest are spoken here',
    'Basic',
  ],
  [
    'names an unknown algorithm',
    ME,
    ['Digest realm="r", nonce="n", algorithm=SHA-3'],
    BASIC,
    'it asks for Digest of an unknown algorithm, and only Basic and Digest are spoken here',
    'Basic',
  ],
  ['misses a challenge', ME, [], BASIC, 'it does not say what it asks for (no Proxy-Authenticate)', 'Basic'],
  [
    'leaves a field of the caller’s as it is',
    { userinfo: null, given: 'Bearer t', scheme: 'basic' },
    [DIGEST],
    'Bearer t',
    'is its Proxy-Authorization right?',
    'Bearer',
  ],
] as readonly [string, ProxyIdentity, string[], string | null, string, string][]) {
  test(`ProxyCredentials ${name}`, () => {
    const credentials = new ProxyCredentials(identity);
    assert.equal(credentials.authorization('GET', 'http://a.test/'), sent);
    const step = challenge(credentials, values, sent);
    assert.equal(step.is === 'again' ? 'again' : step.why, after);
    assert.equal(brief(credentials.authorization('GET', 'http://a.test/')), then);
  });
}

test('ProxyCredentials counts the uses of a nonce, and takes the one that follows it', () => {
  const credentials = new ProxyCredentials(ME);
  challenge(credentials, [DIGEST], BASIC);
  const uses = ['CONNECT', 'GET', 'GET'].map((method) => credentials.authorization(method, 'a.test:443') ?? '');
  assert.deepEqual(uses.map(brief), ['n1 1', 'n1 2', 'n1 3']);
  credentials.accepted(uses[0] ?? '', ['Proxy-Authentication-Info', 'nextnonce="n2"']);
  assert.equal(brief(credentials.authorization('GET', 'http://a.test/')), 'n2 1');
});

test('ProxyCredentials gives requests that were refused together one nonce', () => {
  const credentials = new ProxyCredentials(ME);
  assert.equal(challenge(credentials, [DIGEST], BASIC).is, 'again');
  assert.equal(challenge(credentials, [DIGEST.replace('n1', 'n2')], BASIC).is, 'again');
  assert.equal(brief(credentials.authorization('GET', '/')), 'n1 1');
});

test('ProxyCredentials answers a stale nonce with the new one, and a wrong password once', () => {
  const credentials = new ProxyCredentials(ME);
  challenge(credentials, [DIGEST], BASIC);
  const first = credentials.authorization('GET', '/');
  assert.equal(challenge(credentials, [`${DIGEST.replace('n1', 'n2')}, stale=true`], first, 1).is, 'again');
  const second = credentials.authorization('GET', '/');
  assert.equal(brief(second), 'n2 1');
  const end = challenge(credentials, [DIGEST.replace('n1', 'n3')], second, 2);
  assert.deepEqual(end, { is: 'refused', why: 'are its user and password right?' });
  assert.equal(credentials.authorization('GET', '/'), BASIC);
});
