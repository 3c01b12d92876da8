// A request sent on to where it was really meant for, by a manager, and its answer: as it came, or as a recording has it.

import type { PoolManager } from 'urlpool';
import type { Field } from '../field.ts';
import type { MockReply } from './mock-reply.ts';
import type { MockRequest } from './mock-request.ts';

/** Fields of one connection (RFC 9110 §7.6.1), and those that the one who sends makes. */
const OF_ONE_HOP =
  /^(connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|content-length|host|expect)$/i;
/** Fields that a manager adds by itself. */
const ADDED = ['Accept', 'Accept-Encoding', 'User-Agent'];

function options(request: MockRequest, decodeContent: boolean) {
  const headers: [string, string | null][] = [...request.headers].filter(([name]) => !OF_ONE_HOP.test(name));
  const added = ADDED.filter((name) => !request.headers.has(name)).map((name): [string, null] => [name, null]);
  const hasBody = request.body.length > 0 || request.headers.has('content-length');
  return {
    headers: [...headers, ...added],
    ...(hasBody ? { body: request.body } : {}),
    redirect: false,
    retries: false,
    decodeContent,
  } as const;
}

/** The answer as it came, its body as it comes. */
export async function forwarded(request: MockRequest, manager: PoolManager): Promise<MockReply> {
  const { method, url } = request;
  const response = await manager.stream(method, url, options(request, false));
  const fields = [...response.headers].filter(([name]) => !OF_ONE_HOP.test(name));
  return {
    status: response.status,
    reason: response.reason,
    headers: fields,
    ...bodyOf(request, response.status, response),
  };
}

/** The answer with its whole body, codings undone. */
export async function fetched(
  request: MockRequest,
  manager: PoolManager,
): Promise<{ status: number; reason: string; headers: Field[]; body: Buffer }> {
  const { method, url } = request;
  const response = await manager.request(method, url, options(request, true));
  const codings = response.headers.get('content-encoding');
  const isDecoded = codings === null || /^(\s*(gzip|x-gzip|deflate|br|zstd|identity)\s*(,|$))+$/i.test(codings);
  const headers = [...response.headers].filter(
    ([name]) => !OF_ONE_HOP.test(name) && !(isDecoded && /^(content-encoding|content-digest)$/i.test(name)),
  );
  return { status: response.status, reason: response.reason, headers, body: Buffer.from(response.bytes()) };
}

function bodyOf(
  request: MockRequest,
  status: number,
  body: AsyncIterable<Uint8Array>,
): { body?: AsyncIterable<Uint8Array> } {
  return request.method === 'HEAD' || status === 204 || status === 304 ? {} : { body };
}
