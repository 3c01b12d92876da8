// The addresses of the hosts that a manager connects to: answers of DNS are kept for a while, those who ask for the same
// host at the same time share one look-up, and the pools of a host hear when its addresses change.
//
// A look-up is nobody's own: it ends when it is answered, or when the last of those who wait for it has given up, or with
// the last connection that it was asked anew for. One that is not answered for 10 s is asked again for the next who comes;
// whichever is answered first serves all.

import { isIPv6 } from 'node:net';
import { type Answer, type AnswerAges, answerAge } from '../policy/answer-age.ts';
import type { Clock, Timer } from '../util/clock.ts';
import { outside } from '../util/context.ts';
import { holdProcess } from './hold-process.ts';
import type { ResolvedHost, ResolveHost } from './name-lookup.ts';
import { isMissing } from './network-error.ts';
import { type AddressKnowledge, raceOrder } from './race-order.ts';

/**
 * Told the error or the addresses: once, or twice where some are known before all, with `isWhole` false the first time.
 */
export type NamesCallback = (error: Error | null, addresses: readonly string[], isWhole: boolean) => void;

/** For how long an address that failed comes after the others, in ms. */
const FAILED_FOR_MS = 30_000;

/** For how long the family that answered is tried first, in ms: other networks may work in the meantime (RFC 6555 §4.2). */
const FAMILY_FOR_MS = 600_000;

/** After how long a look-up that was not answered is joined by nobody, in ms. */
const LONGEST_LOOKUP_MS = 10_000;

/** How often addresses are asked for anew for connections that are kept, in ms, however short their life is. */
const REFRESH_EVERY_MS = 1_000;

/** The addresses of hosts, for those who dial. */
export interface Names {
  /**
   * Gives the addresses of a host, in the order in which they are to be tried, or the error of its look-up: later.
   *
   * @returns What says that the caller waits no longer; null where they are known, and nothing is looked up for it.
   */
  ask(host: string, callback: NamesCallback): (() => void) | null;
  /** An address answered: its family is tried first from now on. */
  onConnected(host: string, address: string): void;
  /** An address failed, or did not answer in time: it comes after the others for half a minute. */
  onFailed(host: string, address: string): void;
  /** Asks anew where the answer has outlived its time: for connections that are kept, and need no address now. */
  refresh(host: string): void;
  /** Tells of every new answer that has all addresses, until the function that it returns is called. */
  watch(host: string, onAnswer: (addresses: readonly string[]) => void): () => void;
}

/** Names that are looked up each time. */
export function uncached(resolve: ResolveHost, clock: Clock): Names {
  return {
    ask(host, callback) {
      const gone = new AbortController();
      const hold = holdProcess(clock);
      const onSome = ({ addresses }: ResolvedHost): void => {
        hold.cancel();
        callback(null, inOrder(addresses), false);
      };
      resolve(host, { signal: gone.signal, onSome }, (error, found) => {
        hold.cancel();
        callback(error, inOrder(found?.addresses ?? []), true);
      });
      return () => {
        hold.cancel();
        gone.abort();
      };
    },
    onConnected() {},
    onFailed() {},
    refresh() {},
    watch: () => () => {},
  };
}

/** An answer that nothing else is known of. */
export function inOrder(addresses: readonly string[]): readonly string[] {
  return raceOrder(addresses, { family: null, turn: 0, failed: new Set() });
}

/** Who waits for a look-up. */
interface Waiter {
  readonly tell: NamesCallback;
  /** Null where there are addresses to connect to. */
  readonly hold: Timer | null;
}

/** A look-up under way, shared by those who wait for it. */
class SharedLookup {
  readonly waiters = new Set<Waiter>();
  /** Gives up what was asked for it. */
  readonly gone = new AbortController();
  /** When it was asked last, and how often. */
  askedAt = 0;
  questions = 0;
  /** What is known before all is. */
  some: ResolvedHost | null = null;
  /** Whether it goes on where nobody waits: its answer is for connections that are kept, or for those who come later. */
  isWanted = false;
  /** Whether it goes on without connections too. */
  isForNext = false;
}

