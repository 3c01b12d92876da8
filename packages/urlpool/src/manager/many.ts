// Many requests at once, bounded: as gather() in asyncio, over any number of URLs. The source is asked for the next one
// only when there is a place for it, and no failure ends the rest. This file has the face; ManyRun does the work.

import { invalidOption } from '../errors/invalid-option.ts';
import type { HTTPResponse } from '../response/http-response.ts';
import type { ManyItem } from './many-item.ts';
import { type ManyOptions, manySettings, type StreamedManyOptions } from './many-options.ts';
import { type ManyResponse, type ManyResult, ManyRun, type ManySurroundings } from './many-run.ts';

/** The results, for a loop; leaving it aborts what still runs, and ends what it waits for. */
export interface ManyResults<Item, Response extends ManyResponse = HTTPResponse>
  extends AsyncGenerator<ManyResult<Item, Response>, void, undefined>,
    AsyncDisposable {}

/**
 * See PoolManager.many(). Nothing happens before the first result is asked for; that rejects where an option cannot be used.
 *
 * @param surroundingsFor Who sends them, at a rate: undefined where none was given.
 */
export function many<Item extends ManyItem, Response extends ManyResponse>(
  items: Iterable<Item> | AsyncIterable<Item>,
  options: ManyOptions | StreamedManyOptions,
  surroundingsFor: (rate: ManyOptions['rateLimit']) => ManySurroundings<Response>,
): ManyResults<Item, Response> {
  return new Loop(() => {
    checkItems(items);
    const settings = manySettings(options);
    return new ManyRun(items, settings, surroundingsFor(options.rateLimit));
  });
}

/** Begins when it is asked for a result. No generator: that would wait for its next step before it is left. */
class Loop<Item extends ManyItem, Response extends ManyResponse> implements ManyResults<Item, Response> {
  readonly #begin: () => ManyRun<Item, Response>;
  #run: ManyRun<Item, Response> | null = null;
  #isOver = false;

  constructor(begin: () => ManyRun<Item, Response>) {
    this.#begin = begin;
  }

  next(): Promise<IteratorResult<ManyResult<Item, Response>, void>> {
    if (this.#run === null) {
      if (this.#isOver) return Promise.resolve({ done: true, value: undefined });
      try {
        this.#run = this.#begin();
      } catch (error) {
        this.#isOver = true;
        return Promise.reject(error);
      }
    }
    return this.#run.next();
  }

  async return(): Promise<IteratorResult<ManyResult<Item, Response>, void>> {
    this.#isOver = true;
    await this.#run?.leave();
    return { done: true, value: undefined };
  }

  async throw(error: unknown): Promise<IteratorResult<ManyResult<Item, Response>, void>> {
    await this.return();
    throw error;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function checkItems(items: unknown): void {
  if (typeof items === 'object' && items !== null && (Symbol.iterator in items || Symbol.asyncIterator in items))
    return;
  throw invalidOption('what many() goes through', items, 'give a list of URLs or requests, or any other iterable');
}
