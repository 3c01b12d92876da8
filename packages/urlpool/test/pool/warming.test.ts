// How many connections are opened before anybody asks, and when: turns of the event loop, places and dials by hand.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from 'urlpool-testing';
import { poolFor } from '../../src/manager/pool-for.ts';
import { type PoolOptions, poolSettings } from '../../src/manager/pool-options.ts';
import type { OriginPool } from '../../src/pool/origin-pool.ts';
import { Room } from '../../src/pool/room.ts';
import { Asking } from './bare-pool.ts';
import { FakeNetwork } from './model/fake-network.ts';

/** A clock and a network, both turned by hand. */
class Surroundings {
  readonly clock = new FakeClock({ checks: 'manual' });
  readonly room: Room;
  readonly network = new FakeNetwork({
    now: () => this.clock.now(),
    onDial: () => {},
    onFault: (fault) => assert.fail(fault),
  });
  /** How often each pool has come to rest, by its host. */
  readonly quiet = new Map<string, number>();

  constructor(maxConnections: number = Number.POSITIVE_INFINITY) {
    this.room = new Room(maxConnections);
  }

  pool(host: string, options: PoolOptions = {}): OriginPool {
    const settings = poolSettings({ clock: this.clock, ...options }, [], this.room);
    const onQuiet = (): void => void this.quiet.set(host, (this.quiet.get(host) ?? 0) + 1);
    const watch = { onBusy() {}, onQuiet };
    const open = this.network.open;
    return poolFor({ scheme: 'http', host, port: 80 }, { ...settings, open }, { proxy: null, watch });
  }

  /** Every dial becomes a connection. */
  succeed(): void {
    for (const dial of [...this.network.dials]) this.network.succeed(dial);
  }

  /** Has so many exchanges begin at once, each on a connection of its own. */
  use(pool: OriginPool, count: number): Asking[] {
    const all = Array.from({ length: count }, () => new Asking());
    for (const asking of all) pool.acquire(asking);
    while (this.network.dials.length > 0) this.succeed();
    return all;
  }
}

test('preconnect() opens four connections in a turn of the event loop', async () => {
  const around = new Surroundings();
  const pool = around.pool('a.test');
  const warm = pool.preconnect(10, null, null);
  for (const dialling of [4, 8, 10, 10]) {
    assert.equal(around.network.dials.length, dialling);
    around.clock.runChecks();
  }
  around.succeed();
  assert.equal(await warm, 10);
});

test('preconnect() shares the four of a turn with those that wait', async () => {
  const around = new Surroundings();
  const pool = around.pool('a.test');
  for (let i = 0; i < 3; i++) pool.acquire(new Asking());
  const warm = pool.preconnect(2, null, null);
  assert.equal(around.network.dials.length, 4);
  around.clock.runChecks();
  assert.equal(around.network.dials.length, 5);
  around.succeed();
  assert.equal(await warm, 2);
});

test('preconnect() that finds enough resolves in a turn that can open no more', async () => {
  const around = new Surroundings();
  const pool = around.pool('a.test');
  for (const asking of around.use(pool, 4)) asking.giveBack();
  assert.equal(await pool.preconnect(4, null, null), 4);
});

test('preconnect() that has to wait for the next turn keeps its pool in use', async () => {
  const around = new Surroundings();
  const pool = around.pool('a.test');
  for (const asking of around.use(pool, 4)) asking.giveBack();
  assert.equal(around.quiet.get('a.test'), 1);
  const warm = pool.preconnect(5, null, null);
  for (const asking of around.use(pool, 1)) asking.giveBack();
  assert.deepEqual([around.network.dials.length, around.quiet.get('a.test')], [0, 1]);
  around.clock.runChecks();
  around.succeed();
  assert.equal(await warm, 5);
  assert.equal(around.quiet.get('a.test'), 2);
});

test('minIdle that found no room opens what it lacks when there is some', async () => {
  const around = new Surroundings(2);
  const other = around.pool('b.test');
  around.use(other, 2);
  const pool = around.pool('a.test', { minIdle: 1 });
  assert.equal(await pool.preconnect(1, null, null), 0);
  around.clock.runChecks();
  assert.equal(around.network.dials.length, 0);
  other.close();
  around.clock.runChecks();
  assert.equal(around.network.dials.length, 1);
});

test('minIdle that has ended takes no room any more', async () => {
  const around = new Surroundings(2);
  const other = around.pool('b.test');
  around.use(other, 2);
  const pool = around.pool('a.test', { minIdle: 1 });
  await pool.preconnect(1, null, null);
  around.clock.runChecks();
  pool.stopWarming();
  other.close();
  around.clock.runChecks();
  assert.deepEqual([around.network.dials.length, around.room.used], [0, 0]);
});

test('minIdle opens nothing while somebody waits without a dial', () => {
  const around = new Surroundings();
  const pool = around.pool('a.test', { minIdle: 4, maxSize: 12 });
  for (let i = 0; i < 8; i++) pool.acquire(new Asking());
  const waits: number[] = [];
  for (let turn = 0; turn < 4; turn++) {
    waits.push(around.network.dials.length);
    around.clock.runChecks();
  }
  assert.deepEqual(waits, [4, 8, 12, 12]);
});
