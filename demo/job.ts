// What both jobs have in common: a run over the list, its report, and if asked for the same list once more with reuse
// switched off, and what that changed.

import type { PoolOptions, TraceListener } from 'urlpool';
import type { FetchSettings } from './arguments.ts';
import { comparisonReport, runReport } from './report.ts';
import { type RunOptions, run } from './run.ts';
import type { Screen } from './screen.ts';
import type { Summary } from './summary.ts';

/** What switches reuse off: each connection is closed after its first request. */
const NO_REUSE: PoolOptions = { maxRequestsPerConnection: 1 };

/** Real servers are not asked once more for a warm-up, so a comparison has to say that it had none. */
const COLD = 'Note: there was no warm-up: the first run also loaded what both of them use.';

interface JobParts {
  readonly settings: FetchSettings;
  /** Of the PoolManager, besides what the settings say. */
  readonly pool?: PoolOptions;
  /** Fetches the list before each measured run, in the same way, and tells nothing of it. @default false */
  readonly warmsUp?: boolean;
  /** Is told of what happens in the run with reuse, its warm-up not included. */
  readonly onEvent?: TraceListener;
}

/** A list that is fetched once can be one that is still being read; one that is fetched twice is in memory. */
export type Job = JobParts &
  (
    | { readonly compares: false; readonly urls: AsyncIterable<string> | readonly string[] }
    | { readonly compares: true; readonly urls: readonly string[] }
  );

/** What a job did. */
export interface JobResult {
  /** URLs that were begun in the first run. */
  readonly begun: number;
  /** URLs that failed, in all runs. */
  readonly failed: number;
}

/** Does it. The signal is Ctrl-C's. */
export async function perform(job: Job, signal: AbortSignal, screen: Screen): Promise<JobResult> {
  const kept = await measure('With reuse', {}, true);
  const begun = kept.fetched + kept.failed + kept.givenUp;
  if (begun > 0 || signal.aborted) {
    const title = job.compares ? 'With reuse' : 'Fetched';
    screen.write(runReport(signal.aborted ? `${title}, until Ctrl-C` : title, kept, screen.width));
  }
  if (!job.compares || begun === 0 || signal.aborted) return { begun, failed: kept.failed };

  const fresh = await measure('Without reuse', NO_REUSE, false);
  const comparison = [...comparisonReport(kept, fresh), ...(job.warmsUp ? [] : [COLD])];
  screen.write(['', ...(signal.aborted ? ['Without reuse: stopped by Ctrl-C.'] : comparison)]);
  return { begun, failed: kept.failed + fresh.failed };

  async function measure(title: string, pool: PoolOptions, tellsFailures: boolean): Promise<Summary> {
    const options: RunOptions = {
      settings: job.settings,
      pool: { ...job.pool, ...pool },
      signal,
      progress: screen.progress,
      title: job.compares ? title : 'Fetching',
      total: 'length' in job.urls ? job.urls.length : null,
      tellsFailures,
    };
    if (job.warmsUp) await run(job.urls, { ...options, title: `${title} (warm-up)`, tellsFailures: false });
    const { onEvent } = job;
    return await run(job.urls, onEvent === undefined ? options : { ...options, onEvent });
  }
}
