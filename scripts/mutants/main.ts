// Changes the sources in small ways, one at a time, and asks the tests whether they notice (CONTRIBUTING.md says when to
// run it). Exit code 1 where they notice too few.
//
//   npm run mutants                                every folder
//   npm run mutants -- --only=http1/framing.ts     paths that contain it; may be given again
//   npm run mutants -- --sample=100 --seed=7       so many of each folder, the same ones for the same seed
//   npm run mutants -- --json=PATH                 writes the survivors as survivors.json has them

import { readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { FOLDERS, type Folder, LEAST_SCORE } from './folders.ts';
import { Jury } from './jury.ts';
import { type Mutant, mutantsOf, mutated } from './mutant.ts';
import {
  entryOf,
  type Fate,
  type Harmless,
  outdated,
  type Result,
  score,
  shown,
  summary,
  survivors,
} from './report.ts';
import { sample } from './sample.ts';
import { Sandbox } from './sandbox.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const root = join(import.meta.dirname, '../..');
const known: Harmless[] = JSON.parse(readFileSync(join(import.meta.dirname, 'survivors.json'), 'utf8'));

function wanted(folder: Folder): Mutant[] {
  const files = sandbox.sourcesOf(folder.name);
  const chosen = files.filter((file) => options.only.length === 0 || options.only.some((part) => file.includes(part)));
  const all = chosen.flatMap((file) => mutantsOf(file, sandbox.read(file)));
  return sample(all, Number(options.sample ?? Number.POSITIVE_INFINITY), Number(options.seed));
}

async function fateOf(mutant: Mutant, jury: Jury): Promise<Fate> {
  const source = sandbox.read(mutant.file);
  sandbox.write(mutant.file, mutated(source, mutant.edit));
  try {
    const verdict = await jury.judge(mutant.file);
    if (verdict !== 'passed') return verdict === 'hung' ? 'hung' : 'killed';
    return sandbox.isRefused() ? 'refused' : 'survived';
  } finally {
    sandbox.write(mutant.file, source);
  }
}

async function run(folder: Folder): Promise<Result[]> {
  const mutants = wanted(folder);
  if (mutants.length === 0) return [];
  const jury = new Jury(sandbox);
  for (const file of await jury.convene(folder.tests)) console.error(`fails without a mutant, not asked: ${file}`);
  const results: Result[] = [];
  for (const file of new Set(mutants.map((mutant) => mutant.file))) {
    const begun = performance.now();
    const found: Result[] = [];
    for (const mutant of mutants) {
      if (mutant.file === file) found.push({ mutant, fate: await fateOf(mutant, jury) });
    }
    console.log(`${summary(file, found)}, ${((performance.now() - begun) / 1000).toFixed(0)} s`);
    for (const survivor of survivors(found, known)) if (survivor.why === '') console.log(shown(survivor));
    results.push(...found);
  }
  return results;
}

setPriority(15);
const sandbox = new Sandbox(root);
process.once('SIGINT', () => process.exit(130));
process.once('exit', () => sandbox.remove());

const results: Result[] = [];
const lines: string[] = [];
for (const folder of FOLDERS) {
  const ofFolder = await run(folder);
  if (ofFolder.length === 0) continue;
  results.push(...ofFolder);
  lines.push(summary(`${folder.name}/`, ofFolder));
  if (score(ofFolder) < LEAST_SCORE) process.exitCode = 1;
}
const alive = survivors(results, known);
const explained = alive.filter(({ why }) => why !== '').length;
console.log(`\n${lines.join('\n')}`);
console.log(`survivors: ${explained} known to be harmless, ${alive.length - explained} not explained`);
if (options.sample === undefined) {
  for (const { file, before, after } of outdated(results, known)) {
    console.log(`in survivors.json, but did not survive: ${file}: ${before} -> ${after}`);
  }
}
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(alive.map(entryOf), null, 2)}\n`);
