// What a client's process is told and what it answers, both as JSON: its argument and its output. The programs in
// scale/ that are not JavaScript take the same job and know the tasks `try` and `load` of it.

import type { ClientName } from './client-name.ts';
import type { Endpoint } from './clients/client.ts';
import type { Sample } from './figure.ts';
import type { Task } from './tasks/task.ts';

export interface Job {
  readonly client: ClientName;
  readonly endpoint: Endpoint;
  readonly task: Task;
}

export type Outcome =
  | { readonly is: 'measured'; readonly sample: Sample }
  /** The client cannot be loaded, or has no way to do this. */
  | { readonly is: 'unable'; readonly reason: string }
  /** It met an error: that is no figure. */
  | { readonly is: 'failed'; readonly reason: string };
