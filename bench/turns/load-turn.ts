import path from 'node:path';
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

/** What a form has beside its file, at most, in bytes. */
const MOST_OF_A_FORM = 1024;

export const loadTurn: TakeTurn<LoadRow> = async (row, client, setting, times) => {
  const { scheme, use, body, connections } = row;
  if (isForScale(client) && use !== 'get') throw new Unable('what runs for scale is measured with get only');
  const { ports } = setting.server;
  const ca = scheme === 'https' ? (setting.site.certificate?.ca ?? null) : null;
  const endpoint = endpointAt(ports[scheme], connections, { scheme, ca });
  const uploads = use === 'upload' || use === 'form';
  const url = uploads ? UPLOAD_PATH : BODIES[body].path;
  const file = use === 'form' ? path.join(setting.site.directory, BODIES[body].path) : null;
  const task = { is: 'load', use, path: url, file, bytes: BODIES[body].bytes, connections, ...times } as const;
  const before = await acceptedConnections(ports.http);
  const seconds = times.warmUpSeconds + times.windowSeconds + GRACE_SECONDS;
  const sample = await inProcess({ client, endpoint, task }, setting, seconds);
  // One of those accepted since is the question's own.
  const opened = (await acceptedConnections(ports.http)) - before - 1;
  if (uploads) {
    const length = await askLength(ports.http, UPLOAD_PATH);
    const most = task.bytes + (use === 'form' ? MOST_OF_A_FORM : 0);
    if (length < task.bytes || length > most) throw new Error(`${length} bytes were uploaded instead of ${task.bytes}`);
  }
  return { ...sample, opened };
};
