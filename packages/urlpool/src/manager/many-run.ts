// The work of one many(): takes items from the source while there are places, sends them, and keeps their results until
// they are asked for. Every step is synchronous and begins at `#advance()`; promises are made only by those who send, by a
// source that has them, and for a result that is waited for.
//
// A place is held from the moment a request begins until its consumer is done with the result, and asks for another: one
// that is slow stops the source, and no more results than `concurrency` are held. In the order of the source, items are
// taken only within `concurrency` of the next one to be given: so that one can always begin, and nothing runs ahead
// without bound. A streamed response holds its place, and that of its origin, until it is over; see OpenResponses.
//
// A list may grow while it is gone through, as in `for…of`. Its iterator would not go on once it has been at the end, and is
// there early: so it is not asked for more than the list has at that moment, and the end is where nobody can add to it any
// more, since nothing runs and no result is in hand.

import { checkSignal } from '../call/prepare-request.ts';
import { RateLimiter } from '../policy/rate-limiter.ts';
import type { HTTPResponse } from '../response/http-response.ts';
import { StreamedResponse } from '../response/streamed-response.ts';
import { addAbortable, removeAbortable } from '../util/abort-registry.ts';
import type { Clock, Timer } from '../util/clock.ts';
import { type ManyItem, requestOf } from './many-item.ts';
import type { ManySettings } from './many-options.ts';
import { OpenResponses } from './open-responses.ts';
import type { ManagerRequestOptions } from './pool-manager.ts';
import { Schedule } from './schedule.ts';

/** What there is where there is no error. */
export type ManyResponse = HTTPResponse | StreamedResponse;

/** One result: a response or an error, never both. */
export type ManyResult<Item, Response extends ManyResponse = HTTPResponse> = {
  /** Which it was of the source, from 0. */
  readonly index: number;
  readonly request: Item;
} & ManyOutcome<Response>;

/** What became of a request. An error is an HTTPError, or what a signal was aborted with. */
export type ManyOutcome<Response extends ManyResponse> =
  | { readonly response: Response; readonly error: null }
  | { readonly response: null; readonly error: NonNullable<unknown> };

/** Who sends them. */
export interface ManySurroundings<Response extends ManyResponse = HTTPResponse> {
  readonly clock: Clock;
  /** Connections that a pool has at most. */
  readonly maxSize: number;
  /** Who gives the turns that the requests take; null where there are none. */
  readonly rate: RateLimiter | null;
  /**
   * The origin that a URL is at, as text.
   *
   * @throws {RequestError} `ERR_INVALID_URL`
   */
  originOf(url: string | URL): string;
  send(method: string, url: string | URL, options: ManagerRequestOptions): Promise<Response>;
}

/** Items that are taken from a source in one go, before the event loop gets its turn. */
const BATCH = 1_000;

const DONE = { done: true, value: undefined } as const;

/** An item that was taken from the source. */
interface Taken<Item> {
  readonly item: Item;
  readonly index: number;
  /** Whose schedule it counts in; null where it is in none. */
  readonly origin: string | null;
}

/** Somebody who asked for a result. */
interface Asker<Item, Response extends ManyResponse> {
  resolve(result: IteratorResult<ManyResult<Item, Response>, void>): void;
  reject(reason: unknown): void;
}

export class ManyRun<Item extends ManyItem, Response extends ManyResponse> {
  readonly #settings: ManySettings;
  readonly #surroundings: ManySurroundings<Response>;
  readonly #source: Iterator<Item> | AsyncIterator<Item>;
  readonly #isAsync: boolean;
  /** Where it takes them from, if that is a list. */
  readonly #list: readonly Item[] | null;
  readonly #schedule: Schedule<Taken<Item>> | null;
  readonly #stop = new AbortController();
  /** What an item has that is nothing but a URL. */
  readonly #plain: ManagerRequestOptions = { signal: this.#stop.signal };
  /** By their place in the order in which they are given. */
  readonly #results = new Map<number, ManyResult<Item, Response>>();
  readonly #open = new OpenResponses((origin) => this.#onBodyOver(origin));
  readonly #askers: Asker<Item, Response>[] = [];
  /** Those who go through the results, as far as is known: more than one have asked at once. */
  #consumers = 1;
  #taken = 0;
  #running = 0;
  #done = 0;
  #failed = 0;
  #bytes = 0;
  #given = 0;
  /** The place of the last result that was given, while nobody asks for another one. */
  #inHand: 0 | 1 = 0;
  /** The source is being waited for. */
  #isAsking = false;
  #isExhausted = false;
  /** What the source threw: told when all that it gave before is done. */
  #broken: { readonly error: unknown } | null = null;
  /** What nobody was there to be told of. */
  #fault: { readonly error: unknown } | null = null;
  #isOver = false;
  #isFilling = false;
  #timer: Timer | null = null;
  #timerAt: number | null = null;

