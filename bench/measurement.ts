// One client under load for a moment, inside its own process. The loop runs as many workers as the row has
// connections, each making one request after another, so that the number under way is constant and what is in
// flight at the window's two ends cancels out.
//
// One clock read per request serves all: it ends one request's latency, begins the next one's, and ends the warm-up
// and the window, so that no timer runs beside the client. It costs some 40 ns, in every client's figure alike.

import type { Request } from './clients/client.ts';
import type { LoadTask } from './tasks/task.ts';

export interface Measurement {
  readonly requests: number;
  /** User and system time of the whole process, its helper threads included, in µs per request. */
  readonly cpu: number;
  readonly requestsPerSecond: number;
  /** Latency in µs, from one response's end to the next one's on the same worker. */
  readonly p50: number;
  readonly p99: number;
}

/** Latencies kept: some five seconds at 200,000 requests per second. Later ones overwrite the first. */
const MAX_SAMPLES = 1 << 20;

type Phase = 'warm-up' | 'measuring' | 'done';

/** Makes the request again and again, for the warm-up first, and gives the figures of the window. Rejects on any wrong response. */
export async function measure(
  request: Request,
  load: Omit<LoadTask, 'is' | 'use' | 'path' | 'file'>,
): Promise<Measurement> {
  // fill() touches the pages now: their first use costs nothing in the window.
  const latencies = new Float64Array(MAX_SAMPLES).fill(0);
  let phase: Phase = 'warm-up';
  let requests = 0;
  let windowStart = 0;
  let windowEnd = 0;
  let cpuStart = process.cpuUsage();
  let cpu = cpuStart;
  const warmUpEnd = performance.now() + load.warmUpSeconds * 1000;

  async function work(): Promise<void> {
    let began = performance.now();
    while (phase !== 'done') {
      const length = await request();
      if (length !== load.bytes) throw new Error(`a body of ${length} bytes instead of ${load.bytes}`);
      const now = performance.now();
      if (phase === 'measuring') {
        latencies[requests++ & (MAX_SAMPLES - 1)] = now - began;
        if (now >= windowEnd) {
          phase = 'done';
          cpu = process.cpuUsage(cpuStart);
          windowEnd = now;
        }
      } else if (phase === 'warm-up' && now >= warmUpEnd) {
        phase = 'measuring';
        windowStart = now;
        windowEnd = now + load.windowSeconds * 1000;
        cpuStart = process.cpuUsage();
      }
      began = now;
    }
  }
  await Promise.all(Array.from({ length: load.connections }, work));

  const sorted = latencies.subarray(0, Math.min(requests, MAX_SAMPLES)).sort();
  return {
    requests,
    cpu: (cpu.user + cpu.system) / requests,
    requestsPerSecond: (requests / (windowEnd - windowStart)) * 1000,
    p50: percentile(sorted, 50) * 1000,
    p99: percentile(sorted, 99) * 1000,
  };
}

/** The nearest-rank percentile of ascending values; NaN of none. */
export function percentile(sorted: Float64Array, percent: number): number {
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
