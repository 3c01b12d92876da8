// What a decision costs does not grow with the number of those who wait, of connections or of origins: 4,000 in one pool
// take about as long as 1,000 in each of four, which leave the same garbage behind. What grows with the square takes four
// times as long.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HTTPConnectionPool, PoolManager } from 'urlpool';
import { FakeClock } from 'urlpool-testing';

const FEW = 1_000;
const TIMES = 4;
/** Three times as long as what grows in proportion; what grows with the square takes four times as long. */
const MOST = 3;
const ROUNDS = 5;

/** Never answered: no sockets, so that only the pool's own work is measured. */
function lookup(): void {}

/** Work that is to be measured, made ready for so many; the time that `run` takes is what counts. */
type Work = (count: number) => { run(): void; end(): Promise<void> };

/** Calls whose failure is expected. */
function started(count: number, start: (index: number, signal: AbortSignal) => Promise<unknown>): AbortController[] {
  return Array.from({ length: count }, (_, i) => {
    const controller = new AbortController();
    start(i, controller.signal).catch(() => {});
    return controller;
  });
}

/** A pool or manager whose clock stands still is closed at once by turning it. */
function ending(closable: { close(options: { timeout: number }): Promise<void> }, clock: FakeClock) {
  return async (): Promise<void> => {
    const closing = closable.close({ timeout: 0 });
    clock.advance(0);
    await closing;
  };
}

const begins =
  (maxSize: number): Work =>
  (count) => {
    const clock = new FakeClock();
    const pool = new HTTPConnectionPool('name.test', { maxSize, lookup, clock, timeout: { connect: null } });
    return { run: () => started(count, () => pool.request('GET', '/')), end: ending(pool, clock) };
  };

const leaves =
  (maxSize: number, order: (controllers: AbortController[]) => AbortController[]): Work =>
  (count) => {
    const clock = new FakeClock();
    const pool = new HTTPConnectionPool('name.test', { maxSize, lookup, clock, timeout: { connect: null } });
    const controllers = order(started(count, (_, signal) => pool.request('GET', '/', { signal })));
    return {
      run: () => {
        for (const controller of controllers) controller.abort();
      },
      end: ending(pool, clock),
    };
  };

const origins =
  (maxConnections: number): Work =>
  (count) => {
    const clock = new FakeClock();
    const http = new PoolManager({ maxConnections, lookup, clock, timeout: { connect: null } });
    const urls = Array.from({ length: count }, (_, i) => `http://name${i}.test/`);
    return { run: () => started(count, (i) => http.request('GET', urls[i] ?? '')), end: ending(http, clock) };
  };

const WORK: readonly (readonly [string, Work])[] = [
  ['begins calls without maxSize', begins(Number.POSITIVE_INFINITY)],
  ['begins calls that wait for one connection', begins(1)],
  ['lets those go who came first', leaves(1, (controllers) => controllers)],
  ['lets those go who came last', leaves(1, (controllers) => controllers.reverse())],
  ['lets those go whose dials are under way', leaves(Number.POSITIVE_INFINITY, (controllers) => controllers)],
  ['lets those go who leave their dials to others', leaves(64, (controllers) => controllers)],
  ['begins calls to as many origins', origins(Number.POSITIVE_INFINITY)],
  ['begins calls to as many origins that wait for one connection', origins(1)],
];

/** The CPU time that work for so many takes, in ms; each of `counts` is a pool of its own. */
async function cost(work: Work, counts: readonly number[]): Promise<number> {
  const parts = counts.map(work);
  const before = process.cpuUsage();
  for (const { run } of parts) run();
  const { user, system } = process.cpuUsage(before);
  for (const { end } of parts) await end();
  return (user + system) / 1_000;
}

for (const [name, work] of WORK) {
  test(`OriginPool ${name} in a time that grows with their number, not with its square`, async () => {
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const divided = await cost(work, Array<number>(TIMES).fill(FEW));
      ratios.push((await cost(work, [TIMES * FEW])) / divided);
    }
    const median = ratios.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? 0;
    assert.ok(median <= MOST, `${TIMES * FEW} took ${ratios.map((ratio) => ratio.toFixed(1))} times as long`);
  });
}
