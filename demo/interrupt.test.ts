import assert from 'node:assert/strict';
import test from 'node:test';
import { answerToInterrupt } from './interrupt.ts';

// name, ms since the first, answer
const CASES = [
  ['stops the job at the first', null, 'stop'],
  ["ignores the first one's echo", 0, 'ignore'],
  ['ignores a late echo', 299, 'ignore'],
  ['ends the process at the next', 300, 'quit'],
  ['ends the process at one much later', 60_000, 'quit'],
] as const;

for (const [name, sinceFirst, answer] of CASES) {
  test(`answerToInterrupt() ${name}`, () => assert.equal(answerToInterrupt(sinceFirst), answer));
}
