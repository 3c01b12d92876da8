// The connections of a pool, from the moment they are open until they are closed: how long each may live, whether its
// address still holds, and what is to be done and told when it goes. Who gets which one is the pool's to decide.

import type { Connection } from '../connection/connection.ts';
import type { ConnectionSettings } from '../connection/http1-connection.ts';
import type { CloseReason } from '../trace/close-reason.ts';
import type { DialTarget } from '../transport/transport-dial.ts';
import type { Random } from '../util/random.ts';
import { AddressWatch } from './address-watch.ts';
import type { Counters } from './counters.ts';
import { retirement } from './expiry.ts';
import { IdleStack } from './idle-stack.ts';
import { Member } from './member.ts';
import { IdlePlace, type Room, type Tenant } from './room.ts';

/** The pool, as its members see it. */
export interface MembersSurroundings {
  readonly tenant: Tenant;
  readonly room: Room;
  readonly counters: Counters;
  readonly random: Random;
  /** How old a connection may become, in ms. */
  readonly maxAge: number;
  /** A place came free or the state changed. */
  readonly onChange: (member: Member) => void;
  /** A connection is gone: its place is not given back yet. */
  readonly onGone: () => void;
  /** Addresses do not hold any more: their idle connections have closed. */
  readonly onRetired: () => void;
}

export class Members {
  readonly #surroundings: MembersSurroundings;
  readonly #all = new Set<Member>();
  /** All of them, the oldest first. */
  readonly all: ReadonlySet<Member> = this.#all;
  /** Those that are idle. */
  readonly idle: IdleStack;
  readonly addresses: AddressWatch;

  constructor(target: DialTarget, settings: ConnectionSettings, surroundings: MembersSurroundings) {
    this.#surroundings = surroundings;
    this.idle = new IdleStack(settings, surroundings.room, (member, why) => this.destroy(member, why));
    this.addresses = new AddressWatch(target, settings.gate, (endpoints) => this.#retire(endpoints));
  }

  /** As connections. */
  get connections(): Connection[] {
    return Array.from(this.#all, ({ connection }) => connection);
  }

  /** Takes in a connection that was opened. */
  add(connection: Connection): Member {
    const { tenant, random, maxAge, onChange } = this.#surroundings;
    const isMortal = maxAge !== Number.POSITIVE_INFINITY;
    const retireAt = isMortal ? retirement(connection.openedAt, maxAge, random()) : maxAge;
    const place = new IdlePlace(tenant, () => this.destroy(member, 'evicted'));
    const member: Member = new Member(connection, retireAt, place);
    this.#all.add(member);
    this.addresses.start();
    connection.onChange = () => onChange(member);
    return member;
  }

  /** Closes one at once. */
  destroy(member: Member, reason: CloseReason): void {
    this.idle.delete(member);
    if (!this.#takeOut(member, reason)) return;
    // It is forgotten before the event tells of it, since a listener may ask for a connection, but its place in the
    // manager is another's only when it is closed.
    member.connection.destroy(reason);
    this.#surroundings.room.give();
  }

  /** One has closed. */
  forget(member: Member, reason: CloseReason): void {
    this.idle.delete(member);
    if (this.#takeOut(member, reason)) this.#surroundings.room.give();
  }

  /** Closes those that are idle; what is at work closes when it is done. */
  drain(members: Iterable<Member>, reason: CloseReason): void {
    for (const member of [...members]) {
      this.idle.delete(member);
      member.connection.drain(reason);
      if (member.connection.state.is === 'closed') this.forget(member, reason);
    }
  }

  /** Closes all of them at once. */
  destroyAll(reason: CloseReason): void {
    for (const member of [...this.#all]) this.destroy(member, reason);
  }

  #takeOut(member: Member, reason: CloseReason): boolean {
    if (!this.#all.delete(member)) return false;
    if (this.#all.size === 0) this.addresses.stop();
    const { counters, onGone } = this.#surroundings;
    onGone();
    counters.onGone(member.connection, reason);
    return true;
  }

  /** Gives up the connections to addresses that the name does not have any more. */
  #retire(endpoints: ReadonlySet<string>): void {
    const gone = [...this.#all].filter(({ connection }) => !endpoints.has(connection.address));
    if (gone.length === 0) return;
    this.drain(gone, 'address-changed');
    this.#surroundings.onRetired();
  }
}
