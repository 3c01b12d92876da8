// The floor as anyone would write it: bare `net` or `tls` sockets, read by their `data` events.

import type { Client, Endpoint } from './client.ts';
import { openFloor, type PingPong } from './ping-pong.ts';

export function open(endpoint: Endpoint): Client {
  return openFloor(endpoint, (connect, onRead) => {
    const socket = connect({});
    const connection: PingPong = { socket, received: 0, resolve: () => {}, reject: () => {} };
    socket.on('data', (bytes: Buffer) => onRead(connection, bytes, bytes.length));
    return connection;
  });
}
