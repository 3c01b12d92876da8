// The idle connections of a pool: the warmest is taken first, the coldest closes first, and one that has been kept long
// enough closes by itself. One alarm serves all of them.

import type { ConnectionSettings } from '../connection/http1-connection.ts';
import { Alarm } from '../util/alarms.ts';
import { LinkedList } from '../util/linked-list.ts';
import { expiresAt, expiry } from './expiry.ts';
import type { Member } from './member.ts';
import type { Room } from './room.ts';

/** Why a connection was not kept any longer. */
export type ExpiryReason = 'idle-timeout' | 'max-age';

export class IdleStack {
  readonly #settings: ConnectionSettings;
  readonly #room: Room;
  /** Closes a connection, which then leaves the stack. */
  readonly #expire: (member: Member, why: ExpiryReason) => void;
  readonly #members = new LinkedList<Member>();
  readonly #alarm: Alarm;
  /** The time of day less the monotonic time, when it was last looked at. */
  #skew: number;

  constructor(settings: ConnectionSettings, room: Room, expire: (member: Member, why: ExpiryReason) => void) {
    this.#settings = settings;
    this.#room = room;
    this.#expire = expire;
    this.#skew = settings.clock.wallNow() - settings.clock.now();
    this.#alarm = new Alarm(settings.alarms, () => this.#closeExpired());
  }

  get size(): number {
    return this.#members.size;
  }

  /** What has been idle for longest. */
  get coldest(): Member | null {
    return this.#members.first;
  }

  /** Puts a connection on top. */
  push(member: Member): void {
    member.idleMark = this.#settings.gate.mark();
    member.skew = this.#skew;
    this.#members.push(member);
    this.#room.rest(member.place);
    const deadline = expiresAt(member);
    if (deadline < this.#alarm.deadline) this.#alarm.set(deadline);
  }

  /** Takes a connection out, wherever it stands. */
  delete(member: Member): void {
    if (this.#members.delete(member)) this.#room.wake(member.place);
  }

  /**
   * The warmest connection that has a place, which is reserved; expired ones close on the way.
   *
   * @param notKeptBefore Only those that became idle after this time, if it is not null.
   */
  take(notKeptBefore: number | null): Member | null {
    for (let member = this.#members.last; member !== null; member = this.#members.last) {
      if (notKeptBefore !== null && member.idleSince <= notKeptBefore) return null;
      // In the turn of the event loop in which it became idle it cannot have expired: no need to read the clocks.
      const why = member.idleMark === this.#settings.gate.checks ? null : this.#whyExpired(member);
      if (why === null && member.connection.reserve()) {
        this.delete(member);
        return member;
      }
      this.#expire(member, why ?? 'idle-timeout');
    }
    return null;
  }

  /** Closes what has been kept long enough, as the clocks are now. */
  expire(): void {
    this.#closeExpired();
  }

  /** Nothing is here, and it may stay so. */
  disarm(): void {
    this.#alarm.remove();
  }

  #whyExpired(member: Member): ExpiryReason | null {
    const { clock } = this.#settings;
    const now = clock.now();
    this.#skew = clock.wallNow() - now;
    return expiry(member, now, this.#skew);
  }

  #closeExpired(): void {
    let next = Number.POSITIVE_INFINITY;
    for (const member of this.#members) {
      const why = this.#whyExpired(member);
      if (why === null) next = Math.min(next, expiresAt(member));
      else this.#expire(member, why);
    }
    if (next !== Number.POSITIVE_INFINITY) this.#alarm.set(next);
  }
}
