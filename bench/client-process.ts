// The process of one client in one turn: `node client-process.ts <job as JSON>`. Writes an Outcome as JSON to
// standard output. A fresh process has its own heap, its own compiled code and its own sockets, so that no client
// inherits another's; starting it is not in the window. Bun and Deno run this file too.

import path from 'node:path';
import type { Open } from './clients/client.ts';
import type { Job, Outcome } from './job.ts';
import { perform } from './tasks/perform.ts';
import { Unable } from './tasks/task.ts';

/** Left out of what is written to the result. */
const ROOT = path.resolve(import.meta.dirname, '..') + path.sep;

const outcome = await outcomeOf(JSON.parse(process.argv[2] ?? ''));
// A client that keeps a timer or a socket after close() may not delay the next one.
process.stdout.write(JSON.stringify(outcome), () => process.exit(0));

async function outcomeOf({ client, endpoint, task }: Job): Promise<Outcome> {
  let open: Open;
  try {
    ({ open } = await import(`./clients/${client}.ts`));
  } catch (error) {
    return { is: 'unable', reason: describe(error) };
  }
  try {
    return { is: 'measured', sample: await perform(task, endpoint, open) };
  } catch (error) {
    return { is: error instanceof Unable ? 'unable' : 'failed', reason: describe(error) };
  }
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : ` (${describe(error.cause)})`;
  return error.message.replaceAll(ROOT, '') + cause;
}
