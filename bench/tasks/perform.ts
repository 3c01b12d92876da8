import type { Endpoint, Open } from '../clients/client.ts';
import { targetOf } from '../clients/target.ts';
import type { Sample } from '../figure.ts';
import { burst } from './burst.ts';
import { idleMemory } from './idle-memory.ts';
import { load } from './load.ts';
import { origins } from './origins.ts';
import { reload } from './reload.ts';
import type { Perform, Task, TryTask } from './task.ts';

/** Carries out a task of any kind. */
export function perform(task: Task, endpoint: Endpoint, open: Open): Promise<Sample> {
  switch (task.is) {
    case 'try':
      return tryOnce(task, endpoint, open);
    case 'load':
      return load(task, endpoint, open);
    case 'idle-memory':
      return idleMemory(task, endpoint, open);
    case 'origins':
      return origins(task, endpoint, open);
    case 'burst':
      return burst(task, endpoint, open);
    case 'reload':
      return reload(task, endpoint, open);
  }
}

const tryOnce: Perform<TryTask> = async ({ path, bytes }, endpoint, open) => {
  const client = open(endpoint);
  const target = targetOf(endpoint, path, bytes);
  const length = await client.get(target)();
  if (length !== bytes) throw new Error(`${target.url} gave a body of ${length} bytes instead of ${bytes}`);
  await client.close();
  return {};
};