  constructor(
    items: Iterable<Item> | AsyncIterable<Item>,
    settings: ManySettings,
    surroundings: ManySurroundings<Response>,
  ) {
    const { signal, stream } = settings;
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.#isAsync = Symbol.asyncIterator in items;
    this.#list = listOf(items);
    this.#source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    const { clock, rate, maxSize } = surroundings;
    // One whose turn it is to be given may need a connection once more, for a retry say, and the others keep theirs.
    const perOrigin = Math.min(settings.perOrigin, stream ? Math.max(1, maxSize - 1) : Number.POSITIVE_INFINITY);
    const isBounded = perOrigin < settings.concurrency || rate !== null;
    this.#schedule = isBounded ? new Schedule({ perOrigin, turns: rate === null ? null : turnsOf(rate, clock) }) : null;
    if (signal === null) return;
    if (signal.aborted) this.onAbort();
    else addAbortable(signal, this);
  }

  next(): Promise<IteratorResult<ManyResult<Item, Response>, void>> {
    if (this.#fault !== null) {
      const { error } = this.#fault;
      this.#fault = null;
      return Promise.reject(error);
    }
    if (this.#isOver) return Promise.resolve(DONE);
    this.#inHand = 0;
    return new Promise((resolve, reject) => {
      this.#askers.push({ resolve, reject });
      this.#consumers = Math.max(this.#consumers, this.#askers.length);
      this.#open.settle(this.#consumers - this.#askers.length);
      this.#advance();
    });
  }

  /** Aborts what runs and lets the source go. */
  async leave(): Promise<void> {
    const wasAsking = this.#isAsking;
    const ended = this.#end(new DOMException('many() was left before its end', 'AbortError'), null);
    // A source that is being waited for may never answer: it is told to end, and not waited for any longer.
    if (wasAsking) ended?.catch(() => {});
    else await ended;
  }

  onAbort(): void {
    const { signal } = this.#settings;
    this.#fail(signal?.reason);
  }

  /** Gives what there is to those who ask, and fills the places that are free. */
  #advance(): void {
    this.#serve();
    this.#fill();
    this.#serve();
    const isEmpty = this.#running + this.#results.size + this.#open.size + (this.#schedule?.aside ?? 0) === 0;
    const isAtEnd = this.#isExhausted || (this.#hasAllOfList && this.#inHand === 0);
    if (!this.#isOver && isAtEnd && isEmpty) void this.#end(null, this.#broken);
    this.#setTimer();
  }

  #serve(): void {
    while (this.#askers.length > 0) {
      const value = this.#results.get(this.#given);
      if (value === undefined) return;
      this.#results.delete(this.#given++);
      if (value.response instanceof StreamedResponse) this.#open.give(value.response);
      this.#askers.shift()?.resolve({ done: false, value });
      if (this.#askers.length === 0) this.#inHand = 1;
    }
  }

  #fill(): void {
    if (this.#isFilling) return;
    this.#isFilling = true;
    const { clock } = this.#surroundings;
    let left = BATCH;
    while (!this.#isOver && this.#hasPlace) {
      const next = this.#schedule?.next(clock.now()) ?? null;
      if (next !== null) this.#start(next.item);
      else if (!this.#mayTake) break;
      else if (left-- > 0) this.#take();
      else {
        clock.atNextCheck(() => this.#advance(), true);
        break;
      }
    }
    this.#isFilling = false;
  }

  get #hasPlace(): boolean {
    const withConsumers = Math.max(this.#inHand, this.#open.given) + this.#open.left;
    return this.#running + this.#results.size + withConsumers < this.#settings.concurrency;
  }

  get #mayTake(): boolean {
    if (this.#isExhausted || this.#isAsking || this.#hasAllOfList) return false;
    const { order, concurrency, lookAhead } = this.#settings;
    if (order === 'source') return this.#taken - this.#given + this.#inHand < concurrency;
    return this.#schedule === null || this.#schedule.aside < lookAhead;
  }

  /** Whether everything that is in the list so far was taken. */
  get #hasAllOfList(): boolean {
    return this.#list !== null && this.#taken >= this.#list.length;
  }

  /** Asks the source for one item. */
  #take(): void {
    this.#isAsking = true;
    try {
      if (this.#isAsync) {
        Promise.resolve((this.#source as AsyncIterator<Item>).next()).then(
          (next) => {
            this.#onNext(next);
            this.#advance();
          },
          (error) => {
            this.#onBroken(error);
            this.#advance();
          },
        );
      } else {
        this.#onNext((this.#source as Iterator<Item>).next());
      }
    } catch (error) {
      this.#onBroken(error);
    }
  }

  #onNext(next: IteratorResult<Item>): void {
    this.#isAsking = false;
    if (this.#isOver) return;
    if (next.done) {
      this.#isExhausted = true;
      return;
    }
    const item = next.value;
    const index = this.#taken++;
    const schedule = this.#schedule;
    const origin = schedule === null ? null : this.#originOf(item);
    const taken = { item, index, origin };
    if (schedule === null || origin === null) this.#start(taken);
    else schedule.add(taken, origin);
  }

  #onBroken(error: unknown): void {
    this.#isAsking = false;
    this.#isExhausted = true;
    this.#broken = { error };
  }

  /** Null for an item that cannot be sent: nothing has to wait for that. */
  #originOf(item: Item): string | null {
    try {
      return this.#surroundings.originOf(requestOf(item).url);
    } catch {
      return null;
    }
  }

