import type { Endpoint } from './client.ts';

/** Where a request goes, in the forms that clients take. */
export interface Target {
  readonly scheme: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  /** "http://127.0.0.1:80" */
  readonly origin: string;
  readonly path: string;
  readonly url: string;
  /** Length of the body: of every response, or of what is uploaded. */
  readonly bytes: number;
}

/** A path on an endpoint. */
export function targetOf(
  { scheme, host, port }: Pick<Endpoint, 'scheme' | 'host' | 'port'>,
  path: string,
  bytes: number,
): Target {
  const origin = `${scheme}://${host}:${port}`;
  return { scheme, host, port, origin, path, url: origin + path, bytes };
}

/** For a response that is not the one asked for: a measurement of errors would be worth nothing. */
export function unexpectedStatus(status: number | undefined, { url }: Target): Error {
  return new Error(`${url} gave status ${status}`);
}

/** Whether a PUT was carried out (RFC 9110 §9.3.4). */
export function isStored(status: number | undefined): boolean {
  return status === 201 || status === 204;
}
