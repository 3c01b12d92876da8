import assert from 'node:assert/strict';
import test from 'node:test';
import { type Command, parseCommand, USAGE } from '../src/command.ts';

const wrong = (reason: string): Command => ({
  is: 'wrong',
  message: `Cannot use this command line: ${reason}; see urlpool-inspector --help`,
});

// words, command
const CASES: readonly (readonly [readonly string[], Command])[] = [
  [['t.ndjson'], { is: 'serve', path: 't.ndjson', port: 0, open: false }],
  [['-o', '-p', '8080', 't'], { is: 'serve', path: 't', port: 8080, open: true }],
  [['-h', 't'], { is: 'help' }],
  [[], wrong('the path of a trace is missing')],
  [['a', 'b'], wrong('it names more than one trace')],
  [['-p', '70000', 'a'], wrong('--port is "70000", not a whole number from 0 to 65535')],
  [['-p', '', 'a'], wrong('--port is "", not a whole number from 0 to 65535')],
  [['--colour', 'a'], wrong("unknown option '--colour'")],
];

for (const [words, command] of CASES) {
  test(`parseCommand() of [${words.join(' ')}] is ${command.is}`, () => {
    assert.deepEqual(parseCommand(words), command);
  });
}

test('USAGE fits 80 columns', () => {
  assert.deepEqual(
    USAGE.split('\n').filter((line) => line.length > 80),
    [],
  );
});
