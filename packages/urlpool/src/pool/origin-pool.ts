// The connections of one origin and the attempts that wait for them. It performs what assign() decides and counts what
// it does; it never asks a connection for its protocol, and knows nothing of requests or responses.
//
// Binding is late: a waiter takes whichever comes first, a connection that came free or a dial that finished, and
// cancelling a waiter cancels no dial. Idle connections are a stack, the warmest taken first; waiters are a queue.

import type { Connection } from '../connection/connection.ts';
import { Dial } from '../connection/dial.ts';
import type { ConnectionSettings } from '../connection/http1-connection.ts';
import type { HTTPError } from '../errors/http-error.ts';
import { PoolError } from '../errors/pool-error.ts';
import type { CloseReason } from '../trace/close-reason.ts';
import type { PoolSnapshot } from '../trace/snapshot.ts';
import type { DialTarget } from '../transport/transport-dial.ts';
import { Alarm } from '../util/alarms.ts';
import { type Linked, LinkedList } from '../util/linked-list.ts';
import { assign, type PoolLimits } from './assign.ts';
import { expiresAt, type IdleTimes, isExpired } from './expiry.ts';
import type { Waiter } from './waiter.ts';

/** For how long a dial goes on that nobody waits for, in ms. */
const UNWANTED_DIAL_MS = 1000;

/** A connection as the pool holds it: in the idle stack or at work. */
class Member implements Linked<Member>, IdleTimes {
  previous: Member | null = null;
  next: Member | null = null;
  list: object | null = null;
  idleSince = 0;
  idleMark = 0;
  skew = 0;
  readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  get keepFor(): number {
    return this.connection.keepFor;
  }
}

type Phase = 'open' | 'closing' | 'closed';

export class OriginPool {
  readonly #target: DialTarget;
  readonly #settings: ConnectionSettings;
  readonly #limits: PoolLimits;
  readonly #members = new Set<Member>();
  readonly #idle = new LinkedList<Member>();
  readonly #waiters = new LinkedList<Waiter>();
  /** Dials under way, each with the waiter it was started for. */
  readonly #dials = new Map<Dial, Waiter>();
  readonly #expiry: Alarm;
  readonly #unwanted: Alarm;
  #phase: Phase = 'open';
  #onQuiet: (() => void) | null = null;
  #numConnections = 0;
  #numRequests = 0;
  #created = 0;
  #reused = 0;
  #resumed = 0;
  #bytesInOfGone = 0;
  #bytesOutOfGone = 0;
  /** The time of day less the monotonic time, when it was last looked at. */
  #skew: number;
  readonly #closed: Partial<Record<CloseReason, number>> = {};

  constructor(target: DialTarget, settings: ConnectionSettings, limits: PoolLimits) {
    this.#target = target;
    this.#settings = settings;
    this.#limits = limits;
    this.#skew = settings.clock.wallNow() - settings.clock.now();
    this.#expiry = new Alarm(settings.alarms, () => this.#closeExpired());
    this.#unwanted = new Alarm(settings.alarms, () => this.#abandonUnwanted());
  }

  /** Dials started. */
  get numConnections(): number {
    return this.#numConnections;
  }

  /** Exchanges begun. */
  get numRequests(): number {
    return this.#numRequests;
  }

