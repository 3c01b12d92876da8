import { stop } from '../children.ts';
import { BODIES, type ReloadRow } from '../row.ts';
import { startNginx } from '../servers/nginx.ts';
import { acceptedConnections, makeSite } from '../servers/server.ts';
import { Unable } from '../tasks/task.ts';
import { inProcess } from './in-process.ts';
import { coreOf, endpointAt, type TakeTurn } from './setting.ts';

const SECONDS = 60;

export const reloadTurn: TakeTurn<ReloadRow> = async (row, client, setting) => {
  const { reloads, requestsPerSecond, connections } = row;
  const nginx = await startNginx(makeSite([BODIES['1 KB']], coreOf(setting.cores, 'server')), 'with master');
  if (nginx === null) throw new Unable('nginx is missing');
  try {
    const { pid } = nginx.child;
    if (pid === undefined) throw new Error('nginx has no pid');
    const endpoint = endpointAt(nginx.ports.http, connections);
    const before = await acceptedConnections(nginx.ports.http);
    const task = { is: 'reload', pid, reloads, requestsPerSecond, ...BODIES['1 KB'] } as const;
    const sample = await inProcess({ client, endpoint, task }, setting, SECONDS);
    const opened = (await acceptedConnections(nginx.ports.http)) - before - 1;
    if (opened <= reloads)
      throw new Error(`nginx accepted ${opened} connections over ${reloads} restarts: it did not restart`);
    return { ...sample, opened };
  } finally {
    await stop(nginx.child);
  }
};
