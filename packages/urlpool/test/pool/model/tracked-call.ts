// One call as its caller sees it: what was asked for, what came of it, and whether that can be right.

import { HTTPError, HTTPResponse, MaxRetryError, StreamedResponse, type TimeoutOptions } from 'urlpool';
import { type Outcome, Rejection } from '../../../src/call/outcome.ts';
import { isAnswerTo } from './fake-server.ts';

/** What is known of the run that a failure is judged by. */
export interface Circumstances {
  readonly now: number;
  /** Whether `close()` was called. */
  readonly closed: boolean;
  readonly maxQueued: number;
  /** Whether a dial to that origin has failed. */
  hasFailed(url: string): boolean;
  /** Whether the server of a connection did what may cost an exchange. */
  isHarmed(connection: number): boolean;
}

/** What sums of times may be off by. */
const ROUNDING_MS = 0.001;

export class TrackedCall {
  readonly target: string;
  readonly startedAt: number;
  readonly timeout: TimeoutOptions;
  readonly signal: AbortSignal;
  readonly followsRedirects: boolean;
  readonly hasBody: boolean;
  /** Its id in events. */
  id = 0;
  outcome: Outcome | null = null;
  /** Set while a streamed body is taken; whether it was, or was given up. */
  isTaken = false;
  isDisposed = false;
  /** When it was given up without taking any of it. */
  disposedAt: number | null = null;
  /** Steps of the caller that were begun and have not ended: reading a body, disposing of it. */
  pending = 0;
  /** What an own step ended with. */
  bodyError: unknown = null;

  constructor(
    about: Pick<TrackedCall, 'target' | 'startedAt' | 'timeout' | 'signal' | 'followsRedirects' | 'hasBody'>,
  ) {
    this.target = about.target;
    this.startedAt = about.startedAt;
    this.timeout = about.timeout;
    this.signal = about.signal;
    this.followsRedirects = about.followsRedirects;
    this.hasBody = about.hasBody;
  }

  get settled(): boolean {
    return this.outcome !== null;
  }

  /** Its response, while nobody has taken the body yet. */
  get untouched(): StreamedResponse | null {
    return this.outcome instanceof StreamedResponse && !this.isTaken && !this.isDisposed ? this.outcome : null;
  }

  /** What is wrong with how it ended; null if nothing is. */
  judge(circumstances: Circumstances): string | null {
    const { outcome } = this;
    if (outcome instanceof Rejection) return this.#judgeFailure(outcome.reason, circumstances);
    return outcome instanceof HTTPResponse ? this.#judgeBody(outcome.status, outcome.text()) : null;
  }

  /** Takes the whole body of a stream. */
  read(judge: () => Circumstances, onFault: (fault: string) => void): void {
    const response = this.untouched;
    if (response === null) return;
    this.isTaken = true;
    this.#step(
      response.text().then(
        (text) => {
          const fault = this.#judgeBody(response.status, text);
          if (fault !== null) onFault(fault);
        },
        (reason: unknown) => {
          const fault = this.#judgeFailure(reason, judge());
          if (fault !== null) onFault(fault);
        },
      ),
    );
  }

  /** Takes a few pieces of a stream and leaves it there, or gives the whole up at once. */
  dispose(pieces: number, now: number): void {
    const response = this.untouched;
    if (response === null) return;
    this.isDisposed = true;
    if (pieces === 0) {
      this.disposedAt = now;
      this.#step(response.dispose());
    } else {
      this.#step(takeSome(response, pieces));
    }
  }

  #step(promise: Promise<unknown>): void {
    this.pending++;
    promise
      .catch((error: unknown) => {
        this.bodyError = error;
      })
      .finally(() => {
        this.pending--;
      });
  }

  #judgeBody(status: number, text: string): string | null {
    // A redirect has no body, and is given to the caller only where it is not to be followed.
    const isRight = status === 307 ? !this.followsRedirects && text === '' : isAnswerTo(this.target, text);
    return isRight ? null : `${this.target} got ${status} ${JSON.stringify(text.trimEnd())}`;
  }

  #judgeFailure(reason: unknown, about: Circumstances): string | null {
    if (this.signal.aborted && reason === this.signal.reason) return null;
    const error = reason instanceof MaxRetryError && reason.cause instanceof HTTPError ? reason.cause : reason;
    if (!(error instanceof HTTPError)) return `${this.target} failed with ${String(reason)}`;
    return this.#mayFailWith(error, about) ? null : `${this.target} failed without a reason: ${error.message}`;
  }

  #mayFailWith(error: HTTPError, about: Circumstances): boolean {
    const { connection, phase } = error;
    switch (error.code) {
      case 'ERR_TIMEOUT':
        return this.#isDue(phase, about.now);
      case 'ERR_POOL_CLOSED':
      case 'ERR_CONNECTION_DROPPED':
        return about.closed;
      case 'ERR_POOL_FULL':
        return about.maxQueued !== Number.POSITIVE_INFINITY;
      case 'ERR_POOL_STALLED':
        return about.now - this.startedAt >= 60_000;
      case 'ERR_CONNECTION_REFUSED':
        return error.url !== null && about.hasFailed(error.url);
      case 'ERR_REDIRECT':
      case 'ERR_REDIRECT_DOWNGRADE':
      case 'ERR_BODY_CONSUMED':
      case 'ERR_TOO_MANY_REDIRECTS':
        return true;
      default:
        return connection !== null && about.isHarmed(connection.id);
    }
  }

  /** Whether the time has come that such a limit may have run out. */
  #isDue(phase: string, now: number): boolean {
    const { total, pool, connect = 10_000, read = 300_000, head } = this.timeout;
    const ofExchange = Math.min(read ?? Number.POSITIVE_INFINITY, head ?? Number.POSITIVE_INFINITY);
    const limit = phase === 'total' ? total : phase === 'pool' ? pool : phase === 'connect' ? connect : ofExchange;
    return limit !== null && limit !== undefined && now > this.startedAt + limit - ROUNDING_MS;
  }
}

async function takeSome(response: StreamedResponse, pieces: number): Promise<void> {
  let taken = 0;
  for await (const _ of response) if (++taken >= pieces) break;
}
