// Answers from a recording: each exchange once, in its order. A request that was recorded with another body is told from
// one that was not recorded at all, since the first means that the recording is stale.

import { readFileSync } from 'node:fs';
import type { MockReply } from './mock-reply.ts';
import type { MockRequest } from './mock-request.ts';
import { bytesOf, parseRecording, type RecordedExchange, type Recording, recordedRequest } from './recording.ts';

/** What a recording has for a request. */
export type Found =
  | { readonly is: 'reply'; readonly reply: MockReply }
  | { readonly is: 'nothing'; readonly why: string };

export class Replay {
  readonly #path: string;
  readonly #recording: Recording;
  readonly #used = new Set<RecordedExchange>();

  /** @throws {Error} where it cannot be read. */
  constructor(path: string) {
    this.#path = path;
    this.#recording = parseRecording(textOf(path), path);
  }

  find(request: MockRequest): Found {
    const { redacted, exchanges } = this.#recording;
    const { method, url, body } = recordedRequest(request, redacted);
    const same = exchanges.filter((exchange) => exchange.request.method === method && exchange.request.url === url);
    if (same.length === 0) return this.#nothing(`has no ${method} ${url}${this.#others(method, url)}`);
    const bytes = bytesOf(body);
    const equal = same.filter((exchange) => bytesOf(exchange.request.body).equals(bytes));
    if (equal.length === 0) {
      const [
        {
          request: { body: was },
        } = { request: {} },
      ] = same;
      return this.#nothing(
        `is stale: the body was ${shown(was)} when it was recorded, and is ${shown(body)}; record it again`,
      );
    }
    const next = equal.find((exchange) => !this.#used.has(exchange));
    if (next === undefined)
      return this.#nothing(
        `has this request ${equal.length === 1 ? 'once' : `${equal.length} times`}, and it was asked for more often`,
      );
    this.#used.add(next);
    const { status, reason, headers } = next.response;
    const content = bytesOf(next.response.body);
    const fields = Object.fromEntries(
      Object.entries(headers).filter(([name]) => !/^(content-length|transfer-encoding|connection)$/i.test(name)),
    );
    return {
      is: 'reply',
      reply: { status, reason, headers: fields, ...(content.length === 0 ? {} : { body: content }) },
    };
  }

  #nothing(why: string): Found {
    return { is: 'nothing', why: `the recording ${this.#path} ${why}` };
  }

  /** What was recorded at the same path. */
  #others(method: string, url: string): string {
    const path = (text: string): string => text.replace(/[?#].*$/s, '');
    const near = this.#recording.exchanges
      .map(({ request }) => request)
      .filter((request) => path(request.url) === path(url) || (request.method === method && request.url === url));
    const names = [...new Set(near.map((request) => `${request.method} ${request.url}`))].slice(0, 3);
    return names.length === 0 ? '' : `, but ${names.join(', ')}`;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new Error(`Cannot replay ${path}: it cannot be read; make it by record()`, { cause });
  }
}

function shown(body: RecordedExchange['request']['body']): string {
  if (body === undefined) return 'empty';
  if (!('text' in body)) return `${bytesOf(body).length} bytes`;
  return JSON.stringify(body.text.length > 80 ? `${body.text.slice(0, 80)}…` : body.text);
}
