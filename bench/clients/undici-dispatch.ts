import type { DispatchHandler } from 'undici';
import { type Client, type Endpoint, unexpectedStatus } from './client.ts';
import { undiciPool } from './undici-pool.ts';

/** undici's lowest interface, with the smallest handler that still ends with the body in one piece. */
export function open(endpoint: Endpoint): Client {
  const pool = undiciPool(endpoint);
  const options = { path: endpoint.path, method: 'GET' } as const;
  return {
    request: () =>
      new Promise((resolve, reject) => {
        pool.dispatch(options, new Collector(endpoint, resolve, reject));
      }),
    close: () => pool.close(),
  };
}

class Collector implements DispatchHandler {
  readonly #endpoint: Endpoint;
  readonly #resolve: (bytes: number) => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];
  #status = 0;

  constructor(endpoint: Endpoint, resolve: (bytes: number) => void, reject: (error: Error) => void) {
    this.#endpoint = endpoint;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  onRequestStart(): void {}

  onResponseStart(_controller: unknown, statusCode: number): void {
    this.#status = statusCode;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#status === 200) this.#resolve(Buffer.concat(this.#chunks).byteLength);
    else this.#reject(unexpectedStatus(this.#status, this.#endpoint));
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#reject(error);
  }
}
