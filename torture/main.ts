// The long runs: the byte-cut harness, every dialogue, every kind, every position; interleavings, one for each seed; what is
// told of scenarios, one for each seed; dials that fail. Exit code 1 if anything was wrong.
//
//   npm run torture                                                all of them
//   npm run torture -- --only=cuts                                 one of them: cuts, interleavings, events or dials
//   npm run torture:tls                                            dials: 100,000 failing handshakes, and the memory
//   npm run torture -- --only=interleavings --seed=7 --runs=1      from this seed on, so many

import { parseArgs } from 'node:util';
import { eventsOfSeed } from '../packages/urlpool/test/trace/model/events-of-seed.ts';
import { failingDials } from './failing-dials.ts';
import { interleavings } from './interleavings.ts';
import { torture } from './torture.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '100000' },
  },
});
/** By how much the resident set may grow in four fifths of a part, in MB. */
const MOST_GROWTH_MB = 20;
/** The same of the live heap: 100 bytes for each of 100,000 handshakes would be 8. */
const MOST_HEAP_MB = 4;
const KINDS = ['cuts', 'interleavings', 'events', 'dials'];

const { only } = options;
const seed = Number(options.seed);
const runs = Number(options.runs);
if (only !== undefined && !KINDS.includes(only)) throw new Error(`--only=${only}: give one of ${KINDS.join(', ')}`);
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(runs) || runs < 1) {
  throw new Error(`--seed=${options.seed} --runs=${options.runs}: give whole numbers`);
}

const print = (line: string): void => console.log(line);
let isRight = true;
if (only === undefined || only === 'cuts') {
  const { runs: cuts, failures, left } = await torture(1, print);
  for (const failure of failures) console.error(failure);
  console.log(`${cuts} cuts, ${failures.length} failures, left over: ${JSON.stringify(left)}`);
  isRight &&= failures.length === 0 && Object.keys(left).length === 0;
}
if (only === undefined || only === 'interleavings') {
  const before = performance.now();
  const { runs: seeds, failures } = await interleavings({ seed, runs }, print);
  for (const failure of failures) console.error(failure);
  const perSecond = Math.round((seeds / (performance.now() - before)) * 1_000);
  console.log(`${seeds} interleavings, ${failures.length} failures, ${perSecond} per second`);
  isRight &&= failures.length === 0;
}
if (only === undefined || only === 'events') {
  const { runs: seeds, failures } = await interleavings({ seed, runs: Math.ceil(runs / 10) }, print, eventsOfSeed);
  for (const failure of failures) console.error(failure);
  console.log(`${seeds} scenarios, ${failures.length} in which something was told wrongly`);
  isRight &&= failures.length === 0;
}
if (only === undefined || only === 'dials') {
  const { runs: dials, failures, growth, left } = await failingDials(runs, print);
  for (const failure of failures) console.error(failure);
  const grown = Object.entries(growth).map(
    ([part, { resident, heap }]) => `${part} by ${resident.toFixed(1)} MB, their live heap by ${heap.toFixed(1)} MB`,
  );
  console.log(
    `${dials} dials, ${failures.length} failures, grown in ${grown.join('; ')}; left over: ${JSON.stringify(left)}`,
  );
  isRight &&= failures.length === 0 && Object.keys(left).length === 0;
  isRight &&= Object.values(growth).every(({ resident, heap }) => resident < MOST_GROWTH_MB && heap < MOST_HEAP_MB);
}
process.exitCode = isRight ? 0 : 1;
