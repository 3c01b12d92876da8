// What the next hop of a redirect receives, for each way to give credentials and each place that a redirect leads to:
// credentials never leave their origin, which is scheme, host and port.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type AuthOption, bearerAuth, digestAuth, Session, type SessionRequestOptions } from 'urlpool';
import { createCertificateAuthority, fieldValues, type Script, ScriptedServer } from 'urlpool-testing';

const NAMES = ['a.test', 'b.test'];
const authority = createCertificateAuthority();

interface Places {
  readonly servers: readonly ScriptedServer[];
  readonly session: Session;
  /** Origins of a.test, by what they are to the first. */
  readonly http: string;
  readonly otherHost: string;
  readonly otherPort: string;
  readonly https: string;
  /** The Authorization of each request, with what was asked for where, in order. */
  seen(): string[];
}

/** Servers that send `/from?URL` to that URL; with a digest they want one for that path. */
async function places(t: TestContext, auth: AuthOption | null, wantsDigest: boolean): Promise<Places> {
  const log: string[] = [];
  const script: Script = async (connection) => {
    for (;;) {
      const { target, headers } = await connection.request();
      const [value] = fieldValues(headers, 'authorization');
      const [path, location] = target.split('?');
      log.push(`${fieldValues(headers, 'host')[0]}${path} ${value ?? 'nothing'}`);
      if (wantsDigest && path === '/from' && value === undefined) {
        const challenge = 'Digest realm="r", nonce="n", qop="auth"';
        await connection.respond({ status: 401, headers: [['WWW-Authenticate', challenge]] });
      } else if (location !== undefined) {
        await connection.respond({ status: 302, headers: [['Location', decodeURIComponent(location)]] });
      } else {
        await connection.respond({});
      }
    }
  };
  const tls = await (await authority).issue({ hosts: NAMES });
  const servers = [
    await ScriptedServer.start({}, script),
    await ScriptedServer.start({}, script),
    await ScriptedServer.start({ tls }, script),
  ];
  const [one, two, secure] = servers.map(({ port }) => port);
  const session = new Session({
    auth,
    ca: tls.ca ?? '',
    allowDowngrade: true,
    lookup: (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  t.after(async () => {
    await session.close();
    for (const server of servers) await server.close();
  });
  return {
    servers,
    session,
    http: `http://a.test:${one}`,
    otherHost: `http://b.test:${one}`,
    otherPort: `http://a.test:${two}`,
    https: `https://a.test:${secure}`,
    seen: () => log.map((line) => line.replace(/:\d+(?=\/)/, '')),
  };
}

type Origin = 'http' | 'otherHost' | 'otherPort' | 'https';

// what it is to the first, the first, the next, whether the next is the same origin
const WAYS: readonly (readonly [string, Origin, Origin, boolean])[] = [
  ['the same origin', 'http', 'http', true],
  ['the same origin by TLS', 'https', 'https', true],
  ['another host', 'http', 'otherHost', false],
  ['another port', 'http', 'otherPort', false],
  ['http from https', 'https', 'http', false],
  ['https from http', 'http', 'https', false],
];

const BASIC = `Basic ${Buffer.from('me:pw').toString('base64')}`;

interface Giving {
  readonly auth?: AuthOption;
  readonly options?: SessionRequestOptions;
  readonly userinfo?: string;
  /** What the hop to a path at home receives. */
  readonly at: (path: string) => RegExp;
}

const exactly = (text: string) => (): RegExp => new RegExp(`^${text.replace(/[+.]/g, '\\$&')}$`);

const GIVINGS: Readonly<Record<string, Giving>> = {
  'a user and a password': { auth: ['me', 'pw'], at: exactly(BASIC) },
  'a bearer token': { auth: bearerAuth(async () => 'token'), at: exactly('Bearer token') },
  'a digest': {
    at: (path) => new RegExp(`^Digest username="me", realm="r", nonce="n", uri="${path.replace('?', '\\?')}`),
  },
  'a function': { auth: ({ url }) => `Signed ${new URL(url).pathname}`, at: (path) => new RegExp(`^Signed ${path}$`) },
  'a function of header fields': {
    auth: () => ({ Authorization: 'Fields', 'X-Signature': 's' }),
    at: exactly('Fields'),
  },
  'the URL': { userinfo: 'me:pw@', at: exactly(BASIC) },
  'the URL, beside those of a session': { auth: ['you', 'pw'], userinfo: 'me:pw@', at: exactly(BASIC) },
  'a header field': { options: { headers: { Authorization: 'Own' } }, at: exactly('Own') },
  'a header field, beside those of a session': {
    auth: ['you', 'pw'],
    options: { headers: { Authorization: 'Own' } },
    at: exactly('Own'),
  },
};

for (const [giving, { auth, options, userinfo = '', at }] of Object.entries(GIVINGS)) {
  for (const [where, from, to, isSame] of WAYS) {
    test(`Session gives ${isSame ? 'the next hop' : 'nothing to the next hop'} at ${where} credentials of ${giving}`, async (t) => {
      const isDigest = giving === 'a digest';
      const found = await places(t, isDigest ? digestAuth('me', 'pw') : (auth ?? null), isDigest);
      const url = `${found[from].replace('//', `//${userinfo}`)}/from?${encodeURIComponent(`${found[to]}/to`)}`;
      const response = await found.session.get(url, options ?? {});
      assert.equal(response.url, `${found[to]}/to`);
      const [first = '', next = ''] = found.seen().slice(-2);
      assert.match(first, /^a\.test\/from /);
      assert.match(first.slice('a.test/from '.length), at('/from'));
      const [, , value = ''] = /^([ab]\.test)\/to (.*)$/.exec(next) ?? [];
      if (isSame) assert.match(value, at('/to'));
      else assert.equal(value, 'nothing');
      const away = found.servers.flatMap(({ requests }) => requests).find(({ target }) => target === '/to');
      if (!isSame) assert.deepEqual(fieldValues(away?.headers ?? [], 'x-signature'), []);
    });
  }
}

// what gives them, what the last hop gets where a redirect leads away and back
for (const [giving, auth, options, last] of [
  ['a user and a password', ['me', 'pw'], {}, BASIC],
  ['a function', () => 'Signed', {}, 'Signed'],
  ['a header field', null, { headers: { Authorization: 'Own' } }, 'nothing'],
] as const) {
  test(`Session gives ${last === 'nothing' ? 'nothing' : 'credentials again'} to its origin where a redirect comes back: ${giving}`, async (t) => {
    const { session, seen, http, otherHost } = await places(t, auth, false);
    const away = `${otherHost}/away?${encodeURIComponent(`${http}/back`)}`;
    await session.get(`${http}/from?${encodeURIComponent(away)}`, options);
    assert.deepEqual(seen().slice(1), ['b.test/away nothing', `a.test/back ${last}`]);
  });
}

test('Session sends credentials of a Location to where it leads, in place of its own', async (t) => {
  const { session, seen, http, otherHost } = await places(t, ['me', 'pw'], false);
  const theirs = `Basic ${Buffer.from('them:p@:ä').toString('base64')}`;
  for (const origin of [otherHost, http]) {
    const location = `${origin.replace('//', '//them:p%40%3A%C3%A4@')}/to`;
    await session.get(`${http}/from?${encodeURIComponent(location)}`);
  }
  assert.deepEqual(
    seen().filter((line) => line.includes('/to ')),
    [`b.test/to ${theirs}`, `a.test/to ${theirs}`],
  );
});

test('Session decodes credentials of a URL, and they go before its own', async (t) => {
  const { session, seen, http } = await places(t, bearerAuth('token'), false);
  for (const [userinfo, decoded] of [
    ['a%40b:c%3Ad%2F', 'a@b:c:d/'],
    ['%C3%BC:%F0%9F%94%91', '\u00fc:\u{1f511}'],
    ['only', 'only:'],
    [':pw', ':pw'],
    ['a:b%', 'a:b%'],
    ['a+b:c%20d', 'a+b:c d'],
  ] as const) {
    await session.get(`${http.replace('//', `//${userinfo}@`)}/x`);
    assert.equal(seen().at(-1), `a.test/x Basic ${Buffer.from(decoded).toString('base64')}`);
  }
});