  /**
   * Takes a waiter in. Its callback may come before this returns. A replay goes to the head of the queue.
   */
  acquire(waiter: Waiter): void {
    if (this.#phase === 'closed' || (this.#phase === 'closing' && waiter.notKeptBefore === null)) {
      waiter.onRefused(this.#closedError());
      return;
    }
    if (this.#waiters.size === 0) {
      const member = this.#takeReady(waiter);
      if (member !== null) {
        this.#give(member, waiter);
        return;
      }
    }
    if (waiter.notKeptBefore === null) this.#waiters.push(waiter);
    else this.#waiters.unshift(waiter);
    this.#traceQueue(waiter, null, true);
    this.#serve();
  }

  /** Takes a waiter out that wants no connection any more. A dial that was started for it goes on. */
  cancel(waiter: Waiter): void {
    if (!this.#waiters.delete(waiter)) return;
    this.#traceQueue(waiter, null, false);
    this.#watchUnwanted();
    this.#checkQuiet();
  }

  /** Closes what is idle; what is at work closes when it is done. The pool stays usable. */
  clear(): void {
    for (const member of [...this.#members]) {
      this.#idle.delete(member);
      member.connection.drain('cleared');
      if (member.connection.state.is === 'closed') this.#forget(member, 'cleared');
    }
    this.#serve();
  }

  /** Refuses new attempts, waits for those it has accepted, at most `timeout` ms, then closes everything. */
  async close(timeout: number): Promise<void> {
    if (this.#phase === 'closed') return;
    this.#phase = 'closing';
    const quiet = new Promise<void>((resolve) => {
      const before = this.#onQuiet;
      this.#onQuiet = () => {
        before?.();
        resolve();
      };
    });
    const alarm = new Alarm(this.#settings.alarms, () => this.#closeNow());
    alarm.set(this.#settings.clock.now() + timeout);
    this.#checkQuiet();
    await quiet;
    alarm.remove();
  }

  snapshot(): PoolSnapshot {
    const now = this.#settings.clock.now();
    let bytesIn = this.#bytesInOfGone;
    let bytesOut = this.#bytesOutOfGone;
    const connections = [];
    for (const { connection } of this.#members) {
      bytesIn += connection.bytesIn;
      bytesOut += connection.bytesOut;
      const { id, protocol, address, served, idleSince, openedAt, state } = connection;
      connections.push({
        id,
        protocol,
        address,
        state:
          state.is === 'draining'
            ? ('draining' as const)
            : idleSince === null
              ? ('active' as const)
              : ('idle' as const),
        served,
        age: now - openedAt,
        idleFor: idleSince === null ? null : now - idleSince,
        bytesIn: connection.bytesIn,
        bytesOut: connection.bytesOut,
      });
    }
    return {
      origin: this.#settings.origin,
      open: this.#members.size,
      idle: this.#idle.size,
      active: this.#members.size - this.#idle.size,
      dialling: this.#dials.size,
      queued: this.#waiters.size,
      numConnections: this.#numConnections,
      numRequests: this.#numRequests,
      created: this.#created,
      reused: this.#reused,
      resumed: this.#resumed,
      closed: { ...this.#closed },
      bytesIn,
      bytesOut,
      connections,
    };
  }

  /** The warmest idle connection that the waiter may take, out of the stack; expired ones are closed on the way. */
  #takeReady(waiter: Waiter): Member | null {
    for (let member = this.#idle.last; member !== null; member = this.#idle.last) {
      if (waiter.notKeptBefore !== null && member.idleSince <= waiter.notKeptBefore) return null;
      this.#idle.delete(member);
      // In the turn of the event loop in which it became idle it cannot have expired: no need to read the clocks.
      const recent = member.idleMark === this.#settings.gate.checks;
      if ((recent || !this.#isExpired(member)) && member.connection.reserve()) return member;
      this.#destroy(member, 'idle-timeout');
    }
    return null;
  }

  #isExpired(member: Member): boolean {
    const { clock } = this.#settings;
    const now = clock.now();
    this.#skew = clock.wallNow() - now;
    return isExpired(member, now, this.#skew);
  }

  #give(member: Member, waiter: Waiter): void {
    const { connection } = member;
    this.#numRequests++;
    if (connection.served > 0) this.#reused++;
    const { trace, clock, origin } = this.#settings;
    if (trace !== null) {
      const { call, attempt } = waiter;
      const at = clock.now();
      const { served, id } = connection;
      const ids = { at, call, attempt, connection: id, origin };
      trace({ type: 'acquired', ...ids, reused: served > 0, idleFor: at - member.idleSince, served });
    }
    waiter.onConnection(connection);
  }

  /** Gives every waiter what assign() says. */
  #serve(): void {
    for (let waiter = this.#waiters.first; waiter !== null; waiter = this.#waiters.first) {
      const member = this.#takeReady(waiter);
      const step = assign(
        {
          ready: member === null ? 0 : 1,
          barred: this.#idle.size,
          dialling: this.#dials.size,
          open: this.#members.size,
          waiting: this.#waiters.size,
        },
        this.#limits,
      );
      if (member !== null) {
        this.#waiters.delete(waiter);
        this.#traceQueue(waiter, member.connection.id, false);
        this.#give(member, waiter);
      } else if (step === 'wait') {
        break;
      } else {
        if (step === 'replace' && this.#idle.first !== null) this.#destroy(this.#idle.first, 'replaced');
        this.#dialFor(this.#firstWithoutDial());
      }
    }
    this.#watchUnwanted();
  }

  /** Whom the next dial is for; those ahead of it that have one of their own are at most as many as there are dials. */
  #firstWithoutDial(): Waiter | null {
    const owners = new Set(this.#dials.values());
    for (const waiter of this.#waiters) if (!owners.has(waiter)) return waiter;
    return this.#waiters.first;
  }

  #dialFor(waiter: Waiter | null): void {
    if (waiter === null) return;
    this.#numConnections++;
    const dial = new Dial(this.#target, this.#settings, {
      onConnection: (connection, resumed) => {
        this.#dials.delete(dial);
        this.#created++;
        if (resumed) this.#resumed++;
        this.#add(connection);
      },
      onDialFailure: (error, reason) => this.#onDialFailure(dial, error, reason),
    });
    this.#dials.set(dial, waiter);
    dial.start(waiter.connectTimeout);
  }

  #onDialFailure(dial: Dial, error: HTTPError, reason: CloseReason): void {
    const waiter = this.#dials.get(dial);
    this.#dials.delete(dial);
    this.#count(reason);
    if (waiter !== undefined && this.#waiters.delete(waiter)) {
      this.#traceQueue(waiter, null, false);
      waiter.onRefused(error);
    }
    this.#serve();
    this.#checkQuiet();
  }

  #add(connection: Connection): void {
    const member = new Member(connection);
    this.#members.add(member);
    connection.onChange = () => this.#onChange(member);
    this.#onFree(member);
  }

  #onChange(member: Member): void {
    const { state, inFlight } = member.connection;
    if (state.is === 'closed') {
      this.#idle.delete(member);
      this.#forget(member, state.reason);
      this.#serve();
      this.#checkQuiet();
    } else if (inFlight === 0) {
      this.#onFree(member);
    }
  }

  /** A connection has a free place: the oldest waiter's, or the warmest of the idle. */
  #onFree(member: Member): void {
    const { connection } = member;
    const waiter = this.#waiters.first;
    member.idleSince = connection.idleSince ?? this.#settings.clock.now();
    if (waiter !== null && connection.reserve()) {
      this.#waiters.delete(waiter);
      this.#traceQueue(waiter, connection.id, false);
      this.#give(member, waiter);
      this.#watchUnwanted();
      return;
    }
    member.idleMark = this.#settings.gate.mark();
    member.skew = this.#skew;
    this.#idle.push(member);
    const deadline = expiresAt(member);
    if (deadline < this.#expiry.deadline) this.#expiry.set(deadline);
    if (this.#phase !== 'open') this.#checkQuiet();
  }

  #closeExpired(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const member of this.#idle) {
      if (this.#isExpired(member)) this.#destroy(member, 'idle-timeout');
      else next = Math.min(next, expiresAt(member));
    }
    if (next !== Number.POSITIVE_INFINITY) this.#expiry.set(next);
  }

  /** Dials that outnumber the waiters are wanted by nobody: they are given a moment. */
  #watchUnwanted(): void {
    if (this.#dials.size <= this.#waiters.size) this.#unwanted.clear();
    else if (this.#unwanted.deadline === Number.POSITIVE_INFINITY) {
      this.#unwanted.set(this.#settings.clock.now() + UNWANTED_DIAL_MS);
    }
  }

  #abandonUnwanted(): void {
    for (const dial of [...this.#dials.keys()].reverse()) {
      if (this.#dials.size <= this.#waiters.size) break;
      this.#dials.delete(dial);
      this.#count('dial-abandoned');
      dial.abandon('dial-abandoned');
    }
    this.#checkQuiet();
  }

  #destroy(member: Member, reason: CloseReason): void {
    this.#idle.delete(member);
    member.connection.destroy(reason);
    this.#forget(member, reason);
  }

  #forget(member: Member, reason: CloseReason): void {
    if (!this.#members.delete(member)) return;
    const { connection } = member;
    this.#bytesInOfGone += connection.bytesIn;
    this.#bytesOutOfGone += connection.bytesOut;
    this.#count(reason);
  }

  #count(reason: CloseReason): void {
    this.#closed[reason] = (this.#closed[reason] ?? 0) + 1;
  }

  /** While it closes: once nothing is left to wait for, what is idle goes too. */
  #checkQuiet(): void {
    // Later, since a call is told of its end, and may come back for a replay, only after its connection is.
    if (this.#phase === 'closing') queueMicrotask(() => this.#closeIfQuiet());
  }

  #closeIfQuiet(): void {
    if (this.#phase !== 'closing') return;
    if (this.#waiters.size === 0 && this.#idle.size === this.#members.size) this.#closeNow();
  }

  #closeNow(): void {
    this.#phase = 'closed';
    for (let waiter = this.#waiters.shift(); waiter !== null; waiter = this.#waiters.shift()) {
      this.#traceQueue(waiter, null, false);
      waiter.onRefused(this.#closedError());
    }
    for (const dial of this.#dials.keys()) {
      this.#count('closed');
      dial.abandon('closed');
    }
    this.#dials.clear();
    for (const member of [...this.#members]) this.#destroy(member, 'closed');
    this.#expiry.remove();
    this.#unwanted.remove();
    this.#onQuiet?.();
    this.#onQuiet = null;
  }

  #closedError(): HTTPError {
    return new PoolError(`Cannot send a request to ${this.#settings.origin}: its pool was closed by close()`, {
      code: 'ERR_POOL_CLOSED',
      phase: 'pool',
    });
  }

  #traceQueue(waiter: Waiter, connection: number | null, joins: boolean): void {
    const { trace, clock, origin } = this.#settings;
    if (trace === null) return;
    const { call, attempt } = waiter;
    const ids = { at: clock.now(), call, attempt, origin };
    if (joins) trace({ type: 'queue-start', ...ids, queued: this.#waiters.size });
    else trace({ type: 'queue-end', ...ids, connection });
  }
}
