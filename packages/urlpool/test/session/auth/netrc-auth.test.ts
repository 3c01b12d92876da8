// Credentials from a file of the disk, over a server that keeps what it was sent.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { netrcAuth, Session } from 'urlpool';
import { fieldValues, ScriptedServer } from 'urlpool-testing';
import { netrcPaths } from '../../../src/session/auth/netrc-auth.ts';

/** A folder of its own with a file in it. */
function netrc(t: TestContext, text: string | null, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), 'urlpool-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, '.netrc');
  if (text !== null) writeFileSync(path, text, { mode });
  return path;
}

interface Asked {
  readonly session: Session;
  readonly server: ScriptedServer;
  /** The user and the password that a request was sent with; undefined for none. */
  sent(path?: string): Promise<string | undefined>;
}

async function asked(t: TestContext, path: string | URL): Promise<Asked> {
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({});
    }
  });
  const session = new Session({ baseUrl: server.origin, auth: netrcAuth({ path }) });
  t.after(async () => {
    await session.close();
    await server.close();
  });
  const sent = async (target = '/'): Promise<string | undefined> => {
    await session.get(target);
    const [value] = fieldValues(server.requests.at(-1)?.headers ?? [], 'authorization');
    if (value === undefined) return undefined;
    assert.match(value, /^Basic /);
    return Buffer.from(value.slice('Basic '.length), 'base64').toString();
  };
  return { session, server, sent };
}

// name, text, what is sent
for (const [name, text, expected] of [
  ['of the host', 'machine 127.0.0.1 login me password "p w"', 'me:p w'],
  ['as UTF-8', 'machine 127.0.0.1 login m\u00fc password p\u00e4', 'm\u00fc:p\u00e4'],
  ['of the default', 'machine a.test login x password y default login me password pw', 'me:pw'],
  ['of an account', 'machine 127.0.0.1 account me password pw', 'me:pw'],
  ['without a password', 'machine 127.0.0.1 login me', 'me:'],
  ['without a login', 'machine 127.0.0.1 password pw', ':pw'],
  ['of a machine without either', 'machine 127.0.0.1 default login me password pw', undefined],
  ['of no other host', 'machine 127.0.0.10 login me password pw machine 27.0.0.1 login me password pw', undefined],
  ['of an empty file', '', undefined],
] as const) {
  test(`netrcAuth() sends ${expected === undefined ? 'nothing' : 'the credentials'} ${name}`, async (t) => {
    const { sent } = await asked(t, netrc(t, text));
    assert.equal(await sent(), expected);
  });
}

test('netrcAuth() takes the URL of a file', async (t) => {
  const { sent } = await asked(t, pathToFileURL(netrc(t, 'default login me password pw')));
  assert.equal(await sent(), 'me:pw');
});

test('netrcAuth() sends nothing where the file is missing, and reads it when it comes, changes and goes', async (t) => {
  const path = netrc(t, null);
  const { sent } = await asked(t, path);
  assert.equal(await sent(), undefined);
  await writeFile(path, 'default login one password pw', { mode: 0o600 });
  assert.equal(await sent(), 'one:pw');
  assert.equal(await sent(), 'one:pw');
  await writeFile(path, 'default login two password pw');
  await utimes(path, 1, 1);
  assert.equal(await sent(), 'two:pw');
  await rm(path);
  assert.equal(await sent(), undefined);
});

test('netrcAuth() serves many calls at once', async (t) => {
  const { session, server } = await asked(t, netrc(t, 'default login me password pw'));
  await Promise.all(Array.from({ length: 20 }, () => session.get('/')));
  assert.deepEqual(
    new Set(server.requests.map(({ headers }) => fieldValues(headers, 'authorization')[0])),
    new Set([`Basic ${Buffer.from('me:pw').toString('base64')}`]),
  );
});

// name, text, the message behind the name of the file
for (const [name, text, message] of [
  [
    'a malformed file',
    'machine a\nlogin me s3cr3t',
    /: line 2: a word is none of .*; put what holds blanks in quotes$/,
  ],
  [
    'a login with a colon',
    'default login a:b password s3cr3t',
    /: the login of default holds a colon, which cannot be told/,
  ],
  ['too large a file', `# ${'s3cr3t'.repeat(200_000)}`, /: it has 1200002 bytes; more than 1048576 are not read$/],
] as const) {
  test(`netrcAuth() makes a call fail for ${name}, says why, and sends nothing`, async (t) => {
    const { session, server } = await asked(t, netrc(t, text));
    const error = await session.get('/a').catch((reason: unknown) => reason);
    assert.ok(error instanceof Error && 'code' in error && 'url' in error);
    assert.equal(error.code, 'ERR_NETRC');
    assert.equal(error.url, `${server.origin}/a`);
    assert.match(error.message, /^Cannot use the netrc file ".*\/\.netrc": /);
    assert.match(error.message, message);
    assert.doesNotMatch(inspect(error, { depth: 9 }), /s3cr3t/);
    assert.equal(server.requests.length, 0);
  });
}

