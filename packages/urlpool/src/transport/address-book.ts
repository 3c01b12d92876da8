// The addresses of the hosts that a manager connects to: answers of DNS are kept for a while, those who ask for the same
// host at the same time share one look-up, and the pools of a host hear when its addresses change.

import { isIPv6 } from 'node:net';
import { type Answer, type AnswerAges, answerAge } from '../policy/answer-age.ts';
import type { Clock } from '../util/clock.ts';
import { outside } from '../util/context.ts';
import type { ResolvedHost, ResolveHost } from './name-lookup.ts';
import { isMissing } from './network-error.ts';
import { type AddressKnowledge, raceOrder } from './race-order.ts';

type Settled = (error: Error | null) => void;
type Callback = (error: Error | null, addresses: readonly string[]) => void;

/** For how long an address that failed comes after the others, in ms. */
const FAILED_FOR_MS = 30_000;

/** The addresses of hosts, for those who dial. */
export interface Names {
  /**
   * Gives the addresses of a host, in the order in which they are to be tried, or the error of its look-up: later, and
   * exactly once.
   *
   * @returns Whether they are known already: nothing is looked up for this caller.
   */
  ask(host: string, callback: Callback): boolean;
  /** An address answered: its family is tried first from now on. */
  onConnected(host: string, address: string): void;
  /** An address failed: it comes after the others for half a minute. */
  onFailed(host: string, address: string): void;
  /** Asks anew where the answer has outlived its time: for connections that are kept, and need no address now. */
  refresh(host: string): void;
  /** Tells of every new answer, until the function that it returns is called. */
  watch(host: string, onAnswer: (addresses: readonly string[]) => void): () => void;
}

/** Names that are looked up each time. */
export function uncached(resolve: ResolveHost): Names {
  return {
    ask(host, callback) {
      resolve(host, (error, found) => callback(error, inOrder(found?.addresses ?? [])));
      return false;
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

class Entry {
  answer: (Answer & { readonly error: Error | null; readonly addresses: readonly string[] }) | null = null;
  /** Who waits for the look-up under way; null where there is none. */
  asking: Settled[] | null = null;
  /** After a look-up that failed: until when it is not asked anew for those who can do without. */
  quietUntil = Number.NEGATIVE_INFINITY;
  turn = 0;
  /** The family of the address that answered last. */
  family: AddressKnowledge['family'] = null;
  /** Until when addresses count as failed. */
  readonly failed = new Map<string, number>();
  readonly watchers = new Set<(addresses: readonly string[]) => void>();
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

  ask(host: string, callback: Callback): boolean {
    const entry = this.#entryOf(host);
    const { answer } = entry;
    const age = answer === null ? 'over' : answerAge(answer, this.#clock.now(), this.#ages);
    if (answer === null || age === 'over') {
      this.#lookUp(host, entry).push((error) => callback(error, this.#order(entry)));
      return false;
    }
    if (age === 'stale') this.refresh(host);
    queueMicrotask(() => callback(answer.error, this.#order(entry)));
    return true;
  }

  refresh(host: string): void {
    const entry = this.#entries.get(host);
    if (entry === undefined || entry.answer === null) return;
    const now = this.#clock.now();
    if (now >= entry.quietUntil && answerAge(entry.answer, now, this.#ages) !== 'fresh') this.#lookUp(host, entry);
  }

  watch(host: string, onAnswer: (addresses: readonly string[]) => void): () => void {
    const { watchers } = this.#entryOf(host);
    watchers.add(onAnswer);
    return () => watchers.delete(onAnswer);
  }

  onConnected(host: string, address: string): void {
    const entry = this.#entries.get(host);
    if (entry === undefined) return;
    entry.failed.delete(address);
    entry.family = isIPv6(address) ? 6 : 4;
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
    if (this.#entries.size > this.#maxHosts) this.#forgetOldest();
    return entry;
  }

  #forgetOldest(): void {
    for (const [host, { asking, watchers }] of this.#entries) {
      if (asking !== null || watchers.size > 0) continue;
      this.#entries.delete(host);
      return;
    }
  }

  /** The callers of the look-up that is under way now; a caller that gives up ends it for nobody. */
  #lookUp(host: string, entry: Entry): Settled[] {
    if (entry.asking !== null) return entry.asking;
    const asking: Settled[] = [];
    entry.asking = asking;
    outside(() =>
      this.#resolve(host, (error, found) => {
        entry.asking = null;
        this.#keep(entry, error, found);
        for (const settle of asking) settle(error);
        if (error === null) for (const tell of [...entry.watchers]) tell(entry.answer?.addresses ?? []);
      }),
    );
    return asking;
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

  #order(entry: Entry): readonly string[] {
    const { answer, family, failed } = entry;
    const now = this.#clock.now();
    for (const [address, until] of failed) if (until <= now) failed.delete(address);
    return raceOrder(answer?.addresses ?? [], { family, turn: entry.turn++, failed: new Set(failed.keys()) });
  }
}
