import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { type CurlRequest, PoolManager, toCurl } from 'urlpool';
import { type ReceivedRequest, ScriptedServer, TestProxy } from 'urlpool-testing';

const noCurl = spawnSync('curl', ['--version']).error !== undefined && 'there is no curl here';

/** Fields that each client has its own of: who it is, what it takes, what connection it wants. */
const OWN = ['user-agent', 'accept', 'accept-encoding', 'connection'];

interface Seen {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly string[];
  readonly body: string;
}

function seen({ method, target, headers, body }: ReceivedRequest, own: readonly string[]): Seen {
  const fields = headers
    .map(([name, value]) => `${name.toLowerCase()}: ${value}`)
    .filter((line) => !own.includes(line.split(':')[0] ?? ''));
  return { method, target, fields: fields.toSorted(), body: body.toString('latin1') };
}

/** Runs the command as a script: nothing of it is in the arguments of the shell, which have a limit of their own. */
async function inShell(command: string): Promise<void> {
  const shell = spawn('sh', { stdio: ['pipe', 'ignore', 'inherit'] });
  shell.stdin.end(command.replace('curl ', 'curl --disable --silent --show-error --max-time 5 '));
  const [code] = await once(shell, 'close');
  assert.equal(code, 0, command.slice(0, 500));
}

async function served(t: TestContext): Promise<ScriptedServer> {
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      await connection.request();
      await connection.respond({ body: 'done' });
    }
  });
  t.after(() => server.close());
  return server;
}

type Request = Omit<CurlRequest, 'url'> & { readonly path?: string; readonly userinfo?: string };

const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, i) => i);

const REQUESTS: Readonly<Record<string, Request>> = {
  'a plain GET': {},
  'a GET with a query of its own and one by fields': { path: '/a?b=1&c=%20', fields: { d: ['é & co', 'x'] } },
  'a query without names': { path: '/?' },
  'characters that curl would expand': { path: '/a[1-3]/b{x,y}?c={1}&d=[2]' },
  'quotes, blanks and dollars in the URL': { path: '/it\'s/"$HOME"/`id`?a=$(id)&b=a b' },
  'a HEAD': { method: 'HEAD' },
  'a DELETE': { method: 'DELETE' },
  'a method of one’s own': { method: 'M-SEARCH' },
  'a method with marks': { method: "it's!" },
  JSON: { method: 'POST', json: { text: 'it\'s é \n "quoted" \\ $HOME `id` !', list: [1, null] } },
  'a PUT of JSON': { method: 'PUT', json: 'text' },
  'a form': { method: 'POST', form: { a: '1', b: 'x & é=' } },
  'a form in memory, as multipart': {
    method: 'POST',
    fields: { a: 'one', file: { filename: "it's.bin", data: EVERY_BYTE, type: 'image/png' } },
    multipartBoundary: 'boundary-of-the-test',
  },
  'a multipart form of text alone': { method: 'POST', fields: { a: 'é' }, multipartBoundary: 'b' },
  'text without a type': { method: 'POST', body: 'text' },
  'text that looks like a file': { method: 'POST', body: '@/etc/passwd' },
  'text that looks like an option': { method: 'POST', body: '--help' },
  'text of several lines': { method: 'POST', body: '\r\na\nb\r\n\n' },
  'no text': { method: 'POST', body: '' },
  'a POST without a body': { method: 'POST' },
  'bytes that are no text': { method: 'POST', body: EVERY_BYTE },
  'text with a NUL': { method: 'POST', body: 'a\0b' },
  'a body longer than a word may be': { method: 'POST', body: 'x'.repeat(300_000) },
  'a GET with a body': { body: 'text' },
  'a PATCH without a body': { method: 'PATCH' },
  'fields with quotes, blanks and marks': {
    headers: { 'X-A': 'it\'s "$HOME" `id` \\ ;', 'x-b': '@file', 'X-C': 'a:b;' },
  },
  'a field with characters of Latin-1': { headers: { 'X-A': 'caf\u00e9 100% it\'s "\\n" \u00ff', 'X-B': '%' } },
  'a field without a value': { headers: { 'X-Empty': '' } },
  'a field given twice': { headers: { 'X-Twice': ['a', 'b'] } },
  'a type of one’s own': { method: 'POST', body: '{}', headers: { 'content-type': 'application/x+json' } },
  'a Host of one’s own': { headers: { Host: 'other.test' } },
  'a Range': { headers: { Range: 'bytes=0-9' } },
  cookies: { headers: { Cookie: 'a=1; b="2"' } },
  'credentials in the URL': { userinfo: 'us%40er:pa%3Ass%27%20%C3%A9@' },
  'a user without a password': { userinfo: 'user@' },
  'credentials in the URL and a field': { userinfo: 'user:pass@', headers: { Authorization: 'Bearer x' } },
  'a compressed body': { method: 'POST', body: 'text'.repeat(100), compress: 'gzip' },
};

