import assert from 'node:assert/strict';
import { after, before, type TestContext, test } from 'node:test';
import { ProtocolError, type TraceEvent } from 'urlpool';
import type { Script } from 'urlpool-testing';
import { FieldBlock } from '../../src/message/field-block.ts';
import type { Transport } from '../../src/message/transport.ts';
import { poisonSlab } from '../../src/transport/slab.ts';
import { dialled, RecordedSink, type SinkEnd, wireRequest } from './dialled-connection.ts';
import { localCertificate, servedPool } from './served-pool.ts';

// Another protocol on the connection of a request (RFC 9110 §7.8), or a tunnel (§9.3.6): the transport is handed over,
// with the bytes that followed the head. What it reads into is overwritten after each read, so that none of it is kept.

before(() => poisonSlab(true));
after(() => poisonSlab(false));

const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n';

const asking = {
  upgrade: true,
  fields: new FieldBlock(['Host', 'name.test', 'Connection', 'Upgrade', 'Upgrade', 'echo']),
} as const;
const connecting = { upgrade: true, method: 'CONNECT', target: 'name.test:443' } as const;

/** What comes on a transport, in the hands of its new user. */
class Received {
  text = '';
  ended = false;
  closed = false;
  readonly #waiting = new Set<() => void>();

  /** Takes a transport over. */
  readonly take = (stream: Transport): void => {
    const told = (): void => {
      for (const look of this.#waiting) look();
    };
    stream.handler = {
      onData: (bytes, length) => {
        this.text += bytes.toString('latin1', 0, length);
        told();
      },
      onEnd: () => {
        this.ended = true;
        told();
      },
      onDrain() {},
      onWriteError() {},
      onClose: () => {
        this.closed = true;
        told();
      },
    };
  };

  until(condition: (received: Received) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition(this)) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }
}

/** Starts one exchange on a connection of its own. */
async function exchange(t: TestContext, script: Script, request: Parameters<typeof wireRequest>[0], secure = false) {
  const tls = secure ? await localCertificate() : null;
  const { server } = await servedPool(t, script, tls === null ? {} : { tls });
  const events: TraceEvent[] = [];
  const trace = (event: TraceEvent): void => {
    events.push(event);
  };
  const connection = await dialled(t, server.port, tls === null ? { trace } : { trace, ca: tls.ca });
  const sink = new RecordedSink();
  const received = new Received();
  sink.onStream = received.take;
  connection.reserve();
  connection.start(wireRequest({ trace, ...request }), sink);
  return { connection, sink, received, server, events };
}

function upgraded(end: SinkEnd): Extract<SinkEnd, { is: 'upgrade' }> {
  assert.equal(end.is, 'upgrade');
  if (end.is !== 'upgrade') throw new Error('unreachable');
  return end;
}

