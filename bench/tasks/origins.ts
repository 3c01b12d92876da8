// Whether a request costs more where there are many origins. The origins are addresses of the loopback network, which
// one server answers. The ratio has a floor above 1: 9,000 sockets do not fit the processor's caches as 50 do. So it is
// judged by that of bare sockets.

import type { Request } from '../clients/client.ts';
import { targetOf } from '../clients/target.ts';
import type { OriginsTask, Perform } from './task.ts';

/** Passes over the one origin before anything is measured; the compiler has settled by then. */
const WARM_UP_PASSES = 20;
/** Measured passes over kept connections, alternately over one origin and over many. */
const PASSES = 10;
/** Origins that are dialled for practice where the measured ones must be new. */
const PRACTICE = 1500;

export const origins: Perform<OriginsTask> = async (task, endpoint, open) => {
  const { origins: count, connections, kept, path, bytes } = task;
  const client = open(endpoint);
  const one = client.get(targetOf(endpoint, path, bytes));
  const overOne = Array.from({ length: count }, () => one);
  const over = (length: number, network: number): Request[] =>
    Array.from({ length }, (_, index) =>
      client.get(targetOf({ ...endpoint, host: loopbackAddress(network, index) }, path, bytes)),
    );
  const cpuOf = (requests: readonly Request[]): Promise<number> => pass(requests, connections);

  for (let i = 0; i < WARM_UP_PASSES; i++) await cpuOf(overOne);
  const overMany = over(count, 1);
  // The first pass opens the connections, the second is for practice.
  if (kept) for (let i = 0; i < 2; i++) await cpuOf(overMany);
  else await cpuOf(over(PRACTICE, 2));
  let cpuOne = 0;
  let cpuMany = 0;
  const passes = kept ? PASSES : 1;
  for (let i = 0; i < passes; i++) {
    cpuOne += (await cpuOf(overOne)) / passes;
    cpuMany += (await cpuOf(overMany)) / passes;
  }
  await client.close();
  return { cpuRatio: cpuMany / cpuOne, cpuOne, cpuMany };
};

/** 127.n.x.y, never ending in 0 or 255. */
export function loopbackAddress(network: number, index: number): string {
  return `127.${network}.${Math.floor(index / 254)}.${(index % 254) + 1}`;
}

/** Makes each request once, so many at once; gives the µs of CPU per request. */
async function pass(requests: readonly Request[], atOnce: number): Promise<number> {
  const start = process.cpuUsage();
  let next = 0;
  async function work(): Promise<void> {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) await request();
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  const { user, system } = process.cpuUsage(start);
  return (user + system) / requests.length;
}
