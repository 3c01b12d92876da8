import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Attributes, context, propagation, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  CompositePropagator,
  suppressTracing,
  W3CBaggagePropagator,
  W3CTraceContextPropagator,
} from '@opentelemetry/core';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import {
  basicAuth,
  digestAuth,
  HTTPConnectionPool,
  PoolManager,
  Retry,
  Session,
  systemClock,
  type TraceListener,
} from 'urlpool';
import { type ScriptedConnection, TestProxy, unusedPort } from 'urlpool-testing';
import { dying, type Served, served, site, traceparents } from './served.ts';
import { duration, only, requests, tree } from './traced.ts';

/** Of each request: what tells its outcome. */
function outcomes(spans: readonly ReadableSpan[]): string[] {
  return requests(spans).map(({ name, attributes, status }) => {
    const told = [
      attributes['http.request.resend_count'] ?? 0,
      attributes['http.response.status_code'] ?? 'none',
      attributes['error.type'] ?? 'fine',
      status.code === SpanStatusCode.ERROR ? 'ERROR' : 'UNSET',
    ];
    assert.equal(status.message, undefined);
    return `${name} ${told.join(' ')}`;
  });
}

test('a request is a CLIENT span of its own trace, linked to the setup of its connection', async (t) => {
  const { http, origin, spans } = await served(t, site);
  await http.request('GET', `${origin}/a`);
  assert.deepEqual(
    tree(spans()).sort(),
    [
      '  INTERNAL socket connect 127.0.0.1:PORT',
      'CLIENT GET -> HTTP connection_setup 127.0.0.1:PORT',
      'INTERNAL HTTP connection_setup 127.0.0.1:PORT',
    ].map((line) => line.replaceAll('127.0.0.1:PORT', new URL(origin).host)),
  );
});

test('the attributes of a request are those of the conventions, and no others', async (t) => {
  const { http, origin, server, spans } = await served(t, site);
  await http.request('GET', `${origin}/a?b=1&sig=secret`);
  const [span] = requests(spans());
  assert.equal(span?.kind, SpanKind.CLIENT);
  assert.deepEqual(span.attributes, {
    'http.request.method': 'GET',
    'http.response.status_code': 200,
    'network.peer.address': '127.0.0.1',
    'network.peer.port': server.port,
    'network.protocol.version': '1.1',
    'server.address': '127.0.0.1',
    'server.port': server.port,
    'url.full': `${origin}/a?b=1&sig=REDACTED`,
  });
});

test('a request on a kept connection is linked to the same setup', async (t) => {
  const { http, origin, spans } = await served(t, site);
  await http.request('GET', `${origin}/a`);
  await http.request('GET', `${origin}/b`);
  const setup = only(spans(), 'HTTP connection_setup').spanContext().spanId;
  const links = requests(spans()).map((span) => span.links.map((link) => link.context.spanId));
  assert.deepEqual(links, [[setup], [setup]]);
});

// name, target, what is told of each attempt
const RESULTS: readonly (readonly [string, string, readonly string[]])[] = [
  ['a success', '/a', ['GET 0 200 fine UNSET']],
  ['a 304', '/304', ['GET 0 304 fine UNSET']],
  ['a 404', '/404', ['GET 0 404 404 ERROR']],
  ['a 500', '/500', ['GET 0 500 500 ERROR']],
  ['redirects', '/to/to/a', ['GET 0 302 fine UNSET', 'GET 1 302 fine UNSET', 'GET 2 200 fine UNSET']],
  ['a redirect to a 404', '/to/404', ['GET 0 302 fine UNSET', 'GET 1 404 404 ERROR']],
];

for (const [name, target, told] of RESULTS) {
  test(`each attempt is a span: ${name}`, async (t) => {
    const { http, origin, spans } = await served(t, site);
    await http.request('GET', origin + target);
    assert.deepEqual(outcomes(spans()), told);
  });
}

test('each attempt is a span: retries of a status', async (t) => {
  const { http, origin, spans } = await served(t, site);
  const retries = new Retry(2, { statusForcelist: [503], raiseOnStatus: false });
  await http.request('GET', `${origin}/503`, { retries });
  assert.deepEqual(outcomes(spans()), ['GET 0 503 503 ERROR', 'GET 1 503 503 ERROR', 'GET 2 503 503 ERROR']);
});

