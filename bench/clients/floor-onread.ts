// The floor below the floor: sockets read through `onread` into one buffer, without a Readable and without an allocation
// per read, as urlpool reads them. It stays above node:net's public interface: no client could be lower.

import type { Client, Endpoint } from './client.ts';
import { openFloor, type PingPong } from './ping-pong.ts';

/** One read buffer for all sockets: `onread` hands it to its callback before the next read can fill it. */
const READ_BUFFER = Buffer.alloc(64 * 1024);

export function open(endpoint: Endpoint): Client {
  return openFloor(endpoint, (connect, onRead) => {
    const callback = (length: number): boolean => {
      onRead(connection, READ_BUFFER, length);
      return true;
    };
    const socket = connect({ onread: { buffer: READ_BUFFER, callback } });
    const connection: PingPong = { socket, received: 0, resolve: () => {}, reject: () => {} };
    return connection;
  });
}
