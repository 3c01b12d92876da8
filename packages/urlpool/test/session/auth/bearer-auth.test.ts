// Bearer tokens over servers that say which of them are good.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { type BearerToken, bearerAuth, Session } from 'urlpool';
import { fieldValues, ScriptedServer } from 'urlpool-testing';

interface Guarded {
  readonly session: Session;
  readonly server: ScriptedServer;
  /** The tokens that were sent, in order. */
  readonly tokens: () => string[];
}

/** A server that lets in who has a token that it takes. */
async function guarded(t: TestContext, token: BearerToken, takes: (token: string) => boolean): Promise<Guarded> {
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      const { headers } = await connection.request();
      const [value = ''] = fieldValues(headers, 'authorization');
      const isIn = takes(value.replace(/^Bearer /, ''));
      await connection.respond(isIn ? {} : { status: 401, headers: [['WWW-Authenticate', 'Bearer']] });
    }
  });
  const session = new Session({ baseUrl: server.origin, auth: bearerAuth(token) });
  t.after(async () => {
    await session.close();
    await server.close();
  });
  const tokens = (): string[] =>
    server.requests.map(({ headers }) => (fieldValues(headers, 'authorization')[0] ?? '').replace(/^Bearer /, ''));
  return { session, server, tokens };
}

/** Gives t1, t2, t3 …, and counts how often it was asked. */
function counting(): { readonly ask: () => Promise<string>; readonly count: () => number } {
  let count = 0;
  return { ask: async () => `t${++count}`, count: () => count };
}

test('bearerAuth() sends a token with every request, and asks for no other', async (t) => {
  const { session, server, tokens } = await guarded(t, 'abc', () => false);
  assert.equal((await session.get('/')).status, 401);
  assert.deepEqual(tokens(), ['abc']);
  assert.deepEqual(fieldValues(server.requests[0]?.headers ?? [], 'authorization'), ['Bearer abc']);
});

test('bearerAuth() asks a function at the first request, and keeps what it gives', async (t) => {
  const { ask, count } = counting();
  const { session, tokens } = await guarded(t, ask, () => true);
  assert.equal(count(), 0);
  await session.get('/');
  await session.get('/');
  assert.deepEqual([tokens(), count()], [['t1', 't1'], 1]);
});

test('bearerAuth() takes a function that gives its token at once', async (t) => {
  const { session, tokens } = await guarded(
    t,
    () => 'now',
    () => true,
  );
  await session.get('/');
  assert.deepEqual(tokens(), ['now']);
});

test('bearerAuth() asks once for calls at the same time', async (t) => {
  const { ask, count } = counting();
  const { session, tokens } = await guarded(t, ask, () => true);
  await Promise.all(Array.from({ length: 20 }, () => session.get('/')));
  assert.deepEqual([new Set(tokens()), count()], [new Set(['t1']), 1]);
});

test('bearerAuth() asks again after a 401, once for all calls that had the same token', async (t) => {
  const { ask, count } = counting();
  let good = 't1';
  const { session, tokens } = await guarded(t, ask, (token) => token === good);
  await session.get('/');
  good = 't2';
  const responses = await Promise.all(Array.from({ length: 20 }, () => session.get('/')));
  assert.ok(responses.every(({ status }) => status === 200));
  assert.equal(count(), 2);
  assert.equal(tokens().filter((token) => token === 't2').length, 20);
});

test('bearerAuth() asks again after a 401 to its very first token', async (t) => {
  const { ask, count } = counting();
  const { session } = await guarded(t, ask, (token) => token === 't2');
  const response = await session.get('/');
  assert.equal(response.status, 200);
  assert.deepEqual(
    response.history.map(({ status }) => status),
    [401],
  );
  assert.equal(count(), 2);
});

test('bearerAuth() asks again once for each call', async (t) => {
  const { ask, count } = counting();
  const { session, tokens } = await guarded(t, ask, () => false);
  assert.equal((await session.get('/')).status, 401);
  assert.deepEqual([tokens(), count()], [['t1', 't2'], 2]);
  assert.equal((await session.get('/')).status, 401);
  assert.deepEqual([tokens().slice(2), count()], [['t3', 't4'], 4]);
});