for (const mode of [0o640, 0o604, 0o620, 0o666]) {
  test(`netrcAuth() uses no passwords that others may use: mode ${mode.toString(8)}`, {
    skip: process.platform === 'win32',
  }, async (t) => {
    const path = netrc(t, 'default login me password pw');
    await chmod(path, mode);
    const { session, sent } = await asked(t, path);
    await assert.rejects(session.get('/'), {
      code: 'ERR_NETRC',
      message: `Cannot use the netrc file ${JSON.stringify(path)}: it holds passwords and others than its owner may use it (mode ${mode.toString(8)}): chmod 600`,
    });
    await chmod(path, 0o400);
    assert.equal(await sent(), 'me:pw');
  });
}

test('netrcAuth() lets others read what is no secret', async (t) => {
  const path = netrc(t, 'machine a login me\ndefault login anonymous password me@a.test');
  await chmod(path, 0o644);
  const { sent } = await asked(t, path);
  assert.equal(await sent(), 'anonymous:me@a.test');
});

test('netrcAuth() refuses what is no file without waiting for it', async (t) => {
  const path = netrc(t, null);
  await mkdir(path);
  const { session } = await asked(t, path);
  await assert.rejects(session.get('/'), { code: 'ERR_NETRC', message: /: it is no file$/ });
});

test('netrcAuth() says that a file cannot be read', async (t) => {
  const path = netrc(t, null);
  const { session } = await asked(t, `${path}${'x'.repeat(300)}`);
  await assert.rejects(session.get('/'), { code: 'ERR_NETRC', message: /: it cannot be read \(ENAMETOOLONG\)$/ });
});

test('netrcAuth() refuses options that cannot be used', () => {
  for (const options of [
    { file: 'a' },
    { path: '' },
    { path: 'a\0b' },
    { path: 7 },
    { path: new URL('http://a/b') },
    null,
  ]) {
    assert.throws(() => netrcAuth(options as unknown as { path: string }), { code: 'ERR_INVALID_OPTION' });
  }
});

// name, what was given, surroundings, paths
const posix = { platform: 'linux', home: '/home/own', env: {} };
const win32 = { platform: 'win32', home: 'C:\\Users\\own', env: {} };
for (const [name, given, surroundings, expected] of [
  ['at home', undefined, posix, ['/home/own/.netrc']],
  ['below HOME', undefined, { ...posix, env: { HOME: '/h' } }, ['/h/.netrc']],
  ['at home with an empty HOME', undefined, { ...posix, env: { HOME: '' } }, ['/home/own/.netrc']],
  ['where NETRC says', undefined, { ...posix, env: { HOME: '/h', NETRC: '/n' } }, ['/n']],
  ['at home with an empty NETRC', undefined, { ...posix, env: { NETRC: '' } }, ['/home/own/.netrc']],
  ['where it is told', '/given', { ...posix, env: { NETRC: '/n' } }, ['/given']],
  ['below "~"', '~/x/.netrc', { ...posix, env: { HOME: '/h' } }, ['/h/x/.netrc']],
  ['where a URL says', new URL('file:///a%20b'), posix, ['/a b']],
  ['at home on Windows', undefined, win32, ['C:\\Users\\own\\_netrc', 'C:\\Users\\own\\.netrc']],
  ['below HOME on Windows', undefined, { ...win32, env: { HOME: 'D:\\h' } }, ['D:\\h\\_netrc', 'D:\\h\\.netrc']],
] as const) {
  test(`netrcPaths() looks ${name}`, () => assert.deepEqual(netrcPaths(given, surroundings), expected));
}

test('netrcAuth() without options reads the file that NETRC names', async (t) => {
  const { NETRC } = process.env;
  process.env.NETRC = netrc(t, 'default login env password pw');
  t.after(() => {
    if (NETRC === undefined) delete process.env.NETRC;
    else process.env.NETRC = NETRC;
  });
  const { session, server } = await asked(t, netrc(t, null));
  await session.get('/', { auth: netrcAuth() });
  const [value] = fieldValues(server.requests[0]?.headers ?? [], 'authorization');
  assert.equal(value, `Basic ${Buffer.from('env:pw').toString('base64')}`);
});
