import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import { type OutgoingRequest, PoolManager, Retry, Session, type TraceEvent } from 'urlpool';
import { type ReceivedRequest, type Script, ScriptedServer } from 'urlpool-testing';
import { servedManager } from '../manager/served-manager.ts';

const echo: Script = async (connection) => {
  for (;;) {
    await connection.request();
    await connection.respond();
  }
};

/** Numbers the requests, as a tracer would. */
function numbered(): {
  readonly asked: OutgoingRequest[];
  propagate(request: OutgoingRequest): Record<string, string>;
} {
  const asked: OutgoingRequest[] = [];
  return {
    asked,
    propagate: (request) => {
      asked.push(request);
      return { traceparent: `00-${asked.length}` };
    },
  };
}

function valuesOf(requests: readonly ReceivedRequest[], wanted = 'traceparent'): (string | undefined)[] {
  return requests.map(({ headers }) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1]);
}

test('propagate() is asked of each request, with its call and when', async (t) => {
  const { asked, propagate } = numbered();
  const { http, origins, servers, events } = await servedManager(t, 1, echo, { propagate });
  await http.request('GET', `${origins[0].replace('//', '//user:secret@')}/a`);
  await http.request('POST', `${origins[0]}/b`, { body: 'x' });
  assert.deepEqual(valuesOf(servers[0]?.requests ?? []), ['00-1', '00-2']);
  const calls = events.flatMap((event) => (event.type === 'call-start' ? [event] : []));
  assert.deepEqual(
    asked.map(({ at, ...rest }) => rest),
    [
      { call: calls[0]?.call, attempt: 1, resends: 0, method: 'GET', url: `${origins[0]}/a` },
      { call: calls[1]?.call, attempt: 1, resends: 0, method: 'POST', url: `${origins[0]}/b` },
    ],
  );
  assert.ok((asked[0]?.at ?? 0) >= (calls[0]?.at ?? 0));
});

test('propagate() is asked again for a redirect, a retry and a replay, in the context of the caller', async (t) => {
  const storage = new AsyncLocalStorage<string>();
  const contexts: (string | undefined)[] = [];
  const { asked, propagate } = numbered();
  const { http, origins, servers } = await servedManager(
    t,
    1,
    async (connection) => {
      if (connection.index === 0) {
        await connection.request();
        await connection.respond({ status: 302, headers: { Location: '/b' } });
        await connection.request();
        connection.reset();
        return;
      }
      await connection.request();
      await connection.respond({ status: 503 });
      await echo(connection);
    },
    {
      propagate: (request) => {
        contexts.push(storage.getStore());
        return propagate(request);
      },
    },
  );
  const retries = new Retry(3, { statusForcelist: [503], backoffFactor: 20 });
  await storage.run('mine', () => http.request('GET', `${origins[0]}/a`, { retries }));
  assert.deepEqual(
    asked.map(({ attempt, resends, url }) => [attempt, resends, new URL(url).pathname]),
    [
      [1, 0, '/a'],
      [2, 1, '/b'],
      [2, 2, '/b'],
      [3, 3, '/b'],
    ],
  );
  assert.deepEqual(valuesOf(servers[0]?.requests ?? []), ['00-1', '00-2', '00-3', '00-4']);
  assert.deepEqual(contexts, ['mine', 'mine', 'mine', 'mine']);
});

test('propagate() has no part in what another origin is sent of the request before', async (t) => {
  const { http, origins, servers } = await servedManager(
    t,
    2,
    [
      async (connection) => {
        await connection.request();
        await connection.respond({ status: 302, headers: { Location: `${origins[1]}/b` } });
      },
      echo,
    ],
    { propagate: ({ resends }) => (resends === 0 ? { traceparent: '00-1' } : null) },
  );
  await http.request('GET', `${origins[0]}/a`, { retries: 2 });
  assert.deepEqual(valuesOf(servers[1]?.requests ?? []), [undefined]);
});

test('propagate() has no part in a replay of what it was asked for before', async (t) => {
  const { http, origins, servers } = await servedManager(
    t,
    1,
    async (connection) => {
      await connection.request();
      if (connection.index > 0) {
        await connection.respond();
        return;
      }
      await connection.respond();
      await connection.request();
      connection.reset();
    },
    {
      propagate: ({ resends }) =>
        resends === 0 ? { traceparent: '00-1', tracestate: 'a=1' } : { traceparent: '00-2' },
    },
  );
  await http.request('GET', origins[0]);
  await http.request('GET', origins[0]);
  const { requests } = servers[0] ?? { requests: [] };
  assert.deepEqual(valuesOf(requests), ['00-1', '00-1', '00-2']);
  assert.deepEqual(valuesOf(requests, 'tracestate'), ['a=1', 'a=1', undefined]);
});

test('propagate() sees the hops of a session, whose cookies and credentials stay', async (t) => {
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      const headers = { 'Set-Cookie': 'id=7', Location: '/b' };
      await connection.respond(target === '/a' ? { status: 302, headers } : {});
    }
  });
  const { asked, propagate } = numbered();
  const session = new Session({ baseUrl: server.origin, auth: ['user', 'secret'], propagate });
  t.after(() => Promise.all([session.close(), server.close()]));
  await session.get('/a');
  assert.deepEqual(valuesOf(server.requests), ['00-1', '00-2']);
  assert.deepEqual(valuesOf(server.requests, 'cookie'), [undefined, 'id=7']);
  assert.ok(valuesOf(server.requests, 'authorization').every((value) => value?.startsWith('Basic ')));
  assert.equal(asked.length, 2);
});