// name, request, head of the answer
const HANDOVERS = [
  ['101', asking, SWITCH],
  ['200 to CONNECT', connecting, 'HTTP/1.1 200 Connection established\r\n\r\n'],
  ['204 to CONNECT', connecting, 'HTTP/1.1 204 No Content\r\n\r\n'],
  // RFC 9110 §9.3.6: a client must ignore them in a successful answer to CONNECT.
  ['200 to CONNECT with a length', connecting, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
] as const;

for (const [name, request, head] of HANDOVERS) {
  for (const secure of [false, true]) {
    const over = secure ? 'TLS' : 'TCP';

    test(`Http1Connection.start() hands the transport over after ${name}, over ${over}`, async (t) => {
      const script: Script = async (connection) => {
        await connection.bytes(4);
        await connection.write(head);
        let seen = '';
        while (!seen.endsWith('ping')) seen += (await connection.read())?.toString('latin1') ?? '';
        await connection.write('pong');
      };
      const { sink, received } = await exchange(t, script, request, secure);
      const { stream } = upgraded(await sink.ended);
      stream.write('ping');
      await received.until(({ text }) => text === 'pong');
      assert.deepEqual(sink.told, ['upgrade']);
    });

    test(`Http1Connection.start() hands over the bytes right behind ${name}, over ${over}`, async (t) => {
      const script: Script = async (connection) => {
        await connection.bytes(4);
        await connection.write(`${head}first bytes\r\n\r\n`);
      };
      const { sink, received } = await exchange(t, script, request, secure);
      upgraded(await sink.ended);
      await received.until(({ text }) => text.length >= 15);
      assert.equal(received.text, 'first bytes\r\n\r\n');
    });
  }
}

test('Http1Connection.start() gives the head that switched', async (t) => {
  const script: Script = async (connection) => {
    await connection.request();
    await connection.write(SWITCH);
  };
  const { sink } = await exchange(t, script, asking);
  const { status, reason, fields } = upgraded(await sink.ended).head;
  assert.deepEqual(
    { status, reason, fields },
    { status: 101, reason: 'Switching Protocols', fields: ['Upgrade', 'echo', 'Connection', 'Upgrade'] },
  );
});

test('Http1Connection.start() tells of interim responses before it switches', async (t) => {
  const script: Script = async (connection) => {
    await connection.request();
    await connection.write(`HTTP/1.1 100 Continue\r\n\r\n${SWITCH}`);
  };
  const { sink } = await exchange(t, script, asking);
  await sink.ended;
  assert.deepEqual(sink.told, ['informational', 'upgrade']);
});

test('Http1Connection.start() is lost to its pool once it has switched', async (t) => {
  const script: Script = async (connection) => {
    await connection.request();
    await connection.write(SWITCH);
  };
  const { sink, connection } = await exchange(t, script, asking);
  await sink.ended;
  assert.deepEqual(connection.state, { is: 'closed', reason: 'upgraded' });
  assert.equal(connection.reserve(), false);
});

test('Http1Connection.start() ends its exchange when it switches, and tells that', async (t) => {
  const script: Script = async (connection) => {
    await connection.request();
    await connection.write(SWITCH);
  };
  const { sink, events } = await exchange(t, script, asking);
  await sink.ended;
  assert.deepEqual(
    events.map(({ type }) => type),
    [
      'dial-start',
      'connect-start',
      'connect-end',
      'dial-end',
      'exchange-start',
      'send-start',
      'send-end',
      'exchange-end',
      'connection-closed',
    ],
  );
});

test('Http1Connection.start() hands over a transport that has no time limit any more', async (t) => {
  const script: Script = async (connection) => {
    await connection.bytes(4);
    await connection.write(SWITCH);
    await connection.wait(60);
    await connection.write('late');
  };
  const { timeout } = wireRequest();
  const { sink, received } = await exchange(t, script, { ...asking, timeout: timeout.with({ read: 20, head: 20 }) });
  await sink.ended;
  await received.until(({ text }) => text === 'late');
});

test("Http1Connection.start() leaves FIN to the transport's new user", async (t) => {
  const script: Script = async (connection) => {
    await connection.bytes(4);
    await connection.write(SWITCH);
    connection.end();
    let seen = '';
    for (;;) {
      const bytes = await connection.read();
      if (bytes === null) break;
      seen += bytes.toString('latin1');
    }
    assert.match(seen, /still here$/);
  };
  const { sink, received, server } = await exchange(t, script, asking);
  const { stream } = upgraded(await sink.ended);
  await received.until(({ ended }) => ended);
  stream.write('still here');
  stream.end();
  await server.connections[0]?.closed;
  await received.until(({ closed }) => closed);
});

test('Http1Connection.destroy() leaves a transport alone that was handed over', async (t) => {
  const script: Script = async (connection) => {
    await connection.bytes(4);
    await connection.write(SWITCH);
    let seen = '';
    while (!seen.endsWith('ping')) seen += (await connection.read())?.toString('latin1') ?? '';
    await connection.write('pong');
  };
  const { sink, received, connection } = await exchange(t, script, asking);
  const { stream } = upgraded(await sink.ended);
  connection.destroy('closed');
  stream.write('ping');
  await received.until(({ text }) => text === 'pong');
  stream.destroy();
});

// name, request, answer
const KEPT = [
  ['a server that declines to switch', asking, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno'],
  ['an error to CONNECT', connecting, 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'],
] as const;

for (const [name, request, answer] of KEPT) {
  test(`Http1Connection.start() reads the response of ${name} as any other`, async (t) => {
    const script: Script = async (connection) => {
      await connection.bytes(4);
      await connection.write(answer);
    };
    const { sink, connection } = await exchange(t, script, request);
    assert.equal((await sink.ended).is, 'end');
    assert.equal(sink.body.toString(), 'no');
    assert.equal(connection.state.is, 'open');
  });
}

test('Http1Connection.start() refuses 101 that was not asked for', async (t) => {
  const script: Script = async (connection) => {
    await connection.request();
    await connection.write(`${SWITCH}first bytes`);
  };
  const { sink, connection } = await exchange(t, script, {});
  const end = await sink.ended;
  assert.ok(end.is === 'failure' && end.failure.error instanceof ProtocolError);
  assert.match(end.failure.error.message, /101 Switching Protocols, which was not asked for$/);
  assert.deepEqual(connection.state, { is: 'closed', reason: 'protocol-error' });
});

test('request() refuses 101, since it never asks', async (t) => {
  const { pool } = await servedPool(t, async (connection) => {
    await connection.request();
    await connection.write(SWITCH);
  });
  const headers = { Connection: 'Upgrade', Upgrade: 'echo' };
  await assert.rejects(pool.request('GET', '/', { headers }), { name: 'ProtocolError', phase: 'head' });
  assert.deepEqual(pool.snapshot().closed, { 'protocol-error': 1 });
});
