// What a proxy is told with each request that it forwards (RFC 9112 §3.2.2): fields that stand behind those of the request,
// and are written by the connection to the proxy.

import type { Fields } from '../message/fields.ts';
import type { ProxyCredentials } from './proxy-credentials.ts';

export class Forward {
  /** The proxy, without credentials. */
  readonly text: string;
  readonly credentials: ProxyCredentials;
  readonly #lines: string;
  #authorization: string | null = null;
  /** Lines of the fields, with the Proxy-Authorization above: nearly every request has the one of the request before. */
  #authorized: string;

  /** @param fields Fields for the proxy, checked already, without its credentials. */
  constructor(text: string, fields: Fields, credentials: ProxyCredentials) {
    this.text = text;
    this.credentials = credentials;
    this.#lines = fieldLines(fields);
    this.#authorized = this.#lines;
  }

  /** Field lines for one request, with its credentials for the proxy; null for none. */
  lines(authorization: string | null): string {
    if (authorization !== this.#authorization) {
      this.#authorization = authorization;
      const line = authorization === null ? '' : `Proxy-Authorization: ${authorization}\r\n`;
      this.#authorized = line + this.#lines;
    }
    return this.#authorized;
  }
}

function fieldLines(fields: Fields): string {
  let lines = '';
  for (let i = 0; i < fields.length; i += 2) lines += `${fields[i]}: ${fields[i + 1]}\r\n`;
  return lines;
}
