// The room of a manager as a unit: tenants that behave as a pool does, without connections.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IdlePlace, Room, type Tenant } from '../../src/pool/room.ts';

/** A pool that wants places: it takes them as OriginPool does, and writes down when. */
class Hungry implements Tenant {
  readonly name: string;
  readonly #room: Room;
  readonly #log: string[];
  readonly #idle: IdlePlace[] = [];
  /** Places taken: at work and idle. */
  size = 0;
  /** Places it would still take. */
  wanted = 0;

  constructor(name: string, room: Room, log: string[]) {
    this.name = name;
    this.#room = room;
    this.#log = log;
  }

  get idle(): number {
    return this.#idle.length;
  }

  onRoom(): void {
    while (this.wanted > 0 && this.#room.for(this) > 0) {
      this.#room.take(this);
      this.size++;
      this.wanted--;
      this.#log.push(this.name);
    }
    if (this.wanted > 0) this.#room.want(this);
    else this.#room.unwant(this);
  }

  /** Wants so many more: idle places of its own first. */
  ask(count: number): void {
    for (let i = 0; i < count; i++) {
      const place = this.#idle.pop();
      if (place === undefined) this.wanted++;
      else this.#room.wake(place);
    }
    this.onRoom();
  }

  /** A connection is closed. */
  close(): void {
    this.size--;
    this.#room.give();
    this.onRoom();
  }

  /** A connection becomes idle. */
  rest(): void {
    const place: IdlePlace = new IdlePlace(this, () => {
      this.#idle.splice(this.#idle.indexOf(place), 1);
      this.#room.wake(place);
      this.#log.push(`${this.name} evicted`);
      this.size--;
      this.#room.give();
    });
    this.#idle.push(place);
    this.#room.rest(place);
  }

  /** An exchange is over: the connection closes for another, serves its own, or rests. */
  free(): void {
    if (this.#room.mustYield(this, this.wanted > 0)) this.close();
    else if (this.wanted > 0) this.#served();
    else this.rest();
  }

  /** Wants one place less. */
  cancel(): void {
    this.#served();
  }

  #served(): void {
    this.wanted--;
    if (this.wanted === 0) this.#room.unwant(this);
  }
}

/** A room, tenants in it, and what they have written down. */
function roomWithTenants(max?: number) {
  const room = new Room(max);
  const log: string[] = [];
  const tenant = (name: string): Hungry => new Hungry(name, room, log);
  return { room, log, a: tenant('A'), b: tenant('B'), c: tenant('C'), d: tenant('D') };
}

// name, maximum, taken, left
for (const [name, max, taken, left] of [
  ['is all of it where nothing is taken', 3, 0, 3],
  ['is what is left', 3, 2, 1],
  ['is nothing where all is taken', 3, 3, 0],
  ['is without limit where there is none', undefined, 100, Number.POSITIVE_INFINITY],
] as const) {
  test(`for() ${name}`, () => {
    const { room, a, b } = roomWithTenants(max);
    a.ask(taken);
    assert.deepEqual([room.for(b), room.used], [left, taken]);
  });
}

test('for() is nothing for one who stands behind another', () => {
  const { room, a, b, c } = roomWithTenants(1);
  a.ask(1);
  room.want(b);
  a.rest();
  assert.deepEqual([room.for(b), room.for(c)], [1, 0]);
});

test("for() counts one idle place of another's", () => {
  const { room, a, b } = roomWithTenants(2);
  a.ask(2);
  a.rest();
  a.rest();
  assert.equal(room.for(b), 1);
});

test('for() counts no idle place of its own', () => {
  const { room, a } = roomWithTenants(2);
  a.ask(2);
  a.rest();
  assert.equal(room.for(a), 0);
});

test('take() closes the connection that has been idle for longest, whosever it is', () => {
  const { room, log, a, b, c } = roomWithTenants(3);
  a.ask(2);
  b.ask(1);
  a.rest();
  b.rest();
  a.rest();
  c.ask(2);
  assert.deepEqual(log, ['A', 'A', 'B', 'A evicted', 'C', 'B evicted', 'C']);
  assert.equal(room.used, 3);
});

test('take() closes none while there is room', () => {
  const { log, a, b } = roomWithTenants(2);
  a.ask(1);
  a.rest();
  b.ask(1);
  assert.deepEqual(log, ['A', 'B']);
});

test('wake() keeps a connection at work from being closed, and rest() makes it the youngest', () => {
  const { log, a, b, c } = roomWithTenants(2);
  a.ask(1);
  b.ask(1);
  a.rest();
  b.rest();
  a.ask(1);
  a.rest();
  c.ask(1);
  assert.deepEqual(log, ['A', 'B', 'B evicted', 'C']);
});

test('rest() keeps no list where there is no limit', () => {
  const { log, a, b } = roomWithTenants();
  a.ask(1);
  a.rest();
  b.ask(5);
  assert.deepEqual(log, ['A', 'B', 'B', 'B', 'B', 'B']);
});

