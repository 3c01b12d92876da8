// TLS that is spoken over a socket that is there already, as through a tunnel: what comes is read into the transport's own
// memory, and where the runtime lets nobody say that afterwards, it is taken before the stream has it.

import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connect as connectTLS, type TLSSocket } from 'node:tls';
import { ScriptedServer } from 'urlpool-testing';
import { IGNORED } from '../../src/message/transport.ts';
import { SocketTransport } from '../../src/transport/socket-transport.ts';
import { localCertificate, testAuthority } from '../connection/served-pool.ts';

const SIZE = 300_000;

async function tunnelled(t: TestContext): Promise<TLSSocket> {
  const server = await ScriptedServer.start({ tls: await localCertificate() }, async (connection) => {
    await connection.request();
    await connection.respond({ body: 'x'.repeat(SIZE) });
  });
  const socket = connect(server.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  t.after(async () => {
    socket.destroy();
    await server.close();
  });
  return connectTLS({ socket, servername: 'localhost', ca: (await testAuthority()).certificate });
}

for (const isTold of [true, false]) {
  test(`SocketTransport.attachPushing() reads all that comes ${isTold ? 'as a socket made with onread does' : 'where the runtime knows no onread afterwards'}`, async (t) => {
    const socket = await tunnelled(t);
    const handle: unknown = Reflect.get(socket, '_handle');
    assert.ok(typeof handle === 'object' && handle !== null);
    if (!isTold) Object.defineProperty(handle, 'useUserBuffer', { value: undefined });
    const { push } = socket;
    const transport = new SocketTransport();
    transport.attachPushing(socket, 'there');
    assert.equal(socket.push === push, isTold);
    let text = '';
    const own = Buffer.alloc(1_000);
    await new Promise<void>((resolve, reject) => {
      const onData = (bytes: Uint8Array, length: number): void => {
        text += Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1');
        // Some of it is read into the memory of a consumer, and some only after a while.
        transport.readInto(text.length < SIZE / 2 ? own : 'all');
        if (text.length < SIZE / 4) {
          transport.pause();
          setImmediate(() => transport.resume());
        }
        if (text.length > SIZE && text.endsWith('x'.repeat(SIZE))) resolve();
      };
      transport.handler = { ...IGNORED, onData, onClose: (error) => reject(error ?? new Error('closed')) };
      socket.once('secureConnect', () => transport.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'));
    });
    assert.equal(transport.bytesIn, text.length);
    assert.equal(socket.readableLength, 0);
    transport.handler = IGNORED;
    transport.destroy();
  });
}
