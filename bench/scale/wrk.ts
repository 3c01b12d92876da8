// `node wrk.ts <job>`: wrk's part of a row. wrk keeps its connections, parses heads and throws bodies away. It has no
// warm-up and needs none; its CPU time is taken from the kernel's account of this process's ended children.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { targetOf } from '../clients/target.ts';
import type { Sample } from '../figure.ts';
import type { Job, Outcome } from '../job.ts';

/** µs in each of the units that wrk writes. */
const UNITS: Readonly<Record<string, number>> = { us: 1, ms: 1e3, s: 1e6, m: 60e6 };
/** The kernel's clock ticks: 100 per second on every Linux that matters. */
const TICK_US = 10_000;

const { endpoint, task }: Job = JSON.parse(process.argv[2] ?? '');
const outcome: Outcome =
  task.is === 'load'
    ? {
        is: 'measured',
        sample: measure(targetOf(endpoint, task.path, task.bytes).url, task.connections, task.windowSeconds),
      }
    : { is: 'measured', sample: {} };
process.stdout.write(JSON.stringify(outcome));

function measure(url: string, connections: number, seconds: number): Sample {
  // It takes whole seconds only.
  const duration = `${Math.ceil(seconds)}s`;
  const run = spawnSync('wrk', ['-t1', `-c${connections}`, `-d${duration}`, '--latency', url], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`wrk: ${run.stdout}${run.stderr}`);
  if (/Non-2xx|Socket errors/.test(run.stdout)) throw new Error(`wrk met errors: ${run.stdout}`);
  const requests = Number(/(\d+) requests in/.exec(run.stdout)?.[1]);
  return {
    requests,
    cpu: childrenCpu() / requests,
    requestsPerSecond: Number(/Requests\/sec:\s*([\d.]+)/.exec(run.stdout)?.[1]),
    p50: latency(run.stdout, 50),
    p99: latency(run.stdout, 99),
  };
}

/** "  50%  123.00us" in µs. */
function latency(output: string, percent: number): number {
  const [, value, unit = ''] = new RegExp(`^\\s*${percent}%\\s+([\\d.]+)([a-z]+)`, 'm').exec(output) ?? [];
  return Number(value) * (UNITS[unit] ?? Number.NaN);
}

/** User and system time of the children that have ended, in µs: proc(5), fields 16 and 17. */
function childrenCpu(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[13]) + Number(fields[14])) * TICK_US;
}
