import type { Connection } from '../connection/connection.ts';
import type { Linked } from '../util/linked-list.ts';
import type { IdleTimes } from './expiry.ts';
import type { IdlePlace } from './room.ts';

/** A connection as its pool holds it: in the idle stack or at work. */
export class Member implements Linked<Member>, IdleTimes {
  previous: Member | null = null;
  next: Member | null = null;
  list: object | null = null;
  idleSince = 0;
  idleMark = 0;
  skew = 0;
  readonly connection: Connection;
  readonly retireAt: number;
  /** Its place among the idle connections of the whole manager. */
  readonly place: IdlePlace;

  constructor(connection: Connection, retireAt: number, place: IdlePlace) {
    this.connection = connection;
    this.retireAt = retireAt;
    this.place = place;
  }

  get keepFor(): number {
    return this.connection.keepFor;
  }
}
