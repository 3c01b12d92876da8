// The connections of one origin and the attempts that wait for them. It performs what assign() decides and counts what
// it does; it never asks a connection for its protocol, and knows nothing of requests or responses.
//
// Binding is late: a waiter takes whichever comes first, a connection that came free or a dial that finished. Idle
// connections are a stack, the warmest taken first; waiters are a queue.

import type { Connection } from '../connection/connection.ts';
import type { ConnectionSettings } from '../connection/http1-connection.ts';
import type { HTTPError } from '../errors/http-error.ts';
import type { CloseReason } from '../trace/close-reason.ts';
import type { PoolSnapshot } from '../trace/snapshot.ts';
import type { DialTarget } from '../transport/transport-dial.ts';
import { addAbortable, removeAbortable } from '../util/abort-registry.ts';
import { Alarm } from '../util/alarms.ts';
import { AddressWatch } from './address-watch.ts';
import { assign, type Step } from './assign.ts';
import { Counters } from './counters.ts';
import { Dials } from './dials.ts';
import { isSurplus } from './evict.ts';
import { retirement } from './expiry.ts';
import { IdleStack } from './idle-stack.ts';
import type { Keeper } from './keeper.ts';
import { Member } from './member.ts';
import { Opening } from './opening.ts';
import { closedToConnections, placeWords, refusal, stalledWords } from './pool-words.ts';
import { Preconnect } from './preconnect.ts';
import { Queue } from './queue.ts';
import { type Hopeful, IdlePlace, type Room, type Tenant } from './room.ts';
import { STALLED_MS, stalledSince } from './stalled.ts';
import type { Waiter } from './waiter.ts';
import { warmDials } from './warm.ts';
import { Warmth } from './warmth.ts';

/** What a pool is bounded by. */
export interface PoolLimits {
  readonly maxSize: number;
  readonly maxIdle: number;
  readonly block: boolean;
  readonly maxQueued: number;
  /** How old a connection may become, in ms. */
  readonly maxAge: number;
  /** Connections to keep warm. */
  readonly minIdle: number;
  /** `Timeout.connect` of the dials for these, in ms; null for none. */
  readonly connectTimeout: number | null;
}

/** Told whether the pool is in use: by a waiter, a dial or an exchange. */
export interface PoolWatch {
  onBusy(): void;
  onQuiet(): void;
}

/** What a pool shares with others. */
export interface PoolSurroundings {
  readonly room: Room;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly watch: PoolWatch | null;
}

/**
 * Connections opened in one turn of the event loop. Opening one costs a tenth of a millisecond, in which nothing is read or
 * written: of 100 requests at once on 10 warm connections, most have been served by those before the last dial is due.
 */
const DIALS_PER_TURN = 4;

export class OriginPool implements Tenant, Hopeful {
  readonly #settings: ConnectionSettings;
  readonly #limits: PoolLimits;
  readonly #surroundings: PoolSurroundings;
  readonly #members = new Set<Member>();
  readonly #idle: IdleStack;
  readonly #queue: Queue;
  readonly #dials: Dials;
  readonly #counters = new Counters();
  readonly #stalled: Alarm;
  readonly #addresses: AddressWatch;
  /** Keeps `minIdle` connections warm; null where that is 0. */
  readonly #warmth: Warmth | null;
  readonly #preconnects = new Set<Preconnect>();
  #closed = false;
  #dialsInTurn = 0;
  #inUse = false;

