// The process of one client in one round: `node client-process.ts <job as JSON>`. Writes an Outcome as JSON to
// standard output. A fresh process has its own heap, its own compiled code and its own sockets, so that no client
// inherits another's; starting it is not in the window.

import path from 'node:path';
import type { Client, Endpoint, Open } from './clients/client.ts';
import { type Load, type Measurement, measure } from './measurement.ts';
import type { ClientName } from './rows.ts';

export interface Job {
  readonly client: ClientName;
  readonly endpoint: Endpoint;
  /** Without a load one request is made, to see that the client works. */
  readonly load: Load | null;
}

export type Outcome =
  | { readonly is: 'measured'; readonly measurement: Measurement }
  | { readonly is: 'works' }
  | { readonly is: 'unloadable'; readonly reason: string };

/** Left out of what is written to the result. */
const ROOT = path.resolve(import.meta.dirname, '..') + path.sep;

const outcome = await perform(JSON.parse(process.argv[2] ?? ''));
// A client that keeps a timer or a socket after close() may not delay the next one.
process.stdout.write(JSON.stringify(outcome), () => process.exit(0));

async function perform(job: Job): Promise<Outcome> {
  let open: Open;
  try {
    ({ open } = await import(`./clients/${job.client}.ts`));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { is: 'unloadable', reason: reason.replaceAll(ROOT, '') };
  }
  const client = open(job.endpoint);
  const result: Outcome =
    job.load === null
      ? await tryOnce(client, job.endpoint)
      : { is: 'measured', measurement: await measure(client, job.load) };
  await client.close();
  return result;
}

async function tryOnce(client: Client, { path, bytes }: Endpoint): Promise<Outcome> {
  const length = await client.request();
  if (length !== bytes) throw new Error(`GET ${path} gave a body of ${length} bytes instead of ${bytes}`);
  return { is: 'works' };
}