test('each attempt is a span: one redirect too many', async (t) => {
  const { http, origin, spans } = await served(t, site);
  await assert.rejects(http.request('GET', `${origin}/to/to/a`, { retries: new Retry(9, { redirect: 1 }) }));
  assert.deepEqual(outcomes(spans()), ['GET 0 302 fine UNSET', 'GET 1 302 ERR_TOO_MANY_REDIRECTS ERROR']);
});

test('an attempt is over before the wait for the next one: what ends the call then is no error of it', async (t) => {
  const { http, origin, spans } = await served(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 302 Found\r\nLocation: /a\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n');
  });
  const controller = new AbortController();
  const onEvent: TraceListener = ({ type }) => {
    if (type === 'redirect') setImmediate(() => controller.abort());
  };
  const retries = new Retry(2);
  const response = http.request('GET', origin, { signal: controller.signal, onEvent, retries });
  await assert.rejects(response, { name: 'AbortError' });
  assert.deepEqual(outcomes(spans()), ['GET 0 302 fine UNSET']);
});

test('each attempt is a span: a replay of what was never written, since its connection was seen to close', async (t) => {
  const { http, origin, spans } = await served(t, [
    async (connection) => {
      await connection.request();
      void connection.respond();
      connection.end();
    },
    site,
  ]);
  await http.request('GET', `${origin}/a`);
  await http.request('POST', `${origin}/b`, { retries: false });
  assert.deepEqual(outcomes(spans()), [
    'GET 0 200 fine UNSET',
    'POST 0 none ERR_CONNECTION_CLOSED ERROR',
    'POST 1 200 fine UNSET',
  ]);
});

test('each attempt is a span: a silent replay', async (t) => {
  const { http, origin, spans } = await served(t, [dying, site]);
  await http.request('GET', `${origin}/a`);
  await http.request('GET', `${origin}/b`, { retries: false });
  assert.deepEqual(outcomes(spans()), [
    'GET 0 200 fine UNSET',
    'GET 0 none ERR_CONNECTION_CLOSED ERROR',
    'GET 1 200 fine UNSET',
  ]);
});

test('each attempt is a span: retries where there is no connection', async (t) => {
  const { http, spans } = await served(t, site);
  const url = `http://127.0.0.1:${await unusedPort()}/`;
  await assert.rejects(http.request('GET', url, { retries: new Retry({ connect: 1 }) }));
  assert.deepEqual(outcomes(spans()), [
    'GET 0 none ERR_CONNECTION_REFUSED ERROR',
    'GET 1 none ERR_CONNECTION_REFUSED ERROR',
  ]);
  assert.deepEqual(
    requests(spans()).map(({ links }) => links),
    [[], []],
  );
});

test('each attempt is a span: a challenge that is answered', async (t) => {
  const { origin, hooks, spans } = await served(t, async (connection) => {
    await connection.request();
    await connection.write(
      'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\nContent-Length: 0\r\n\r\n',
    );
    await connection.request();
    await connection.respond();
  });
  const session = new Session({ ...hooks, baseUrl: origin, auth: digestAuth('user', 'password') });
  t.after(() => session.close());
  await session.get('/a');
  assert.deepEqual(outcomes(spans()), ['GET 0 401 401 ERROR', 'GET 1 200 fine UNSET']);
});

test('a body that is cut short is an error of its span', async (t) => {
  const { http, origin, spans } = await served(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf');
    connection.end();
  });
  await assert.rejects(http.request('GET', origin, { retries: false }));
  assert.deepEqual(outcomes(spans()), ['GET 0 200 ERR_CONNECTION_CLOSED ERROR']);
});

test('a body that cannot be decoded is an error of its span', async (t) => {
  const { http, origin, spans } = await served(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope');
  });
  await assert.rejects(http.request('GET', origin, { retries: false }));
  assert.deepEqual(outcomes(spans()), ['GET 0 200 ERR_DECODE ERROR']);
});

