// Whether events cost anything where nobody listens: the library beside a copy without its emits (scripts/without-emits.ts).
//
//   node bench/emits.ts [--rounds=20] [--seconds=1] [--warm-up=2.2] [--beside=<name>=<bundle> …]
//
// Each round runs each of them once, in a process of its own, in turns that change; a ratio is formed within a round. What a
// request allocates may differ by 1 %, its CPU by 3 %: else the exit code is 1. `--beside` takes further bundles in, an
// older commit's say, which are measured and judged by nothing.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { withoutEmits } from '../scripts/without-emits.ts';
import { cleanUpOnExit, runToEnd } from './children.ts';
import { findCores } from './cores.ts';
import type { EmitsJob, EmitsSample } from './emits-client.ts';
import { type Spread, spread } from './result.ts';
import { BODIES } from './row.ts';
import { makeSite, startServer } from './servers/server.ts';
import { HOST } from './servers/site.ts';
import { coreOf } from './turns/setting.ts';

const CONNECTIONS = 50;
const MOST_ALLOCATED = 1.01;
const MOST_CPU = 1.03;
/** Young space that no window fills, in MB, there from the beginning. */
const SEMI_SPACE_MB = 256;
const GRACE_SECONDS = 60;

const WITHOUT = 'without emits';
const FULL = 'as it is';

interface Figures {
  readonly allocated: readonly number[];
  readonly cpu: readonly number[];
}

cleanUpOnExit();
try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  console.error(`emits: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
process.exit();

async function run(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '1' },
      'warm-up': { type: 'string', default: '2.2' },
      beside: { type: 'string', multiple: true, default: [] },
    },
  });
  const rounds = number('rounds', values.rounds);
  const times = {
    windowSeconds: number('seconds', values.seconds),
    warmUpSeconds: number('warm-up', values['warm-up']),
  };
  const cores = findCores();
  const site = makeSite([BODIES['1 KB']], coreOf(cores, 'server'));
  const server = await startServer('nginx', site);
  const libraries = new Map([...(await bundles(site.directory)), ...values.beside.map(besides)]);
  const { path: target, bytes } = BODIES['1 KB'];
  const job = { url: `http://${HOST}:${server.ports.http}${target}`, bytes, connections: CONNECTIONS, ...times };
  const samples = new Map([...libraries.keys()].map((library) => [library, [] as EmitsSample[]]));
  for (let round = 0; round < rounds; round++) {
    const order = [...libraries.keys()];
    for (const library of [...order.slice(round % order.length), ...order.slice(0, round % order.length)]) {
      const sample = await measured({ library: libraries.get(library) ?? '', ...job }, coreOf(cores, 'client'));
      samples.get(library)?.push(sample);
    }
    console.log(`round ${round + 1} of ${rounds}`);
  }
  const figures = new Map([...samples].map(([library, all]) => [library, figuresOf(all)]));
  return judged(figures);
}

function number(name: string, given: string): number {
  const value = Number(given);
  if (!(value > 0)) throw new Error(`--${name}=${given}: give a number above 0`);
  return value;
}

function besides(given: string): [string, string] {
  const [name, file] = given.split('=', 2);
  if (!name || !file)
    throw new Error(`--beside=${given}: give a name and the path of a bundle, as in old=/tmp/old/index.js`);
  return [name, path.resolve(file)];
}

/** Bundles the working tree, as `npm run bundle` does, and takes the emits out of a copy. */
async function bundles(directory: string): Promise<[string, string][]> {
  const { outputFiles } = await build({
    entryPoints: [path.resolve(import.meta.dirname, '../packages/urlpool/src/index.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    write: false,
    logLevel: 'error',
  });
  const code = outputFiles[0]?.text ?? '';
  const stripped = withoutEmits(code);
  console.log(`${stripped.removed} emits taken out`);
  return [
    [FULL, code],
    [WITHOUT, stripped.code],
  ].map(([name = '', source = ''], i) => {
    // The paths are of one length, since stack traces hold them.
    const folder = path.join(directory, `library-${i}`);
    mkdirSync(folder);
    const file = path.join(folder, 'index.mjs');
    writeFileSync(file, source);
    return [name, file];
  });
}

async function measured(job: EmitsJob, core: number | null): Promise<EmitsSample> {
  const flags = ['--expose-gc', `--min-semi-space-size=${SEMI_SPACE_MB}`, `--max-semi-space-size=${SEMI_SPACE_MB}`];
  const script = path.join(import.meta.dirname, 'emits-client.ts');
  const seconds = job.warmUpSeconds + job.windowSeconds + GRACE_SECONDS;
  return JSON.parse(await runToEnd(process.execPath, [...flags, script, JSON.stringify(job)], core, seconds));
}

function figuresOf(samples: readonly EmitsSample[]): Figures {
  return { allocated: samples.map(({ allocated }) => allocated), cpu: samples.map(({ cpu }) => cpu) };
}

/** Prints what was measured; whether that the library as it is allocates and costs no more than it may. */
function judged(figures: ReadonlyMap<string, Figures>): boolean {
  const bare = figures.get(WITHOUT);
  if (bare === undefined) return false;
  let isRight = true;
  for (const [name, { allocated, cpu }] of figures) {
    const bytes = ratio(allocated, bare.allocated);
    const time = ratio(cpu, bare.cpu);
    console.log(
      `${name.padEnd(14)} ${text(spread(allocated), 0)} bytes (× ${bytes.toFixed(4)})   ${text(spread(cpu), 2)} µs of CPU (× ${time.toFixed(4)})`,
    );
    if (name === FULL) isRight = bytes <= MOST_ALLOCATED && time <= MOST_CPU;
  }
  const sentence = isRight ? 'cost nothing that could be measured' : 'cost too much';
  console.log(`Events that nobody listens to ${sentence}: at most × ${MOST_ALLOCATED} and × ${MOST_CPU} are allowed`);
  return isRight;
}

/** The median of the ratios within each round. */
function ratio(own: readonly number[], other: readonly number[]): number {
  return spread(own.map((value, i) => value / (other[i] ?? Number.NaN))).median;
}

function text({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}
