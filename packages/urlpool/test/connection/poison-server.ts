// A keep-alive server in a thread of its own, so that it can write while the event loop of the test is blocked. It
// answers every request with its target, and sends responses that nobody asked for when it is told to. The test's
// thread can wait for them without letting its event loop turn.

import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { ServerTls } from 'urlpool-testing';

interface Work {
  readonly tls: ServerTls | null;
  /** How many unasked responses the kernel has taken. */
  readonly sent: Int32Array;
}

const POISON = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';
/** Longer than what PollGate takes for recent. */
const BLOCK_MS = 40;

export class PoisonServer implements AsyncDisposable {
  readonly port: number;
  readonly #worker: Worker;
  readonly #sent: Int32Array;
  #expected = 0;

  private constructor(worker: Worker, port: number, sent: Int32Array) {
    this.#worker = worker;
    this.port = port;
    this.#sent = sent;
  }

  static async start(tls: ServerTls | null = null): Promise<PoisonServer> {
    const sent = new Int32Array(new SharedArrayBuffer(4));
    const workerData: Work = { tls, sent };
    const worker = new Worker(new URL(import.meta.url), { workerData });
    const [port] = await once(worker, 'message');
    return new PoisonServer(worker, port, sent);
  }

  /**
   * Blocks this thread for 40 ms and until each of `connections` connections has been sent a response that nobody asked
   * for: afterwards those lie in the kernel, unread.
   */
  poisonWhileBlocked(connections: number): void {
    const end = performance.now() + BLOCK_MS;
    this.#expected += connections;
    this.#worker.postMessage('poison');
    for (let sent = Atomics.load(this.#sent, 0); sent < this.#expected; sent = Atomics.load(this.#sent, 0)) {
      if (Atomics.wait(this.#sent, 0, sent, 5_000) === 'timed-out') throw new Error(`Only ${sent} were sent`);
    }
    while (performance.now() < end);
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function serve({ tls, sent }: Work): void {
  const sockets = new Set<Socket>();
  const onSocket = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let received = '';
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
        const target = received.split(' ')[1] ?? '';
        received = received.slice(end + 4);
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}`);
      }
    });
  };
  const server: Server =
    tls === null
      ? createServer({ noDelay: true }, onSocket)
      : createTlsServer({ noDelay: true, key: tls.key, cert: tls.cert }, onSocket);
  parentPort?.on('message', () => {
    for (const socket of sockets) {
      socket.write(POISON, () => {
        Atomics.add(sent, 0, 1);
        Atomics.notify(sent, 0);
      });
    }
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') parentPort?.postMessage(address.port);
  });
}

if (!isMainThread) serve(workerData);
