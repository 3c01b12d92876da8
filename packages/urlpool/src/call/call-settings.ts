import type { PollGate } from '../connection/poll-gate.ts';
import type { RedirectRules } from '../policy/redirect.ts';
import type { Retry } from '../policy/retry.ts';
import type { ReplayPolicy } from '../policy/should-replay.ts';
import type { Alarms } from '../util/alarms.ts';
import type { CallGroup } from './call-group.ts';
import type { HopHooks } from './hop-hooks.ts';
import type { Propagate } from './propagation.ts';
import type { Router } from './router.ts';

/** What a call is given. */
export interface CallSettings {
  readonly router: Router;
  readonly group: CallGroup;
  readonly alarms: Alarms;
  readonly gate: PollGate;
  /** Gives header fields for each attempt; null for none. */
  readonly propagate: Propagate | null;
  readonly random: () => number;
  readonly replay: ReplayPolicy;
  readonly retries: Retry;
  readonly redirects: RedirectRules;
  /** Whether retries are bounded by the budget of their origin. */
  readonly hasBudget: boolean;
  readonly maxBodyBytes: number;
  /** Whether the codings of Content-Encoding are undone. */
  readonly decodeContent: boolean;
}

/** How the caller wants the body, and by what the call can be aborted. */
export interface CallChoices {
  /** The whole response; one whose body is handed over as it comes; or the connection itself, with another protocol on it. */
  readonly wants: 'body' | 'stream' | 'upgrade';
  readonly signal: AbortSignal | null;
  /** What is added to each of its hops; null for nothing. */
  readonly hops: HopHooks | null;
}