test('a request that waits in vain is a span with its error, without a link', async (t) => {
  const { origin, hooks, spans } = await served(t, silent);
  const pool = new HTTPConnectionPool('127.0.0.1', { port: Number(new URL(origin).port), maxSize: 1, ...hooks });
  t.after(() => pool.close({ timeout: 1 }));
  const controller = new AbortController();
  const held = pool.request('GET', '/held', { signal: controller.signal }).catch(() => {});
  await assert.rejects(pool.request('GET', '/queued', { timeout: { pool: 5 }, retries: false }));
  controller.abort();
  await held;
  const queued = requests(spans()).find(({ attributes }) => String(attributes['url.full']).endsWith('/queued'));
  assert.deepEqual([queued?.attributes['error.type'], queued?.links], ['ERR_TIMEOUT', []]);
});

async function silent(connection: ScriptedConnection): Promise<void> {
  for (;;) await connection.request();
}

// name, when it is aborted, what is told
const ABORTS: readonly (readonly [string, (all: Served, controller: AbortController) => Promise<unknown>, string])[] = [
  [
    'while it waits for a connection',
    ({ http, origin }, controller) => {
      const response = http.request('GET', origin, { signal: controller.signal });
      controller.abort();
      return response;
    },
    'GET 0 none ERR_CANCELLED ERROR',
  ],
  [
    'while it waits for the answer',
    async ({ http, origin }, controller) => {
      const response = http.request('GET', origin, {
        signal: controller.signal,
        onEvent: ({ type }) => {
          if (type === 'send-end') setImmediate(() => controller.abort());
        },
      });
      return await response;
    },
    'GET 0 none ERR_CANCELLED ERROR',
  ],
];

for (const [name, run, told] of ABORTS) {
  test(`a request that is aborted ${name} ends its span`, async (t) => {
    const all = await served(t, silent);
    await assert.rejects(run(all, new AbortController()), { name: 'AbortError' });
    assert.deepEqual(outcomes(all.spans()), [told]);
  });
}

test('a request that is aborted before it begins makes no span', async (t) => {
  const { http, origin, spans } = await served(t, site);
  await assert.rejects(http.request('GET', origin, { signal: AbortSignal.abort() }));
  assert.deepEqual(spans(), []);
});

test('a deadline is the error of the attempt that it ended', async (t) => {
  const { http, origin, spans } = await served(t, silent);
  await assert.rejects(http.request('GET', origin, { timeout: { total: 20 }, retries: false }));
  assert.deepEqual(outcomes(spans()), ['GET 0 none ERR_TIMEOUT ERROR']);
});

// Streams

async function inTwoParts(connection: ScriptedConnection): Promise<void> {
  await connection.request();
  await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf');
  await connection.wait(40);
  await connection.write('half');
}

test('the span of a streamed response ends with its body', async (t) => {
  const { http, origin, spans } = await served(t, inTwoParts);
  const response = await http.stream('GET', origin);
  assert.deepEqual(requests(spans()), []);
  assert.equal(await response.text(), 'halfhalf');
  assert.deepEqual(outcomes(spans()), ['GET 0 200 fine UNSET']);
  assert.ok(duration(only(spans(), 'GET')) >= 30);
});

test('the span of a streamed response that is disposed of ends with its head, without an error', async (t) => {
  const { http, origin, spans } = await served(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 900000\r\n\r\nhalf');
  });
  const response = await http.stream('GET', origin);
  const before = Date.now();
  await new Promise((resolve) => systemClock.setTimer(60, () => resolve(null), true));
  await response.dispose();
  assert.deepEqual(outcomes(spans()), ['GET 0 200 fine UNSET']);
  const { endTime } = only(spans(), 'GET');
  assert.ok(endTime[0] * 1000 + endTime[1] / 1e6 < before + 50);
});

test('the span of a request whose connection becomes another protocol’s ends with the head', async (t) => {
  const { http, origin, spans } = await served(t, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n');
  });
  const { stream } = await http.upgrade(origin, { protocol: 'echo' });
  assert.deepEqual(outcomes(spans()), ['GET 0 101 fine UNSET']);
  stream.destroy();
});

// Context

