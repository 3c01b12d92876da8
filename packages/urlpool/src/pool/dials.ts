// The dials of one pool and the waiters that count on them. A dial belongs to the pool, not to a request: whoever waits
// longest takes its connection, and cancelling a waiter cancels no dial. But each dial is started for one waiter, which
// fails with it, and each waiting attempt is counted on by at most one, so that it is known which dials nobody wants any
// more: those go on for a moment, for whoever comes next, and are given up then. A dial can have keepers too, who want
// connections to be warm: it goes on for them, and serves whoever waits meanwhile.

import { Dial } from '../connection/dial.ts';
import type { ConnectionSettings, Http1Connection } from '../connection/http1-connection.ts';
import type { HTTPError } from '../errors/http-error.ts';
import type { CloseReason } from '../trace/close-reason.ts';
import type { DialTarget } from '../transport/transport-dial.ts';
import { Alarm } from '../util/alarms.ts';
import { outside } from '../util/context.ts';
import { type Linked, LinkedList } from '../util/linked-list.ts';
import type { Keeper } from './keeper.ts';
import type { Waiter } from './waiter.ts';

/** For how long a dial goes on that nobody waits for, in ms. */
const UNWANTED_MS = 1000;

/** What becomes of a dial. */
export interface DialsEvents {
  onConnection(connection: Http1Connection, resumed: boolean): void;
  /** `waiter` is the one it was started for, if that still waits. */
  onDialFailure(waiter: Waiter | null, error: HTTPError, reason: CloseReason): void;
  /** A dial was given up: nobody wanted it. */
  onUnwanted(): void;
}

/** A waiter without a dial, in its place in the queue. */
class Lacking implements Linked<Lacking> {
  previous: Lacking | null = null;
  next: Lacking | null = null;
  list: object | null = null;
  readonly waiter: Waiter;

  constructor(waiter: Waiter) {
    this.waiter = waiter;
  }
}

/** One dial under way. */
interface Entry {
  readonly dial: Dial;
  /** Whom it fails, if it fails while that one counts on it; null for nobody. */
  startedFor: Waiter | null;
  /** Who counts on it; null for nobody. */
  waiter: Waiter | null;
  /** Who wants it to go on though nobody counts on it. */
  readonly keepers: Set<Keeper>;
  /** Since when nobody has. */
  unwantedSince: number;
}

export class Dials {
  readonly #target: DialTarget;
  readonly #settings: ConnectionSettings;
  readonly #events: DialsEvents;
  readonly #entries = new Set<Entry>();
  /** What each waiter counts on: a dial, or none yet. */
  readonly #standing = new Map<Waiter, Entry | Lacking>();
  /** Waiters without a dial, in about the order of the queue. */
  readonly #without = new LinkedList<Lacking>();
  /** Dials without a waiter or a keeper, the longest unwanted first. */
  readonly #unwanted = new Set<Entry>();
  /** Dials with keepers and without a waiter. */
  readonly #kept = new Set<Entry>();
  readonly #alarm: Alarm;

  constructor(target: DialTarget, settings: ConnectionSettings, events: DialsEvents) {
    this.#target = target;
    this.#settings = settings;
    this.#events = events;
    this.#alarm = new Alarm(settings.alarms, () => this.#giveUpUnwanted());
  }

  /** Dials under way. */
  get size(): number {
    return this.#entries.size;
  }

  /** Those of them that nobody waits for. */
  get spare(): number {
    return this.#unwanted.size + this.#kept.size;
  }

  /** A waiter joins the queue: it counts on a dial that nobody waits for, if there is one. */
  join(waiter: Waiter): void {
    const [entry] = this.#unwanted.size > 0 ? this.#unwanted : this.#kept;
    if (entry !== undefined) {
      this.#assign(entry, waiter);
      return;
    }
    const lacking = new Lacking(waiter);
    this.#standing.set(waiter, lacking);
    this.#without.push(lacking);
  }

  /** A waiter leaves the queue, with a connection or without. */
  leave(waiter: Waiter): void {
    const standing = this.#standing.get(waiter);
    if (standing === undefined) return;
    this.#standing.delete(waiter);
    if (standing instanceof Lacking) {
      this.#without.delete(standing);
      return;
    }
    standing.waiter = null;
    const next = this.#without.shift();
    if (next !== null) this.#assign(standing, next.waiter);
    else this.#onSpare(standing);
  }

  /** Opens one more connection, for the first waiter that has no dial. */
  start(): void {
    const lacking = this.#without.shift();
    if (lacking === null) return;
    const { waiter } = lacking;
    const entry = this.#dial(waiter, null);
    this.#standing.set(waiter, entry);
    const why = waiter.wantsExchange ? 'request' : 'preconnect';
    outside(() => entry.dial.start(waiter.connectTimeout, why));
  }

