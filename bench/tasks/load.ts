import { targetOf } from '../clients/target.ts';
import { measure } from '../measurement.ts';
import { peakMemory } from './memory.ts';
import { type LoadTask, type Perform, Unable } from './task.ts';

/** One request after another on every connection, for a while. */
export const load: Perform<LoadTask> = async (task, endpoint, open) => {
  const client = open(endpoint);
  const prepare = client[task.use];
  if (prepare === undefined || prepare === null) throw new Unable(`it has no ${task.use}`);
  const measured = await measure(prepare(targetOf(endpoint, task.path, task.bytes)), task);
  // Before it closes: that is no part of it.
  const peakRss = peakMemory() / 1e6;
  await client.close();
  return { ...measured, peakRss };
};
