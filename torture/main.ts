// The long runs: the byte-cut harness, every dialogue, every kind, every position; then interleavings, one for each seed.
// Exit code 1 if anything was wrong.
//
//   npm run torture                                                both
//   npm run torture -- --only=cuts                                 one of them: cuts or interleavings
//   npm run torture -- --only=interleavings --seed=7 --runs=1      from this seed on, so many

import { parseArgs } from 'node:util';
import { interleavings } from './interleavings.ts';
import { torture } from './torture.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '100000' },
  },
});
const { only } = options;
const seed = Number(options.seed);
const runs = Number(options.runs);
if (only !== undefined && only !== 'cuts' && only !== 'interleavings') {
  throw new Error(`--only=${only}: give cuts or interleavings`);
}
if (!Number.isSafeInteger(seed) || !Number.isSafeInteger(runs) || runs < 1) {
  throw new Error(`--seed=${options.seed} --runs=${options.runs}: give whole numbers`);
}

const print = (line: string): void => console.log(line);
let isRight = true;
if (only !== 'interleavings') {
  const { runs: cuts, failures, left } = await torture(1, print);
  for (const failure of failures) console.error(failure);
  console.log(`${cuts} cuts, ${failures.length} failures, left over: ${JSON.stringify(left)}`);
  isRight &&= failures.length === 0 && Object.keys(left).length === 0;
}
if (only !== 'cuts') {
  const before = performance.now();
  const { runs: seeds, failures } = await interleavings({ seed, runs }, print);
  for (const failure of failures) console.error(failure);
  const perSecond = Math.round((seeds / (performance.now() - before)) * 1_000);
  console.log(`${seeds} interleavings, ${failures.length} failures, ${perSecond} per second`);
  isRight &&= failures.length === 0;
}
process.exitCode = isRight ? 0 : 1;