  /** Opens one more connection, which nobody waits for. */
  startWarm(keeper: Keeper): void {
    const entry = this.#dial(null, keeper);
    this.#kept.add(entry);
    outside(() => entry.dial.start(keeper.connectTimeout, keeper.why));
    hold(entry);
  }

  /** What the dial does that a waiter counts on; null where there is none. */
  doingFor(waiter: Waiter): string | null {
    const standing = this.#standing.get(waiter);
    return standing === undefined || standing instanceof Lacking ? null : standing.dial.doing;
  }

  /** How many of the dials that nobody waits for have this keeper. */
  spareOf(keeper: Keeper): number {
    let count = 0;
    for (const { keepers } of this.#kept) if (keepers.has(keeper)) count++;
    return count;
  }

  /** Has up to `count` more of the dials that nobody waits for go on for a keeper; returns how many. */
  keep(keeper: Keeper, count: number): number {
    let kept = 0;
    for (const entry of [...this.#kept, ...this.#unwanted]) {
      if (kept >= count) break;
      if (entry.keepers.has(keeper)) continue;
      kept++;
      entry.keepers.add(keeper);
      this.#unwanted.delete(entry);
      this.#kept.add(entry);
      entry.dial.shorten(keeper.connectTimeout);
      hold(entry);
    }
    return kept;
  }

  /** The keeper wants none of them any more: those that nobody else wants are given up. */
  release(keeper: Keeper): void {
    for (const entry of [...this.#entries]) {
      if (!entry.keepers.delete(keeper)) continue;
      if (entry.keepers.size > 0 || entry.waiter !== null) hold(entry);
      else this.#giveUp(entry);
    }
  }

  #dial(waiter: Waiter | null, keeper: Keeper | null): Entry {
    const dial = new Dial(this.#target, this.#settings, {
      onConnection: (connection, resumed) => {
        this.#remove(entry);
        this.#events.onConnection(connection, resumed);
        for (const one of entry.keepers) one.onDialOver(null);
      },
      onDialFailure: (error, reason) => {
        const blamed = entry.waiter === entry.startedFor ? entry.waiter : null;
        this.#remove(entry);
        this.#events.onDialFailure(blamed, error, reason);
        for (const one of entry.keepers) one.onDialOver(error);
      },
    });
    const keepers = new Set(keeper === null ? [] : [keeper]);
    const entry: Entry = { dial, startedFor: waiter, waiter, keepers, unwantedSince: 0 };
    this.#entries.add(entry);
    return entry;
  }

  /** Gives all of them up, but for one that is just becoming a connection; returns how many there were. */
  abandonAll(): number {
    const entries = [...this.#entries].filter(({ dial }) => !dial.isOver);
    this.#entries.clear();
    this.#standing.clear();
    this.#without.clear();
    this.#unwanted.clear();
    this.#kept.clear();
    this.#alarm.remove();
    for (const { dial } of entries) dial.abandon('closed');
    return entries.length;
  }

  #assign(entry: Entry, waiter: Waiter): void {
    this.#unwanted.delete(entry);
    this.#kept.delete(entry);
    entry.waiter = waiter;
    this.#standing.set(waiter, entry);
    // Where the waiter's own time for connecting ends first, the dial has become its own.
    if (entry.dial.shorten(waiter.connectTimeout)) entry.startedFor = waiter;
    hold(entry);
  }

  /** It is over; a waiter that counted on it has no dial any more. */
  #remove(entry: Entry): void {
    this.#entries.delete(entry);
    this.#unwanted.delete(entry);
    this.#kept.delete(entry);
    const { waiter } = entry;
    if (waiter === null) return;
    this.join(waiter);
  }

  #onSpare(entry: Entry): void {
    hold(entry);
    if (entry.keepers.size > 0) {
      this.#kept.add(entry);
      return;
    }
    entry.unwantedSince = this.#settings.clock.now();
    this.#unwanted.add(entry);
    if (this.#unwanted.size === 1) this.#alarm.set(entry.unwantedSince + UNWANTED_MS);
  }

  #giveUpUnwanted(): void {
    const now = this.#settings.clock.now();
    for (const entry of this.#unwanted) {
      if (entry.unwantedSince + UNWANTED_MS > now) {
        this.#alarm.set(entry.unwantedSince + UNWANTED_MS);
        return;
      }
      this.#giveUp(entry);
    }
  }

  #giveUp(entry: Entry): void {
    // It is just becoming a connection, or a listener that heard of the end of another has ended all.
    if (entry.dial.isOver) return;
    this.#unwanted.delete(entry);
    this.#kept.delete(entry);
    this.#entries.delete(entry);
    entry.dial.abandon('dial-abandoned');
    this.#events.onUnwanted();
  }
}

/** A dial keeps the process alive while somebody waits for it. */
function hold({ dial, waiter, keepers }: Entry): void {
  let isAwaited = waiter !== null;
  for (const keeper of keepers) isAwaited ||= keeper.isAwaited;
  if (isAwaited) dial.ref();
  else dial.unref();
}