for (const [name, { path = '/', userinfo = '', ...request }] of Object.entries(REQUESTS)) {
  test(`toCurl() has curl send what is sent here: ${name}`, { skip: noCurl }, async (t) => {
    const server = await served(t);
    const url = server.origin.replace('//', `//${userinfo}`) + path;
    const { method = 'GET', ...options } = request;
    const http = new PoolManager();
    t.after(() => http.close({ timeout: 0 }));
    await http.request(method, url, options);
    const command = toCurl({ ...request, url }, { credentials: true });
    await inShell(command);
    const [ours, theirs] = server.requests;
    assert.ok(ours !== undefined && theirs !== undefined);
    assert.deepEqual(seen(theirs, OWN), seen(ours, OWN));
  });
}

test('toCurl() has curl go through the same proxy', { skip: noCurl }, async (t) => {
  const server = await served(t);
  const proxy = await TestProxy.start();
  t.after(() => proxy.close());
  await inShell(toCurl({ url: `${server.origin}/a`, proxy: proxy.url }));
  assert.deepEqual(
    server.requests.map(({ target }) => target),
    ['/a'],
  );
  assert.equal(proxy.requests.length, 1);
});

test('toCurl() leaves out the defaults that the request leaves out', { skip: noCurl }, async (t) => {
  const server = await served(t);
  const headers = { 'User-Agent': null, Accept: null, 'X-Other': null };
  const command = toCurl({ url: server.origin, headers, decodeContent: false });
  await inShell(command);
  assert.deepEqual(
    server.requests[0]?.headers.map(([name]) => name),
    ['Host'],
  );
});

test('toCurl() takes a body that is not in memory from standard input, and leaves it unread', async () => {
  let isRead = false;
  const body = async function* (): AsyncGenerator<string> {
    isRead = true;
    yield 'text';
  };
  const command = toCurl({ method: 'POST', url: 'http://a.test/', body: body() });
  assert.equal(command, 'curl --location --compressed --header Content-Type: --data-binary @- http://a.test/');
  assert.equal(isRead, false);
});

