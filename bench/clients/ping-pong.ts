// What a client without any HTTP must pay on Node's sockets: a constant request is written, bytes are counted until the
// response is complete, a promise is resolved. No head is parsed after the first and no body is kept, so this is no
// client but the yardstick for one. How the bytes are read is for the two floors to say.

import type net from 'node:net';
import { type Client, type Endpoint, unexpectedStatus } from './client.ts';

/** A socket of a floor and the request that waits on it. */
export interface PingPong {
  readonly socket: net.Socket;
  received: number;
  resolve: (bytes: number) => void;
  reject: (error: Error) => void;
}

/** Opens a connection whose every read is given to `onRead`, with the bytes for the first. */
export type Connect = (
  endpoint: Endpoint,
  onRead: (connection: PingPong, bytes: Buffer, length: number) => void,
) => PingPong;

export function openFloor(endpoint: Endpoint, connect: Connect): Client {
  const { bytes } = endpoint;
  const requestText = `GET ${endpoint.path} HTTP/1.1\r\nHost: ${endpoint.host}:${endpoint.port}\r\n\r\n`;
  const idle: PingPong[] = [];
  /** Head and body; every response of a server has the same length, so that it is learned once. */
  let responseLength = 0;

  function onRead(connection: PingPong, read: Buffer, length: number): void {
    if (responseLength === 0) responseLength = headLength(read.toString('latin1', 0, length), endpoint) + bytes;
    connection.received += length;
    if (connection.received === responseLength) {
      connection.received = 0;
      idle.push(connection);
      connection.resolve(bytes);
    } else if (connection.received > responseLength) {
      connection.reject(new Error(`GET ${endpoint.path} gave more than ${responseLength} bytes`));
    }
  }

  return {
    request: () =>
      new Promise((resolve, reject) => {
        const connection = idle.pop() ?? opened(connect(endpoint, onRead));
        connection.resolve = resolve;
        connection.reject = reject;
        // Node keeps what is written before the connection stands.
        connection.socket.write(requestText, 'latin1');
      }),
    async close() {
      for (const { socket } of idle) socket.destroy();
    },
  };
}

function opened(connection: PingPong): PingPong {
  const { socket } = connection;
  socket.setNoDelay(true);
  socket.on('error', (error) => connection.reject(error));
  socket.on('end', () => connection.reject(new Error('the server closed a connection')));
  return connection;
}

/** Length of the first response's head, which has to be within the first read. */
function headLength(text: string, endpoint: Endpoint): number {
  const status = Number(text.slice(9, 12));
  if (status !== 200) throw unexpectedStatus(status, endpoint);
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) throw new Error('the first read did not hold a whole response head');
  return end + 4;
}
