// Which calls are shown: a pure function of a call, what its exchanges were answered with, and the criteria.

import type { CallTrace } from '../src/model/call-trace.ts';

/** What must have happened to a call. */
export const OUTCOMES = ['any', 'retried', 'replayed', 'redirected', 'failed', 'running'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Criteria {
  /** Null: any. */
  readonly origin: string | null;
  /** The first digit of a status; 0: any. */
  readonly statusClass: number;
  /** In ms: shown is what took longer; 0: any. */
  readonly slowerThan: number;
  readonly outcome: Outcome;
  /** Part of the URL, in any case; empty: any. */
  readonly text: string;
}

export const ALL: Criteria = { origin: null, statusClass: 0, slowerThan: 0, outcome: 'any', text: '' };

/** What of a call stands in the exchanges. */
export interface Answers {
  /** The statuses of its exchanges. */
  readonly statuses: readonly number[];
  /** The time now, in ms by the events' clock: how long a call has taken that is not over. */
  readonly now: number;
}

/** Whether there is anything to filter by, apart from the origin. */
export function isFiltering({ statusClass, slowerThan, outcome, text }: Criteria): boolean {
  return statusClass !== 0 || slowerThan > 0 || outcome !== 'any' || text !== '';
}

export function matches(call: CallTrace, answers: Answers, criteria: Criteria): boolean {
  const { origin, statusClass, slowerThan, outcome, text } = criteria;
  if (origin !== null && !isOf(call, origin)) return false;
  if (statusClass !== 0 && !statusesOf(call, answers).some((status) => Math.floor(status / 100) === statusClass)) {
    return false;
  }
  if (slowerThan > 0 && !((call.isOver ? call.to : answers.now) - call.from > slowerThan)) return false;
  if (outcome !== 'any' && !HAPPENED[outcome](call)) return false;
  return text === '' || call.url.toLowerCase().includes(text.toLowerCase());
}

const HAPPENED: Readonly<Record<Exclude<Outcome, 'any'>, (call: CallTrace) => boolean>> = {
  retried: (call) => call.decisions.some(({ is, done }) => is === 'retry' && done),
  replayed: (call) => call.decisions.some(({ is, done }) => is === 'replay' && done),
  redirected: (call) => call.decisions.some(({ is, done }) => is === 'redirect' && done),
  failed: (call) => call.error !== null,
  running: (call) => !call.isOver,
};

/** A call belongs to every origin that it has waited for, and to that of its URL. */
function isOf(call: CallTrace, origin: string): boolean {
  return call.waits.some((wait) => wait.origin === origin) || call.url === origin || call.url.startsWith(`${origin}/`);
}

function statusesOf(call: CallTrace, { statuses }: Answers): readonly number[] {
  return call.status === null ? statuses : [...statuses, call.status];
}
