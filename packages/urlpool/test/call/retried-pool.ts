// What tests of retries share: a pool under a clock that stands still, and what its calls fail with.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type HTTPError, Retry, type TraceEvent } from 'urlpool';
import { FakeClock, type Script } from 'urlpool-testing';
import { type ServedPool, type ServedPoolOptions, servedPool, until } from '../connection/served-pool.ts';

export interface RetriedPool extends ServedPool {
  readonly clock: FakeClock;
}

/** A pool whose time stands still and whose jitter is half of what it may be. */
export async function retriedPool(
  t: TestContext,
  script: Script | readonly Script[],
  options: ServedPoolOptions = {},
  clock: FakeClock = new FakeClock(),
): Promise<RetriedPool> {
  const served = await servedPool(t, script, { retries: Retry.DEFAULT, random: () => 0.5, ...options, clock });
  return { ...served, clock };
}

/** What a call fails with: an error of `Kind`. */
export async function failure<Kind extends HTTPError>(
  call: Promise<unknown>,
  Kind: new (...values: never[]) => Kind,
): Promise<Kind> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Kind, String(error));
  return error;
}

export function retries(events: readonly TraceEvent[]): Extract<TraceEvent, { type: 'retry' }>[] {
  return events.flatMap((event) => (event.type === 'retry' ? [event] : []));
}

/** Lets every wait pass at once, until the call is over. */
export async function hurry<Result>(call: Promise<Result>, { clock }: RetriedPool): Promise<Result> {
  let over = false;
  const end = (): void => {
    over = true;
  };
  call.then(end, end);
  await until(() => {
    if (!over && clock.nextAt !== null && clock.nextAt - clock.now() < 5_000) clock.advanceTo(clock.nextAt);
    return over;
  });
  return await call;
}
