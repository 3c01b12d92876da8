import { stop } from '../children.ts';
import type { IdleMemoryRow } from '../row.ts';
import { startNode } from '../servers/node-process.ts';
import { inProcess } from './in-process.ts';
import { coreOf, endpointAt, type TakeTurn } from './setting.ts';

const SECONDS = 60;

export const idleMemoryTurn: TakeTurn<IdleMemoryRow> = async ({ connections }, client, setting) => {
  const { child, told } = await startNode<{ port: number }>('gather-server.ts', [], coreOf(setting.cores, 'server'));
  try {
    const endpoint = endpointAt(told.port, connections);
    return await inProcess({ client, endpoint, task: { is: 'idle-memory', connections } }, setting, SECONDS);
  } finally {
    await stop(child);
  }
};
