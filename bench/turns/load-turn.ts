import path from 'node:path';
import { type ClientName, isForScale, OPENING_EACH, THROUGH_PROXY } from '../client-name.ts';
import { BODIES, type LoadRow } from '../row.ts';
import { askLength } from '../servers/ask.ts';
import { lengthOfLog, linesSince } from '../servers/log-lines.ts';
import { acceptedConnections } from '../servers/server.ts';
import { HANDSHAKES_LOG, type Ports, UPLOAD_PATH } from '../servers/site.ts';
import { Unable } from '../tasks/task.ts';
import { inProcess } from './in-process.ts';
import { endpointAt, type TakeTurn } from './setting.ts';

/** A client that takes so much longer than it was told hangs. */
const GRACE_SECONDS = 20;

/** What a form has beside its file, at most, in bytes. */
const MOST_OF_A_FORM = 1024;

export const loadTurn: TakeTurn<LoadRow> = async (row, client, setting, times) => {
  const { scheme, use, body, connections, dials = 'kept', road = 'direct' } = row;
  const reason = whyUnable(client, row);
  if (reason !== null) throw new Unable(reason);
  const { ports } = setting.server;
  const { squid } = setting;
  const ca = scheme === 'https' ? (setting.site.certificate?.ca ?? null) : null;
  const endpoint = endpointAt(portOf(row, ports), connections, {
    scheme,
    ca,
    closesEach: dials !== 'kept',
    proxy: road === 'direct' || squid === null ? null : { url: squid.url, tunnels: road === 'tunnel' },
  });
  const uploads = use === 'upload' || use === 'form';
  const url = uploads ? UPLOAD_PATH : BODIES[body].path;
  const file = use === 'form' ? path.join(setting.site.directory, BODIES[body].path) : null;
  const task = { is: 'load', use, path: url, file, bytes: BODIES[body].bytes, connections, ...times } as const;
  const before = await acceptedConnections(ports.http);
  const handshakes = path.join(setting.site.directory, HANDSHAKES_LOG);
  const logged = { handshakes: lengthOfLog(handshakes), squid: squid === null ? 0 : lengthOfLog(squid.log) };
  const seconds = times.warmUpSeconds + times.windowSeconds + GRACE_SECONDS;
  const sample = await inProcess({ client, endpoint, task }, setting, seconds);
  // One of those accepted since is the question's own.
  const accepted = (await acceptedConnections(ports.http)) - before - 1;
  // Between squid and the server there are squid's own.
  const opened = road === 'forwarded' && squid !== null ? connectionsIn(linesSince(squid.log, logged.squid)) : accepted;
  const resumed = dials === 'kept' ? {} : { resumed: resumedIn(linesSince(handshakes, logged.handshakes)) };
  if (uploads) {
    const length = await askLength(ports.http, UPLOAD_PATH);
    const most = task.bytes + (use === 'form' ? MOST_OF_A_FORM : 0);
    if (length < task.bytes || length > most) throw new Error(`${length} bytes were uploaded instead of ${task.bytes}`);
  }
  return { ...sample, ...resumed, opened };
};

/** Why a client cannot take part in a row of load; null where it can try. */
export function whyUnable(client: ClientName, { use, dials = 'kept', road = 'direct' }: LoadRow): string | null {
  if (isForScale(client) && (use !== 'get' || dials !== 'kept' || road !== 'direct')) {
    return 'what runs for scale is measured with plain gets only';
  }
  if (dials !== 'kept' && !OPENING_EACH.some((name) => name === client)) return 'it keeps its connections here';
  if (road !== 'direct' && !THROUGH_PROXY.some((name) => name === client)) return 'it goes through no proxy here';
  return null;
}

function portOf({ scheme, dials = 'kept' }: LoadRow, { handshakes, ...ports }: Ports): number {
  if (dials === 'kept') return ports[scheme];
  if (handshakes === null) throw new Unable('the server cannot tell which handshakes were resumed');
  return dials === 'each, in full' ? handshakes.full : handshakes.resumed;
}

/** The share of resumed handshakes in nginx's log of them, in percent. */
export function resumedIn(lines: readonly string[]): number {
  return (100 * lines.filter((line) => line === 'r').length) / lines.length;
}

/** How many connections squid's log of ports tells of. */
export function connectionsIn(lines: readonly string[]): number {
  return new Set(lines).size;
}
