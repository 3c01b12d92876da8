import { stop } from '../children.ts';
import type { LateBindingRow } from '../row.ts';
import { ask } from '../servers/ask.ts';
import { CERTIFICATE_NAME } from '../servers/certificate.ts';
import { startNode } from '../servers/node-process.ts';
import { REPORT_PATH, type Waits } from '../servers/slow-dial-protocol.ts';
import { Unable } from '../tasks/task.ts';
import { inProcess } from './in-process.ts';
import { coreOf, endpointAt, type TakeTurn } from './setting.ts';

const SECONDS = 60;

export const lateBindingTurn: TakeTurn<LateBindingRow> = async (row, client, setting) => {
  const { warm, requests, connections, dialMs, serviceMs } = row;
  const { certificate } = setting.site;
  if (certificate === null) throw new Unable('the openssl command is missing');
  const { child, told } = await startNode<{ https: number; report: number }>(
    'slow-dial-server.ts',
    [certificate.keyFile, certificate.certificateFile, String(dialMs), String(serviceMs)],
    coreOf(setting.cores, 'server'),
  );
  try {
    const endpoint = endpointAt(told.https, connections, {
      scheme: 'https',
      ca: certificate.ca,
      servername: CERTIFICATE_NAME,
    });
    await inProcess({ client, endpoint, task: { is: 'burst', warm, requests } }, setting, SECONDS);
    const waits: Waits = JSON.parse(await ask(told.report, REPORT_PATH));
    return { wait: waits.mean, waitMax: waits.max, requests: waits.count };
  } finally {
    await stop(child);
  }
};
