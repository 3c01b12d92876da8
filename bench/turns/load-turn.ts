import { isForScale } from '../client-name.ts';
import { BODIES, type LoadRow } from '../row.ts';
import { askLength } from '../servers/ask.ts';
import { acceptedConnections } from '../servers/server.ts';
import { UPLOAD_PATH } from '../servers/site.ts';
import { Unable } from '../tasks/task.ts';
import { inProcess } from './in-process.ts';
import { endpointAt, type TakeTurn } from './setting.ts';

/** A client that takes so much longer than it was told hangs. */
const GRACE_SECONDS = 20;

export const loadTurn: TakeTurn<LoadRow> = async (row, client, setting, times) => {
  const { scheme, use, body, connections } = row;
  if (isForScale(client) && use !== 'get') throw new Unable('what runs for scale is measured with get only');
  const { ports } = setting.server;
  const ca = scheme === 'https' ? (setting.site.certificate?.ca ?? null) : null;
  const endpoint = endpointAt(ports[scheme], connections, { scheme, ca });
  const path = use === 'upload' ? UPLOAD_PATH : BODIES[body].path;
  const task = { is: 'load', use, path, bytes: BODIES[body].bytes, connections, ...times } as const;
  const before = await acceptedConnections(ports.http);
  const seconds = times.warmUpSeconds + times.windowSeconds + GRACE_SECONDS;
  const sample = await inProcess({ client, endpoint, task }, setting, seconds);
  // One of those accepted since is the question's own.
  const opened = (await acceptedConnections(ports.http)) - before - 1;
  if (use === 'upload') {
    const length = await askLength(ports.http, UPLOAD_PATH);
    if (length !== task.bytes) throw new Error(`${length} bytes were uploaded instead of ${task.bytes}`);
  }
  return { ...sample, opened };
};