// name, request, command
const COMMANDS: readonly (readonly [string, CurlRequest | string | URL, string])[] = [
  ['a URL as text', 'http://a.test', 'curl --location --compressed http://a.test/'],
  ['a URL', new URL('http://a.test/b#c'), 'curl --location --compressed http://a.test/b'],
  ['what is not followed', { url: 'http://a.test', redirect: false }, 'curl --compressed http://a.test/'],
  ['what is not tried again', { url: 'http://a.test', retries: false }, 'curl --compressed http://a.test/'],
  ['what is not decoded', { url: 'http://a.test', decodeContent: false }, 'curl --location http://a.test/'],
  [
    'a part',
    { url: 'http://a.test', headers: { Range: 'bytes=0-1' } },
    "curl --location --header 'Range: bytes=0-1' http://a.test/",
  ],
  [
    'credentials',
    { url: 'http://user:hidden@a.test', headers: { cookie: 'hidden', 'X-API-Key': 'hidden' } },
    "curl --location --compressed --user REDACTED:REDACTED --header 'cookie: REDACTED' --header 'X-API-Key: REDACTED' http://a.test/",
  ],
  [
    'credentials in the URL of a field',
    { url: 'http://a.test', headers: { Referer: 'http://user:hidden@b.test/' } },
    "curl --location --compressed --header 'Referer: http://…@b.test/' http://a.test/",
  ],
  [
    'a HEAD with a body',
    { method: 'HEAD', url: 'http://a.test', body: 'text' },
    'curl --location --compressed --request HEAD --header Content-Type: --data-raw text http://a.test/',
  ],
  [
    'a proxy',
    { url: 'http://a.test', proxy: 'http://user:hidden@proxy.test:3128' },
    'curl --location --compressed --proxy http://proxy.test:3128 --proxy-user REDACTED:REDACTED http://a.test/',
  ],
  ['no proxy', { url: 'http://a.test', proxy: null }, "curl --location --compressed --noproxy '*' http://a.test/"],
  [
    'a socket',
    { url: 'http://a.test', socketPath: '/run/a b.sock' },
    "curl --location --compressed --unix-socket '/run/a b.sock' http://a.test/",
  ],
  [
    'the URL of a socket',
    'http+unix://%2Frun%2Fa.sock/b',
    'curl --location --compressed --unix-socket /run/a.sock http://localhost/b',
  ],
  [
    'a server whose certificate is not checked',
    { url: 'https://a.test', rejectUnauthorized: false },
    'curl --location --compressed --insecure https://a.test/',
  ],
  ['an IPv6 address', 'http://[::1]:8080/', "curl --location --compressed 'http://[::1]:8080/'"],
];

for (const [name, request, command] of COMMANDS) {
  test(`toCurl() writes ${name}`, () => assert.equal(toCurl(request), command));
}

// request, options, the sentence
for (const [request, options, message] of [
  [
    undefined,
    {},
    'Cannot use undefined as a request: give a URL, or an object with a url and the options of a request',
  ],
  [{}, {}, 'Cannot use "undefined" as a URL: it is no text'],
  ['a.test', {}, /^Cannot use "a\.test" as a URL/],
  [{ url: 'http://a.test', method: 'A B' }, {}, 'Cannot use "A B" as a method: it must be a token, e.g. GET'],
  [
    { url: 'http://a.test', data: 1 },
    {},
    'Cannot use the option data of the request: there is none of that name; did you mean body?',
  ],
  [{ url: 'http://a.test', headers: { 'a b': 'c' } }, {}, /^Cannot send the header field "a b"/],
  [
    { url: 'http://a.test', ca: 'x' },
    {},
    'Cannot use the option ca of toCurl(): a command cannot say it; known are proxy, rejectUnauthorized, socketPath',
  ],
  [{ url: 'http://a.test', proxy: 'ftp://a' }, {}, /as proxy: its scheme is none of http, https/],
  [{ url: 'http://a.test', proxy: 'http://p', socketPath: '/s' }, {}, /as socketPath: a proxy is given too/],
  [{ url: 'http://a.test', rejectUnauthorized: 0 }, {}, 'Cannot use 0 as rejectUnauthorized: give true or false'],
  ['http://a.test', { credentials: 'yes' }, 'Cannot use "yes" as credentials: give true or false'],
  [
    'http://a.test',
    { secrets: true },
    'Cannot use the option secrets of toCurl(): there is none of that name; known are credentials',
  ],
] as const) {
  test(`toCurl() says: ${message}`, () => {
    // @ts-expect-error: what the types refuse
    assert.throws(() => toCurl(request, options), { message });
  });
}