class Entry {
  answer: (Answer & { readonly error: Error | null; readonly addresses: readonly string[] }) | null = null;
  lookup: SharedLookup | null = null;
  /** After a look-up that failed: until when it is not asked anew for those who can do without. */
  quietUntil = Number.NEGATIVE_INFINITY;
  turn = 0;
  /** The family of the address that answered last, and until when that counts. */
  family: AddressKnowledge['family'] = null;
  familyUntil = 0;
  /** Until when addresses count as failed. */
  readonly failed = new Map<string, number>();
  readonly watchers = new Set<(addresses: readonly string[]) => void>();
}

/** Ends the look-up under way where nobody waits for it. */
function giveUpUnwaited(entry: Entry): void {
  const { lookup } = entry;
  if (lookup === null || lookup.waiters.size > 0) return;
  entry.lookup = null;
  lookup.gone.abort();
}

export class AddressBook implements Names {
  readonly #entries = new Map<string, Entry>();
  readonly #resolve: ResolveHost;
  readonly #clock: Clock;
  readonly #ages: AnswerAges;
  readonly #maxHosts: number;

  /** @param maxHosts Hosts to remember: the ones that were asked for longest ago are forgotten first. */
  constructor(resolve: ResolveHost, clock: Clock, { maxHosts, ...ages }: AnswerAges & { readonly maxHosts: number }) {
    this.#resolve = resolve;
    this.#clock = clock;
    this.#ages = ages;
    this.#maxHosts = maxHosts;
  }

