// Servers with which no TLS handshake succeeds, in a process of their own: what they keep is not counted with what the
// client keeps. `node failing-server.ts <certificate and key as JSON>` writes the ports as JSON and ends with its standard input.

import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';

/** A port for each way. */
export interface FailingPorts {
  /** Speaks TLS, with a certificate that is for the client to refuse. */
  readonly secure: number;
  /** Hangs up at the client's first bytes. */
  readonly closing: number;
  /** Answers with what is no TLS. */
  readonly garbage: number;
  /** Reads, and answers nothing. */
  readonly silent: number;
}

const { cert, key } = JSON.parse(process.argv[2] ?? '');
const ports: FailingPorts = {
  secure: await listen(createSecureServer({ cert, key }, quieted).on('tlsClientError', () => {})),
  closing: await listen(createServer((socket) => quieted(socket).once('data', () => socket.destroy()))),
  garbage: await listen(createServer((socket) => quieted(socket).once('data', () => socket.end(Buffer.alloc(64))))),
  silent: await listen(createServer((socket) => quieted(socket).resume())),
};
console.log(JSON.stringify(ports));
process.stdin.resume().once('end', () => process.exit());

function quieted(socket: Socket): Socket {
  return socket.on('error', () => {});
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
