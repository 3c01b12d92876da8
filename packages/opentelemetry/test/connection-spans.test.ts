import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { HTTPConnectionPool, PoolManager } from 'urlpool';
import { createCertificateAuthority, TestProxy, unusedPort } from 'urlpool-testing';
import { served, site } from './served.ts';
import { only, traced, tree } from './traced.ts';

test('the opening of a connection by name and TLS is a root span with a child for each step', async (t) => {
  const authority = await createCertificateAuthority();
  const tls = await authority.issue({ hosts: ['a.test'] });
  const { http, server, spans } = await served(t, site, {
    tls,
    lookup: (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  await http.request('GET', `https://a.test:${server.port}/`);
  assert.deepEqual(tree(spans().filter(({ kind }) => kind === SpanKind.INTERNAL)), [
    `INTERNAL HTTP connection_setup a.test:${server.port}`,
    '  INTERNAL DNS lookup a.test',
    `  INTERNAL socket connect 127.0.0.1:${server.port}`,
    '  INTERNAL TLS client handshake a.test',
  ]);
  const { port } = server;
  // name, attributes
  const told = [
    [
      'HTTP connection_setup',
      { 'network.peer.address': '127.0.0.1', 'server.address': 'a.test', 'server.port': port, 'url.scheme': 'https' },
    ],
    ['DNS lookup', { 'dns.answers': ['127.0.0.1'], 'dns.question.name': 'a.test' }],
    ['socket connect', { 'network.peer.address': '127.0.0.1', 'network.peer.port': port, 'network.type': 'ipv4' }],
    ['TLS client handshake', { 'server.address': 'a.test', 'tls.protocol.name': 'tls', 'tls.protocol.version': '1.3' }],
  ] as const;
  for (const [name, attributes] of told) assert.deepEqual(only(spans(), name).attributes, attributes);
});

test('the opening of a connection is no part of the trace of the request that needed it', async (t) => {
  const { http, origin, spans, tracerProvider } = await served(t, site);
  await tracerProvider.getTracer('test').startActiveSpan('work', async (span) => {
    await http.request('GET', origin);
    span.end();
  });
  const setup = only(spans(), 'HTTP connection_setup');
  assert.equal(setup.parentSpanContext, undefined);
  assert.notEqual(setup.spanContext().traceId, only(spans(), 'work').spanContext().traceId);
});

test('a connection that cannot be opened is a span with its error', async (t) => {
  const { http, spans } = await served(t, site);
  const port = await unusedPort();
  await assert.rejects(http.request('GET', `http://127.0.0.1:${port}/`, { retries: false }));
  assert.deepEqual(tree(spans()).sort(), [
    `  INTERNAL socket connect 127.0.0.1:${port} !`,
    'CLIENT GET !',
    `INTERNAL HTTP connection_setup 127.0.0.1:${port} !`,
  ]);
  assert.equal(only(spans(), 'HTTP connection_setup').attributes['error.type'], 'ERR_CONNECTION_REFUSED');
});

test('a name that is not found is the error of its look-up, of the setup and of the request', async (t) => {
  const { http, spans, points } = await served(t, site, {
    lookup: (_host, _options, answer) => answer(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), []),
  });
  await assert.rejects(http.request('GET', 'http://nowhere.test/', { retries: false }));
  assert.deepEqual(
    spans().map(({ name, attributes, status }) => [name, attributes['error.type'], status.code]),
    ['GET', 'HTTP connection_setup nowhere.test:80', 'DNS lookup nowhere.test'].map((name) => [
      name,
      'ERR_NAME_NOT_FOUND',
      SpanStatusCode.ERROR,
    ]),
  );
  const [point] = await points('dns.lookup.duration');
  assert.deepEqual(point?.attributes, { 'dns.question.name': 'nowhere.test', 'error.type': 'ERR_NAME_NOT_FOUND' });
});

test('a tunnel is a step of its own', async (t) => {
  const proxy = await TestProxy.start();
  t.after(() => proxy.close());
  const authority = await createCertificateAuthority();
  const { http, origin, spans } = await served(t, site, { tls: await authority.issue(), proxy: proxy.url });
  await http.request('GET', origin);
  const { host } = new URL(proxy.url);
  assert.deepEqual(tree(spans().filter(({ kind }) => kind === SpanKind.INTERNAL)), [
    `INTERNAL HTTP connection_setup ${new URL(origin).host}`,
    `  INTERNAL socket connect ${host}`,
    `  INTERNAL proxy tunnel ${host}`,
    '  INTERNAL TLS client handshake 127.0.0.1',
  ]);
});

test('connectionSpans: false makes none, and no links', async (t) => {
  const { http, origin, spans, points } = await served(t, site, { telemetry: { connectionSpans: false } });
  await http.request('GET', origin);
  assert.deepEqual(tree(spans()), ['CLIENT GET']);
  assert.equal((await points('http.client.open_connections')).length, 2);
});

test('what was under way when the listening began is passed over', async (t) => {
  const { origin, hooks, open, spans, points } = await served(t, site);
  const http = new PoolManager({ propagate: hooks.propagate });
  t.after(() => http.close());
  const response = await http.stream('GET', `${origin}/before`);
  const stop = http.subscribe(hooks.onEvent);
  await response.text();
  await http.request('GET', `${origin}/after`);
  stop();
  assert.deepEqual([tree(spans()), open()], [['CLIENT GET'], 0]);
  await http.close();
  assert.deepEqual(await points('http.client.open_connections'), []);
  assert.equal((await points('http.client.request.duration')).length, 1);
});

test('pools and several managers may share the hooks', async (t) => {
  const { http, origin, hooks, spans, open } = await served(t, site);
  const pool = new HTTPConnectionPool('127.0.0.1', { port: Number(new URL(origin).port), ...hooks });
  await Promise.all([pool.request('GET', '/a'), http.request('GET', `${origin}/b`)]);
  await pool.close();
  assert.deepEqual([spans().length, open()], [6, 0]);
});

test('a server at a Unix socket is told by its path, without a port', {
  skip: process.platform === 'win32',
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'urlpool-'));
  const path = join(folder, 'a.sock');
  const server = createServer((_request, response) => response.end()).listen(path);
  await once(server, 'listening');
  const { hooks, spans, points } = traced(t);
  const http = new PoolManager(hooks);
  await http.request('GET', `http+unix://${encodeURIComponent(path)}/a`);
  await http.close();
  server.close();
  rmSync(folder, { recursive: true });
  const setup = { 'server.address': path, 'url.scheme': 'http+unix', 'network.peer.address': path };
  assert.deepEqual(only(spans(), `HTTP connection_setup ${path}`).attributes, setup);
  const request = only(spans(), 'GET').attributes;
  assert.deepEqual([request['server.address'], 'server.port' in request], [path, false]);
  const [duration] = await points('http.client.connection.duration');
  assert.deepEqual(duration?.attributes, { ...setup, 'network.protocol.version': '1.1' });
});
