import assert from 'node:assert/strict';
import test from 'node:test';
import { type Progress, progressText } from './progress-text.ts';

const PROGRESS: Progress = {
  title: 'With reuse',
  done: 412,
  total: 1000,
  failed: 0,
  bytes: 5.4e6,
  open: 42,
  elapsed: 140,
};

// name, progress, text
const CASES = [
  ['tells how far it is', PROGRESS, 'With reuse: 412 of 1,000 URLs, 5.4 MB, 42 connections open, 0.1 s'],
  [
    'tells no end that is not known',
    { ...PROGRESS, total: null },
    'With reuse: 412 URLs, 5.4 MB, 42 connections open, 0.1 s',
  ],
  [
    'tells of failures',
    { ...PROGRESS, failed: 2 },
    'With reuse: 412 of 1,000 URLs, 2 failed, 5.4 MB, 42 connections open, 0.1 s',
  ],
  [
    'knows the singular',
    { ...PROGRESS, done: 1, total: 1, open: 1 },
    'With reuse: 1 of 1 URL, 5.4 MB, 1 connection open, 0.1 s',
  ],
] as const;

for (const [name, progress, text] of CASES) {
  test(`progressText() ${name}`, () => assert.equal(progressText(progress), text));
}
