import type { Client, Request } from '../clients/client.ts';
import { type Target, targetOf } from '../clients/target.ts';
import { measure } from '../measurement.ts';
import { peakMemory } from './memory.ts';
import { type LoadTask, type Perform, Unable } from './task.ts';

/** One request after another on every connection, for a while. */
export const load: Perform<LoadTask> = async (task, endpoint, open) => {
  const client = open(endpoint);
  // A list is gone through by one loop.
  const connections = task.use === 'many' ? 1 : task.connections;
  const request = requestOf(client, targetOf(endpoint, task.path, task.bytes), task);
  const measured = await measure(request, { ...task, connections });
  // Before it closes: that is no part of it.
  const peakRss = peakMemory() / 1e6;
  await client.close();
  return { ...measured, peakRss };
};

function requestOf(client: Client, target: Target, { use, file }: LoadTask): Request {
  if (use === 'form') {
    if (client.form === undefined || file === null) throw new Unable('it has no form');
    return client.form(target, file);
  }
  const prepare = client[use];
  if (prepare === undefined || prepare === null) throw new Unable(`it has no ${use}`);
  return prepare(target);
}
