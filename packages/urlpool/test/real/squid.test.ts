// Requests through squid, which nobody here wrote, to servers that nobody here wrote either: nginx, and Node's own.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { PoolManager, type PoolManagerOptions, ProxyError, Retry, type TraceEvent } from 'urlpool';
import { createCertificateAuthority, unusedPort } from 'urlpool-testing';
import { Nginx, nginxMissing } from './nginx.ts';
import { RecordingOrigin } from './recording-origin.ts';
import { type SquidOptions, squidLog, squidMissing, startSquid } from './squid.ts';
import { type StartedServer, skippedWithout } from './started-server.ts';

const skip = skippedWithout(squidMissing(), nginxMissing());

interface Setup {
  readonly squid?: SquidOptions;
  readonly manager?: PoolManagerOptions;
  /** What stands before the @ of the proxy's URL. @default 'me:secret' */
  readonly userinfo?: string;
}

/** A manager that goes through a squid of its own, and the squid. */
async function throughSquid(t: TestContext, { squid: options, manager, userinfo = 'me:secret' }: Setup = {}) {
  const squid = await startSquid(options);
  t.after(() => squid.close());
  const events: TraceEvent[] = [];
  const http = new PoolManager({
    proxy: `http://${userinfo}@127.0.0.1:${squid.port}`,
    onEvent: (event) => events.push(event),
    ...manager,
  });
  t.after(() => http.close({ timeout: 0 }));
  return { squid, http, events };
}

async function startNginx(t: TestContext, files: Readonly<Record<string, string>>, directives = ''): Promise<Nginx> {
  const nginx = await Nginx.start(`keepalive_requests 100000; ${directives}`, files);
  t.after(async () => {
    await nginx.stop();
    nginx.remove();
  });
  return nginx;
}

async function startOrigin(t: TestContext): Promise<RecordingOrigin> {
  const origin = await RecordingOrigin.start();
  t.after(() => origin.close());
  return origin;
}

/** Does something a number of times, some of it at once. */
async function times(count: number, concurrency: number, what: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < count; i = next++) await what(i);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

function connectionsOf(squid: StartedServer, method: string): number {
  const lines = squidLog(squid).filter((line) => line.method === method);
  return new Set(lines.map(({ connection }) => connection)).size;
}

test('squid forwards 1,000 requests of 50 at a time to five http origins over the connections of one pool', {
  skip,
}, async (t) => {
  const extra = [await unusedPort(), await unusedPort(), await unusedPort()];
  const servers = extra.map((port) => `server { listen 127.0.0.1:${port}; root www; }`).join(' ');
  const nginx = await startNginx(t, { '1k': 'k'.repeat(1024) }, servers);
  const { squid, http } = await throughSquid(t);
  const hosts = [`localhost:${nginx.http}`, ...[nginx.http, ...extra].map((port) => `127.0.0.1:${port}`)];
  await times(1000, 50, async (i) => {
    const response = await http.request('GET', `http://${hosts[i % hosts.length]}/1k`);
    assert.equal(`${response.status} ${response.data.length}`, '200 1024');
  });
  const { pools, numConnections, numRequests, reused } = http.snapshot();
  assert.deepEqual([pools.map(({ origin }) => origin), numRequests], [[`http://127.0.0.1:${squid.port}`], 1000]);
  assert.ok(numConnections <= 50, `${numConnections} connections`);
  const log = squidLog(squid).filter(({ status }) => status === 200);
  assert.deepEqual([log.length, new Set(log.map(({ user }) => user))], [1000, new Set(['me'])]);
  // A dial may be overtaken by a connection that came free, and then carry nothing.
  assert.equal(connectionsOf(squid, 'GET'), 1000 - reused);
});

