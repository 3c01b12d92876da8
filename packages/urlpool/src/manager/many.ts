// Many requests at once, bounded: as gather() in asyncio, over any number of URLs. The source is asked for the next one
// only when there is a place for it, and no failure ends the rest.

import { checkSignal } from '../call/prepare-request.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkBound } from '../errors/option-values.ts';
import type { HTTPResponse } from '../response/http-response.ts';
import type { ManagerRequestOptions } from './pool-manager.ts';

/** One request of many: a URL to GET, or what to send. */
export type ManyItem<Options extends ManagerRequestOptions = ManagerRequestOptions> =
  | string
  | URL
  | ({ readonly method?: string; readonly url: string | URL } & Options);

/** How many() works through them. */
export interface ManyOptions {
  /** Requests at once. @default 64 */
  readonly concurrency?: number | undefined;
  /** Whether results come as they complete, or in the order of the source. @default 'completion' */
  readonly order?: 'completion' | 'source' | undefined;
  /** Stops all of it: no more is asked for, what runs is aborted, and the iteration rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** One result: a response or an error, never both. */
export type ManyResult<Item> = {
  /** Which it was of the source, from 0. */
  readonly index: number;
  readonly request: Item;
} & Outcome;

/** What became of a request. An error is an HTTPError, or what a signal was aborted with. */
type Outcome =
  | { readonly response: HTTPResponse; readonly error: null }
  | { readonly response: null; readonly error: NonNullable<unknown> };

/** Sends one of them. */
type Send = (method: string, url: string | URL, options: ManagerRequestOptions) => Promise<HTTPResponse>;

/** See PoolManager.many(). */
export async function* many<Item extends ManyItem>(
  items: Iterable<Item> | AsyncIterable<Item>,
  options: ManyOptions,
  send: Send,
): AsyncGenerator<ManyResult<Item>, void, undefined> {
  if (typeof items !== 'object' || items === null || !(Symbol.iterator in items || Symbol.asyncIterator in items)) {
    throw invalidOption('what many() goes through', items, 'give a list of URLs or requests, or any other iterable');
  }
  checkNames('many()', options, ['concurrency', 'order', 'signal']);
  const { concurrency = 64, order = 'completion', signal } = options;
  checkBound('concurrency', concurrency, 1);
  if (order !== 'completion' && order !== 'source') {
    throw invalidOption('order', order, "give 'completion' or 'source'");
  }
  checkSignal(signal);
  const stop = new AbortController();
  const stopped = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);
  const source = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  const done: ManyResult<Item>[] = [];
  let running = 0;
  let index = 0;
  let exhausted = false;
  let wake = (): void => {};

  const run = async (request: Item, at: number): Promise<void> => {
    running++;
    const result = await resultOf(request, stopped, send);
    running--;
    const position = order === 'completion' ? done.length : done.findIndex((other) => other.index > at);
    done.splice(position === -1 ? done.length : position, 0, { index: at, request, ...result });
    wake();
  };

  let asking = false;
  let broken: { readonly error: unknown } | null = null;
  const ask = async (): Promise<void> => {
    asking = true;
    try {
      const next = await source.next();
      if (next.done) exhausted = true;
      else void run(next.value, index++);
    } catch (error) {
      exhausted = true;
      broken = { error };
    }
    asking = false;
    wake();
  };

  const onAbort = (): void => wake();
  signal?.addEventListener('abort', onAbort);
  let given = 0;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const first = done[0];
      if (first !== undefined && (order === 'completion' || first.index === given)) {
        done.shift();
        given++;
        yield first;
        continue;
      }
      // A source may throw before ask() returns: what it wakes has to be there by then.
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      // In source order, results that wait for an earlier one hold their places: nothing runs ahead without bound.
      if (!exhausted && !asking && running + done.length < concurrency) void ask();
      else if (exhausted && running === 0) break;
      await woken;
    }
    if (broken !== null) throw (broken as { readonly error: unknown }).error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
    stop.abort(new DOMException('many() was left before its end', 'AbortError'));
    // A source that is being waited for may never answer: it is told to end, and not waited for any longer.
    const ended = exhausted ? undefined : source.return?.();
    if (asking) Promise.resolve(ended).catch(() => {});
    else await ended;
  }
}

/** A request that cannot even be made is a result like any other. */
async function resultOf(item: ManyItem, stopped: AbortSignal, send: Send): Promise<Outcome> {
  try {
    const { method = 'GET', url, ...options } = requestOf(item);
    const { signal } = options;
    checkSignal(signal);
    const either = signal === undefined ? stopped : AbortSignal.any([stopped, signal]);
    return { response: await send(method, url, { ...options, signal: either }), error: null };
  } catch (error) {
    // A signal can be aborted with nothing as its reason.
    return { response: null, error: error ?? new DOMException('The request was aborted', 'AbortError') };
  }
}

function requestOf(item: ManyItem): Exclude<ManyItem, string | URL> {
  if (typeof item === 'string' || item instanceof URL) return { url: item };
  if (typeof item === 'object' && item !== null) return item;
  throw invalidOption('an item of many()', item, 'give a URL, or an object that has one as url');
}
