/** The server and the load that a client is opened for. */
export interface Endpoint {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** Length of the body that every response carries. */
  readonly bytes: number;
  /** Connections to keep; as many requests are made at once. */
  readonly connections: number;
  /** The server's certificate in PEM, for https. */
  readonly ca: string | undefined;
}

/** All that the loop knows of a client. A file in this folder exports `open`, of the type {@link Open}. */
export interface Client {
  /** Makes one GET and reads the whole body; resolves with its length. Rejects unless the status is 200. */
  request(): Promise<number>;
  close(): Promise<void>;
}

export type Open = (endpoint: Endpoint) => Client;

/** For a response that is not the one asked for: a measurement of errors would be worth nothing. */
export function unexpectedStatus(status: number | undefined, endpoint: Endpoint): Error {
  return new Error(`GET ${endpoint.path} gave status ${status}, not 200`);
}