  ask(host: string, callback: NamesCallback): (() => void) | null {
    const entry = this.#entryOf(host);
    const { answer } = entry;
    const age = answer === null ? 'over' : answerAge(answer, this.#clock.now(), this.#ages);
    if (answer === null || age === 'over') return this.#wait(entry, this.#lookUp(host, entry), callback);
    if (age === 'stale') this.#refresh(host, entry, true);
    queueMicrotask(() => callback(answer.error, this.#order(entry, answer.addresses), true));
    return null;
  }

  refresh(host: string): void {
    const entry = this.#entries.get(host);
    if (entry === undefined || entry.answer === null) return;
    const now = this.#clock.now();
    const isDue = answerAge(entry.answer, now, this.#ages) !== 'fresh' && now >= entry.answer.at + REFRESH_EVERY_MS;
    if (isDue) this.#refresh(host, entry, false);
  }

  watch(host: string, onAnswer: (addresses: readonly string[]) => void): () => void {
    const entry = this.#entryOf(host);
    const { watchers } = entry;
    watchers.add(onAnswer);
    return () => {
      // What was asked anew for kept connections is for nobody without any, and would keep the process alive.
      if (watchers.delete(onAnswer) && watchers.size === 0 && entry.lookup?.isForNext === false) giveUpUnwaited(entry);
    };
  }

  onConnected(host: string, address: string): void {
    const entry = this.#entries.get(host);
    if (entry === undefined) return;
    entry.failed.delete(address);
    const family = isIPv6(address) ? 6 : 4;
    const now = this.#clock.now();
    // Its time runs from when it was found out: it is tried first because of that, and would prolong itself.
    if (family === entry.family && now < entry.familyUntil) return;
    entry.family = family;
    entry.familyUntil = now + FAMILY_FOR_MS;
  }

  onFailed(host: string, address: string): void {
    this.#entries.get(host)?.failed.set(address, this.#clock.now() + FAILED_FOR_MS);
  }

  #entryOf(host: string): Entry {
    let entry = this.#entries.get(host);
    if (entry !== undefined) this.#entries.delete(host);
    else entry = new Entry();
    // The map is in the order of use.
    this.#entries.set(host, entry);
    if (this.#entries.size > this.#maxHosts) this.#forgetOthers(entry);
    return entry;
  }

  /** Forgets the hosts beyond the number that nobody needs now. */
  #forgetOthers(used: Entry): void {
    for (const [host, entry] of this.#entries) {
      if (entry === used || entry.lookup !== null || entry.watchers.size > 0) continue;
      this.#entries.delete(host);
      if (this.#entries.size <= this.#maxHosts) return;
    }
  }

  /** Waits for a look-up; what is returned ends that. */
  #wait(entry: Entry, lookup: SharedLookup, tell: NamesCallback): () => void {
    const { some } = lookup;
    const waiter: Waiter = { tell, hold: some === null ? holdProcess(this.#clock) : null };
    lookup.waiters.add(waiter);
    if (some !== null) {
      queueMicrotask(() => {
        if (entry.lookup === lookup && lookup.waiters.has(waiter))
          tell(null, this.#order(entry, some.addresses), false);
      });
    }
    return () => {
      waiter.hold?.cancel();
      if (lookup.waiters.delete(waiter) && entry.lookup === lookup && !lookup.isWanted) giveUpUnwaited(entry);
    };
  }

  /** Asks anew for those who can do without: for kept connections alone, or for who dials next too. */
  #refresh(host: string, entry: Entry, isForNext: boolean): void {
    if (this.#clock.now() < entry.quietUntil) return;
    const lookup = this.#lookUp(host, entry);
    lookup.isWanted = true;
    lookup.isForNext ||= isForNext;
  }

  /** The look-up that is under way now. */
  #lookUp(host: string, entry: Entry): SharedLookup {
    const now = this.#clock.now();
    entry.lookup ??= new SharedLookup();
    const { lookup } = entry;
    if (lookup.questions === 0 || now >= lookup.askedAt + LONGEST_LOOKUP_MS) {
      lookup.askedAt = now;
      lookup.questions++;
      this.#ask(host, entry, lookup);
    }
    return lookup;
  }

  #ask(host: string, entry: Entry, lookup: SharedLookup): void {
    const question = lookup.questions;
    const onSome = (found: ResolvedHost): void => {
      if (entry.lookup !== lookup || lookup.some !== null) return;
      lookup.some = found;
      lookup.isWanted = true;
      // From now on sockets keep the process alive.
      for (const { hold } of lookup.waiters) hold?.cancel();
      for (const { tell } of [...lookup.waiters]) tell(null, this.#order(entry, found.addresses), false);
    };
    outside(() =>
      this.#resolve(host, { signal: lookup.gone.signal, onSome }, (error, found) => {
        if (entry.lookup !== lookup) return;
        // It failed, but was asked again: that may yet be answered.
        if (error !== null && question < lookup.questions) return;
        entry.lookup = null;
        this.#settle(entry, lookup, error, found);
        // What else was asked for it is of no use any more.
        if (lookup.questions > 1) lookup.gone.abort();
      }),
    );
  }

  #settle(entry: Entry, { waiters }: SharedLookup, error: Error | null, found: ResolvedHost | null): void {
    this.#keep(entry, error, found);
    const addresses = found?.addresses ?? [];
    for (const { hold } of waiters) hold?.cancel();
    for (const { tell } of [...waiters]) tell(error, this.#order(entry, addresses), true);
    if (found?.isWhole === true) for (const tell of [...entry.watchers]) tell(addresses);
  }

  #keep(entry: Entry, error: Error | null, found: ResolvedHost | null): void {
    const at = this.#clock.now();
    // A look-up that failed says nothing, and is no reason to forget what still may be used.
    if (found === null && !isMissing(error)) {
      entry.quietUntil = at + this.#ages.negativeTtl;
      return;
    }
    const { ttl, addresses } = found ?? { ttl: null, addresses: [] };
    entry.answer = { at, ttl, isNegative: found === null, error, addresses };
  }

  #order(entry: Entry, addresses: readonly string[]): readonly string[] {
    const { failed } = entry;
    const now = this.#clock.now();
    for (const [address, until] of failed) if (until <= now) failed.delete(address);
    const family = now < entry.familyUntil ? entry.family : null;
    return raceOrder(addresses, { family, turn: entry.turn++, failed: new Set(failed.keys()) });
  }
}
