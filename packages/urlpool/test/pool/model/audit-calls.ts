// What must be so of every call whenever everything has come to rest for a moment: whoever has a limit is not past it.

import { StreamedResponse } from 'urlpool';
import type { TrackedCall } from './tracked-call.ts';
import type { World } from './world.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** For how long the rest of a body is read that was given up, in ms. */
const DISPOSAL_MS = 50;

/** Notes every fault. */
export function auditCalls(world: World): void {
  const { calls, ledger, clock } = world;
  for (const call of calls) {
    const fault = whatIsWrong(call, ledger.ended.has(call.id), clock.now());
    if (fault !== null) ledger.fault(`${call.target} ${fault}`);
  }
  auditQueues(world);
  auditExchanges(world);
}

function whatIsWrong(call: TrackedCall, ended: boolean, now: number): string | null {
  const { startedAt, disposedAt, timeout, settled, outcome } = call;
  if (ended) return settled ? null : 'has ended and not settled';
  if (settled && !(outcome instanceof StreamedResponse)) return 'has settled and not ended';
  if (now >= startedAt + (timeout.total ?? NEVER)) return 'is overdue';
  return now >= (disposedAt ?? NEVER) + DISPOSAL_MS ? 'was disposed of and has not ended' : null;
}

function auditQueues({ calls, ledger, clock }: World): void {
  const now = clock.now();
  for (const [origin, { all }] of ledger.lines) {
    for (const { call, since } of all) {
      const limit = calls.find(({ id }) => id === call)?.timeout.pool ?? NEVER;
      if (now >= since + limit) ledger.fault(`call ${call} waits for ${origin} for ${now - since} ms`);
    }
  }
}

/** While a body is sent the silence may be the client's own. */
function auditExchanges({ calls, ledger, network, clock }: World): void {
  const now = clock.now();
  for (const { request, requestedAt, readAt, paused, connection } of network.transports) {
    const call = calls.find(({ target }) => target === request?.target);
    if (call === undefined || call.hasBody || paused) continue;
    const { read, head } = call.timeout;
    const isSilent = now >= (readAt ?? requestedAt) + (read ?? NEVER);
    if (isSilent) ledger.fault(`${call.target} waits for connection ${connection} for more than ${read} ms`);
    const hasNoHead = readAt === null && now >= requestedAt + (head ?? NEVER);
    if (hasNoHead) ledger.fault(`${call.target} waits for the head for more than ${head} ms`);
  }
}
