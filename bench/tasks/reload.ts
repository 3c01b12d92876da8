// A server that is restarted closes its idle connections at a moment of its own choosing, maybe the one at which a
// request is on its way: what of that does the caller see? The reloads are spread evenly over the requests, which go
// out by the clock, whatever became of those before.

import { setTimeout as sleep } from 'node:timers/promises';
import { targetOf } from '../clients/target.ts';
import type { Perform, ReloadTask } from './task.ts';

/** Requests between two reloads, a quarter of a second at 200/s: time for nginx to start its new worker. */
const BETWEEN = 50;

export const reload: Perform<ReloadTask> = async (task, endpoint, open) => {
  const { pid, reloads, requestsPerSecond, path, bytes } = task;
  const client = open(endpoint);
  const get = client.get(targetOf(endpoint, path, bytes));
  await get();
  const requests = (reloads + 1) * BETWEEN;
  const began = performance.now();
  const calls: Promise<number>[] = [];
  let errors = 0;
  for (let sent = 0; sent < requests; sent++) {
    const wait = began + (sent / requestsPerSecond) * 1000 - performance.now();
    if (wait > 0) await sleep(wait);
    if (sent > 0 && sent % BETWEEN === 0) process.kill(pid, 'SIGHUP');
    // Told at once: a rejection that waited for the last request would be an unhandled one.
    const call = get().catch((error: unknown) => {
      errors++;
      console.error(`${performance.now().toFixed(0)} ms: ${error}`);
      return bytes;
    });
    calls.push(call);
  }
  const lengths = await Promise.all(calls);
  const wrong = lengths.filter((length) => length !== bytes).length;
  await client.close();
  return { errors: errors + wrong, requests };
};