  constructor(target: DialTarget, settings: ConnectionSettings, limits: PoolLimits, surroundings: PoolSurroundings) {
    this.#settings = settings;
    this.#limits = limits;
    this.#surroundings = surroundings;
    this.#idle = new IdleStack(settings, surroundings.room, (member, why) => this.#destroy(member, why));
    this.#queue = new Queue(settings);
    this.#stalled = new Alarm(settings.alarms, () => this.#refuseStalled());
    this.#addresses = new AddressWatch(target, settings.gate, (endpoints) => this.#retire(endpoints));
    this.#dials = new Dials(target, settings, {
      onConnection: (connection, resumed) => {
        this.#counters.onCreated(resumed);
        this.#warmth?.onOpened();
        this.#add(connection);
      },
      onDialFailure: (waiter, error, reason) => this.#onDialFailure(waiter, error, reason),
      onUnwanted: () => {
        this.#counters.onClosed('dial-abandoned');
        this.#surroundings.room.give();
        this.#warmth?.look();
        this.#settle();
      },
    });
    const { minIdle, connectTimeout } = limits;
    const { alarms } = settings;
    const warmSurroundings = { alarms, random: surroundings.random, open: () => this.#warmUp() };
    this.#warmth = minIdle > 0 ? new Warmth(minIdle, connectTimeout, warmSurroundings) : null;
  }

  /** What it is connected to, as text: its origin, or the proxy that forwards its requests. */
  get origin(): string {
    return this.#settings.origin;
  }

  /** Dials started. */
  get numConnections(): number {
    return this.#counters.numConnections;
  }

  /** Exchanges begun. */
  get numRequests(): number {
    return this.#counters.numRequests([...this.#members].map((member) => member.connection));
  }

  /** Connections and dials. */
  get size(): number {
    return this.#members.size + this.#dials.size;
  }

  /** Takes a waiter in. Its callback may come before this returns. A replay waits before all others. */
  acquire(waiter: Waiter): void {
    if (this.#closed) {
      waiter.onRefused(this.#closedError());
      return;
    }
    this.#use();
    // Nobody who could take an idle connection waits while there is one.
    const member = this.#idle.size === 0 ? null : this.#idle.take(waiter.notKeptBefore);
    if (member !== null) {
      this.#give(member, waiter);
      return;
    }
    // An attempt that was accepted before is not turned away for those that came meanwhile.
    if (waiter.attempt === 1 && waiter.notKeptBefore === null && this.#step(1) === 'refuse') {
      const { maxSize, maxQueued } = this.#limits;
      const why = `${this.#queue.size} requests wait already for its ${maxSize} connections, and maxQueued is ${maxQueued}`;
      waiter.onRefused(this.#error(`${why}; options: maxQueued, maxSize`, 'ERR_POOL_FULL'));
      this.#settle();
      return;
    }
    this.#enqueue(waiter);
    this.#serve();
  }

  /** Resolves when a connection is open: at once if one is. */
  async open(connectTimeout: number | null): Promise<void> {
    if (this.#members.size > 0) return;
    await new Promise<void>((resolve, reject) => {
      const { trace } = this.#settings;
      this.acquire(new Opening(connectTimeout, trace, { onOpen: resolve, onFailure: reject }));
    });
  }

  /**
   * Opens connections until `count` are free, or on their way and nobody waits for them, as far as there is room without
   * closing others. Resolves with how many are warm when those on their way are there.
   *
   * @throws {HTTPError} where none is and a dial has failed; the signal's reason, where it aborts.
   */
  async preconnect(count: number, connectTimeout: number | null, signal: AbortSignal | null): Promise<number> {
    signal?.throwIfAborted();
    if (this.#closed) throw this.closedToConnections();
    this.#use();
    this.#idle.expire();
    const { maxSize, maxIdle } = this.#limits;
    const counts = { count: Math.min(count, maxSize, maxIdle), idle: this.#idle.size };
    return await new Promise<number>((resolve, reject) => {
      const member = { onAbort: (): void => wish.end(signal?.reason) };
      const wish = new Preconnect(counts, connectTimeout, (result) => {
        if (!this.#preconnects.delete(wish)) return;
        if (signal !== null) removeAbortable(signal, member);
        this.#dials.release(wish);
        if (typeof result === 'number') resolve(result);
        else reject(result.reason);
        this.#settle();
      });
      this.#preconnects.add(wish);
      if (signal !== null) addAbortable(signal, member);
      wish.settleIfOver();
      this.#warmUp();
    });
  }

  /** Takes a waiter out that wants no connection any more. A dial that was started for it goes on. */
  cancel(waiter: Waiter): void {
    if (this.#dequeue(waiter, null)) this.#settle();
  }

  /** Closes what is idle; what is at work closes when it is done. The pool stays usable. */
  clear(reason: 'cleared' | 'evicted' = 'cleared'): void {
    if (reason === 'evicted') this.stopWarming();
    else this.#cool();
    this.#drain([...this.#members], reason);
    if (this.size === 0) this.#disarm();
  }

  /** Opens no more connections of its own accord. */
  stopWarming(): void {
    this.#warmth?.stop();
    this.#cool();
  }

  /** Closes every connection at once and refuses whoever waits, now and from now on. */
  close(): void {
    this.#closed = true;
    this.stopWarming();
    for (const wish of [...this.#preconnects]) wish.end(this.closedToConnections());
    for (const waiter of this.#queue.all) {
      this.#dequeue(waiter, null);
      waiter.onRefused(this.#closedError());
    }
    const { room } = this.#surroundings;
    for (let dials = this.#dials.abandonAll(); dials > 0; dials--) {
      this.#counters.onClosed('closed');
      room.give();
    }
    for (const member of [...this.#members]) this.#destroy(member, 'closed');
    room.unwant(this);
    this.#disarm();
  }

  /** What every place is taken by, in a few words for the message of a waiter that gives up. */
  describe(): string {
    const active = this.#members.size - this.#idle.size;
    return placeWords(this.#settings.origin, { active, dialling: this.#dials.size });
  }

  /** The error of a preconnect() that is too late. */
  closedToConnections(): HTTPError {
    return closedToConnections(this.#settings.origin);
  }

  snapshot(): PoolSnapshot {
    const connections = [...this.#members].map((member) => member.connection);
    return {
      origin: this.#settings.origin,
      open: this.#members.size,
      idle: this.#idle.size,
      active: this.#members.size - this.#idle.size,
      dialling: this.#dials.size,
      queued: this.#queue.size,
      ...this.#counters.snapshot(connections, this.#settings.clock.now()),
    };
  }

  /** There is room in the manager. For Room. */
  onRoom(): void {
    this.#serve();
  }

  /** There is room that nobody wants. For Room. */
  onSpare(): void {
    this.#warmth?.look();
  }

  #use(): void {
    if (!this.#inUse) {
      this.#inUse = true;
      this.#surroundings.watch?.onBusy();
    }
    this.#addresses.refresh();
    this.#warmth?.onUse();
  }

  #give(member: Member, waiter: Waiter): void {
    const { connection } = member;
    const { trace } = waiter;
    if (trace !== null && !waiter.isDone) {
      const { clock, origin } = this.#settings;
      const { call, attempt } = waiter;
      const at = clock.now();
      const { served, id } = connection;
      const ids = { at, call, attempt, connection: id, origin };
      trace({ type: 'acquired', ...ids, reused: served > 0, idleFor: at - member.idleSince, served });
    }
    if (waiter.onConnection(connection)) return;
    connection.unreserve();
    this.#onFree(member);
  }

  /** What assign() says for those that wait, and `more` that would join them. */
  #step(more: number): Step {
    const { maxSize, block, maxQueued } = this.#limits;
    const counts = {
      ready: 0,
      barred: this.#queue.hasReplays ? this.#idle.size : 0,
      dialling: this.#dials.size + (more === 0 ? 0 : this.#dialsPutOff()),
      open: this.#members.size,
      waiting: this.#queue.size + more,
      perDial: 1,
    };
    return assign(counts, { maxSize, block, maxQueued, room: this.#surroundings.room.for(this) });
  }

  /** Dials that will be started in the next turns for those that wait already. */
  #dialsPutOff(): number {
    if (this.#dialsInTurn < DIALS_PER_TURN) return 0;
    const { maxSize, block } = this.#limits;
    const places = block ? maxSize - this.size : Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(this.#queue.size - this.#dials.size, places, this.#surroundings.room.for(this)));
  }

  /** Opens the connections that those who wait are due, a few in each turn of the event loop. */
  #serve(): void {
    const { room } = this.#surroundings;
    while (this.#queue.size > this.#dials.size && this.#dialsInTurn < DIALS_PER_TURN) {
      const step = this.#step(0);
      if (step === 'replace' && this.#idle.coldest !== null) {
        this.#destroy(this.#idle.coldest, 'replaced');
      } else if (step === 'dial' || step === 'overflow') {
        room.take(this);
        this.#startDial();
      } else {
        if (!this.#limits.block || this.size < this.#limits.maxSize) room.want(this);
        return;
      }
    }
    this.#withdraw();
  }

  /** Wants no more room where everyone who waits has a dial. */
  #withdraw(): void {
    if (this.#queue.size <= this.#dials.size) this.#surroundings.room.unwant(this);
  }

  #startDial(): void {
    this.#countDial();
    this.#dials.start();
  }

  #countDial(): void {
    if (++this.#dialsInTurn === 1) this.#settings.clock.atNextCheck(this.#onNextTurn, true);
    this.#counters.onDial();
  }

  /** Opens the connections that preconnect() and `minIdle` lack, a few in each turn of the event loop. */
  #warmUp(): void {
    for (const wish of this.#preconnects) {
      wish.onKept(this.#dials.keep(wish, wish.lacking));
      const most = wish.lacking;
      wish.onKept(this.#startWarm(wish, wish.count, { most, atOnce: Number.POSITIVE_INFINITY }));
      if (this.#dialsInTurn < DIALS_PER_TURN) wish.onNoMore();
    }
    if (this.#warmth === null) return;
    const { wanted, atOnce } = this.#warmth;
    this.#dials.keep(this.#warmth, wanted - this.#idle.size - this.#dials.spareOf(this.#warmth));
    this.#startWarm(this.#warmth, wanted, { most: wanted, atOnce });
    const { room } = this.#surroundings;
    const isShort = this.#idle.size + this.#dials.spare < wanted;
    if (isShort && room.spare === 0 && this.size < this.#limits.maxSize) room.hope(this);
  }

  /** Opens up to `most` connections, so that `wanted` are warm; returns how many. */
  #startWarm(keeper: Keeper, wanted: number, { most, atOnce }: { most: number; atOnce: number }): number {
    const { maxSize, maxIdle } = this.#limits;
    const { room } = this.#surroundings;
    const counts = {
      idle: this.#idle.size,
      spare: this.#dials.spare,
      open: this.#members.size,
      dialling: this.#dials.size,
      waiting: this.#queue.size,
    };
    const due = warmDials(counts, { wanted, maxSize, maxIdle, room: room.spare, atOnce });
    const count = Math.min(due, most, DIALS_PER_TURN - this.#dialsInTurn);
    for (let i = 0; i < count; i++) {
      room.take(this);
      this.#countDial();
      this.#dials.startWarm(keeper);
    }
    return count;
  }

  readonly #onNextTurn = (): void => {
    const isLeft = this.#dialsInTurn === DIALS_PER_TURN;
    this.#dialsInTurn = 0;
    if (!isLeft) return;
    this.#serve();
    this.#warmUp();
  };

  #enqueue(waiter: Waiter): void {
    this.#queue.join(waiter);
    this.#dials.join(waiter);
    this.#queue.tell(waiter, { joins: true });
    if (this.#stalled.deadline === Number.POSITIVE_INFINITY) this.#stalled.set(waiter.queuedAt + STALLED_MS);
  }

  #dequeue(waiter: Waiter, connection: number | null): boolean {
    if (!this.#queue.leave(waiter)) return false;
    this.#dials.leave(waiter);
    if (this.#queue.size === 0) this.#stalled.clear();
    this.#queue.tell(waiter, { joins: false, connection });
    this.#withdraw();
    return true;
  }

  #onDialFailure(waiter: Waiter | null, error: HTTPError, reason: CloseReason): void {
    this.#counters.onClosed(reason);
    const isWaiting = waiter !== null && this.#dequeue(waiter, null);
    this.#surroundings.room.give();
    if (isWaiting) waiter.onRefused(error);
    this.#warmth?.look();
    this.#serve();
    this.#settle();
  }

  #add(connection: Connection): void {
    const { random } = this.#surroundings;
    const { maxAge } = this.#limits;
    const isMortal = maxAge !== Number.POSITIVE_INFINITY;
    const retireAt = isMortal ? retirement(connection.openedAt, maxAge, random()) : maxAge;
    const member: Member = new Member(
      connection,
      retireAt,
      new IdlePlace(this, () => this.#destroy(member, 'evicted')),
    );
    this.#members.add(member);
    this.#addresses.start();
    connection.onChange = () => this.#onChange(member);
    this.#onFree(member);
  }

  #onChange(member: Member): void {
    const { state, inFlight, served, openedAt } = member.connection;
    if (state.is === 'closed') {
      if (served === 0) this.#warmth?.onUnusedGone(this.#settings.clock.now() - openedAt);
      this.#idle.delete(member);
      this.#forget(member, state.reason);
      this.#serve();
      this.#settle();
    } else if (inFlight === 0) {
      this.#onFree(member);
    }
  }

  /** A connection has a free place: the oldest waiter's, or the warmest of the idle. */
  #onFree(member: Member): void {
    const { connection } = member;
    member.idleSince = connection.idleSince ?? this.#settings.clock.now();
    const { room } = this.#surroundings;
    const waiter = this.#queue.size === 0 ? null : this.#queue.firstFor(member);
    // What was dialled for a waiter here serves it once at least.
    const mayYield = waiter === null || connection.served > 0;
    const isSpent = mayYield && member.idleSince >= member.retireAt;
    if (isSpent || (mayYield && room.mustYield(this, waiter !== null))) {
      this.#destroy(member, isSpent ? 'max-age' : 'evicted');
      this.#serve();
      this.#settle();
    } else if (waiter !== null && !waiter.wantsExchange) {
      this.#dequeue(waiter, connection.id);
      waiter.onConnection(connection);
      this.#onFree(member);
    } else if (waiter !== null && connection.reserve()) {
      this.#dequeue(waiter, connection.id);
      this.#give(member, waiter);
    } else {
      this.#rest(member);
    }
  }

  #rest(member: Member): void {
    this.#idle.push(member);
    const { coldest } = this.#idle;
    if (coldest !== null && isSurplus(this.#idle.size, this.#limits)) this.#destroy(coldest, 'surplus');
    if (this.#queue.size > 0) this.#serve();
    this.#settle();
  }

  /** Refuses those that have waited in vain for places which forgotten responses hold. */
  #refuseStalled(): void {
    const now = this.#settings.clock.now();
    const hasNoRoom = this.size >= this.#limits.maxSize || this.#surroundings.room.for(this) === 0;
    const isFull = hasNoRoom && this.#dials.size === 0;
    const since = isFull ? stalledSince([...this.#members].map((member) => member.connection)) : null;
    let next = now + STALLED_MS / 60;
    for (const waiter of since === null ? [] : this.#queue.all) {
      if (waiter.hasPoolTimeout) continue;
      const due = Math.max(waiter.queuedAt, since ?? now) + STALLED_MS;
      if (due <= now) {
        this.#dequeue(waiter, null);
        waiter.onRefused(this.#stalledError(now));
      } else {
        next = due;
        break;
      }
    }
    if (this.#queue.size > 0) this.#stalled.set(next);
    this.#settle();
  }

  #stalledError(now: number): HTTPError {
    const held = [...this.#members].map(({ connection }) => connection);
    return this.#error(stalledWords(held, now), 'ERR_POOL_STALLED');
  }

  /** Gives up the connections to addresses that the name does not have any more. */
  #retire(endpoints: ReadonlySet<string>): void {
    const gone = [...this.#members].filter(({ connection }) => !endpoints.has(connection.address));
    if (gone.length > 0) this.#drain(gone, 'address-changed');
  }

  #drain(members: readonly Member[], reason: CloseReason): void {
    for (const member of members) {
      this.#idle.delete(member);
      member.connection.drain(reason);
      if (member.connection.state.is === 'closed') this.#forget(member, reason);
    }
    this.#serve();
    this.#settle();
  }

  #destroy(member: Member, reason: CloseReason): void {
    this.#idle.delete(member);
    if (!this.#members.delete(member)) return;
    if (this.#members.size === 0) this.#addresses.stop();
    this.#warmth?.look();
    // It is forgotten before the event tells of it, since a listener may ask for a connection, but its place in the
    // manager is another's only when it is closed.
    this.#counters.onGone(member.connection, reason);
    member.connection.destroy(reason);
    this.#surroundings.room.give();
  }

  #forget(member: Member, reason: CloseReason): void {
    if (!this.#members.delete(member)) return;
    if (this.#members.size === 0) this.#addresses.stop();
    this.#warmth?.look();
    this.#counters.onGone(member.connection, reason);
    this.#surroundings.room.give();
  }

  /** Looks whether the pool has come to rest: it may be given up then. */
  #settle(): void {
    if (!this.#inUse || this.#queue.size > 0 || this.#dials.size > 0 || this.#idle.size < this.#members.size) return;
    if (this.#preconnects.size > 0) return;
    this.#inUse = false;
    if (this.size === 0) this.#disarm();
    this.#surroundings.watch?.onQuiet();
  }

  /** Opens nothing for warmth until it is used again. */
  #cool(): void {
    if (this.#warmth === null) return;
    this.#warmth.rest();
    this.#dials.release(this.#warmth);
    this.#surroundings.room.unhope(this);
  }

  /** There is nothing to watch over: an alarm that stays would hold a pool that was given up in memory. */
  #disarm(): void {
    this.#idle.disarm();
    this.#stalled.remove();
  }

  #closedError(): HTTPError {
    return this.#error('its pool was closed by close()', 'ERR_POOL_CLOSED');
  }

  #error(why: string, code: 'ERR_POOL_CLOSED' | 'ERR_POOL_FULL' | 'ERR_POOL_STALLED'): HTTPError {
    return refusal(this.#settings.origin, why, code);
  }
}
