import { runToEnd } from '../children.ts';
import type { Sample } from '../figure.ts';
import type { Job, Outcome } from '../job.ts';
import { Unable } from '../tasks/task.ts';
import { coreOf, type Setting } from './setting.ts';

/** Has a client do its task in a process of its own, which may take so long. Rejects with {@link Unable} if it has no way to. */
export async function inProcess(job: Job, setting: Setting, seconds: number): Promise<Sample> {
  const command = setting.commands.get(job.client);
  if (command === undefined) throw new Unable('it was not found');
  const args = [...command.args, JSON.stringify(job)];
  const outcome: Outcome = JSON.parse(await runToEnd(command.file, args, coreOf(setting.cores, 'client'), seconds));
  if (outcome.is === 'unable') throw new Unable(outcome.reason);
  if (outcome.is === 'failed') throw new Error(outcome.reason);
  return outcome.sample;
}
