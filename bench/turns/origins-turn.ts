import { BODIES, type OriginsRow } from '../row.ts';
import { inProcess } from './in-process.ts';
import { endpointAt, type TakeTurn } from './setting.ts';

const SECONDS = 120;

export const originsTurn: TakeTurn<OriginsRow> = ({ origins, connections, kept }, client, setting) => {
  const endpoint = endpointAt(setting.server.ports.anyAddress, connections, { otherOrigins: origins, keepsAll: kept });
  const task = { is: 'origins', origins, connections, kept, ...BODIES['1 KB'] } as const;
  return inProcess({ client, endpoint, task }, setting, SECONDS);
};
