import type { Target } from './target.ts';

/** An HTTP proxy, spoken to in plain text. */
export interface Proxy {
  /** "http://127.0.0.1:3128" */
  readonly url: string;
  /** Whether it opens tunnels (CONNECT), or forwards requests in absolute form. */
  readonly tunnels: boolean;
}

/** What a client is opened for. */
export interface Endpoint {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** Connections to keep per origin. */
  readonly connections: number;
  /** How many origins besides this one requests will go to. */
  readonly otherOrigins: number;
  /** Whether the client's own bounds on all origins together are to be raised so that every connection can be kept. */
  readonly keepsAll: boolean;
  /** Whether each request asks for its connection to be closed (Connection: close), so that the next one opens another. */
  readonly closesEach: boolean;
  /** The proxy that it is reached through; null for none. */
  readonly proxy: Proxy | null;
  /** The server's certificate in PEM, for https. */
  readonly ca: string | null;
  /** The name in the certificate, where it is not the host. */
  readonly servername: string | null;
}

/** Makes a request and reads its response to the end; gives the body's length, or for an upload that of what was sent. Rejects on an unexpected status. */
export type Request = () => Promise<number>;

/** Prepares a request for a target, once for any number of requests: what a program that knows its URL would do. */
export type Prepare = (target: Target) => Request;

/** All that a measurement knows of a client. A file in this folder exports `open`, of the type {@link Open}. */
export interface Client {
  /** GET, ending with the whole body in one piece. */
  readonly get: Prepare;
  /** The same by the standard's fetch(). */
  readonly fetch?: Prepare;
  /** GET of a JSON document by gzip, decoded and parsed; what comes of it is the length that the document tells of itself. */
  readonly json?: Prepare;
  /** The same with a jar of three cookies, basic authentication and two header fields that every request has. */
  readonly session?: Prepare;
  /** The next result of a program that works through lists of URLs. */
  readonly many?: Prepare;
  /** GET, the body taken piece by piece with `for await`. Null where the client, or its build, has no such thing. */
  readonly stream?: Prepare | null;
  /** PUT of a body of `target.bytes` bytes that an async generator yields, made anew for each request. */
  readonly upload?: Prepare | null;
  /** PUT of a form with one file, which is read from disk (or what stands for one) anew for each request. */
  readonly form?: (target: Target, file: string) => Request;
  close(): Promise<void>;
}

export type Open = (endpoint: Endpoint) => Client;
