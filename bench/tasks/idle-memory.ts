// What a kept connection costs in memory: the resident set with all of them idle, less the one after a first request,
// garbage collected both times. That is what an operator sees: besides what a connection holds (`heap`, and its socket in
// C++) it has what the burst that opened them left behind, pages that the allocators keep.
//
// The server answers no request before all have come (servers/gather-server.ts), so that every request needs a connection
// of its own, and at the end it tells how many of them are still open.

import { setTimeout as sleep } from 'node:timers/promises';
import { targetOf } from '../clients/target.ts';
import { ask } from '../servers/ask.ts';
import { ANSWER_BYTES, CONNECTIONS_PATH, gatherPath } from '../servers/gather-protocol.ts';
import type { IdleMemoryTask, Perform } from './task.ts';

/** In ms; for what is done shortly after a response, and for threads that free memory. */
const PAUSE = 200;

export const idleMemory: Perform<IdleMemoryTask> = async ({ connections }, endpoint, open) => {
  const client = open(endpoint);
  const gather = (count: number): Promise<number[]> => {
    const get = client.get(targetOf(endpoint, gatherPath(count), ANSWER_BYTES));
    return Promise.all(Array.from({ length: count }, get));
  };
  await gather(1);
  const before = await settledMemory();
  await gather(connections);
  const after = await settledMemory();
  const kept = Number(await ask(endpoint.port, CONNECTIONS_PATH));
  if (kept < connections) throw new Error(`only ${kept} of ${connections} connections were kept`);
  await client.close();
  const perConnection = (name: 'rss' | 'heapUsed'): number => (after[name] - before[name]) / 1024 / connections;
  return { memory: perConnection('rss'), heap: perConnection('heapUsed') };
};

async function settledMemory(): Promise<NodeJS.MemoryUsage> {
  if (gc === undefined) throw new Error('run Node with --expose-gc');
  for (let i = 0; i < 2; i++) {
    await sleep(PAUSE);
    await gc();
  }
  await sleep(PAUSE);
  return process.memoryUsage();
}
