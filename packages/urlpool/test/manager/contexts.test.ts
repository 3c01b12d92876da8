import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { HTTPConnection, HTTPError, PoolManager } from 'urlpool';
import { ScriptedServer, unusedPort } from 'urlpool-testing';
import { echo, gate, type ServedPoolOptions, servedPool, until } from '../connection/served-pool.ts';

// A connection belongs to no call: what is the user's own runs in the context of its own call, whoever opened the
// connection; and an error leads to the line that made the call.

const storage = new AsyncLocalStorage<{ readonly name: string }>();

function inContext<Result>(name: string, act: () => Result): Result {
  return storage.run({ name }, act);
}

/** The name of the context that it is called in. */
function here(): string {
  return storage.getStore()?.name ?? 'none';
}

/** A body, and where each of its parts was made. */
function watched() {
  const seen: string[] = [];
  const note = (what: string): void => {
    seen.push(`${what} in ${here()}`);
  };
  async function* body(): AsyncGenerator<string> {
    try {
      note('first piece');
      yield 'one';
      await new Promise((resolve) => setImmediate(resolve));
      note('second piece');
      yield 'two';
    } finally {
      note('end');
    }
  }
  return {
    seen,
    note,
    options: {
      body: () => {
        note('function');
        return body();
      },
      trailers: () => {
        note('trailers');
        return { 'X-Sum': '1' };
      },
    },
  };
}

function partsIn(name: string): string[] {
  return ['function', 'first piece', 'second piece', 'end', 'trailers'].map((part) => `${part} in ${name}`);
}

test('request() makes a body in the context of its call', async (t) => {
  const { pool } = await servedPool(t, echo);
  const { seen, options } = watched();
  await inContext('own', () => pool.request('POST', '/', options));
  assert.deepEqual(seen, partsIn('own'));
});

test('request() makes a body in the context of its call over the connection of another', async (t) => {
  const { pool } = await servedPool(t, echo, { maxSize: 1 });
  await inContext('other', () => pool.request('GET', '/'));
  const { seen, options } = watched();
  await inContext('own', () => pool.request('POST', '/', options));
  assert.deepEqual(seen, partsIn('own'));
});

test('request() makes the bodies of two calls at once, each in its own context', async (t) => {
  const { pool } = await servedPool(t, echo);
  const [first, second] = [watched(), watched()];
  await Promise.all([
    inContext('first', () => pool.request('POST', '/a', first.options)),
    inContext('second', () => pool.request('POST', '/b', second.options)),
  ]);
  assert.deepEqual([first.seen, second.seen], [partsIn('first'), partsIn('second')]);
});

test('request() makes a body in the context of its call where it waited for the connection of another', async (t) => {
  const { pool } = await servedPool(t, echo, { maxSize: 1 });
  const { seen, options } = watched();
  const other = inContext('other', () => pool.request('GET', '/'));
  const own = inContext('own', () => pool.request('POST', '/', options));
  await Promise.all([other, own]);
  assert.deepEqual(seen, partsIn('own'));
});

test('request() makes a body anew in the context of its call', async (t) => {
  const { pool } = await servedPool(
    t,
    [
      async (connection) => {
        await connection.request();
        connection.end();
      },
      async (connection) => {
        await connection.request();
        await connection.respond({ status: 307, headers: { Location: '/to' } });
        await echo(connection);
      },
    ],
    { retries: 3 },
  );
  const { seen, options } = watched();
  await inContext('own', () => pool.request('PUT', '/', options));
  assert.deepEqual(seen, [...partsIn('own'), ...partsIn('own'), ...partsIn('own')]);
});

test('request() lets a body go in the context of its call', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.head();
    await connection.respond({ status: 413, headers: { Connection: 'close' } });
  });
  const more = gate();
  let letGo = '';
  async function* body(): AsyncGenerator<string> {
    try {
      yield 'one';
      await more.opened;
      yield 'two';
    } finally {
      letGo = here();
    }
  }
  await inContext('own', () => pool.request('POST', '/', { body }));
  more.open();
  await until(() => letGo !== '');
  assert.equal(letGo, 'own');
});

test('many() makes bodies in the context of its iteration', async (t) => {
  const { server } = await servedPool(t, echo);
  const http = new PoolManager();
  t.after(() => http.close());
  const { seen, options } = watched();
  await inContext('own', async () => {
    for await (const _ of http.many([{ url: `${server.origin}/`, method: 'POST', ...options }]));
  });
  assert.deepEqual(seen, partsIn('own'));
});

test('request() looks a name up outside the context of the call that happened to need it', async (t) => {
  let seen = '';
  const { pool } = await servedPool(t, echo, {
    host: 'name.test',
    lookup: (_host, _options, answer) => {
      seen = here();
      answer(null, [{ address: '127.0.0.1', family: 4 }]);
    },
  });
  await inContext('own', () => pool.request('GET', '/'));
  assert.equal(seen, 'none');
});

test('request() tells of a call in no other context than its own or none', async (t) => {
  const seen = new Map<number, Set<string>>();
  const onEvent: ServedPoolOptions['onEvent'] = (event) => {
    if (!('call' in event)) return;
    const contexts = seen.get(event.call) ?? new Set();
    seen.set(event.call, contexts.add(here()));
  };
  const { pool } = await servedPool(t, echo, { maxSize: 1, onEvent });
  const names = ['first', 'second', 'third', 'fourth'];
  await Promise.all(names.slice(0, 3).map((name) => inContext(name, () => pool.request('GET', '/'))));
  await inContext('fourth', () => pool.request('GET', '/'));
  const contexts = [...seen.values()].map((one) => [...one].filter((name) => name !== 'none'));
  assert.deepEqual(contexts.flat(), names);
});

