// Against servers that nobody here wrote, or that share no code with this library: nginx, and Python's hashlib. curl asks
// the same server, to be compared with.

import assert from 'node:assert/strict';
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { digestAuth, netrcAuth, Session } from 'urlpool';
import { Nginx, nginxMissing } from '../../real/nginx.ts';
import { PYTHON_SITE } from './python-site.ts';

const run = promisify(execFile);
const USER = 'me';
const PASSWORD = 'p:w "\\ä';

/** Why there is nothing to test with; false where there is. */
function missing(command: string): string | false {
  return spawnSync(command, ['--version']).status === 0 ? false : `${command} is not installed`;
}

const noPython = missing('python3');
const noCurl = noPython || missing('curl');

/** Starts the server, and gives its origin. */
async function pythonServer(t: TestContext, user = USER): Promise<string> {
  const child = spawn('python3', ['-c', PYTHON_SITE, user, PASSWORD], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  const [port] = await Promise.race([once(child.stdout, 'data'), exited.then(() => assert.fail('it did not start'))]);
  return `http://127.0.0.1:${String(port).trim()}`;
}

type Sent = Readonly<Record<string, string>>;

/** A digest that lets in, without what is another one each time. */
function steady(sent: Sent): Sent {
  const { nonce, cnonce, response, ...rest } = sent;
  assert.ok(nonce !== undefined && response !== undefined);
  return rest;
}

// algorithm, qop, what more, whether curl knows it
const KINDS: readonly (readonly [string, string, string, boolean])[] = [
  ['MD5', 'auth', 'plain', true],
  ['MD5', 'none', 'plain', true],
  ['MD5', 'auth', 'quotes', false],
  ['MD5-sess', 'auth', 'plain', true],
  ['SHA-256', 'auth', 'plain', true],
  ['SHA-256', 'auth,auth-int', 'utf8', true],
  ['SHA-256', 'auth', 'userhash', true],
  ['SHA-256-sess', 'auth', 'plain', true],
  ['SHA-512-256', 'auth', 'plain', false],
  ['SHA-512-256-sess', 'auth', 'userhash', false],
  ['MD5', 'auth-int', 'plain', false],
];

test('digestAuth() is let in by a server in Python, and sends what curl sends', { skip: noPython }, async (t) => {
  const origin = await pythonServer(t);
  for (const [algorithm, qop, more, isKnown] of KINDS) {
    const path = `/${algorithm}/${qop}/${more}`;
    const session = new Session({ baseUrl: origin, auth: digestAuth(USER, PASSWORD) });
    const response = await session.get(path, { params: { a: 'b c' } });
    assert.equal(response.status, 200, path);
    const posted = await session.post(path, { json: { a: 1 } });
    assert.equal(posted.status, 200, `POST ${path}`);
    assert.equal(posted.history.length, 0, `POST ${path}`);
    await session.close();
    if (!isKnown || noCurl !== false) continue;
    const { stdout } = await run('curl', ['-s', '--digest', '-u', `${USER}:${PASSWORD}`, `${origin}${path}?a=b+c`]);
    assert.deepEqual(steady(response.json() as Sent), steady(JSON.parse(stdout) as Sent), path);
  }
});

test('digestAuth() is let in by a server in Python that takes each nonce once', { skip: noPython }, async (t) => {
  const origin = await pythonServer(t);
  const session = new Session({ baseUrl: origin, auth: digestAuth(USER, PASSWORD) });
  t.after(() => session.close());
  for (let i = 0; i < 3; i++) assert.equal((await session.get('/SHA-256/auth/stale')).status, 200);
});

test('digestAuth() sends a name in UTF-8 that a server in Python knows', { skip: noPython }, async (t) => {
  const origin = await pythonServer(t, 'J\u00e4s\u00f8n Doe');
  for (const more of ['plain', 'utf8', 'userhash']) {
    const session = new Session({ baseUrl: origin, auth: digestAuth('J\u00e4s\u00f8n Doe', PASSWORD) });
    assert.equal((await session.get(`/SHA-256/auth/${more}`)).status, 200, more);
    await session.close();
  }
});

test('digestAuth() is refused by a server in Python for a wrong password, once', { skip: noPython }, async (t) => {
  const origin = await pythonServer(t);
  const session = new Session({ baseUrl: origin, auth: digestAuth(USER, 'another') });
  t.after(() => session.close());
  const response = await session.get('/MD5/auth/plain');
  assert.equal(response.status, 403);
  assert.equal(response.history.length, 1);
});

test('Session is let in by the Basic authentication of nginx, in each way to give it', {
  skip: nginxMissing() ?? false,
}, async (t) => {
  const hash = spawnSync('openssl', ['passwd', '-apr1', PASSWORD], { encoding: 'utf8' }).stdout.trim();
  const line = hash === '' ? `${USER}:{PLAIN}${PASSWORD}` : `${USER}:${hash}`;
  const nginx = await Nginx.start('auth_basic "a, \\"b\\""; auth_basic_user_file www/users;', {
    users: `${line}\n`,
    file: 'content',
  });
  t.after(async () => {
    await nginx.stop();
    nginx.remove();
  });
  const folder = mkdtempSync(join(tmpdir(), 'urlpool-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const netrc = join(folder, 'netrc');
  writeFileSync(netrc, `machine 127.0.0.1 login ${USER} password "${PASSWORD.replace(/["\\]/g, '\\$&')}"\n`);
  chmodSync(netrc, 0o600);
  const origin = `http://127.0.0.1:${nginx.http}`;
  const session = new Session();
  t.after(() => session.close());
  const userinfo = `${USER}:${encodeURIComponent(PASSWORD)}@`;
  const ask = async (url: string, auth?: Parameters<Session['get']>[1]): Promise<string> => {
    const response = await session.get(url, auth);
    return `${response.status} ${response.text()}`;
  };
  assert.equal(await ask(`${origin}/file`, { auth: [USER, PASSWORD] }), '200 content');
  assert.equal(await ask(`${origin}/file`, { auth: netrcAuth({ path: netrc }) }), '200 content');
  assert.equal(await ask(`${origin.replace('//', `//${userinfo}`)}/file`), '200 content');
  assert.match(await ask(`${origin}/file`), /^401 /);
  assert.match(await ask(`${origin}/file`, { auth: [USER, 'another'] }), /^401 /);
  assert.match(await ask(`${origin}/file`, { auth: digestAuth(USER, PASSWORD) }), /^401 /);
  if (missing('curl') !== false) return;
  const { stdout } = await run('curl', ['-s', '--netrc-file', netrc, `${origin}/file`]);
  assert.equal(stdout, 'content');
});
