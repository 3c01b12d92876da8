import assert from 'node:assert/strict';
import test from 'node:test';
import { count, counted, duration, milliseconds, seconds, share, size, times } from './quantity.ts';

const CASES = [
  ['count(0)', count(0), '0'],
  ['count(1000)', count(1000), '1,000'],
  ['count(1234567)', count(1_234_567), '1,234,567'],
  ['counted(1)', counted(1, 'URL'), '1 URL'],
  ['counted(0)', counted(0, 'URL'), '0 URLs'],
  ['counted(1000)', counted(1000, 'URL'), '1,000 URLs'],
  ['size(0)', size(0), '0 B'],
  ['size(999)', size(999), '999 B'],
  ['size(1000)', size(1000), '1.0 kB'],
  ['size(99949)', size(99_949), '99.9 kB'],
  ['size(99950) has three digits, not four', size(99_950), '100 kB'],
  ['size(200000)', size(200_000), '200 kB'],
  ['size(999499)', size(999_499), '999 kB'],
  ['size(999500) is not 1,000 kB', size(999_500), '1.0 MB'],
  ['size(32e6)', size(32e6), '32.0 MB'],
  ['size(5e15) stays in the largest unit', size(5e15), '5,000 TB'],
  ['milliseconds(0.04)', milliseconds(0.04), '0.0 ms'],
  ['milliseconds(2.94)', milliseconds(2.94), '2.9 ms'],
  ['milliseconds(99.94)', milliseconds(99.94), '99.9 ms'],
  ['milliseconds(99.95)', milliseconds(99.95), '100 ms'],
  ['milliseconds(1204.4)', milliseconds(1204.4), '1,204 ms'],
  ['seconds(340)', seconds(340), '0.3 s'],
  ['duration(9999)', duration(9999), '9,999 ms'],
  ['duration(9999.5)', duration(9999.5), '10.0 s'],
  ['duration(3_723_000)', duration(3_723_000), '3,723.0 s'],
  ['share(0, 0)', share(0, 0), '–'],
  ['share(0, 1000)', share(0, 1000), '0.0%'],
  ['share(957, 1000)', share(957, 1000), '95.7%'],
  ['share(99999, 100000) is not all of it', share(99_999, 100_000), '99.9%'],
  ['share(7, 7)', share(7, 7), '100.0%'],
  ['times(2.14)', times(2.14), '2.1'],
] as const;

for (const [name, told, expected] of CASES) {
  test(`${name} → ${expected}`, () => assert.equal(told, expected));
}
