import type { Field } from 'urlpool-testing';
import { MockRequest } from '../../src/mock/mock-request.ts';

/** A request as a server has read it. */
export function received(
  method: string,
  url: string,
  { headers = [], body = '' }: { readonly headers?: readonly Field[]; readonly body?: string | Uint8Array } = {},
): MockRequest {
  const { origin } = new URL(url);
  const bytes = Buffer.from(body);
  const target = url.slice(origin.length);
  const head = { method, target, version: '1.1', headers, connection: 0, exchange: 0 } as const;
  return new MockRequest({ ...head, body: bytes, trailers: [], raw: bytes }, origin);
}
