import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import { EventLog } from '../src/event-log.ts';
import { InspectorPage } from '../src/inspector-page.ts';
import { InspectorServer } from '../src/inspector-server.ts';
import { EventSource } from './event-source.ts';

const POLICY = "default-src 'none'; script-src 'sha256-x'";
const PAGE = new InspectorPage(
  `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><p>page</p><!--trace--><p>rest</p>`,
);
const SECURITY = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
} as const;

const lineOf = (at: number): string => JSON.stringify({ type: 'call-start', at, call: at, method: 'GET', url: 'u' });

async function serve(count: number, most = 1000) {
  const log = new EventLog('{"type":"trace","at":0}', { most });
  for (let i = 0; i < count; i++) log.append(lineOf(i), i);
  const server = await InspectorServer.listen(log, PAGE, { port: 0, unref: false });
  return { log, server, url: server.url, [Symbol.asyncDispose]: () => server.close() };
}

async function ask(url: string, options: { method?: string; path?: string; headers?: Record<string, string> } = {}) {
  const asking = request(url, { agent: false, ...options });
  asking.end();
  const [response] = await once(asking, 'response');
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

// name, what is asked otherwise, status
const MATRIX = [
  ['the page', {}, 200],
  ['a page without its slash', (url: string) => ({ path: new URL(url).pathname.slice(0, -1) }), 308],
  ['no token', { path: '/' }, 404],
  ['a wrong token', { path: `/${'0'.repeat(32)}/` }, 404],
  ['a path that leads out', (url: string) => ({ path: `${new URL(url).pathname}../../package.json` }), 404],
  ['another Host', { headers: { host: 'evil.example' } }, 403],
  ['another Origin', { headers: { origin: 'http://evil.example' } }, 403],
  ['POST', { method: 'POST' }, 405],
] as const;

for (const [name, what, status] of MATRIX) {
  test(`InspectorServer answers ${name} with ${status}`, async () => {
    await using served = await serve(1);
    const options = typeof what === 'function' ? what(served.url) : what;
    const { headers, body, ...answer } = await ask(served.url, options);
    assert.equal(answer.status, status);
    for (const [field, value] of Object.entries(SECURITY)) assert.equal(headers[field], value, field);
    assert.equal(headers['access-control-allow-origin'], undefined);
    assert.equal(body.includes('page'), status === 200);
  });
}

test('InspectorServer listens on 127.0.0.1 alone, by a URL with 128 random bits', async () => {
  await using one = await serve(0);
  await using other = await serve(0);
  assert.match(one.url, /^http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]{32}\/$/);
  assert.notEqual(new URL(one.url).pathname, new URL(other.url).pathname);
});

test('InspectorServer sends the page with its own policy, and no frame around it', async () => {
  await using served = await serve(0);
  const { headers, body } = await ask(served.url);
  assert.equal(headers['content-security-policy'], `${POLICY}; frame-ancestors 'none'`);
  assert.equal(headers['content-type'], 'text/html; charset=utf-8');
  assert.equal(body, PAGE.html);
});

test('InspectorServer sends what is held, then what comes, and an end', async () => {
  const { log, server, url } = await serve(2);
  const source = await EventSource.open(url);
  await source.until(() => source.types.length >= 3);
  log.append(lineOf(2), 2);
  server.wake();
  await source.until(() => source.types.length >= 4);
  const closed = server.close();
  const messages = await source.until((all) => all.at(-1)?.event === 'end');
  await closed;
  assert.deepEqual(
    messages.flatMap(({ events }) => events.map(({ type, at }) => `${type} ${at}`)),
    ['trace 0', 'call-start 0', 'call-start 1', 'call-start 2'],
  );
});

test('InspectorServer tells pages the time, by the clock of the events', async () => {
  await using served = await serve(0);
  const source = await EventSource.open(served.url);
  const before = performance.now();
  await source.until(() => source.times.length > 0);
  const [time = 0] = source.times;
  assert.ok(time >= before && time <= performance.now());
  source.close();
});

test('InspectorServer goes on where a page was cut off', async () => {
  await using served = await serve(5);
  const first = await EventSource.open(served.url);
  const [, held] = await first.until((messages) => messages.length >= 2);
  first.close();
  served.log.append(lineOf(5), 5);
  const second = await EventSource.open(served.url, held?.id);
  const messages = await second.until((all) => all.length >= 2);
  assert.deepEqual(
    messages[1]?.events.map(({ at }) => at),
    [5],
  );
  second.close();
});

