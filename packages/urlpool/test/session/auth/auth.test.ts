// What the option takes, and that nothing which a program logs shows what it was given.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import {
  type Auth,
  type AuthOption,
  basicAuth,
  bearerAuth,
  digestAuth,
  type Hop,
  netrcAuth,
  Session,
  type SessionOptions,
  type TraceEvent,
} from 'urlpool';
import { fieldValues, type Script, ScriptedServer } from 'urlpool-testing';

interface Served {
  readonly server: ScriptedServer;
  readonly session: Session;
  readonly events: TraceEvent[];
}

async function served(t: TestContext, script: Script, options: SessionOptions): Promise<Served> {
  const server = await ScriptedServer.start({}, script);
  const events: TraceEvent[] = [];
  const session = new Session({ baseUrl: server.origin, onEvent: (event) => events.push(event), ...options });
  t.after(async () => {
    await session.close();
    await server.close();
  });
  return { server, session, events };
}

const ok: Script = async (connection) => {
  for (;;) {
    await connection.request();
    await connection.respond({});
  }
};

/** Of `us3r` and `s3cr3t`, also as base64 at each of its three places. */
const SECRETS = /us3r|s3cr3t|dXMzc|VzM3|1czNy|czNjcj|MzY3Iz|zM2NyM/;

/** Everything that a log may show of a value. */
function shown(value: unknown): string {
  const stack = value instanceof Error ? value.stack : '';
  return `${inspect(value, { depth: 12, showHidden: true, maxArrayLength: null, maxStringLength: null })}\n${stack}`;
}

function assertClean(what: string, value: unknown): void {
  assert.equal(SECRETS.exec(shown(value))?.[0], undefined, `${what} shows a credential`);
}

/** A file with the credentials for every host. */
function netrcFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'urlpool-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'netrc');
  writeFileSync(path, 'default login us3r password s3cr3t', { mode: 0o600 });
  return path;
}

const KINDS: Readonly<Record<string, (t: TestContext) => AuthOption>> = {
  'a user and a password': () => ['us3r', 's3cr3t'],
  'basicAuth()': () => basicAuth('us3r', 's3cr3t'),
  'bearerAuth()': () => bearerAuth('s3cr3t'),
  'bearerAuth() of a function': () => bearerAuth(async () => 's3cr3t'),
  'digestAuth()': () => digestAuth('us3r', 's3cr3t'),
  'netrcAuth()': (t) => netrcAuth({ path: netrcFile(t) }),
  'a function': () => () => 'Token s3cr3t',
};

// what comes of a request, how the server answers its path once it has credentials
for (const [outcome, path] of [
  ['a response', '/ok'],
  ['a status', '/status'],
  ['a connection that is reset', '/drop'],
  ['a redirect that cannot be followed', '/redirect'],
  ['credentials that are refused', '/refused'],
] as const) {
  for (const [kind, make] of Object.entries(KINDS)) {
    test(`Session shows nothing of ${kind} after ${outcome}`, async (t) => {
      let given = 0;
      const script: Script = async (connection) => {
        for (;;) {
          const { target, headers } = await connection.request();
          const [value] = fieldValues(headers, 'authorization');
          if (value === undefined || target === '/refused') {
            if (value !== undefined) given++;
            const challenge = 'Digest realm="r", nonce="n", qop="auth", Bearer, Basic realm="r"';
            await connection.respond({ status: 401, headers: [['WWW-Authenticate', challenge]] });
            continue;
          }
          given++;
          if (target === '/drop') {
            connection.reset();
            return;
          }
          const status = target === '/status' ? 503 : target === '/redirect' ? 302 : 200;
          await connection.respond({ status, headers: status === 302 ? [['Location', 'http://[']] : [] });
        }
      };
      const options = { auth: make(t), raiseForStatus: true, retries: 1 };
      const { session, events } = await served(t, script, options);
      const result: unknown = await session.get(path).catch((error: unknown) => error);
      assert.equal(result instanceof Error, outcome !== 'a response', shown(result));
      assert.ok(given > 0);
      assert.ok(events.length > 0);
      assertClean('The outcome', result);
      assertClean('An event', events);
      assertClean('The snapshot', JSON.stringify(session.snapshot()));
      assertClean('The session', session);
      assertClean('The option', options.auth === undefined || Array.isArray(options.auth) ? null : options.auth);
    });
  }
}

