// Many requests at once where few connections are warm and opening another takes long: who waits for a handshake that
// it need not have waited for? The path of a request carries the time of its call on the machine's monotonic clock, and
// the server (servers/slow-dial-server.ts) subtracts it from the time at which the request came.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Endpoint } from '../clients/client.ts';
import { targetOf } from '../clients/target.ts';
import { ANSWER_BYTES, callPath, PRACTICE_PATH } from '../servers/slow-dial-protocol.ts';
import type { BurstTask, Perform } from './task.ts';

/** Bursts for practice, then those that the server counts, each on a client and connections of its own. */
const PRACTICE = 3;
const BURSTS = 5;
/** From the last answer on the warm connections to the burst: the handshakes are over, nothing is closed yet. */
const PAUSE_MS = 50;

export const burst: Perform<BurstTask> = async ({ warm, requests }, endpoint, open) => {
  for (let i = 0; i < PRACTICE + BURSTS; i++) {
    const client = open(endpoint);
    await calls(client, endpoint, warm, () => PRACTICE_PATH);
    await sleep(PAUSE_MS);
    await calls(client, endpoint, requests, () => (i < PRACTICE ? PRACTICE_PATH : callPath(process.hrtime.bigint())));
    await client.close();
  }
  // The server has the figures.
  return {};
};

async function calls(client: Client, endpoint: Endpoint, count: number, path: () => string): Promise<void> {
  const call = (): Promise<number> => client.get(targetOf(endpoint, path(), ANSWER_BYTES))();
  await Promise.all(Array.from({ length: count }, call));
}
