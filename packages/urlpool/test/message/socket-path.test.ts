import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestError } from 'urlpool';
import { authority, originText, parseUrl } from '../../src/message/origin.ts';
import { namesSocket, socketPathFault, socketText } from '../../src/message/socket-path.ts';

const LINUX_MOST = `/${'x'.repeat(106)}`;

// path, platform, why it is that of no socket
const PATHS = [
  ['/run/docker.sock', 'linux', null],
  ['docker.sock', 'linux', null],
  ['\0name', 'linux', null],
  ['\\\\.\\pipe\\docker_engine', 'win32', null],
  ['C:\\run\\x.sock', 'win32', null],
  ['', 'linux', /^it is empty$/],
  ['\0', 'linux', /^it is empty$/],
  ['http://localhost/', 'linux', /^it is a URL; give the path alone/],
  ['unix:/run/x.sock', 'linux', /^it is a URL; give the path alone/],
  ['/run/x\0.sock', 'linux', /^it holds a control character$/],
  ['\0a\0b', 'linux', /^it holds a control character$/],
  ['/run/x\n.sock', 'linux', /^it holds a control character$/],
  [LINUX_MOST, 'linux', null],
  [`${LINUX_MOST}x`, 'linux', /^it has 108 bytes, and the path of a socket has at most 107$/],
  [`/${'é'.repeat(54)}`, 'linux', /^it has 109 bytes/],
  [LINUX_MOST, 'darwin', /^it has 107 bytes, and the path of a socket has at most 103$/],
] as const;

for (const [path, platform, why] of PATHS) {
  test(`socketPathFault() of ${JSON.stringify(path.slice(0, 30))} of ${path.length} on ${platform}`, () => {
    const fault = socketPathFault(path, platform);
    if (why === null) assert.equal(fault, null);
    else assert.match(fault ?? '', why);
  });
}

test('socketText() shows abstract sockets as ss does', () => {
  assert.deepEqual(['\0name', '/run/x.sock'].map(socketText), ['@name', '/run/x.sock']);
});

// reference, whether it is a URL that names a socket
const REFERENCES = [
  ['http+unix://%2Frun%2Fx.sock/', true],
  ['HTTPS+UNIX:/x', true],
  [' \thttp+unix:x', true],
  ['http://unix:/run/x.sock:/', false],
  ['/http+unix://x', false],
] as const;

for (const [reference, is] of REFERENCES) {
  test(`namesSocket() of ${JSON.stringify(reference)}`, () => assert.equal(namesSocket(reference), is));
}

// URL, origin as text, path of the socket, target
const URLS = [
  [
    'http+unix://%2Frun%2Fdocker.sock/v1/info?a=1#f',
    'http+unix://%2Frun%2Fdocker.sock',
    '/run/docker.sock',
    '/v1/info?a=1',
  ],
  ['https+unix://%2Frun%2FX.sock', 'https+unix://%2Frun%2FX.sock', '/run/X.sock', '/'],
  ['http+unix://%2frun%2fx%2esock?q', 'http+unix://%2Frun%2Fx.sock', '/run/x.sock', '/?q'],
  ['HTTP+UNIX://%2Frun%2Fx.sock/a/../b c', 'http+unix://%2Frun%2Fx.sock', '/run/x.sock', '/b%20c'],
  ['http+unix://%00name/', 'http+unix://%00name', '\0name', '/'],
  ['http+unix://%5C%5C.%5Cpipe%5Cx/', 'http+unix://%5C%5C.%5Cpipe%5Cx', '\\\\.\\pipe\\x', '/'],
  ['http+unix://%2Fsrv%2Fxn--a.sock/', 'http+unix://%2Fsrv%2Fxn--a.sock', '/srv/xn--a.sock', '/'],
] as const;

for (const [url, text, path, target] of URLS) {
  test(`parseUrl() takes ${url}`, () => {
    const parsed = parseUrl(url);
    assert.equal(originText(parsed.origin), text);
    assert.equal(parsed.origin.socketPath, path);
    assert.equal(parsed.target, target);
    assert.equal(authority(parsed.origin), 'localhost');
    assert.deepEqual(parseUrl(text).origin, parsed.origin);
  });
}

test('parseUrl() takes the credentials of a URL that names a socket', () => {
  assert.equal(parseUrl('http+unix://a:b%40@%2Frun%2Fx.sock/').userinfo, 'a:b@');
});

// URL, why it cannot be used
const REFUSED = [
  ['http+unix:///run/docker.sock/v1', /its host is to be the path of a socket, percent-encoded: http\+unix:\/\/%2Frun/],
  ['http+unix://docker/v1', /its host is to be the path of a socket, percent-encoded/],
  ['http+unix:/run/docker.sock', /its host is to be the path of a socket, percent-encoded/],
  ['http+unix://%2Frun%2Fx.sock:80/', /a socket has no port$/],
  ['http+unix://%2Frun%2Fx%00.sock/', /the path of its socket cannot be used: it holds a control character$/],
  ['http+unix://%2Frun%FF/', /its host is not percent-encoded UTF-8$/],
  [`http+unix://%2F${'x'.repeat(300)}/`, /the path of its socket cannot be used: it has 301 bytes/],
  ['ftp+unix://%2Frun%2Fx.sock/', /its scheme is "ftp\+unix", not http or https$/],
] as const;

for (const [url, why] of REFUSED) {
  test(`parseUrl() refuses ${url.slice(0, 50)}`, () => {
    assert.throws(
      () => parseUrl(url),
      (error: unknown) => error instanceof RequestError && error.code === 'ERR_INVALID_URL' && why.test(error.message),
    );
  });
}
