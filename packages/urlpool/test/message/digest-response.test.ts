import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { parseChallenges } from 'urlpool';
import { digestChallenge, qopFor } from '../../src/message/digest-challenge.ts';
import {
  type DigestCredentials,
  type DigestUse,
  digestAuthorization,
  knowsHash,
  sessionKey,
} from '../../src/message/digest-response.ts';

interface Example extends DigestCredentials {
  readonly challenge: string;
  readonly target: string;
  readonly method?: string;
  readonly cnonce?: string;
  readonly count?: number;
  readonly body?: Uint8Array;
}

function authorizationOf({ challenge: text, target, method = 'GET', cnonce = 'c', count = 1, body, ...who }: Example) {
  const challenge = digestChallenge([text], body !== undefined, knowsHash);
  assert.ok(challenge !== null, 'the challenge can be met');
  const qop = qopFor(challenge, body !== undefined);
  assert.ok(qop !== undefined);
  const key = sessionKey(challenge, who, cnonce);
  const use: DigestUse = { method, target, body: body ?? null, nonce: challenge.nonce, count, cnonce, key, qop };
  return digestAuthorization(challenge, who, use);
}

function parameterOf(value: string, name: string): string | undefined {
  return parseChallenges([value])[0]?.parameters.get(name);
}

const RFC_2617 =
  'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", ' +
  'opaque="5ccc069c403ebaf9f0171e9517f40e41"';
const RFC_7616 =
  'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
  'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';
const MUFASA = { user: 'Mufasa', target: '/dir/index.html' };
const CNONCE_7616 = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';
const DOE = {
  user: 'J\u00e4s\u00f8n Doe',
  password: 'Secret, or not?',
  target: '/doe.json',
  cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
};
const DOE_CHALLENGE =
  'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, charset=UTF-8, ' +
  'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS"';

// where it stands, the example, the response
const EXAMPLES: readonly (readonly [string, Example, string])[] = [
  [
    'RFC 2617 §3.5',
    { ...MUFASA, password: 'Circle Of Life', challenge: RFC_2617, cnonce: '0a4f113b' },
    '6629fae49393a05397450978507c4ef1',
  ],
  [
    'RFC 2069 §2.4 (erratum 749)',
    {
      ...MUFASA,
      password: 'CircleOfLife',
      challenge: 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"',
    },
    '1949323746fe6a43ef61f9606e7febea',
  ],
  [
    'RFC 7616 §3.9.1, MD5',
    { ...MUFASA, password: 'Circle of Life', challenge: `Digest ${RFC_7616}, algorithm=MD5`, cnonce: CNONCE_7616 },
    '8ca523f5e9506fed4657c9700eebdbec',
  ],
  [
    'RFC 7616 §3.9.1, SHA-256',
    { ...MUFASA, password: 'Circle of Life', challenge: `Digest ${RFC_7616}, algorithm=SHA-256`, cnonce: CNONCE_7616 },
    '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1',
  ],
  [
    'RFC 7616 §3.9.2 (erratum 4897)',
    { ...DOE, challenge: `${DOE_CHALLENGE}, userhash=true` },
    '3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5',
  ],
];

for (const [where, example, response] of EXAMPLES) {
  test(`digestAuthorization() gives the response of ${where}`, () => {
    assert.equal(parameterOf(authorizationOf(example), 'response'), response);
  });
}

test('digestAuthorization() writes every parameter of RFC 7616 §3.4 as it wants it', () => {
  const [, example] = EXAMPLES[3] ?? assert.fail();
  assert.equal(
    authorizationOf(example),
    'Digest username="Mufasa", realm="http-auth@example.org", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ' +
      'uri="/dir/index.html", cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", nc=00000001, qop=auth, ' +
      'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", ' +
      'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", algorithm=SHA-256',
  );
});

test('digestAuthorization() writes nothing that a server of RFC 2069 does not know', () => {
  const value = authorizationOf({ user: 'a', password: 'b', target: '/', challenge: 'Digest realm=r, nonce=n' });
  assert.match(value, /^Digest username="a", realm="r", nonce="n", uri="\/", response="[\da-f]{32}"$/);
});

test('digestAuthorization() counts in eight hexadecimal digits, which the response is of', () => {
  const example = { user: 'a', password: 'b', target: '/', challenge: 'Digest realm=r, nonce=n, qop=auth' };
  const values = [1, 2, 0xab, 0xffff_ffff].map((count) => authorizationOf({ ...example, count }));
  assert.deepEqual(
    values.map((value) => parameterOf(value, 'nc')),
    ['00000001', '00000002', '000000ab', 'ffffffff'],
  );
  assert.equal(new Set(values.map((value) => parameterOf(value, 'response'))).size, 4);
});