test('a request within a span is its child, at each attempt', async (t) => {
  const { http, origin, server, spans, tracerProvider } = await served(t, [dying, site]);
  await http.request('GET', `${origin}/first`);
  const retries = new Retry(2, { statusForcelist: [503], raiseOnStatus: false, backoffFactor: 10 });
  await tracerProvider.getTracer('test').startActiveSpan('work', async (span) => {
    await http.request('GET', `${origin}/replayed`, { retries: false });
    await http.request('GET', `${origin}/to/503`, { retries });
    span.end();
  });
  const { traceId, spanId } = only(spans(), 'work').spanContext();
  const children = requests(spans()).slice(1);
  assert.deepEqual(
    children.map((span) => span.parentSpanContext?.spanId),
    [spanId, spanId, spanId, spanId, spanId],
  );
  assert.deepEqual(
    traceparents(server).slice(1),
    children.map((span) => `00-${traceId}-${span.spanContext().spanId}-01`),
  );
});

test('each of two calls at once keeps its own context', async (t) => {
  const { http, origin, spans, tracerProvider } = await served(t, site);
  const tracer = tracerProvider.getTracer('test');
  await Promise.all(
    ['a', 'b'].map((name) =>
      tracer.startActiveSpan(name, async (span) => {
        await http.request('GET', `${origin}/to/${name}`);
        span.end();
      }),
    ),
  );
  for (const name of ['a', 'b']) {
    const { spanId } = only(spans(), name).spanContext();
    const urls = requests(spans())
      .filter(({ parentSpanContext }) => parentSpanContext?.spanId === spanId)
      .map(({ attributes }) => attributes['url.full']);
    assert.deepEqual(urls, [`${origin}/to/${name}`, `${origin}/${name}`]);
  }
});

test('baggage goes with every request', async (t) => {
  const propagator = new CompositePropagator({
    propagators: [new W3CTraceContextPropagator(), new W3CBaggagePropagator()],
  });
  const { http, origin, server } = await served(t, site, { telemetry: { propagator } });
  const baggage = propagation.createBaggage({ user: { value: '7' } });
  await context.with(propagation.setBaggage(context.active(), baggage), () => http.request('GET', `${origin}/to/a`));
  const sent = server.requests.map(({ raw }) => /^baggage: (.*)\r$/m.exec(raw.toString())?.[1]);
  assert.deepEqual(sent, ['user=7', 'user=7']);
});

test('where tracing is suppressed there is no span, of connections neither', async (t) => {
  const { http, origin, server, spans, points } = await served(t, site);
  await context.with(suppressTracing(context.active()), () => http.request('GET', `${origin}/to/a`));
  assert.deepEqual([spans(), traceparents(server)], [[], [undefined, undefined]]);
  assert.equal((await points('http.client.request.duration')).length, 2);
});

test('a connection that is opened in advance has its span, whoever waits meanwhile', async (t) => {
  const { http, origin, spans } = await served(t, site);
  const silent = context.with(suppressTracing(context.active()), () => http.request('GET', `${origin}/a`));
  await http.preconnect(origin, 2);
  await silent;
  assert.ok(spans().some(({ name }) => name.startsWith('HTTP connection_setup')));
  assert.deepEqual(requests(spans()), []);
});

test('a connection that is opened for others too has its span', async (t) => {
  const { http, origin, spans } = await served(t, site);
  await Promise.all([
    context.with(suppressTracing(context.active()), () => http.request('GET', `${origin}/a`)),
    http.request('GET', `${origin}/b`),
  ]);
  assert.equal(requests(spans()).length, 1);
  assert.ok(spans().some(({ name }) => name.startsWith('HTTP connection_setup')));
});

// Options

// name, options, method, what is told of the span's name and of some attributes
const NAMES: readonly (readonly [string, Parameters<typeof served>[2], string, string, Attributes])[] = [
  ['by its method', {}, 'DELETE', 'DELETE', { 'http.request.method': 'DELETE' }],
  [
    'HTTP where its method is not known',
    {},
    'PROPFIND',
    'HTTP',
    { 'http.request.method': '_OTHER', 'http.request.method_original': 'PROPFIND' },
  ],
  [
    'by a method that was made known',
    { telemetry: { knownMethods: ['PROPFIND'] } },
    'PROPFIND',
    'PROPFIND',
    { 'http.request.method': 'PROPFIND' },
  ],
  [
    'by its template',
    { telemetry: { urlTemplate: ({ url }) => new URL(url).pathname.replace(/\d+/, '{id}') } },
    'GET',
    'GET /users/{id}',
    { 'url.template': '/users/{id}' },
  ],
  ['by its method where there is no template', { telemetry: { urlTemplate: () => null } }, 'GET', 'GET', {}],
];

