import assert from 'node:assert/strict';
import test from 'node:test';
import { inspect, inspectTrace } from '../src/index.ts';
import { type InspectOptions, inspectSettings } from '../src/inspect-options.ts';

const SOURCE = { subscribe: () => () => {} };

test('inspectSettings() has defaults', () => {
  assert.deepEqual(inspectSettings({}), { port: 0, open: false, unref: false, recent: 100_000, trace: null });
});

// options, message
const WRONG: readonly (readonly [string, string])[] = [
  ['{"port":-1}', 'Invalid port -1: give a whole number from 0 to 65535'],
  ['{"port":65536}', 'Invalid port 65536: give a whole number from 0 to 65535'],
  ['{"port":"80"}', "Invalid port '80': give a whole number from 0 to 65535"],
  ['{"open":1}', 'Invalid open 1: give true or false'],
  ['{"unref":"no"}', "Invalid unref 'no': give true or false"],
  ['{"recent":0}', 'Invalid recent 0: give a whole number above 0'],
  ['{"recent":1.5}', 'Invalid recent 1.5: give a whole number above 0'],
  ['{"trace":""}', "Invalid trace '': give the path of a file"],
  ['{"trace":7}', 'Invalid trace 7: give the path of a file'],
  ['{"host":"0.0.0.0"}', 'Unknown option "host": the inspector has port, open, unref, recent, trace'],
  ['null', 'Invalid options null: give an object of options'],
];

for (const [options, message] of WRONG) {
  test(`inspect() refuses the options ${options}`, async () => {
    const given: InspectOptions = JSON.parse(options);
    await assert.rejects(inspect(SOURCE, given), { name: 'InspectorError', code: 'ERR_INVALID_OPTION', message });
  });
}

// sources, what is shown of them
const NO_SOURCES: readonly (readonly [string, string])[] = [
  ['null', 'null'],
  ['{}', '{}'],
  ['{"auth":"user:secret"}', '[Object]'],
  ['"http://user:secret@a/"', "'http://REDACTED@a/'"],
  ['"http://a/"', "'http://a/'"],
  ['[]', '[]'],
  ['[1]', '1'],
];

for (const [given, shown] of NO_SOURCES) {
  test(`inspect() refuses to inspect ${given}`, async () => {
    const message = `Invalid http ${shown}: give a PoolManager, a pool or a Session, or an array of them: something with subscribe()`;
    await assert.rejects(inspect(JSON.parse(given)), { code: 'ERR_INVALID_OPTION', message });
  });
}

test('inspectTrace() has options of its own', async () => {
  await assert.rejects(inspectTrace('trace.ndjson', JSON.parse('{"recent":1}')), {
    code: 'ERR_INVALID_OPTION',
    message: 'Unknown option "recent": the inspector has port, open, unref',
  });
  await assert.rejects(inspectTrace(JSON.parse('7')), {
    message: 'Invalid path 7: give the path of a recorded trace',
  });
});
