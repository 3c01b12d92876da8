// The connections of one origin and the attempts that wait for them. It performs what assign() decides and counts what
// it does; it never asks a connection for its protocol, and knows nothing of requests or responses.
//
// Binding is late: a waiter takes whichever comes first, a connection that came free or a dial that finished. Idle
// connections are a stack, the warmest taken first; waiters are a queue. It is one file since whatever happens to either
// ends in the same few steps: serve who waits, put to rest, see whether all is at rest.

import type { Connection } from '../connection/connection.ts';
import type { ConnectionSettings } from '../connection/http1-connection.ts';
import type { HTTPError } from '../errors/http-error.ts';
import type { CloseReason } from '../trace/close-reason.ts';
import type { PoolSnapshot } from '../trace/snapshot.ts';
import type { DialTarget } from '../transport/transport-dial.ts';
import { assign, type Step } from './assign.ts';
import { Counters } from './counters.ts';
import { DialPace } from './dial-pace.ts';
import { Dials } from './dials.ts';
import { isSurplus } from './evict.ts';
import type { IdleStack } from './idle-stack.ts';
import type { Keeper } from './keeper.ts';
import type { Member } from './member.ts';
import { Members } from './members.ts';
import { Opening } from './opening.ts';
import type { PoolLimits } from './pool-limits.ts';
import type { PoolSurroundings } from './pool-surroundings.ts';
import { CLOSED, closedToConnections, fullWords, placeWords, refusal, stalledWords } from './pool-words.ts';
import { Queue } from './queue.ts';
import type { Tenant } from './room.ts';
import { type StallingPool, StallWatch } from './stall-watch.ts';
import type { Waiter } from './waiter.ts';
import { type WarmedPool, Warming } from './warming.ts';

export class OriginPool implements Tenant, StallingPool, WarmedPool {
  readonly #settings: ConnectionSettings;
  readonly #limits: PoolLimits;
  readonly #surroundings: PoolSurroundings;
  readonly #members: Members;
  readonly #idle: IdleStack;
  readonly #queue: Queue;
  readonly #dials: Dials;
  readonly #pace: DialPace;
  readonly #warming: Warming;
  readonly #stalls: StallWatch;
  readonly #counters = new Counters();
  #closed = false;
  #inUse = false;

