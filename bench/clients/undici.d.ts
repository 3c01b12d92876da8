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
    connect: { ca?: string; servername?: string };
  }

  export interface DispatchOptions {
    origin: string;
    path: string;
    method: 'GET' | 'PUT';
    body?: AsyncIterable<Uint8Array> | FormData;
  }

  /** Its own class: it knows no other. */
  export class FormData {
    append(name: string, value: Blob, filename: string): void;
  }

  /** Made by the library, and only handed on. */
  export type Interceptor = { readonly interceptor: unique symbol };

  export const interceptors: { decompress(): Interceptor };

  export interface Dispatcher {
    request(options: DispatchOptions): Promise<{
      statusCode: number;
      body: AsyncIterable<Uint8Array> & { bytes(): Promise<Uint8Array>; json(): Promise<unknown> };
    }>;
    compose(interceptor: Interceptor): Dispatcher;
    dispatch(options: DispatchOptions, handler: DispatchHandler): boolean;
    close(): Promise<void>;
  }

  export const Pool: new (origin: string | URL, options: Partial<PoolOptions>) => Dispatcher;
  export const Agent: new (options: PoolOptions) => Dispatcher;

  export interface ProxyAgentOptions {
    uri: string;
    proxyTunnel: boolean;
    connections: number;
    pipelining: number;
    allowH2: boolean;
    factory: (to: string | URL, options: object) => Dispatcher;
    requestTls: { allowH2: boolean; ca?: string; servername?: string };
  }

  export const ProxyAgent: new (options: ProxyAgentOptions) => Dispatcher;

  export function fetch(
    url: string,
    init: { method?: 'PUT'; body?: AsyncIterable<Uint8Array> | FormData; duplex?: 'half'; dispatcher: Dispatcher },
  ): Promise<{
    status: number;
    body: AsyncIterable<Uint8Array> | null;
    arrayBuffer(): Promise<ArrayBuffer>;
    json(): Promise<unknown>;
  }>;

  /** Puts undici's fetch and its classes in the place of the globals. */
  export function install(): void;
  export function setGlobalDispatcher(dispatcher: Dispatcher): void;
}
