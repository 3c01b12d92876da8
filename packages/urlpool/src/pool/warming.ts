// Opens connections of a pool before anybody asks for one: for preconnect(), and for `minIdle`. It performs what warmDials()
// decides, a few in each turn of the event loop. Those that wait come first, and nothing is closed for it.
//
// A listener of an event may do anything meanwhile, ask for connections or close the pool. So what may be opened is
// counted anew for each.

import { addAbortable, removeAbortable } from '../util/abort-registry.ts';
import type { Alarms } from '../util/alarms.ts';
import type { DialPace } from './dial-pace.ts';
import type { Dials } from './dials.ts';
import type { Keeper } from './keeper.ts';
import type { PoolLimits } from './pool-limits.ts';
import type { PoolSurroundings } from './pool-surroundings.ts';
import { Preconnect } from './preconnect.ts';
import type { Hopeful } from './room.ts';
import { type WarmCounts, warmDials } from './warm.ts';
import { Warmth } from './warmth.ts';

/** A pool that is warmed. */
export interface WarmedPool {
  /** Its connections and waiters, counted. */
  readonly held: Pick<WarmCounts, 'idle' | 'open' | 'waiting'>;
  /** Opens one more connection, which nobody waits for. */
  dialWarm(keeper: Keeper): void;
  /** It may have come to rest. */
  settle(): void;
}

/** What opens its connections. */
export interface WarmingMeans extends Pick<PoolSurroundings, 'room' | 'random'> {
  readonly alarms: Alarms;
  readonly dials: Dials;
  readonly pace: DialPace;
}

export class Warming implements Hopeful {
  readonly #pool: WarmedPool;
  readonly #limits: PoolLimits;
  readonly #means: WarmingMeans;
  /** Keeps `minIdle` connections warm; null where that is 0. */
  readonly minimum: Warmth | null;
  readonly #preconnects = new Set<Preconnect>();

  constructor(pool: WarmedPool, limits: PoolLimits, means: WarmingMeans) {
    this.#pool = pool;
    this.#limits = limits;
    this.#means = means;
    const { minIdle, connectTimeout } = limits;
    const { alarms, random } = means;
    const surroundings = { alarms, random, open: () => this.open() };
    this.minimum = minIdle > 0 ? new Warmth(minIdle, connectTimeout, surroundings) : null;
  }

  /** How many `preconnect()` are not over. */
  get preconnects(): number {
    return this.#preconnects.size;
  }

  /**
   * Opens connections until `count` are free, or on their way and nobody waits for them. Resolves with how many are warm when
   * those on their way are there.
   *
   * @throws {HTTPError} where none is and a dial has failed; the signal's reason, where it aborts.
   */
  preconnect(count: number, connectTimeout: number | null, signal: AbortSignal | null): Promise<number> {
    const { maxSize, maxIdle } = this.#limits;
    const counts = { count: Math.min(count, maxSize, maxIdle), idle: this.#pool.held.idle };
    return new Promise<number>((resolve, reject) => {
      const abortable = { onAbort: (): void => wish.end(signal?.reason) };
      const wish = new Preconnect(counts, connectTimeout, (result) => {
        if (!this.#preconnects.delete(wish)) return;
        if (signal !== null) removeAbortable(signal, abortable);
        this.#means.dials.release(wish);
        if (typeof result === 'number') resolve(result);
        else reject(result.reason);
        this.#pool.settle();
      });
      this.#preconnects.add(wish);
      if (signal !== null) addAbortable(signal, abortable);
      wish.settleIfOver();
      this.open();
    });
  }

  /** Opens the connections that are lacking, as many as may be opened in this turn of the event loop. */
  open(): void {
    const { dials, pace } = this.#means;
    for (const wish of this.#preconnects) {
      wish.onKept(dials.keep(wish, wish.lacking));
      while (wish.lacking > 0 && this.#mayDial(wish.count, Number.POSITIVE_INFINITY)) {
        wish.onKept(1);
        this.#pool.dialWarm(wish);
      }
      if (pace.left > 0) wish.onNoMore();
    }
    if (this.minimum !== null) this.#openFor(this.minimum);
  }

  /** There is room that nobody wants. For Room. */
  onSpare(): void {
    this.minimum?.look();
  }

  /** Opens nothing of its own accord until the pool is used again. */
  rest(): void {
    if (this.minimum === null) return;
    this.minimum.rest();
    this.#means.dials.release(this.minimum);
    this.#means.room.unhope(this);
  }

  /** Opens nothing of its own accord any more. */
  stop(): void {
    this.minimum?.stop();
    this.rest();
  }

  /** Ends every `preconnect()`. */
  end(reason: unknown): void {
    for (const wish of [...this.#preconnects]) wish.end(reason);
  }

  #openFor(minimum: Warmth): void {
    const { dials, room } = this.#means;
    dials.keep(minimum, minimum.wanted - this.#pool.held.idle - dials.spareOf(minimum));
    while (this.#mayDial(minimum.wanted, minimum.atOnce)) this.#pool.dialWarm(minimum);
    const { idle, open } = this.#pool.held;
    const isShort = idle + dials.spare < minimum.wanted;
    if (isShort && room.spare === 0 && open + dials.size < this.#limits.maxSize) room.hope(this);
  }

  /** Whether one more may be opened so that `wanted` are warm. */
  #mayDial(wanted: number, atOnce: number): boolean {
    const { maxSize, maxIdle } = this.#limits;
    const { dials, pace, room } = this.#means;
    if (pace.left <= 0) return false;
    const counts = { ...this.#pool.held, spare: dials.spare, dialling: dials.size };
    return warmDials(counts, { wanted, maxSize, maxIdle, room: room.spare, atOnce }) > 0;
  }
}