  #start(taken: Taken<Item>): void {
    this.#running++;
    this.#send(taken.item).then(
      (response) => this.#onOutcome(taken, { response, error: null }),
      // A signal can be aborted with nothing as its reason.
      (error) => {
        this.#onOutcome(taken, {
          response: null,
          error: error ?? new DOMException('The request was aborted', 'AbortError'),
        });
      },
    );
  }

  /** A request that cannot even be made is a result like any other. */
  #send(item: Item): Promise<Response> {
    try {
      if (typeof item === 'string' || item instanceof URL) return this.#surroundings.send('GET', item, this.#plain);
      const { method = 'GET', url, ...options } = requestOf(item);
      checkSignal(options.signal);
      const stop = this.#stop.signal;
      const signal = options.signal === undefined ? stop : AbortSignal.any([stop, options.signal]);
      return this.#surroundings.send(method, url, { ...options, signal });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #onOutcome({ item, index, origin }: Taken<Item>, outcome: ManyOutcome<Response>): void {
    if (this.#isOver) return;
    this.#running--;
    const { response } = outcome;
    if (response instanceof StreamedResponse) this.#open.add(response, origin);
    else if (origin !== null) this.#schedule?.ended(origin);
    const place = this.#settings.order === 'source' ? index : this.#done;
    this.#done++;
    this.#results.set(place, { index, request: item, ...outcome });
    if (outcome.error !== null) this.#failed++;
    else if (!(outcome.response instanceof StreamedResponse)) this.#bytes += outcome.response.data.length;
    this.#tell();
    this.#advance();
  }

  #onBodyOver(origin: string | null): void {
    if (origin !== null) this.#schedule?.ended(origin);
    if (!this.#isOver) this.#advance();
  }

  #tell(): void {
    const { onProgress } = this.#settings;
    if (onProgress === null) return;
    try {
      const returned: unknown = onProgress({
        done: this.#done,
        failed: this.#failed,
        active: this.#running,
        queued: this.#schedule?.aside ?? 0,
        bytes: this.#bytes,
      });
      if (returned instanceof Promise) returned.catch((reason) => this.#fail(reason));
    } catch (reason) {
      this.#fail(reason);
    }
  }

  /** Wakes up when an origin may be asked again, where there is a place for its request. */
  #setTimer(): void {
    const wakesAt = this.#isOver || !this.#hasPlace ? null : (this.#schedule?.wakesAt ?? null);
    if (wakesAt === this.#timerAt) return;
    this.#timer?.cancel();
    this.#timer = null;
    this.#timerAt = wakesAt;
    if (wakesAt === null) return;
    const { clock } = this.#surroundings;
    const onTimer = (): void => {
      this.#timerAt = null;
      this.#advance();
    };
    this.#timer = clock.setTimer(wakesAt - clock.now(), onTimer, true);
  }

  /** Ends all of it before its time. */
  #fail(error: unknown): void {
    this.#end(error, { error })?.catch(() => {});
  }

  /**
   * Nothing is given any more.
   *
   * @param abort What the requests under way are aborted with.
   * @param fault What the one who asks is told; null where this is the end that was to come.
   * @returns When the source has ended; undefined where it had.
   */
  #end(abort: unknown, fault: { readonly error: unknown } | null): Promise<unknown> | undefined {
    if (this.#isOver) return undefined;
    this.#isOver = true;
    const { signal } = this.#settings;
    if (signal !== null) removeAbortable(signal, this);
    this.#setTimer();
    this.#results.clear();
    if (this.#running + this.#open.size > 0) this.#stop.abort(abort);
    const [first, ...others] = this.#askers.splice(0);
    if (fault === null) first?.resolve(DONE);
    else if (first === undefined) this.#fault = fault;
    else first.reject(fault.error);
    for (const { resolve } of others) resolve(DONE);
    return this.#isExhausted ? undefined : endOf(this.#source);
  }
}

/** The list that a source is; null for any other, and for a list that is gone through in a way of its own. */
function listOf<Item>(source: Iterable<Item> | AsyncIterable<Item>): readonly Item[] | null {
  return Array.isArray(source) && source[Symbol.iterator] === Array.prototype[Symbol.iterator] ? source : null;
}

/** A source may throw where it is told to end. */
async function endOf(source: Iterator<unknown> | AsyncIterator<unknown>): Promise<void> {
  await source.return?.();
}

/**
 * Turns for the schedule. Each request takes its turn by itself when it is sent, which may be later than it begins, behind
 * the middleware of a session say: what has begun is counted here besides.
 */
function turnsOf(rate: RateLimiter, clock: Clock) {
  const begun = new RateLimiter(rate.limit, clock);
  return {
    wait: (origin: string): number => Math.max(begun.wait(origin), rate.wait(origin)),
    take: (origin: string): void => void begun.turn(origin),
  };
}
