// docs/tracing.md names every event with its fields, and its programs compile.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CHANNELS, EVENT_PAIRS } from 'urlpool';
import { traceFields } from './trace-fields.ts';

const root = join(import.meta.dirname, '..');
const page = readFileSync(join(root, 'docs/tracing.md'), 'utf8');
const events = traceFields(readFileSync(join(root, 'packages/urlpool/src/trace/trace-event.ts'), 'utf8'));
const documented = new Map(
  Array.from(page.matchAll(/^\| `([a-z-]+)` +\| ([^|]*) \| ([^|]*) \|$/gm), ([, type = '', , fields = '']) => [
    type,
    Array.from(fields.matchAll(/`(\w+)`/g), ([, field = '']) => field),
  ]),
);

test('traceFields() finds the events and their fields', () => {
  const source = `interface OfCall {
  readonly at: number;
  readonly call: number;
}
export interface CallStart extends OfCall {
  readonly type: 'call-start';
  /** Said. */
  readonly method: string;
}
`;
  assert.deepEqual([...traceFields(source)], [['call-start', ['call', 'method']]]);
});

test('docs/tracing.md has a row for every event, and no other', () => {
  assert.ok(events.size > 20);
  assert.deepEqual([...documented.keys()].sort(), [...events.keys()].sort());
});

for (const [type, fields] of events) {
  test(`docs/tracing.md names the fields of ${type}`, () => assert.deepEqual(documented.get(type), fields));
}

test('EVENT_PAIRS pairs events by their names, as docs/tracing.md says', () => {
  for (const [start, end] of Object.entries(EVENT_PAIRS)) assert.equal(end, start.replace('-start', '-end'));
});

test('docs/tracing.md names every channel', () => {
  for (const name of Object.values(CHANNELS)) assert.ok(page.includes(`\`${name}\``), name);
});