test('digestAuthorization() of a session has A1 of the nonce and the cnonce', () => {
  const example = {
    user: 'a',
    password: 'b',
    target: '/t',
    challenge: 'Digest realm=r, nonce=n, qop=auth, algorithm=MD5-sess',
  };
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const key = md5(`${md5('a:r:b')}:n:c`);
  const value = authorizationOf(example);
  assert.equal(parameterOf(value, 'response'), md5(`${key}:n:00000001:c:auth:${md5('GET:/t')}`));
  assert.equal(parameterOf(value, 'algorithm'), 'MD5-sess');
  const bare = authorizationOf({ ...example, challenge: 'Digest realm=r, nonce=n, algorithm=MD5-sess' });
  assert.equal(parameterOf(bare, 'response'), md5(`${key}:n:${md5('GET:/t')}`));
  assert.equal(parameterOf(bare, 'cnonce'), 'c');
  assert.equal(parameterOf(bare, 'nc'), undefined);
});

test('digestAuthorization() with auth-int is of the body too', () => {
  const challenge = 'Digest realm=r, nonce=n, qop="auth-int"';
  const md5 = (data: string | Uint8Array): string => createHash('md5').update(data).digest('hex');
  const body = Uint8Array.of(0, 255, 13, 10);
  const value = authorizationOf({ user: 'a', password: 'b', target: '/', method: 'PUT', body, challenge });
  const request = md5(`PUT:/:${md5(body)}`);
  assert.equal(parameterOf(value, 'response'), md5(`${md5('a:r:b')}:n:00000001:c:auth-int:${request}`));
  assert.equal(parameterOf(value, 'qop'), 'auth-int');
});

// user, what the challenge says besides, how the name is written
const NAMES: readonly (readonly [string, string, string])[] = [
  ['me', '', 'username="me"'],
  ['', '', 'username=""'],
  ['a "b" \\ c', '', 'username="a \\"b\\" \\\\ c"'],
  ['a:b', '', 'username="a:b"'],
  ['M\u00fcller', '', 'username="M\u00c3\u00bcller"'],
  ['me', 'charset=UTF-8', 'username="me"'],
  ['M\u00fcller', 'charset=UTF-8', "username*=UTF-8''M%C3%BCller"],
  ['Mu\u0308ller', 'charset=UTF-8', "username*=UTF-8''M%C3%BCller"],
  ["J\u00e4s\u00f8n Doe (1*')", 'charset=utf-8', "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe%20%281%2A%27%29"],
  ['\u{1f511}', 'charset=UTF-8', "username*=UTF-8''%F0%9F%94%91"],
  ['me', 'userhash=true', `username="${createHash('md5').update('me:r').digest('hex')}"`],
  ['me', 'userhash=false', 'username="me"'],
];

for (const [user, more, expected] of NAMES) {
  test(`digestAuthorization() writes the user ${JSON.stringify(user)} ${more === '' ? 'for any server' : `with ${more}`}`, () => {
    const challenge = ['Digest realm=r, nonce=n', more].filter((part) => part !== '').join(', ');
    const value = authorizationOf({ user, password: 'p', target: '/', challenge });
    assert.equal(value.slice('Digest '.length, value.indexOf(', realm=')), expected);
    assert.equal(value.includes('userhash=true'), more === 'userhash=true');
    const utf8 = Buffer.from(`${more === '' ? user : user.normalize('NFC')}:r:p`);
    const md5 = (data: string | Uint8Array): string => createHash('md5').update(data).digest('hex');
    assert.equal(parameterOf(value, 'response'), md5(`${md5(utf8)}:n:${md5('GET:/')}`));
  });
}

test('digestAuthorization() quotes what it sends back, and hashes it without quotes', () => {
  const challenge = 'Digest realm="a \\"b\\" \\\\", nonce="n\\"", opaque="o\\\\", qop=auth';
  const target = '/a?b=\\"';
  const value = authorizationOf({ user: 'u', password: 'p', target, challenge });
  assert.ok(value.includes('realm="a \\"b\\" \\\\", nonce="n\\"", uri="/a?b=\\\\\\""'), value);
  assert.ok(value.includes('opaque="o\\\\"'), value);
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const expected = md5(`${md5('u:a "b" \\:p')}:n":00000001:c:auth:${md5(`GET:${target}`)}`);
  assert.equal(parameterOf(value, 'response'), expected);
});

test('digestAuthorization() hashes the octets of a realm as they came', () => {
  const realm = Buffer.from('M\u00fcller', 'utf8');
  const challenge = `Digest realm="${realm.toString('latin1')}", nonce=n`;
  const value = authorizationOf({ user: 'u', password: 'p', target: '/', challenge });
  const md5 = (data: string | Uint8Array): string => createHash('md5').update(data).digest('hex');
  assert.equal(parameterOf(value, 'response'), md5(`${md5('u:M\u00fcller:p')}:n:${md5('GET:/')}`));
});
