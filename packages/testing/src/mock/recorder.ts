// Asks real servers, and writes down what was asked and answered. What the client is given is what a replay will give it,
// save the credentials: without content codings, with its whole body.

import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { PoolManager } from 'urlpool';
import { checkNames } from './check-names.ts';
import { fetched } from './forward.ts';
import type { MockReply } from './mock-reply.ts';
import type { MockRequest } from './mock-request.ts';
import { type RecordedExchange, type Recording, recordedBody, recordedFields, recordedRequest } from './recording.ts';
import { type Redaction, type RedactionOptions, redactionOf } from './redaction.ts';

/** How a mock records. */
export interface RecordOptions {
  /**
   * What is hidden besides credentials in Authorization, Cookie, Set-Cookie and the like, and in parameters, forms and JSON
   * by names such as `token` and `password`; false hides nothing.
   */
  readonly redact?: RedactionOptions | false;
}

export class Recorder {
  readonly #path: string;
  readonly #redaction: Redaction | null;
  readonly #exchanges: (RecordedExchange | null)[] = [];

  /** @throws {TypeError} */
  constructor(path: string, options: RecordOptions) {
    if (typeof path !== 'string' || path === '') throw new TypeError('Cannot record: give the path of a file');
    checkNames('the options of record()', options, ['redact']);
    const { redact = {} } = options;
    if (redact !== false) checkNames('redact', redact, ['headers', 'fields']);
    this.#path = path;
    this.#redaction = redact === false ? null : redactionOf(redact);
  }

  /** Asks the real server. Exchanges stand in the order in which they were asked. */
  async ask(request: MockRequest, manager: PoolManager): Promise<MockReply> {
    const place = this.#exchanges.push(null) - 1;
    const { status, reason, headers, body } = await fetched(request, manager);
    const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? null;
    this.#exchanges[place] = {
      request: recordedRequest(request, this.#redaction),
      response: {
        status,
        reason,
        headers: recordedFields(headers, this.#redaction),
        ...(body.length === 0 ? {} : { body: recordedBody(body, type, this.#redaction) }),
      },
    };
    return { status, reason, headers, ...(body.length === 0 ? {} : { body }) };
  }

  /** Writes the file: whole, or not at all. */
  async save(now: number): Promise<void> {
    const recording: Recording = {
      version: 1,
      recordedAt: new Date(now).toISOString(),
      redacted: this.#redaction,
      exchanges: this.#exchanges.filter((exchange) => exchange !== null),
    };
    await mkdir(dirname(this.#path), { recursive: true });
    const part = `${this.#path}.part`;
    await writeFile(part, `${JSON.stringify(recording, null, 2)}\n`);
    await rename(part, this.#path);
  }
}