  constructor(target: DialTarget, settings: ConnectionSettings, limits: PoolLimits, surroundings: PoolSurroundings) {
    this.#settings = settings;
    this.#limits = limits;
    this.#surroundings = surroundings;
    const { alarms, clock } = settings;
    const { room, random } = surroundings;
    this.#members = new Members(target, settings, {
      tenant: this,
      room,
      random,
      maxAge: limits.maxAge,
      counters: this.#counters,
      onChange: (member) => this.#onChange(member),
      onGone: () => this.#warming.minimum?.look(),
      onRetired: () => this.#onPlace(),
    });
    this.#idle = this.#members.idle;
    this.#queue = new Queue(settings);
    this.#stalls = new StallWatch(this, alarms);
    this.#dials = new Dials(target, settings, {
      onConnection: (connection, resumed) => this.#onConnection(connection, resumed),
      onDialFailure: (waiter, error, reason) => this.#onDialFailure(waiter, error, reason),
      onUnwanted: () => this.#onUnwantedDial(),
    });
    this.#pace = new DialPace(clock, () => {
      this.#serve();
      this.#warming.open();
    });
    this.#warming = new Warming(this, limits, { alarms, random, room, dials: this.#dials, pace: this.#pace });
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
    return this.#counters.numRequests(this.#members.connections);
  }

  /** Connections and dials. */
  get size(): number {
    return this.#members.all.size + this.#dials.size;
  }

  /** Takes a waiter in. Its callback may come before this returns. A replay waits before all others. */
  acquire(waiter: Waiter): void {
    if (this.#closed) {
      waiter.onRefused(this.#error(CLOSED, 'ERR_POOL_CLOSED'));
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
      waiter.onRefused(this.#error(fullWords(this.#queue.size, this.#limits), 'ERR_POOL_FULL'));
      this.settle();
      return;
    }
    this.#enqueue(waiter);
    this.#serve();
  }

  /** Resolves when a connection is open: at once if one is. */
  async open(connectTimeout: number | null): Promise<void> {
    if (this.#members.all.size > 0) return;
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
    return await this.#warming.preconnect(count, connectTimeout, signal);
  }

  /** Takes a waiter out that wants no connection any more. A dial that was started for it goes on. */
  cancel(waiter: Waiter): void {
    if (this.#dequeue(waiter, null)) this.settle();
  }

  /** Closes what is idle; what is at work closes when it is done. The pool stays usable. */
  clear(reason: 'cleared' | 'evicted' = 'cleared'): void {
    if (reason === 'evicted') this.#warming.stop();
    else this.#warming.rest();
    this.#members.drain(this.#members.all, reason);
    this.#onPlace();
    if (this.size === 0) this.#disarm();
  }

  /** Opens no more connections of its own accord. */
  stopWarming(): void {
    this.#warming.stop();
  }

  /** Closes every connection at once and refuses whoever waits, now and from now on. */
  close(): void {
    this.#closed = true;
    for (const waiter of this.#queue.all) {
      this.#dequeue(waiter, null);
      waiter.onRefused(this.#error(CLOSED, 'ERR_POOL_CLOSED'));
    }
    const { room } = this.#surroundings;
    for (let dials = this.#dials.abandonAll(); dials > 0; dials--) {
      this.#counters.onClosed('closed');
      room.give();
    }
    this.#warming.stop();
    this.#warming.end(this.closedToConnections());
    this.#members.destroyAll('closed');
    room.unwant(this);
    this.#disarm();
  }

  /** What every place is taken by, in a few words for the message of a waiter that gives up. */
  describe(): string {
    const active = this.#members.all.size - this.#idle.size;
    return placeWords(this.#settings.origin, { active, dialling: this.#dials.size });
  }

  /** What the dial does that a waiter counts on; null where there is none. */
  doingFor(waiter: Waiter): string | null {
    return this.#dials.doingFor(waiter);
  }

  /** The error of a preconnect() that is too late. */
  closedToConnections(): HTTPError {
    return closedToConnections(this.#settings.origin);
  }

  snapshot(): PoolSnapshot {
    const { connections } = this.#members;
    const { open, idle, waiting } = this.held;
    return {
      origin: this.#settings.origin,
      open,
      idle,
      active: open - idle,
      dialling: this.#dials.size,
      queued: waiting,
      ...this.#counters.snapshot(connections, this.#settings.clock.now()),
    };
  }

  // As a tenant of the room, as what is warmed, and as what may be stalled.

  onRoom(): void {
    this.#serve();
  }

  /** Looks whether the pool has come to rest: it may be given up then. */
  settle(): void {
    if (!this.#inUse || this.#queue.size > 0 || this.#dials.size > 0 || this.#idle.size < this.#members.all.size)
      return;
    if (this.#warming.preconnects > 0) return;
    this.#inUse = false;
    if (this.size === 0) this.#disarm();
    this.#surroundings.watch?.onQuiet();
  }

  get held(): { readonly idle: number; readonly open: number; readonly waiting: number } {
    return { idle: this.#idle.size, open: this.#members.all.size, waiting: this.#queue.size };
  }

  dialWarm(keeper: Keeper): void {
    this.#countDial();
    this.#dials.startWarm(keeper);
  }

  get waiting(): readonly Waiter[] {
    return this.#queue.all;
  }

  get holding(): readonly Connection[] {
    const hasNoRoom = this.size >= this.#limits.maxSize || this.#surroundings.room.for(this) === 0;
    return hasNoRoom && this.#dials.size === 0 ? this.#members.connections : [];
  }

  refuseStalled(waiter: Waiter, now: number): void {
    this.#dequeue(waiter, null);
    waiter.onRefused(this.#error(stalledWords(this.#members.connections, now), 'ERR_POOL_STALLED'));
  }

  #use(): void {
    if (!this.#inUse) {
      this.#inUse = true;
      this.#surroundings.watch?.onBusy();
    }
    this.#members.addresses.refresh();
    this.#warming.minimum?.onUse();
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
      open: this.#members.all.size,
      waiting: this.#queue.size + more,
      perDial: 1,
    };
    return assign(counts, { maxSize, block, maxQueued, room: this.#surroundings.room.for(this) });
  }

  /** Dials that will be started in the next turns for those that wait already. */
  #dialsPutOff(): number {
    if (this.#pace.left > 0) return 0;
    const { maxSize, block } = this.#limits;
    const places = block ? maxSize - this.size : Number.POSITIVE_INFINITY;
    return Math.max(0, Math.min(this.#queue.size - this.#dials.size, places, this.#surroundings.room.for(this)));
  }

  /** Opens the connections that those who wait are due, a few in each turn of the event loop. */
  #serve(): void {
    const { room } = this.#surroundings;
    while (this.#queue.size > this.#dials.size && this.#pace.left > 0) {
      const step = this.#step(0);
      if (step === 'replace' && this.#idle.coldest !== null) {
        this.#members.destroy(this.#idle.coldest, 'replaced');
      } else if (step === 'dial' || step === 'overflow') {
        this.#countDial();
        this.#dials.start();
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

  #countDial(): void {
    this.#surroundings.room.take(this);
    this.#pace.count();
    this.#counters.onDial();
  }

  #enqueue(waiter: Waiter): void {
    this.#queue.join(waiter);
    this.#dials.join(waiter);
    this.#queue.tell(waiter, { joins: true });
    this.#stalls.begin(waiter.queuedAt);
  }

  #dequeue(waiter: Waiter, connection: number | null): boolean {
    if (!this.#queue.leave(waiter)) return false;
    this.#dials.leave(waiter);
    if (this.#queue.size === 0) this.#stalls.rest();
    this.#queue.tell(waiter, { joins: false, connection });
    this.#withdraw();
    return true;
  }

  #onConnection(connection: Connection, resumed: boolean): void {
    this.#counters.onCreated(resumed);
    this.#warming.minimum?.onOpened();
    const member = this.#members.add(connection);
    // A listener of the dial's end may have closed the pool.
    if (this.#closed) this.#members.destroy(member, 'closed');
    else this.#onFree(member);
  }

  #onDialFailure(waiter: Waiter | null, error: HTTPError, reason: CloseReason): void {
    this.#counters.onClosed(reason);
    const isWaiting = waiter !== null && this.#dequeue(waiter, null);
    this.#surroundings.room.give();
    if (isWaiting) waiter.onRefused(error);
    this.#warming.minimum?.look();
    this.#onPlace();
  }

  /** Nobody wanted a dial: it was given up. */
  #onUnwantedDial(): void {
    this.#counters.onClosed('dial-abandoned');
    this.#surroundings.room.give();
    this.#warming.minimum?.look();
    this.settle();
  }

  #onChange(member: Member): void {
    const { state, inFlight, served, openedAt } = member.connection;
    if (state.is === 'closed') {
      if (served === 0) this.#warming.minimum?.onUnusedGone(this.#settings.clock.now() - openedAt);
      this.#members.forget(member, state.reason);
      this.#onPlace();
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
      this.#members.destroy(member, isSpent ? 'max-age' : 'evicted');
      this.#onPlace();
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

  /** A place has come free: another connection may be due. */
  #onPlace(): void {
    this.#serve();
    this.settle();
  }

  #rest(member: Member): void {
    this.#idle.push(member);
    const { coldest } = this.#idle;
    if (coldest !== null && isSurplus(this.#idle.size, this.#limits)) this.#members.destroy(coldest, 'surplus');
    if (this.#queue.size > 0) this.#serve();
    this.settle();
  }

  /** There is nothing to watch over: an alarm that stays would hold a pool that was given up in memory. */
  #disarm(): void {
    this.#idle.disarm();
    this.#stalls.disarm();
  }

  #error(why: string, code: 'ERR_POOL_CLOSED' | 'ERR_POOL_FULL' | 'ERR_POOL_STALLED'): HTTPError {
    return refusal(this.#settings.origin, why, code);
  }
}
