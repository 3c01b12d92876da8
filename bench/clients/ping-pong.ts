// What a client without any HTTP must pay on Node's sockets: a constant request is written, bytes are counted until the
// response is complete, a promise is resolved. No head is parsed after a target's first and no body is kept, so this is
// no client but the yardstick for one. How the bytes are read is for the two floors to say.

import net from 'node:net';
import tls from 'node:tls';
import type { Client, Endpoint } from './client.ts';
import { floorUpload } from './floor-upload.ts';
import { type Target, unexpectedStatus } from './target.ts';
import { tlsOptions } from './tls-options.ts';

/** A socket of a floor and the request that waits on it. */
export interface PingPong {
  readonly socket: net.Socket;
  received: number;
  resolve: (bytes: number) => void;
  reject: (error: Error) => void;
}

/** Options for `net.connect` or `tls.connect`. */
export type ConnectOptions = tls.ConnectionOptions & net.TcpNetConnectOpts;

/** Opens a connection whose every read is given to `onRead`, with the bytes for the first. */
export type Connect = (
  connect: (options: Partial<ConnectOptions>) => net.Socket,
  onRead: (connection: PingPong, bytes: Buffer, length: number) => void,
) => PingPong;

export function openFloor(endpoint: Endpoint, open: Connect): Client {
  const sockets: net.Socket[] = [];
  const connectTo =
    ({ scheme, host, port }: Target) =>
    (more: Partial<ConnectOptions>): net.Socket => {
      const options = { host, port, ...more };
      const socket = scheme === 'https' ? tls.connect({ ...options, ...tlsOptions(endpoint) }) : net.connect(options);
      socket.setNoDelay(true);
      sockets.push(socket);
      return socket;
    };
  const get: Client['get'] = (target) => {
    const requestText = `GET ${target.path} HTTP/1.1\r\nHost: ${target.host}:${target.port}\r\n\r\n`;
    const connect = connectTo(target);
    const idle: PingPong[] = [];
    /** Head and body; every response of a target has the same length, so that it is learned once. */
    let responseLength = 0;

    function onRead(connection: PingPong, read: Buffer, length: number): void {
      if (responseLength === 0) responseLength = headLength(read.toString('latin1', 0, length), target) + target.bytes;
      connection.received += length;
      if (connection.received === responseLength) {
        connection.received = 0;
        idle.push(connection);
        connection.resolve(target.bytes);
      } else if (connection.received > responseLength) {
        connection.reject(new Error(`${target.url} gave more than ${responseLength} bytes`));
      }
    }

    return () =>
      new Promise((resolve, reject) => {
        const connection = idle.pop() ?? guarded(open(connect, onRead));
        connection.resolve = resolve;
        connection.reject = reject;
        // Node keeps what is written before the connection stands.
        connection.socket.write(requestText, 'latin1');
      });
  };
  return {
    get,
    // It holds no body, however it is asked for it.
    stream: get,
    upload: (target) => floorUpload(target, connectTo(target)),
    async close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function guarded(connection: PingPong): PingPong {
  const { socket } = connection;
  socket.on('error', (error) => connection.reject(error));
  socket.on('end', () => connection.reject(new Error('the server closed a connection')));
  return connection;
}

/** Length of the first response's head, which has to be within the first read. */
function headLength(text: string, target: Target): number {
  const status = Number(text.slice(9, 12));
  if (status !== 200) throw unexpectedStatus(status, target);
  const end = text.indexOf('\r\n\r\n');
  if (end === -1) throw new Error('the first read did not hold a whole response head');
  return end + 4;
}
