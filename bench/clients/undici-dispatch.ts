import type { DispatchHandler } from 'undici';
import type { Client, Endpoint } from './client.ts';
import { type Target, unexpectedStatus } from './target.ts';
import { undiciDispatcher } from './undici-dispatcher.ts';

/** undici's lowest interface, with the smallest handler that still ends with the body in one piece. */
export function open(endpoint: Endpoint): Client {
  const dispatcher = undiciDispatcher(endpoint);
  return {
    get: (target) => {
      const options = { origin: target.origin, path: target.path, method: 'GET' } as const;
      return () =>
        new Promise((resolve, reject) => {
          dispatcher.dispatch(options, new Collector(target, resolve, reject));
        });
    },
    close: () => dispatcher.close(),
  };
}

class Collector implements DispatchHandler {
  readonly #target: Target;
  readonly #resolve: (bytes: number) => void;
  readonly #reject: (error: Error) => void;
  readonly #chunks: Buffer[] = [];
  #status = 0;

  constructor(target: Target, resolve: (bytes: number) => void, reject: (error: Error) => void) {
    this.#target = target;
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
    else this.#reject(unexpectedStatus(this.#status, this.#target));
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#reject(error);
  }
}