test('bearerAuth() asks once for calls at the same time of which none is let in', async (t) => {
  const { ask, count } = counting();
  const { session } = await guarded(t, ask, () => false);
  const responses = await Promise.all(Array.from({ length: 20 }, () => session.get('/')));
  assert.ok(responses.every(({ status }) => status === 401));
  assert.equal(count(), 2);
});

test('bearerAuth() asks again after each time that a token has grown old', async (t) => {
  const { ask, count } = counting();
  let uses = 0;
  const { session } = await guarded(t, ask, (token) => token === `t${Math.floor(uses++ / 3) + 1}`);
  for (let i = 0; i < 10; i++) assert.equal((await session.get('/')).status, 200);
  assert.ok(count() > 2, String(count()));
});

test('bearerAuth() fails the calls that wait for a token with what the function throws, and asks again for the next', async (t) => {
  let asked = 0;
  const ask = async (): Promise<string> => {
    if (++asked === 1) throw new Error('no token today');
    return 'later';
  };
  const { session, tokens } = await guarded(t, ask, () => true);
  const outcomes = await Promise.allSettled([session.get('/'), session.get('/')]);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.message),
    ['no token today', 'no token today'],
  );
  assert.equal(asked, 1);
  assert.equal((await session.get('/')).status, 200);
  assert.deepEqual(tokens(), ['later']);
});

test('bearerAuth() fails a call whose token cannot be renewed with what the function throws', async (t) => {
  let asked = 0;
  const ask = (): string => {
    if (++asked === 2) throw new Error('expired for good');
    return `t${asked}`;
  };
  const { session, tokens } = await guarded(t, ask, () => false);
  await assert.rejects(session.get('/'), { message: 'expired for good' });
  assert.deepEqual(tokens(), ['t1']);
});

test('bearerAuth() does not ask for the token of a request that has an Authorization of its own', async (t) => {
  const { ask, count } = counting();
  const { session, server } = await guarded(t, ask, () => false);
  await session.get('/', { headers: { authorization: 'Mine 1' } });
  assert.deepEqual([count(), server.requests.length], [0, 1]);
});

// name, what is given
const BAD: readonly (readonly [string, unknown])[] = [
  ['nothing', undefined],
  ['an empty text', ''],
  ['a line end', 's3cr3t\n'],
  ['a blank', 's3c r3t'],
  ['a letter above ASCII', 's3cr3t\u00e4'],
  ['an object', { access_token: 's3cr3t' }],
];

for (const [name, given] of BAD) {
  test(`bearerAuth() refuses ${name} for a token, and does not show it`, async (t) => {
    const isHidden = (error: unknown): boolean => {
      assert.ok(error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_OPTION');
      assert.match(error.message, /give a token: visible ASCII characters, no blanks, no line end$/);
      assert.doesNotMatch(inspect(error), /s3c|r3t/);
      return true;
    };
    assert.throws(() => bearerAuth(given as string), isHidden);
    const { session, server } = await guarded(
      t,
      () => given as string,
      () => true,
    );
    await assert.rejects(session.get('/'), isHidden);
    assert.equal(server.requests.length, 0);
  });
}

test('bearerAuth() lets a call be aborted while its token is waited for; the token serves the next', async (t) => {
  let give: (token: string) => void = () => {};
  const asked = new Promise<string>((resolve) => {
    give = resolve;
  });
  const { session, tokens } = await guarded(
    t,
    () => asked,
    () => true,
  );
  const abort = new AbortController();
  const aborted = assert.rejects(session.get('/', { signal: abort.signal }), { name: 'AbortError' });
  const other = session.get('/');
  abort.abort();
  await aborted;
  give('late');
  assert.equal((await other).status, 200);
  assert.deepEqual(tokens(), ['late']);
});
