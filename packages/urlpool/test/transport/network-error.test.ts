import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConnectError, type HTTPError, NameResolutionError, TLSError } from 'urlpool';
import {
  codeOf,
  connectError,
  lookupError,
  raceError,
  tlsError,
  tlsReason,
} from '../../src/transport/network-error.ts';

// What Node's codes become. The causes are worded as Node words them: what of that shows in a sentence is on purpose.

const PLAIN = { scheme: 'http', host: 'name.test', port: 8080 } as const;
const SECURE = { scheme: 'https', host: 'name.test', port: 443 } as const;

/** An error as Node makes it. */
function nodeError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

function summary({ name, code, phase, message }: HTTPError) {
  return { name, code, phase, message };
}

// Connecting

const NO_LOCAL_PORT = 'has no local port left to connect from; keep connections, or lower maxSize';
const PROCESS_IS_FULL = 'needs one more open file than this process may have; raise it, or lower maxSize';

// Node's code, our code, what is said of the address
const CONNECT_CASES = [
  ['ECONNREFUSED', 'ERR_CONNECTION_REFUSED', 'refused the connection; is a server listening there?'],
  ['ECONNRESET', 'ERR_CONNECT', 'reset the connection while it was being opened'],
  ['EHOSTUNREACH', 'ERR_UNREACHABLE', 'cannot be reached from here (no route to the host)'],
  ['ENETUNREACH', 'ERR_UNREACHABLE', 'cannot be reached from here (no route to its network)'],
  ['ETIMEDOUT', 'ERR_UNREACHABLE', 'did not answer'],
  ['EADDRNOTAVAIL', 'ERR_NO_LOCAL_PORT', NO_LOCAL_PORT],
  ['EMFILE', 'ERR_TOO_MANY_OPEN_FILES', PROCESS_IS_FULL],
  ['ENFILE', 'ERR_TOO_MANY_OPEN_FILES', 'needs one more open file than this system may have'],
  ['EACCES', 'ERR_CONNECT', 'cannot be connected to: connect EACCES 192.0.2.1:8080'],
] as const;

for (const [code, ours, what] of CONNECT_CASES) {
  test(`connectError() of ${code} is ${ours}, with a sentence`, () => {
    const cause = nodeError(code, `connect ${code} 192.0.2.1:8080`);
    assert.deepEqual(summary(connectError(PLAIN, '192.0.2.1:8080', cause)), {
      name: 'ConnectError',
      code: ours,
      phase: 'connect',
      message: `Cannot connect to http://name.test:8080: 192.0.2.1:8080 ${what}`,
    });
  });
}

test('connectError() keeps the cause', () => {
  const cause = nodeError('EMFILE', 'connect EMFILE 192.0.2.1:8080');
  const error = connectError(PLAIN, '192.0.2.1:8080', cause);
  assert.ok(error instanceof ConnectError);
  assert.equal(error.cause, cause);
});

// Looking up

const SPELLING = 'the name "name.test" has no address; is it spelled right?';

// Node's code, our code, why
const LOOKUP_CASES = [
  ['ENOTFOUND', 'ERR_NAME_NOT_FOUND', SPELLING],
  ['ENODATA', 'ERR_NAME_NOT_FOUND', SPELLING],
  ['EAI_AGAIN', 'ERR_NAME_LOOKUP', 'looking up the name "name.test" failed: getaddrinfo EAI_AGAIN name.test'],
  ['EMFILE', 'ERR_NAME_LOOKUP', 'looking up the name "name.test" failed: getaddrinfo EMFILE name.test'],
] as const;

for (const [code, ours, why] of LOOKUP_CASES) {
  test(`lookupError() of ${code} is ${ours}, with a sentence`, () => {
    const cause = nodeError(code, `getaddrinfo ${code} name.test`);
    assert.deepEqual(summary(lookupError(PLAIN, cause)), {
      name: 'NameResolutionError',
      code: ours,
      phase: 'dns',
      message: `Cannot connect to http://name.test:8080: ${why}`,
    });
  });
}

test('lookupError() keeps the cause', () => {
  const cause = nodeError('EAI_AGAIN', 'getaddrinfo EAI_AGAIN name.test');
  const error = lookupError(PLAIN, cause);
  assert.ok(error instanceof NameResolutionError);
  assert.equal(error.cause, cause);
});

// The TLS handshake: what is said of it stands in tls-failure.test.ts.