// what the function gives, fields that are sent
for (const [what, gives, expected] of [
  ['a text', () => 'Token a', [['Token a'], []]],
  ['a text, later', async () => 'Token a', [['Token a'], []]],
  ['header fields', () => ({ Authorization: 'Token a', 'X-Date': 'now' }), [['Token a'], ['now']]],
  ['pairs, later', async () => [['X-Date', 'now']] as const, [[], ['now']]],
  ['null', () => null, [[], []]],
  ['null, later', async () => null, [[], []]],
] as const) {
  test(`Session({ auth }) sends what a function gives: ${what}`, async (t) => {
    const { session, server } = await served(t, ok, { auth: gives as AuthOption });
    await session.get('/');
    const { headers } = server.requests[0] ?? assert.fail();
    assert.deepEqual([fieldValues(headers, 'authorization'), fieldValues(headers, 'x-date')], expected);
  });
}

for (const [what, given] of [
  ['nothing', undefined],
  ['a number', 4711],
  ['true', true],
] as const) {
  for (const later of [false, true]) {
    test(`Session({ auth }) says that a function gives ${what}${later ? ', later' : ''}`, async (t) => {
      const auth = (() => (later ? Promise.resolve(given) : given)) as unknown as AuthOption;
      const { session, server } = await served(t, ok, { auth });
      await assert.rejects(session.get('/'), {
        code: 'ERR_INVALID_OPTION',
        message:
          /^Cannot use (?:undefined|a number|true) as credentials: give the value of Authorization, header fields, or null$/,
      });
      assert.equal(server.requests.length, 0);
    });
  }
}

test('Session({ auth }) lets a function sign the method, the target and the body', async (t) => {
  const sign = ({ method, target, body }: Hop) => {
    const date = 'Sun, 06 Nov 1994 08:49:37 GMT';
    const hmac = createHmac('sha256', 'secret').update(`${method}\n${target}\n${date}\n`);
    return { Date: date, Authorization: `HMAC key-1:${hmac.update(body?.bytes ?? '').digest('base64')}` };
  };
  const script: Script = async (connection) => {
    for (;;) {
      const { method, target, headers, body } = await connection.request();
      const [date] = fieldValues(headers, 'date');
      const hmac = createHmac('sha256', 'secret').update(`${method}\n${target}\n${date}\n`).update(body);
      const isSigned = fieldValues(headers, 'authorization')[0] === `HMAC key-1:${hmac.digest('base64')}`;
      const status = isSigned ? (target === '/first' ? 307 : 200) : 403;
      await connection.respond({ status, headers: status === 307 ? [['Location', '/second?a=b']] : [] });
    }
  };
  const { session, server } = await served(t, script, { auth: sign });
  assert.equal((await session.post('/first', { json: { a: 'b' } })).status, 200);
  assert.equal((await session.get('/', { params: { a: 'ä' } })).status, 200);
  assert.equal((await session.post('/', { fields: { a: 'b' } })).status, 200);
  assert.equal((await session.put('/', { body: 'x'.repeat(1000), compress: 'gzip' })).status, 200);
  assert.equal(server.requests.length, 5);
});

test('Session({ auth }) tells an own Auth of every answer to its credentials: a 401 apart from others', async (t) => {
  const script: Script = async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      await connection.respond({ status: Number(target.slice(1)), headers: [['X-Answer', target]] });
    }
  };
  const told: string[] = [];
  const auth: Auth = {
    authorize: () => 'X',
    refused: ({ target }) => {
      told.push(`refused ${target}`);
      return false;
    },
    answered: ({ target }, fields) => void told.push(`answered ${target} ${fields[fields.indexOf('X-Answer') + 1]}`),
  };
  const { session } = await served(t, script, { auth, retries: false });
  for (const status of [200, 401, 404]) await session.get(`/${status}`);
  await session.get('/200', { headers: { Authorization: 'mine' } });
  assert.deepEqual(told, ['answered /200 /200', 'refused /401', 'answered /404 /404']);
});

for (const [what, auth] of [
  ['three texts', ['a', 'b', 'c']],
  ['a user with a colon', ['a:b', 'c']],
  ['a user that is no text', [1, 'c']],
  ['a text', 'us3r:s3cr3t'],
  ['an object of another shape', { username: 'us3r', password: 's3cr3t' }],
  ['an Auth whose refused is no function', { authorize: () => null, refused: true }],
  ['an Auth whose answered is no function', { authorize: () => null, answered: {} }],
] as const) {
  test(`Session({ auth }) refuses ${what}, and does not show it`, async (t) => {
    const refuses = (error: unknown): boolean => {
      assertClean('The error', error);
      return error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_OPTION';
    };
    assert.throws(() => new Session({ auth: auth as unknown as AuthOption }), refuses);
    const { session } = await served(t, ok, {});
    await assert.rejects(session.get('/', { auth: auth as unknown as AuthOption }), refuses);
  });
}