test('squid opens a tunnel for each https origin, which is kept', { skip }, async (t) => {
  const extra = [await unusedPort(), await unusedPort()];
  const certificate = 'ssl_certificate cert.pem; ssl_certificate_key key.pem;';
  const servers = extra.map((port) => `server { listen 127.0.0.1:${port} ssl; ${certificate} root www; }`).join(' ');
  const nginx = await startNginx(t, { '1k': 'k'.repeat(1024) }, servers);
  const { squid, http } = await throughSquid(t, { manager: { ca: nginx.ca, maxSize: 4 } });
  const ports = [nginx.https, ...extra];
  await times(600, 24, async (i) => {
    const response = await http.request('GET', `https://localhost:${ports[i % 3]}/1k`);
    assert.equal(`${response.status} ${response.data.length}`, '200 1024');
  });
  const { pools, numRequests, numConnections, reused } = http.snapshot();
  assert.deepEqual(pools.map(({ origin }) => origin).sort(), ports.map((port) => `https://localhost:${port}`).sort());
  assert.ok(pools.every((pool) => pool.numConnections <= 4));
  assert.equal(numRequests, 600);
  assert.equal(new Set(nginx.log.map((line) => line.connection)).size, 600 - reused);
  // What of its tunnels is open squid logs at their end.
  await http.close();
  await squidLogs(squid, numConnections);
  assert.equal(connectionsOf(squid, 'CONNECT'), numConnections);
  assert.equal(connectionsOf(squid, 'GET'), 0);
});

/** Waits until squid has logged so many requests: of a tunnel it does at its end. */
async function squidLogs(squid: StartedServer, count: number): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (squidLog(squid).length < count && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('squid’s 407 is the response to a forwarded request, and ERR_PROXY_AUTH where a tunnel is asked for', {
  skip,
}, async (t) => {
  const origin = await startOrigin(t);
  for (const userinfo of ['me:wrong', 'nobody:secret']) {
    const { http, events } = await throughSquid(t, { userinfo, manager: { ca: origin.ca } });
    assert.equal((await http.request('GET', origin.http)).status, 407);
    await assert.rejects(http.request('GET', origin.https), (error: unknown) => {
      assert.ok(error instanceof ProxyError);
      assert.deepEqual([error.code, error.status, error.attempt], ['ERR_PROXY_AUTH', 407, 1]);
      assert.match(error.message, /through the proxy http:\/\/127\.0\.0\.1:\d+: it answered 407 .* user and password/);
      const told = JSON.stringify(events) + error.message + error.stack;
      for (const secret of [userinfo, btoa(userinfo)]) assert.ok(!told.includes(secret));
      return true;
    });
  }
  assert.deepEqual(origin.requests, []);
});

test('squid is told who asks by Digest, over many connections and more requests than its nonce is good for', {
  skip,
}, async (t) => {
  const origin = await startOrigin(t);
  const { http, squid } = await throughSquid(t, { squid: { auth: 'digest' }, manager: { ca: origin.ca, maxSize: 8 } });
  for (const server of [origin.http, origin.https]) {
    await times(300, 20, async (i) => {
      assert.equal((await http.request('GET', `${server}/${i}`)).text(), `/${i}`);
    });
    const body = randomBytes(100_000);
    const expected = `${createHash('sha256').update(body).digest('hex')} ${body.length}`;
    assert.equal((await http.request('PUT', `${server}/hash`, { body })).text(), expected);
  }
  const log = squidLog(squid).filter(({ method }) => method === 'GET');
  assert.equal(log.filter(({ status, user }) => status === 200 && user === 'me').length, 300);
  const refused = log.filter(({ status }) => status === 407).length;
  // Squid's nonce is good for 100 requests: those who find that out together are each sent again.
  assert.ok(refused > 0 && refused <= 80, `${refused} of 300 requests were refused first`);
  assert.deepEqual(
    origin.requests.flatMap(({ headers }) => Object.keys(headers)).filter((name) => name.startsWith('proxy-')),
    [],
  );
});

test('squid that refuses a password by Digest is asked once more, and no more', { skip }, async (t) => {
  const origin = await startOrigin(t);
  for (const userinfo of ['me:wrong', 'nobody:secret']) {
    const { http, squid } = await throughSquid(t, {
      squid: { auth: 'digest' },
      userinfo,
      manager: { ca: origin.ca },
    });
    assert.equal((await http.request('GET', origin.http)).status, 407);
    await assert.rejects(http.request('GET', origin.https), { code: 'ERR_PROXY_AUTH', status: 407, attempt: 1 });
    assert.ok(squidLog(squid).length <= 5, `${squidLog(squid).length} requests`);
  }
  assert.deepEqual(origin.requests, []);
});

test('squid gets the credentials of its URL, and no origin behind it ever', { skip }, async (t) => {
  const origin = await startOrigin(t);
  const { http, squid } = await throughSquid(t, {
    manager: { ca: origin.ca, headers: { Authorization: 'Bearer origin' } },
  });
  const to = encodeURIComponent(`${origin.https}/end`);
  assert.equal((await http.request('GET', `${origin.http}/to?${to}`)).text(), '/end');
  assert.equal((await http.request('GET', `${origin.http}/direct`, { proxy: null })).text(), '/direct');
  assert.deepEqual(
    origin.requests.map(({ target, headers }) => [target.split('?')[0], headers.authorization ?? null]),
    [
      ['/to', 'Bearer origin'],
      ['/end', null],
      ['/direct', 'Bearer origin'],
    ],
  );
  assert.deepEqual(
    origin.requests.flatMap(({ headers }) => Object.keys(headers)).filter((name) => name.startsWith('proxy-')),
    [],
  );
  await http.close();
  await squidLogs(squid, 2);
  assert.deepEqual(new Set(squidLog(squid).map(({ user }) => user)), new Set(['me']));
});

test('squid passes on what is uploaded, of known length and in chunks, forwarded and through a tunnel', {
  skip,
}, async (t) => {
  const origin = await startOrigin(t);
  const { http } = await throughSquid(t, { manager: { ca: origin.ca } });
  const body = randomBytes(5_000_000);
  const expected = `${createHash('sha256').update(body).digest('hex')} ${body.length}`;
  const pieces = async function* (): AsyncGenerator<Buffer> {
    for (let at = 0; at < body.length; at += 100_000) yield body.subarray(at, at + 100_000);
  };
  for (const server of [origin.http, origin.https]) {
    assert.equal((await http.request('PUT', `${server}/hash`, { body })).text(), expected);
    assert.equal((await http.request('POST', `${server}/hash`, { body: pieces })).text(), expected);
  }
});

test('squid’s tunnel carries a client’s certificate to nginx', { skip }, async (t) => {
  const port = await unusedPort();
  const authority = await createCertificateAuthority();
  const nginx = await startNginx(
    t,
    { 'client-ca.pem': authority.certificate },
    `server {
      listen 127.0.0.1:${port} ssl;
      ssl_certificate cert.pem;
      ssl_certificate_key key.pem;
      ssl_client_certificate www/client-ca.pem;
      ssl_verify_client on;
      location / { return 200 $ssl_client_s_dn; }
    }`,
  );
  const { http } = await throughSquid(t, { manager: { ca: nginx.ca } });
  const url = `https://localhost:${port}/`;
  for (const name of ['Ada', 'Grace']) {
    const { cert, key } = await authority.issue({ client: true, name });
    assert.equal((await http.request('GET', url, { cert, key })).text(), `CN=${name}`);
  }
  assert.equal((await http.request('GET', url)).status, 400);
  assert.equal(http.snapshot().numConnections, 3);
});

test('squid’s tunnel carries 100 MB unchanged', { skip }, async (t) => {
  const content = randomBytes(1_000_000).toString('hex').repeat(50);
  const nginx = await startNginx(t, { large: content });
  const { http } = await throughSquid(t, { manager: { ca: nginx.ca } });
  const response = await http.stream('GET', `https://localhost:${nginx.https}/large`);
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of response) {
    hash.update(chunk);
    size += chunk.length;
  }
  assert.equal(size, 100_000_000);
  assert.equal(hash.digest('hex'), createHash('sha256').update(content).digest('hex'));
});