test('tlsError() says where it was, and keeps the cause', () => {
  const cause = nodeError('ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number');
  const error = tlsError(SECURE, '192.0.2.1:443', cause);
  assert.ok(error instanceof TLSError);
  assert.equal(error.cause, cause);
  assert.deepEqual(summary(error), {
    name: 'TLSError',
    code: 'ERR_TLS_NOT_SPOKEN',
    phase: 'tls',
    message:
      'Cannot speak TLS with https://name.test at 192.0.2.1:443: what answers there does not speak TLS; is it an http:// port?',
  });
});

test('tlsReason() is the end of that sentence', () => {
  assert.equal(tlsReason(nodeError('ECONNRESET', 'read ECONNRESET')), 'it closed the connection during the handshake');
});

// Codes

class Odd extends Error {
  override readonly name = 'Odd';
}

// what, value, code
const CODES: readonly (readonly [string, unknown, string])[] = [
  ["an error of Node's", nodeError('EMFILE', ''), 'EMFILE'],
  ['an error without a code', new Odd(), 'Odd'],
  ['an error whose code is a number', Object.assign(new Odd(), { code: 5 }), 'Odd'],
  ['what is no error', 'EMFILE', 'string'],
];

for (const [what, value, code] of CODES) {
  test(`codeOf() of ${what} is ${code}`, () => assert.equal(codeOf(value), code));
}

// Several addresses

const [A, B, C] = ['[::1]:8080', '127.0.0.1:8080', '192.0.2.1:8080'];
const REFUSES = 'refused the connection; is a server listening there?';
const NO_NETWORK = 'cannot be reached from here (no route to its network)';

// endpoints with Node's codes, our code, what is said
const RACES: readonly (readonly [readonly (readonly [string, string])[], string, string])[] = [
  [[[B, 'ECONNREFUSED']], 'ERR_CONNECTION_REFUSED', `${B} ${REFUSES}`],
  [
    [
      [A, 'ECONNREFUSED'],
      [B, 'ECONNREFUSED'],
    ],
    'ERR_CONNECTION_REFUSED',
    `each of ${A} and ${B} ${REFUSES}`,
  ],
  [
    [
      [A, 'ENETUNREACH'],
      [B, 'ECONNREFUSED'],
    ],
    'ERR_CONNECTION_REFUSED',
    `${A} ${NO_NETWORK}; ${B} ${REFUSES}`,
  ],
  [
    [
      [B, 'ECONNREFUSED'],
      [A, 'ENETUNREACH'],
      [C, 'ECONNREFUSED'],
    ],
    'ERR_CONNECTION_REFUSED',
    `each of ${B} and ${C} ${REFUSES}; ${A} ${NO_NETWORK}`,
  ],
  [
    [
      [B, 'ECONNREFUSED'],
      [A, 'EMFILE'],
    ],
    'ERR_TOO_MANY_OPEN_FILES',
    `${B} ${REFUSES}; ${A} ${PROCESS_IS_FULL}`,
  ],
  [
    [
      [A, 'ETIMEDOUT'],
      [B, 'ENETUNREACH'],
    ],
    'ERR_UNREACHABLE',
    `${A} did not answer; ${B} ${NO_NETWORK}`,
  ],
];

for (const [failed, code, what] of RACES) {
  test(`raceError() of ${failed.map(([, one]) => one).join(', ')} is ${code}, with every address`, () => {
    const attempts = failed.map(([endpoint, one]) => {
      return { endpoint, error: connectError(PLAIN, endpoint, nodeError(one, `connect ${one} ${endpoint}`)) };
    });
    const error = raceError(PLAIN, attempts);
    assert.deepEqual(summary(error), {
      name: 'ConnectError',
      code,
      phase: 'connect',
      message: `Cannot connect to http://name.test:8080: ${what}`,
    });
    const causes = attempts.map((attempt) => attempt.error.cause);
    assert.deepEqual(error.cause instanceof AggregateError ? error.cause.errors : [error.cause], causes);
  });
}

test('raceError() names twelve addresses of one reason, and counts the others', () => {
  const failed = Array.from({ length: 14 }, (_, i) => {
    const endpoint = `192.0.2.${i}:80`;
    return { endpoint, error: connectError(PLAIN, endpoint, nodeError('ECONNREFUSED', 'no')) };
  });
  assert.match(raceError(PLAIN, failed).message, /: each of 192\.0\.2\.0:80, .*, 192\.0\.2\.11:80 and 2 more refused /);
});