for (const [name, options, method, spanName, attributes] of NAMES) {
  test(`a span is named ${name}`, async (t) => {
    const { http, origin, spans } = await served(t, site, options);
    await http.request(method, `${origin}/users/7`);
    const [span] = requests(spans());
    assert.equal(span?.name, spanName);
    assert.deepEqual({ ...span.attributes, ...attributes }, span.attributes);
  });
}

test('header fields are recorded where they are asked for, without credentials', async (t) => {
  const telemetry = { requestHeaders: ['X-Id', 'Authorization'], responseHeaders: ['Set-Cookie', 'x-a'] };
  const { origin, hooks, spans } = await served(
    t,
    async (connection) => {
      await connection.request();
      await connection.write(
        'HTTP/1.1 200 OK\r\nSet-Cookie: a=secret\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 0\r\n\r\n',
      );
    },
    { telemetry },
  );
  const session = new Session({ ...hooks, auth: basicAuth('user', 'secret') });
  t.after(() => session.close());
  await session.get(origin, { headers: { 'x-id': '7' } });
  const [span] = requests(spans());
  const recorded = Object.entries(span?.attributes ?? {}).filter(([name]) => name.includes('.header.'));
  assert.ok(!JSON.stringify(span?.attributes).includes('secret'));
  assert.deepEqual(recorded.map(([name]) => name).sort(), [
    'http.request.header.authorization',
    'http.request.header.x-id',
    'http.response.header.set-cookie',
    'http.response.header.x-a',
  ]);
  assert.deepEqual(span?.attributes['http.response.header.x-a'], ['1', '2']);
});

test('through a proxy that forwards, the server is the origin and the peer is the proxy', async (t) => {
  const proxy = await TestProxy.start();
  t.after(() => proxy.close());
  const { http, origin, server, spans } = await served(t, site, { proxy: proxy.url });
  await http.request('GET', `${origin}/a`);
  const { attributes } = only(spans(), 'GET');
  assert.deepEqual(
    [attributes['server.port'], attributes['network.peer.port'], attributes['url.full']],
    [server.port, Number(new URL(proxy.url).port), `${origin}/a`],
  );
});

// What must not happen

for (const [what, urlTemplate] of [
  [
    'throws',
    () => {
      throw new Error('a defect');
    },
  ],
  // What a program in JavaScript may give.
  ['is no text', () => 7 as unknown as string],
] as const) {
  test(`a request whose template ${what} goes on, with its span and its trace`, async (t) => {
    const { http, origin, server, spans } = await served(t, site, { telemetry: { urlTemplate } });
    assert.equal((await http.request('GET', `${origin}/a`)).status, 200);
    assert.deepEqual([outcomes(spans()), traceparents(server).length], [['GET 0 200 fine UNSET'], 1]);
  });
}

test('a request whose propagator throws goes on, with its span', async (t) => {
  const propagator = {
    inject() {
      throw new Error('a defect');
    },
    extract: () => context.active(),
    fields: () => [],
  };
  const { http, origin, spans } = await served(t, site, { telemetry: { propagator } });
  assert.equal((await http.request('GET', `${origin}/a`)).status, 200);
  assert.deepEqual(outcomes(spans()), ['GET 0 200 fine UNSET']);
});

test('without events there are no spans, but the trace of the caller goes on', async (t) => {
  const { origin, server, hooks, open, tracerProvider } = await served(t, site);
  const http = new PoolManager({ propagate: hooks.propagate });
  t.after(() => http.close());
  const parent = tracerProvider.getTracer('test').startSpan('work');
  await context.with(trace.setSpan(context.active(), parent), () => http.request('GET', `${origin}/a`));
  const { traceId, spanId } = parent.spanContext();
  assert.deepEqual([open(), traceparents(server)], [1, [`00-${traceId}-${spanId}-01`]]);
  parent.end();
});