for (const id of ['99', '-1', '1.5', 'x']) {
  test(`InspectorServer begins anew for the id ${id}, which it never gave`, async () => {
    await using served = await serve(2);
    const source = await EventSource.open(served.url, id);
    await source.until(() => source.types.length >= 3);
    assert.deepEqual(source.types, ['trace', 'call-start', 'call-start']);
    source.close();
  });
}

test('InspectorServer says what was forgotten before a page was opened', async () => {
  await using served = await serve(10, 3);
  const source = await EventSource.open(served.url);
  const messages = await source.until((all) => all.length >= 2);
  assert.deepEqual(
    messages[1]?.events.map(({ type, at, events }) => [type, at, events]),
    [
      ['gap', 7, 7],
      ['call-start', 7, undefined],
      ['call-start', 8, undefined],
      ['call-start', 9, undefined],
    ],
  );
  source.close();
});

test('InspectorServer tells a page that is too slow how much it has missed, and buffers nothing for it', async () => {
  await using served = await serve(0, 100);
  const source = await EventSource.open(served.url);
  // Nobody reads: its socket fills up, while 500 MB go by.
  const filler = 'x'.repeat(100_000);
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 5000; i++) {
    served.log.append(`{"type":"call-start","at":${i},"filler":"${filler}"}`, i);
    if (i % 50 !== 0) continue;
    served.server.wake();
    await new Promise((resolve) => setTimeout(resolve, i % 500 === 0 ? 60 : 0));
  }
  assert.ok(process.memoryUsage().heapUsed - before < 150_000_000);
  await source.until((all) => all.at(-1)?.events.at(-1)?.at === 4999);
  const events = source.messages.flatMap((message) => message.events).slice(1);
  let seen = 0;
  for (const event of events) seen += event.type === 'gap' ? (event.events ?? 0) : 1;
  assert.equal(seen, 5000);
  assert.ok(events.some(({ type }) => type === 'gap'));
  source.close();
});

test('InspectorServer ends though a page takes nothing', async () => {
  const { log, server, url } = await serve(0, 100);
  const source = await EventSource.open(url);
  for (let i = 0; i < 100; i++) log.append(`{"type":"x","at":${i},"filler":"${'x'.repeat(100_000)}"}`, i);
  await server.close();
  source.close();
});

test('InspectorServer gives the trace as a file', async () => {
  await using served = await serve(2);
  const { headers, body } = await ask(`${served.url}trace.ndjson`);
  assert.equal(headers['content-disposition'], 'attachment; filename="urlpool-trace.ndjson"');
  assert.equal(body, `{"type":"trace","at":0}\n${lineOf(0)}\n${lineOf(1)}\n`);
});

test('InspectorServer gives the page with the trace in it, and nothing in it ends the script', async () => {
  await using served = await serve(0);
  const line = JSON.stringify({
    type: 'warning',
    at: 1,
    message: '</script><script>alert(1)</script><!-- \u2028 $& $1',
  });
  served.log.append(line, 1);
  const { headers, body } = await ask(`${served.url}saved.html`);
  assert.equal(headers['content-disposition'], 'attachment; filename="urlpool-saved.html"');
  const found =
    /<p>page<\/p><script type="application\/x-ndjson" id="trace" data-saved-at="([^"]*)">\n([^<\u2028]*)<\/script><p>rest<\/p>$/.exec(
      body,
    );
  assert.ok(Math.abs(Date.parse(found?.[1] ?? '') - Date.now()) < 60_000);
  assert.deepEqual(JSON.parse((found?.[2] ?? '').split('\n')[1] ?? ''), JSON.parse(line));
});

test('InspectorServer says that a port is in use', async () => {
  await using served = await serve(0);
  const port = Number(new URL(served.url).port);
  await assert.rejects(InspectorServer.listen(served.log, PAGE, { port, unref: false }), {
    code: 'ERR_PORT',
    message: `Cannot serve the inspector on port ${port}: it is in use; give another one, or 0 for any that is free`,
  });
});

test('InspectorServer serves so many pages, and asks others to come later', async () => {
  await using served = await serve(0);
  const sources = await Promise.all(Array.from({ length: 32 }, () => EventSource.open(served.url)));
  assert.equal((await ask(`${served.url}events`)).status, 503);
  for (const source of sources) source.close();
});
