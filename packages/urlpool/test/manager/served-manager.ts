// A manager with the scripted servers it talks to: all are closed when the test is over, whatever became of it.

import type { TestContext } from 'node:test';
import { PoolManager, type PoolManagerOptions, type PoolSnapshot, type TraceEvent } from 'urlpool';
import { type Script, ScriptedServer } from 'urlpool-testing';

export interface ServedManager {
  readonly http: PoolManager;
  readonly servers: readonly ScriptedServer[];
  /** The servers' origins. */
  readonly origins: readonly [string, string, string, ...string[]];
  /** Everything the manager has told so far. */
  readonly events: readonly TraceEvent[];
  /** The snapshot of the one pool of an origin. */
  poolOf(origin: string): PoolSnapshot | undefined;
}

/** Makes `count` servers, at least three, each with the script of its index; the last script is that of the others too. */
export async function servedManager(
  t: TestContext,
  count: number,
  scripts: Script | readonly Script[],
  options: PoolManagerOptions = {},
): Promise<ServedManager> {
  const list = typeof scripts === 'function' ? [scripts] : scripts;
  const servers: ScriptedServer[] = [];
  for (let i = 0; i < Math.max(3, count); i++) {
    servers.push(await ScriptedServer.start({}, list[Math.min(i, list.length - 1)] ?? (() => {})));
  }
  const events: TraceEvent[] = [];
  const http = new PoolManager({ retries: false, onEvent: (event) => events.push(event), ...options });
  t.after(async () => {
    const awake = setTimeout(() => {}, 5_000); // neither the manager nor its timers keep the loop turning
    const quiet = http.close({ timeout: 1 });
    for (const server of servers) await server.close();
    await quiet;
    clearTimeout(awake);
  });
  const [a = '', b = '', c = '', ...more] = servers.map(({ origin }) => origin);
  return {
    http,
    servers,
    origins: [a, b, c, ...more],
    events,
    poolOf: (origin) => http.snapshot().pools.find((pool) => pool.origin === origin),
  };
}

/** How many connections and dials there were at most at one moment, as the events tell it. */
export function mostConnections(events: readonly TraceEvent[]): number {
  let now = 0;
  let most = 0;
  for (const event of events) {
    if (event.type === 'dial-start') now++;
    else if (event.type === 'connection-closed' || (event.type === 'dial-end' && event.error !== null)) now--;
    most = Math.max(most, now);
  }
  return most;
}