test('squid passes on server-sent events as they come, forwarded and through a tunnel', { skip }, async (t) => {
  const origin = await startOrigin(t);
  const { http } = await throughSquid(t, { manager: { ca: origin.ca } });
  for (const server of [origin.http, origin.https]) {
    const events = http.eventStream(`${server}/events`);
    const first = events.next();
    while (origin.requests.at(-1)?.headers.host !== new URL(server).host) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const [data, pending] of [
      ['one', first],
      ['two', null],
    ] as const) {
      const next = pending ?? events.next();
      origin.sendEvent(data);
      const { value } = await next;
      assert.equal(value?.data, data);
    }
    await events.return();
  }
});

test('squid’s tunnel carries a WebSocket', { skip }, async (t) => {
  const origin = await startOrigin(t);
  const { http, squid } = await throughSquid(t);
  const through = { url: `http://me:secret@127.0.0.1:${squid.port}`, tunnel: true };
  for (const [server, proxy] of [
    [origin.https, through.url],
    [origin.http, through],
  ] as const) {
    const { status, stream, headers } = await http.upgrade(`${server}/chat`, {
      protocol: 'websocket',
      headers: { 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' },
      ca: origin.ca,
      proxy,
    });
    assert.deepEqual([status, headers.get('sec-websocket-accept')], [101, 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=']);
    const frame = Buffer.from([0x81, 0x82, 1, 2, 3, 4, 0x69, 0x6b]);
    stream.write(frame);
    const [echoed] = await once(stream, 'data');
    assert.deepEqual(echoed, frame);
    stream.destroy();
  }
  assert.equal(http.snapshot().closed.upgraded, 2);
});

test('squid says that it cannot reach an origin: as a response to a forwarded request, as an error of a tunnel', {
  skip,
}, async (t) => {
  const { http } = await throughSquid(t, { manager: { retries: false } });
  const port = await unusedPort();
  assert.equal((await http.request('GET', `http://127.0.0.1:${port}/`)).status, 503);
  await assert.rejects(http.request('GET', `https://127.0.0.1:${port}/`), {
    name: 'ProxyError',
    code: 'ERR_PROXY',
    status: 503,
    message: /^Cannot connect to https:\S+ through the proxy http:\S+: it answered 503 Service Unavailable$/,
  });
});

test('squid that forbids a tunnel is an error that says so, and is not asked again', { skip }, async (t) => {
  const directives = 'acl CONNECT method CONNECT\nhttp_access deny CONNECT';
  const { http, squid } = await throughSquid(t, { squid: { directives } });
  await assert.rejects(http.request('GET', 'https://localhost:1/'), { code: 'ERR_PROXY', status: 403, attempt: 1 });
  assert.equal(squidLog(squid).length, 1);
  const { numConnections, numRequests } = http.snapshot();
  assert.deepEqual([numConnections, numRequests], [1, 0]);
});

test('squid may be killed while connections are kept: its name stands in errors, and requests succeed when it is back', {
  skip,
}, async (t) => {
  const origin = await startOrigin(t);
  const { http, squid } = await throughSquid(t, { manager: { ca: origin.ca } });
  const urls = [`${origin.http}/a`, `${origin.https}/b`];
  for (const url of urls) assert.equal((await http.request('GET', url)).status, 200);
  await squid.kill();
  for (const url of urls) {
    await assert.rejects(http.request('GET', url, { retries: false }), {
      code: 'ERR_CONNECTION_REFUSED',
      message: new RegExp(`the proxy http://127\\.0\\.0\\.1:${squid.port}.* refused the connection`),
    });
  }
  await squid.start();
  for (const url of urls) assert.equal((await http.request('GET', url, { retries: false })).status, 200);
  const { open, idle, active, dialling, queued } = http.snapshot();
  assert.deepEqual([open, idle, active, dialling, queued], [2, 2, 0, 0, 0]);
});

test('squid may be killed under load: every request is answered by the one that comes after it', {
  skip,
}, async (t) => {
  const origin = await startOrigin(t);
  const retries = new Retry(null, { connect: 100, read: 5, backoffFactor: 20, backoffMax: 50 });
  const { http, squid, events } = await throughSquid(t, { manager: { ca: origin.ca, maxSize: 8, retries } });
  let answered = 0;
  const load = times(600, 16, async (i) => {
    const server = i % 2 === 0 ? origin.http : origin.https;
    assert.equal((await http.request('GET', `${server}/${i}`)).text(), `/${i}`);
    answered += 1;
  });
  for (const at of [150, 350]) {
    while (answered < at) await new Promise((resolve) => setTimeout(resolve, 1));
    await squid.kill();
    await squid.start();
  }
  await load;
  assert.equal(answered, 600);
  // Those under way on kept connections were sent again without a word, and met a proxy that was down.
  for (const type of ['replay', 'retry'])
    assert.ok(
      events.some((event) => event.type === type),
      `no ${type}`,
    );
});

test('squid that gives up idle connections costs no request', { skip }, async (t) => {
  const origin = await startOrigin(t);
  const directives = 'client_idle_pconn_timeout 1 second\nread_timeout 1 second';
  const { http, events } = await throughSquid(t, { squid: { directives }, manager: { ca: origin.ca, retries: false } });
  const urls = [`${origin.http}/a`, `${origin.https}/b`];
  for (const url of urls) assert.equal((await http.request('GET', url)).status, 200);
  const deadline = performance.now() + 8_000;
  while (http.snapshot().open > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.deepEqual(http.snapshot().closed, { 'server-closed': 2 });
  for (const url of urls) assert.equal((await http.request('GET', url)).status, 200);
  assert.equal(events.filter(({ type }) => type === 'replay').length, 0);
});
