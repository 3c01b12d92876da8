// The floor as anyone would write it: bare `net` or `tls` sockets, read by their `data` events.

import net from 'node:net';
import tls from 'node:tls';
import type { Client, Endpoint } from './client.ts';
import { openFloor, type PingPong } from './ping-pong.ts';

export function open(endpoint: Endpoint): Client {
  return openFloor(endpoint, ({ scheme, host, port, ca }, onRead) => {
    const options = { host, port, ...(ca === undefined ? {} : { ca }) };
    const socket = scheme === 'https' ? tls.connect(options) : net.connect(options);
    const connection: PingPong = { socket, received: 0, resolve: () => {}, reject: () => {} };
    socket.on('data', (bytes: Buffer) => onRead(connection, bytes, bytes.length));
    return connection;
  });
}
