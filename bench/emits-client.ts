// One library under load in a process of its own: `node emits-client.ts <job as JSON>`. First what a request allocates, with
// the garbage collector held off; then what it costs.

import { PerformanceObserver } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type * as urlpool from 'urlpool';
import { measure } from './measurement.ts';

export interface EmitsJob {
  /** The bundled library. */
  readonly library: string;
  readonly url: string;
  /** Length of the body. */
  readonly bytes: number;
  readonly connections: number;
  readonly warmUpSeconds: number;
  readonly windowSeconds: number;
}

export interface EmitsSample {
  /** Allocated on the heap, in bytes per request. */
  readonly allocated: number;
  /** µs per request. */
  readonly cpu: number;
}

/** Requests of one window in which is counted what is allocated, and how many windows there are. */
const REQUESTS = 4_000;
const WINDOWS = 16;

const job: EmitsJob = JSON.parse(process.argv[2] ?? '');
const { PoolManager }: typeof urlpool = await import(pathToFileURL(job.library).href);
const http = new PoolManager({ maxSize: job.connections });
const request = async (): Promise<number> => (await http.request('GET', job.url)).data.byteLength;

const { cpu } = await measure(request, job);
const sample: EmitsSample = { allocated: await allocated(), cpu };
process.stdout.write(JSON.stringify(sample), () => process.exit(0));

/** The least of the windows in which nothing was collected: what the compiler and the timers allocate only adds. */
async function allocated(): Promise<number> {
  let collections = 0;
  const observer = new PerformanceObserver((list) => {
    collections += list.getEntries().length;
  });
  observer.observe({ entryTypes: ['gc'] });
  const figures: number[] = [];
  for (let window = 0; window < WINDOWS; window++) {
    globalThis.gc?.();
    await told();
    const before = collections;
    const used = process.memoryUsage().heapUsed;
    for (let i = 0; i < REQUESTS; i++) await request();
    const now = process.memoryUsage().heapUsed;
    await told();
    if (collections === before) figures.push((now - used) / REQUESTS);
  }
  if (figures.length < WINDOWS / 2) throw new Error('the garbage collector ran in the windows: give it more new space');
  return Math.min(...figures);
}

/** The observer is told of collections a little later. */
async function told(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5));
}
