// The little of undici 8.12.4 that is measured. Declared here so that the types of this folder are checked
// without bench/node_modules: the root's gate does not install the peers. An ambient module goes before an installed one.

declare module 'undici' {
  export interface DispatchHandler {
    onRequestStart(controller: unknown, context: unknown): void;
    onResponseStart(controller: unknown, statusCode: number): void;
    onResponseData(controller: unknown, chunk: Buffer): void;
    onResponseEnd(controller: unknown, trailers: unknown): void;
    onResponseError(controller: unknown, error: Error): void;
  }

  export interface PoolOptions {
    connections: number;
    pipelining: number;
    allowH2: boolean;
    connect?: { ca: string };
  }

  export class Pool {
    constructor(origin: string, options: PoolOptions);
    request(options: { path: string; method: 'GET' }): Promise<{
      statusCode: number;
      body: { bytes(): Promise<Uint8Array> };
    }>;
    dispatch(options: { path: string; method: 'GET' }, handler: DispatchHandler): boolean;
    close(): Promise<void>;
  }
}
