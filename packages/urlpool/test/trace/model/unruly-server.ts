// A server in memory that does what a plan says, for each request in turn: it answers, fails, says nothing, or breaks off
// at some byte. Every origin leads to it.

import { Duplex } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { Connector, ConnectorTarget } from 'urlpool';

/** What becomes of a connection that is asked for. */
export type DialPlan = 'open' | 'late' | 'refused' | 'hang' | 'no-name';

/** What becomes of a request; `at` is where it breaks off, counted in bytes of an answer. */
export type AnswerPlan =
  | { readonly is: keyof typeof ANSWERS }
  | { readonly is: 'redirect'; readonly to: number; readonly status: number }
  | { readonly is: 'cut' | 'reset'; readonly at: number }
  | { readonly is: 'silence' | 'early' | 'drip' };

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nright';
const GZIP = gzipSync('right '.repeat(1000));

const encoded = (body: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`),
    body,
  ]);

export const ANSWERS = {
  ok: OK,
  chunked: 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nright\r\n0\r\nA: b\r\n\r\n',
  large: Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 600000\r\n\r\n'), Buffer.alloc(600_000)]),
  gzip: encoded(GZIP),
  'bad-gzip': encoded(Buffer.from('no gzip at all')),
  'cut-gzip': encoded(GZIP.subarray(0, 20)),
  hints: `HTTP/1.1 103 Early Hints\r\n\r\n${OK}`,
  '503': 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 4\r\n\r\nbusy',
  '421': 'HTTP/1.1 421 Misdirected Request\r\nContent-Length: 0\r\n\r\n',
  'bad-retry-after': 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n',
  'bad-redirect': 'HTTP/1.1 302 Found\r\nLocation: ftp://x/\r\nContent-Length: 0\r\n\r\n',
  garbage: 'garbage\r\n\r\n',
  'bad-chunk': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nrightX',
  unasked: `${OK}more`,
  switched: 'HTTP/1.1 101 Switching Protocols\r\n\r\n',
  close: 'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
  'until-close': 'HTTP/1.1 200 OK\r\n\r\nuntil the end',
  '408': 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
} as const;

export interface Plans {
  /** One for each connection in turn, from the first again when they are used up. */
  readonly dials: readonly DialPlan[];
  /** For each path, one for each request in turn; the last is for all further ones. */
  readonly answers: ReadonlyMap<string, readonly AnswerPlan[]>;
}

export const ORIGINS: readonly string[] = ['http://a.test', 'http://b.test', 'https://c.test'];

const CODES = { refused: 'ECONNREFUSED', 'no-name': 'ENOTFOUND' } as const;

export class UnrulyServer {
  readonly #plans: Plans;
  readonly #asked = new Map<string, number>();
  #dialled = 0;
  /** Connections that the client has not closed. */
  open = 0;

  constructor(plans: Plans) {
    this.#plans = plans;
  }

  readonly connector: Connector = async (_target: ConnectorTarget, signal: AbortSignal) => {
    const { dials } = this.#plans;
    const plan = dials[this.#dialled++ % dials.length] ?? 'open';
    if (plan === 'refused' || plan === 'no-name') {
      throw Object.assign(new Error(plan), { code: CODES[plan], syscall: 'connect' });
    }
    if (plan === 'late') for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
    if (plan === 'hang') {
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    }
    this.open++;
    return new Peer(
      (path) => this.#answer(path),
      () => {
        this.open--;
      },
    );
  };

  #answer(path: string): AnswerPlan {
    const count = this.#asked.get(path) ?? 0;
    this.#asked.set(path, count + 1);
    const answers = this.#plans.answers.get(path) ?? [];
    return answers[count] ?? answers.at(-1) ?? { is: 'ok' };
  }
}

/** The client's end of a connection, with the server behind it. */
class Peer extends Duplex {
  readonly #plan: (path: string) => AnswerPlan;
  readonly #onGone: () => void;
  #received = '';
  /** That of the request whose body is still to come. */
  #begun: { readonly path: string; readonly plan: AnswerPlan } | null = null;

  constructor(plan: (path: string) => AnswerPlan, onGone: () => void) {
    super({ allowHalfOpen: true });
    this.#plan = plan;
    this.#onGone = onGone;
    this.on('error', () => {});
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#received += chunk.toString('latin1');
    setImmediate(() => {
      if (this.destroyed) return;
      this.#look();
      done();
    });
  }

  override _final(done: () => void): void {
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#onGone();
    done(error);
  }

  #look(): void {
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.slice(0, end);
    const [, path = ''] = head.split(' ', 2);
    if (this.#begun === null) {
      this.#begun = { path, plan: this.#plan(path) };
      if (this.#begun.plan.is === 'early') {
        this.push('HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n');
      }
    }
    const rest = this.#received.slice(end + 4);
    const length = /^content-length: (\d+)/im.exec(head)?.[1];
    const isWhole = /^transfer-encoding/im.test(head) ? rest.endsWith('0\r\n\r\n') : rest.length >= Number(length ?? 0);
    if (!isWhole) return;
    const { plan } = this.#begun;
    this.#received = '';
    this.#begun = null;
    this.#act(plan, path);
  }

  #act(plan: AnswerPlan, path: string): void {
    switch (plan.is) {
      case 'silence':
      case 'early':
        break;
      case 'cut':
        this.push(ANSWERS.chunked.slice(0, plan.at));
        this.push(null);
        break;
      case 'reset':
        this.push(OK.slice(0, plan.at));
        setImmediate(() => this.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' })));
        break;
      case 'drip':
        void this.#drip(OK);
        break;
      case 'redirect':
        this.push(
          `HTTP/1.1 ${plan.status} Found\r\nLocation: ${ORIGINS[plan.to % ORIGINS.length]}${path}\r\nContent-Length: 3\r\n\r\nsee`,
        );
        break;
      default:
        this.push(ANSWERS[plan.is]);
        if (plan.is === 'until-close') this.push(null);
    }
  }

  async #drip(text: string): Promise<void> {
    for (const letter of text) {
      if (this.destroyed) return;
      this.push(letter);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