test('give() tells those who want a place in turn, one place each', () => {
  const { log, a, b, c, d } = roomWithTenants(3);
  d.ask(3);
  a.ask(3);
  b.ask(2);
  c.ask(1);
  log.length = 0;
  for (let i = 0; i < 3; i++) d.close();
  assert.deepEqual(log, ['A', 'B', 'C']);
  for (const tenant of [b, c, a]) tenant.close();
  assert.deepEqual(log, ['A', 'B', 'C', 'A', 'B', 'A']);
});

test('give() lets one that is alone take all', () => {
  const { room, log, a, d } = roomWithTenants(3);
  d.ask(3);
  a.ask(5);
  log.length = 0;
  for (let i = 0; i < 3; i++) d.close();
  assert.deepEqual([log, room.used], [['A', 'A', 'A'], 3]);
});

test('give() goes on to the next where one has no use for its turn any more', () => {
  const { room, log, b, d } = roomWithTenants(1);
  d.ask(1);
  room.want({ size: 0, onRoom: () => log.push('not now') });
  b.ask(1);
  log.length = 0;
  d.close();
  assert.deepEqual([log, room.used], [['not now', 'B'], 1]);
});

test('give() ends where one gives its place back as soon as it has it', () => {
  const { room, d } = roomWithTenants(1);
  const told: string[] = [];
  const fickle: Tenant = {
    size: 0,
    onRoom: () => {
      told.push('fickle');
      room.take(fickle);
      room.give();
    },
  };
  d.ask(1);
  room.want(fickle);
  d.close();
  assert.deepEqual([told, room.used], [['fickle'], 0]);
});

test('want() gives one turn, however often it is asked', () => {
  const { room, log, a, b, d } = roomWithTenants(2);
  d.ask(2);
  a.ask(2);
  for (let i = 0; i < 3; i++) room.want(a);
  b.ask(1);
  log.length = 0;
  d.close();
  d.close();
  assert.deepEqual(log, ['A', 'B']);
});

test('unwant() gives the turn to the next', () => {
  const { log, a, b, d } = roomWithTenants(1);
  d.ask(1);
  a.ask(1);
  b.ask(1);
  a.cancel();
  log.length = 0;
  d.close();
  assert.deepEqual(log, ['B']);
});

test('unwant() of one who wants nothing changes nothing', () => {
  const { room, log, a, b, d } = roomWithTenants(1);
  d.ask(1);
  a.ask(1);
  room.unwant(b);
  log.length = 0;
  d.close();
  assert.deepEqual(log, ['A']);
});

// name, maximum, places of the first that wants one, whether the one that came free has waiters, its places, whether it
// closes
for (const [name, max, other, hasWaiters, own, yields] of [
  ['is false while there is room', 9, 0, false, 3, false],
  ['is true for a connection that would be idle', 4, 1, false, 3, true],
  ['is true for one with waiters, for another without a connection', 3, 0, true, 3, true],
  ['is true for the only connection there may be, for another without one', 1, 0, true, 1, true],
  ['is true for one with waiters, for another with two fewer', 4, 1, true, 3, true],
  ['is false for one with waiters, for another with one less', 5, 2, true, 3, false],
  ['is false for one with waiters, for another with as many', 6, 3, true, 3, false],
] as const) {
  test(`mustYield() ${name}`, () => {
    const { room, a, b } = roomWithTenants(max);
    a.ask(own);
    b.ask(other);
    room.want(b);
    assert.equal(room.mustYield(a, hasWaiters), yields);
  });
}

test('mustYield() is false where nobody wants a place', () => {
  const { room, a } = roomWithTenants(1);
  a.ask(1);
  assert.equal(room.mustYield(a, false), false);
});

test('mustYield() is false where only the pool itself wants a place', () => {
  const { room, a } = roomWithTenants(2);
  a.ask(2);
  room.want(a);
  assert.equal(room.mustYield(a, true), false);
});

/** Numbers from 0 up to `below`, the same for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** One thing that can happen to a tenant, if it can. */
function happen(tenant: Hungry, what: number): void {
  const busy = tenant.size - tenant.idle;
  if (what === 0) tenant.ask(1);
  else if (what === 1 && busy > 0) tenant.free();
  else if (what === 2 && busy > 0) tenant.close();
  else if (what === 3 && tenant.wanted > 0) tenant.cancel();
}

for (const max of [1, 2, 5]) {
  test(`Room of ${max} is never overfull, and wholly at work while somebody wants a place`, () => {
    for (let seed = 1; seed <= 50; seed++) {
      const { room, a, b, c, d } = roomWithTenants(max);
      const tenants = [a, b, c, d];
      const next = numbers(seed);
      for (let step = 0; step < 200; step++) {
        happen(tenants[next(4)] ?? a, next(4));
        const taken = tenants.reduce((sum, { size }) => sum + size, 0);
        assert.deepEqual([room.used, taken <= max], [taken, true], `seed ${seed}, step ${step}`);
        const wanted = tenants.reduce((sum, tenant) => sum + tenant.wanted, 0);
        const busy = tenants.reduce((sum, { size, idle }) => sum + size - idle, 0);
        assert.ok(wanted === 0 || busy === max, `seed ${seed}, step ${step}: ${wanted} wanted, ${busy} at work`);
      }
    }
  });
}
