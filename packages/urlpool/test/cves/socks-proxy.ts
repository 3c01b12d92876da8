// A SOCKS5 proxy for tests (RFC 1928), without authentication: every name is this machine. It keeps what it was asked.

import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface SocksProxy {
  readonly url: string;
  /** Hosts and ports, in order. */
  readonly asked: readonly string[];
}

export async function socksProxy(t: TestContext): Promise<SocksProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const hold = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    hold(client);
    client.once('data', () => {
      client.write(Buffer.from([5, 0]));
      client.once('data', (bytes) => {
        const { host, port } = targetOf(bytes);
        asked.push(`${host}:${port}`);
        const far = connect(port, '127.0.0.1');
        hold(far);
        far.once('connect', () => {
          client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          client.pipe(far).pipe(client);
        });
        far.once('close', () => client.destroy());
        client.once('close', () => far.destroy());
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `socks5h://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

/** What a request names: a name, or an IPv4 address. */
function targetOf(bytes: Buffer): { readonly host: string; readonly port: number } {
  const length = bytes[3] === 3 ? (bytes[4] ?? 0) : 4;
  const from = bytes[3] === 3 ? 5 : 4;
  const host = bytes[3] === 3 ? bytes.toString('latin1', from, from + length) : bytes.subarray(4, 8).join('.');
  return { host, port: bytes.readUInt16BE(from + length) };
}