test('propagate() takes the place of a field that the caller gave, and may take one away', async (t) => {
  const propagate = () => ({ Traceparent: '00-1', 'X-Gone': null });
  const { http, origins, servers } = await servedManager(t, 1, echo, { propagate });
  await http.request('GET', origins[0], { headers: { traceparent: '00-0', 'x-gone': 'a', 'X-Stays': 'b' } });
  const { requests } = servers[0] ?? { requests: [] };
  assert.deepEqual(valuesOf(requests), ['00-1']);
  assert.deepEqual(valuesOf(requests, 'x-gone'), [undefined]);
  assert.deepEqual(valuesOf(requests, 'x-stays'), ['b']);
});

for (const [name, given] of [
  ['null', null],
  ['undefined', undefined],
  ['no fields', {}],
] as const) {
  test(`propagate() may give ${name}`, async (t) => {
    const { http, origins } = await servedManager(t, 1, echo, { propagate: () => given });
    assert.equal((await http.request('GET', origins[0])).status, 200);
  });
}

test('propagate() is asked after the call has started and before it wants a connection, and is seen in the exchange', async (t) => {
  const order: string[] = [];
  const { http, origins, events } = await servedManager(t, 1, echo, {
    propagate: () => {
      order.push('propagate');
      return { traceparent: '00-1' };
    },
  });
  const onEvent = ({ type }: TraceEvent): number => order.push(type);
  await http.request('GET', origins[0], { onEvent });
  assert.deepEqual(order.slice(0, 3), ['call-start', 'propagate', 'queue-start']);
  const sent = events.flatMap((event) => (event.type === 'exchange-start' ? event.fields : []));
  assert.ok(sent.includes('traceparent'));
});

test('a call fails with what propagate() throws, and its connection stays', async (t) => {
  const reason = new Error('no tracer');
  let isBroken = true;
  const { http, origins, events, poolOf } = await servedManager(t, 1, echo, {
    propagate: () => {
      if (isBroken) throw reason;
      return null;
    },
  });
  await assert.rejects(http.request('GET', origins[0]), (error) => error === reason);
  await assert.rejects(http.stream('GET', origins[0]), (error) => error === reason);
  assert.equal(events.filter(({ type }) => type === 'call-end').length, 2);
  assert.equal(poolOf(origins[0])?.queued ?? 0, 0);
  isBroken = false;
  assert.equal((await http.request('GET', origins[0])).status, 200);
});

test('a call fails in the middle with what propagate() throws', async (t) => {
  const reason = new Error('no tracer');
  const propagate = ({ resends }: OutgoingRequest): null => {
    if (resends > 0) throw reason;
    return null;
  };
  const { http, origins } = await servedManager(
    t,
    1,
    async (connection) => {
      await connection.request();
      await connection.respond({ status: 302, headers: { Location: '/b' } });
      await echo(connection);
    },
    { propagate },
  );
  await assert.rejects(http.request('GET', origins[0], { retries: 2 }), (error) => error === reason);
});

// what propagate() gives, code, message
for (const [given, code, message] of [
  [{ 'trace parent': '1' }, 'ERR_INVALID_HEADER', /^Cannot send the header field "trace parent"/],
  [{ traceparent: 'a\r\nb: c' }, 'ERR_INVALID_HEADER', /^Cannot send the header field traceparent/],
  [{ 'Transfer-Encoding': 'chunked' }, 'ERR_INVALID_HEADER', /^Cannot send the header field Transfer-Encoding/],
  [{ 'Content-Length': '3' }, 'ERR_INVALID_HEADER', /^Cannot send the header field Content-Length: the body decides/],
  [{ Host: null }, 'ERR_INVALID_HEADER', /^Cannot send the header field Host/],
  ['traceparent: 1', 'ERR_INVALID_OPTION', /^Cannot use a text of 14 characters as headers/],
  [
    Promise.resolve({ a: 'b' }),
    'ERR_INVALID_OPTION',
    /^Cannot use .* as what propagate\(\) returned: give header fields at once/,
  ],
] as const) {
  test(`propagate() must not give what is refused with ${message.source}`, async (t) => {
    // @ts-expect-error: what the types refuse
    const { http, origins } = await servedManager(t, 1, echo, { propagate: () => given });
    await assert.rejects(http.request('POST', origins[0], { body: 'x' }), { code, message });
  });
}

test('propagate() must not be an async function, not even one that fails', async (t) => {
  const propagate = async (): Promise<never> => {
    throw new Error('late');
  };
  // @ts-expect-error: what the types refuse
  const { http, origins } = await servedManager(t, 1, echo, { propagate });
  await assert.rejects(http.request('GET', origins[0]), { code: 'ERR_INVALID_OPTION', message: /an async function$/ });
});

test('propagate has to be a function', () => {
  // @ts-expect-error: what the types refuse
  assert.throws(() => new PoolManager({ propagate: 'b3' }), {
    code: 'ERR_INVALID_OPTION',
    message: /as propagate: give a function$/,
  });
});
