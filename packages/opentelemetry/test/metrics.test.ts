import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metrics } from '@opentelemetry/api';
import { PoolManager } from 'urlpool';
import { openTelemetry } from 'urlpool-opentelemetry';
import type { Script } from 'urlpool-testing';
import { served, site } from './served.ts';
import { type Point, traced } from './traced.ts';

const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const CONNECTION_SECONDS = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** The attributes of a request to a server on this port. */
function ofRequest(port: number): Record<string, string | number> {
  return { 'http.request.method': 'GET', 'server.address': '127.0.0.1', 'server.port': port, 'url.scheme': 'http' };
}

function ofConnection(port: number): Record<string, string | number> {
  return {
    'network.peer.address': '127.0.0.1',
    'network.protocol.version': '1.1',
    'server.address': '127.0.0.1',
    'server.port': port,
    'url.scheme': 'http',
  };
}

// metric, unit, boundaries of its buckets where the conventions give them
const METRICS: readonly (readonly [string, string, readonly number[] | null])[] = [
  ['http.client.request.duration', 's', REQUEST_SECONDS],
  ['http.client.active_requests', '{request}', null],
  ['http.client.request.body.size', 'By', null],
  ['http.client.response.body.size', 'By', null],
  ['http.client.open_connections', '{connection}', null],
  ['http.client.connection.duration', 's', CONNECTION_SECONDS],
  ['dns.lookup.duration', 's', REQUEST_SECONDS],
];

for (const [name, unit, boundaries] of METRICS) {
  test(`${name} has the unit and the buckets of the conventions`, async (t) => {
    const {
      http,
      server,
      points,
      unit: unitOf,
    } = await served(t, site, {
      lookup: (_host, _options, answer) => answer(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    await http.request('GET', `http://a.test:${server.port}/a`);
    await http.close();
    assert.equal(await unitOf(name), unit);
    if (boundaries !== null) assert.deepEqual((await points(name))[0]?.boundaries, boundaries);
  });
}

test('the duration of each attempt is counted with how it ended', async (t) => {
  const { http, origin, server, points } = await served(t, site);
  await http.request('GET', `${origin}/to/404`);
  const shared = { ...ofRequest(server.port), 'network.protocol.version': '1.1' };
  const found = await points('http.client.request.duration');
  assert.deepEqual(
    found.map(({ attributes, count }) => ({ attributes, count })),
    [
      { attributes: { ...shared, 'http.response.status_code': 302 }, count: 1 },
      { attributes: { ...shared, 'http.response.status_code': 404, 'error.type': '404' }, count: 1 },
    ],
  );
  assert.ok(found.every(({ sum }) => sum !== null && sum > 0 && sum < 5));
});

test('active requests are counted up and down again', async (t) => {
  const held = halfAnswer();
  const { http, origin, server, points } = await served(t, held.script);
  const response = await http.stream('GET', `${origin}/a`);
  const during = await points('http.client.active_requests');
  held.open();
  await response.text();
  const after = await points('http.client.active_requests');
  const attributes = ofRequest(server.port);
  assert.deepEqual([during, after].map(plain), [[{ attributes, count: 1 }], [{ attributes, count: 0 }]]);
});

test('bodies are measured as they are sent and received', async (t) => {
  const { http, origin, points } = await served(t, site);
  await http.request('POST', `${origin}/nine-byte`, { body: 'twelve bytes' });
  const sums = await Promise.all(
    ['http.client.request.body.size', 'http.client.response.body.size'].map(async (name) =>
      (await points(name)).map(({ sum }) => sum),
    ),
  );
  assert.deepEqual(sums, [[12], ['/nine-byte'.length]]);
});

test('connections are counted by what they do, and measured when they close', async (t) => {
  const held = halfAnswer();
  const { http, origin, server, points } = await served(t, held.script);
  const response = await http.stream('GET', `${origin}/a`);
  const counts = async (): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await points('http.client.open_connections')).map(({ attributes, count }) => {
        const { 'http.connection.state': state, ...rest } = attributes;
        assert.deepEqual(rest, ofConnection(server.port));
        return [String(state), count];
      }),
    );
  assert.deepEqual(await counts(), { idle: 0, active: 1 });
  held.open();
  await response.text();
  assert.deepEqual(await counts(), { idle: 1, active: 0 });
  assert.deepEqual(await points('http.client.connection.duration'), []);
  await http.close();
  assert.deepEqual(await counts(), { idle: 0, active: 0 });
  const attributes = ofConnection(server.port);
  assert.deepEqual(plain(await points('http.client.connection.duration')), [{ attributes, count: 1 }]);
});

test('a global provider that is registered late is used from then on', async (t) => {
  t.after(() => metrics.disable());
  const { origin } = await served(t, site);
  const { meterProvider, points } = traced(t);
  const http = new PoolManager({ ...openTelemetry() });
  t.after(() => http.close());
  await http.request('GET', `${origin}/before`);
  metrics.setGlobalMeterProvider(meterProvider);
  await http.request('GET', `${origin}/after`);
  await http.close();
  assert.deepEqual(
    (await points('http.client.request.duration')).map(({ count }) => count),
    [1],
  );
  // The connection was not counted up there, so it is not counted down.
  assert.deepEqual(await points('http.client.open_connections'), []);
});

/** A script whose body comes to its end when it is told so. */
function halfAnswer(): { readonly script: Script; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const script: Script = async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf');
    await opened;
    await connection.write('half');
    await connection.closed;
  };
  return { script, open: () => open() };
}

function plain(points: readonly Point[]): Pick<Point, 'attributes' | 'count'>[] {
  return points.map(({ attributes, count }) => ({ attributes, count }));
}
