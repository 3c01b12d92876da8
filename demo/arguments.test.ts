import assert from 'node:assert/strict';
import test from 'node:test';
import { type Command, parseArguments, USAGE } from './arguments.ts';

const DEFAULTS = { concurrency: 32, insecure: false, timeout: null };
const URLS = ['http://a/', 'http://b/'];

// name, words, command
const CASES: readonly (readonly [string, readonly string[], Command])[] = [
  ['is the demo without words', [], { is: 'demo', inspect: false, settings: DEFAULTS }],
  [
    'is the demo with settings alone',
    ['-c', '8'],
    { is: 'demo', inspect: false, settings: { ...DEFAULTS, concurrency: 8 } },
  ],
  [
    'takes URLs, duplicates too',
    ['http://a/', 'http://a/'],
    {
      is: 'list',
      sources: [{ is: 'urls', urls: ['http://a/', 'http://a/'] }],
      compare: false,
      inspect: false,
      settings: DEFAULTS,
    },
  ],
  [
    'takes files and standard input in their order, after the URLs',
    ['-i', 'one', ...URLS, '--input=-', '-itwo'],
    {
      is: 'list',
      sources: [{ is: 'urls', urls: URLS }, { is: 'file', path: 'one' }, { is: 'stdin' }, { is: 'file', path: 'two' }],
      compare: false,
      inspect: false,
      settings: DEFAULTS,
    },
  ],
  [
    'takes every setting',
    ['http://a/', '--concurrency', '1000', '--insecure', '--timeout', '2.5', '--compare'],
    {
      is: 'list',
      sources: [{ is: 'urls', urls: ['http://a/'] }],
      compare: true,
      inspect: false,
      settings: { concurrency: 1000, insecure: true, timeout: 2500 },
    },
  ],
  [
    'takes short options together',
    ['-kc1', 'http://a/'],
    {
      is: 'list',
      sources: [{ is: 'urls', urls: ['http://a/'] }],
      compare: false,
      inspect: false,
      settings: { concurrency: 1, insecure: true, timeout: null },
    },
  ],
  [
    'takes what follows -- as URLs',
    ['--', '-k'],
    { is: 'list', sources: [{ is: 'urls', urls: ['-k'] }], compare: false, inspect: false, settings: DEFAULTS },
  ],
  ['inspects the demo', ['--inspect'], { is: 'demo', inspect: true, settings: DEFAULTS }],
  [
    'inspects a list',
    ['http://a/', '--inspect'],
    { is: 'list', sources: [{ is: 'urls', urls: ['http://a/'] }], compare: false, inspect: true, settings: DEFAULTS },
  ],
  ['helps, whatever else is asked', ['http://a/', '-h', '-c', 'x'], { is: 'help' }],
  ['tells the version', ['--version'], { is: 'version' }],
];

for (const [name, words, command] of CASES) {
  test(`parseArguments() ${name}`, () => assert.deepEqual(parseArguments(words), command));
}

// words, reason
const WRONG = [
  [['--colour'], "unknown option '--colour'"],
  [['-x', 'http://a/'], "unknown option '-x'"],
  [['-i'], "option '-i, --input <value>' argument missing"],
  [['--insecure=no'], "option '-k, --insecure' does not take an argument"],
  [['--inspect', '--compare'], '--inspect makes a run slower, so it does not go with --compare'],
  [['-c', '0'], '--concurrency is "0", not a whole number from 1 to 1,000'],
  [['-c', '1001'], '--concurrency is "1001", not a whole number from 1 to 1,000'],
  [['-c', '2.5'], '--concurrency is "2.5", not a whole number from 1 to 1,000'],
  [['-c', 'many'], '--concurrency is "many", not a whole number from 1 to 1,000'],
  [['-c', ''], '--concurrency is "", not a whole number from 1 to 1,000'],
  [['--timeout', '0'], '--timeout is "0", not a number of seconds above 0, at most a week'],
  [['--timeout', '5s'], '--timeout is "5s", not a number of seconds above 0, at most a week'],
  [['--timeout=-1'], '--timeout is "-1", not a number of seconds above 0, at most a week'],
  [['--timeout', 'Infinity'], '--timeout is "Infinity", not a number of seconds above 0, at most a week'],
] as const;

for (const [words, reason] of WRONG) {
  test(`parseArguments() refuses ${words.join(' ')}`, () => {
    const message = `Cannot use this command line: ${reason}; see npm start -- --help`;
    assert.deepEqual(parseArguments(words), { is: 'wrong', message });
  });
}

test('USAGE fits 80 columns', () => {
  assert.deepEqual(
    USAGE.split('\n').filter((line) => line.length > 80),
    [],
  );
});
