// One pass over a list through one PoolManager, measured.

import { PoolManager, type PoolOptions, type TraceListener } from 'urlpool';
import type { FetchSettings } from './arguments.ts';
import { failureLine } from './failure-line.ts';
import { fetchAll } from './fetch-all.ts';
import type { ProgressLine } from './progress-line.ts';
import { progressText } from './progress-text.ts';
import { type Summary, summarize } from './summary.ts';
import { Tally } from './tally.ts';

export interface RunOptions {
  readonly settings: FetchSettings;
  /** Of this run alone: what the two runs of a comparison differ in, a `ca`. */
  readonly pool: PoolOptions;
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
  readonly title: string;
  /** How many URLs there are; null if nobody knows yet. */
  readonly total: number | null;
  /** Whether each URL that fails is told of. */
  readonly tellsFailures: boolean;
  /** Is told of what happens. */
  readonly onEvent?: TraceListener;
}

/** Fetches the URLs and tells what came of it. */
export async function run(urls: Iterable<string> | AsyncIterable<string>, options: RunOptions): Promise<Summary> {
  const { settings, signal, progress, title, total, tellsFailures } = options;
  await using http = new PoolManager({ ...poolOptions(settings), ...options.pool });
  if (options.onEvent !== undefined) http.subscribe(options.onEvent);
  const tally = new Tally();
  const start = performance.now();
  progress.start(() => {
    const { done, failed, bytes } = tally;
    const { open } = http.snapshot();
    return progressText({ title, done, total, failed, bytes, open, elapsed: performance.now() - start });
  });
  try {
    await fetchAll(http, urls, {
      concurrency: settings.concurrency,
      signal,
      onResult: (result) => {
        tally.add(result);
        if (tellsFailures && result.is === 'failed') progress.print(failureLine(result.url, result.error));
      },
    });
  } finally {
    progress.stop();
  }
  return summarize(tally, http.snapshot(), performance.now() - start);
}

function poolOptions({ concurrency, insecure, timeout }: FetchSettings): PoolOptions {
  return {
    // As many as can be needed: the concurrency of the job is the limit, and no request waits for a connection.
    maxSize: concurrency,
    ...(insecure ? { rejectUnauthorized: false } : {}),
    ...(timeout === null ? {} : { timeout: { total: timeout } }),
  };
}