test('request() goes on in the context of its caller', async (t) => {
  const { pool } = await servedPool(t, echo, { maxSize: 1 });
  const afterwards = async (): Promise<string> => {
    await pool.request('GET', '/');
    return here();
  };
  const names = ['first', 'second', 'third'];
  assert.deepEqual(await Promise.all(names.map((name) => inContext(name, afterwards))), names);
});

test('stream() is read in the context of its reader', async (t) => {
  const { pool } = await servedPool(t, echo);
  const response = await inContext('opener', () => pool.stream('GET', '/'));
  const seen = await inContext('reader', async () => {
    const contexts: string[] = [];
    for await (const _ of response) contexts.push(here());
    return contexts;
  });
  assert.deepEqual(seen, ['reader']);
});

// What is kept alive

const run = promisify(execFile);

// name, how the connection was opened, how the call is made
const CALLS = [
  ['request() over a connection of its own', '', `await pool.request('GET', '/');`],
  ['stream() over a connection of its own', '', `await (await pool.stream('GET', '/')).bytes();`],
  [
    'request() over a kept connection',
    `await pool.request('GET', '/'); await turn();`,
    `await pool.request('GET', '/');`,
  ],
  [
    'stream() over a kept connection',
    `await pool.request('GET', '/'); await turn();`,
    `await (await pool.stream('GET', '/')).bytes();`,
  ],
  [
    'request() with a body and a signal',
    '',
    `await pool.request('POST', '/', { body: () => ['text'], signal: new AbortController().signal });`,
  ],
  [
    'request() that was aborted while its connection was opened',
    '',
    `const controller = new AbortController();
     const call = pool.request('GET', '/', { signal: controller.signal });
     controller.abort();
     await call.catch(() => {});
     while (pool.snapshot().idle === 0) await turn();`,
  ],
] as const;

for (const [name, before, call] of CALLS) {
  test(`${name} does not keep its context alive, though the connection is kept`, async (t) => {
    const { server } = await servedPool(t, echo);
    const conditions = process.execArgv.filter((argument) => /^(-C|--conditions)/.test(argument));
    const program = `
      import { AsyncLocalStorage } from 'node:async_hooks';
      import { HTTPConnectionPool } from 'urlpool';
      const turn = () => new Promise((resolve) => setImmediate(resolve));
      const storage = new AsyncLocalStorage();
      const pool = new HTTPConnectionPool('127.0.0.1', { port: ${server.port} });
      ${before}
      const store = await (async () => {
        const own = { large: new Array(1000) };
        await storage.run(own, async () => { ${call} });
        return new WeakRef(own);
      })();
      for (let turns = 0; turns < 50 && store.deref() !== undefined; turns++) {
        await turn();
        gc();
      }
      console.log(store.deref() === undefined ? 'gone' : 'alive', pool.snapshot().idle);
      process.exit();`;
    const options = [...conditions, '--expose-gc', '--input-type=module', '--eval', program];
    const { stdout } = await run(process.execPath, options, { cwd: import.meta.dirname, timeout: 5_000 });
    assert.equal(stdout, 'gone 1\n');
  });
}

// Where an error leads

/** The error that an act fails with. */
async function errorOf(act: () => Promise<unknown>): Promise<HTTPError> {
  const error: unknown = await act().then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HTTPError, String(error));
  return error;
}

const refused = `http://127.0.0.1:${await unusedPort()}/`;

async function cutShort() {
  const server = await ScriptedServer.start({}, async (connection) => {
    await connection.request();
    await connection.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello');
    connection.end();
  });
  const http = new PoolManager();
  const response = await http.stream('GET', `${server.origin}/`);
  return { response, close: () => Promise.all([http.close(), server.close()]) };
}

/** The caller whose name is looked for: each way in has one. */
const CALLERS = {
  async callerOfRequest() {
    await new PoolManager({ retries: false }).request('GET', refused);
  },
  async callerOfRequestTriedAgain() {
    await new PoolManager({ retries: 1 }).request('GET', refused);
  },
  async callerOfRequestRefused() {
    await new PoolManager().request('G T', refused);
  },
  async callerOfStream() {
    await new PoolManager({ retries: false }).stream('GET', refused);
  },
  async callerOfHTTPConnection() {
    await new HTTPConnection('127.0.0.1', { port: Number(new URL(refused).port) }).request('GET', '/');
  },
  async callerOfForAwait() {
    const { response, close } = await cutShort();
    try {
      for await (const _ of response);
    } finally {
      await close();
    }
  },
  async callerOfBytes() {
    const { response, close } = await cutShort();
    try {
      await response.bytes();
    } finally {
      await close();
    }
  },
  async callerOfJSON() {
    const { response, close } = await cutShort();
    try {
      await response.json();
    } finally {
      await close();
    }
  },
} as const;

for (const [name, act] of Object.entries(CALLERS)) {
  test(`an error's stack holds ${name}()`, async () => {
    const { stack = '' } = await errorOf(act);
    assert.match(stack, new RegExp(`\\b${name}\\b`));
  });
}

test("an error's stack begins with the face that was called, not with what is behind it", async () => {
  const { stack = '' } = await errorOf(CALLERS.callerOfRequest);
  const [, ...frames] = stack.split('\n').filter((line) => /^ {4}at /.test(line) || line.startsWith('ConnectError'));
  assert.match(frames[0] ?? '', /at (async )?PoolManager\.request /);
  assert.match(frames[1] ?? '', /at async .*callerOfRequest /);
});
