import assert from 'node:assert/strict';
import test from 'node:test';
import { canRewrite, cut, type LineStream, ProgressLine } from './progress-line.ts';

class Recorder implements LineStream {
  readonly isTTY: boolean;
  readonly columns = 20;
  readonly written: string[] = [];

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.written.push(text);
  }
}

const ERASE = '\r\x1b[K';

test('ProgressLine draws at once, and at most ten times a second after that', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const stream = new Recorder(true);
  let done = 0;
  new ProgressLine(stream, 'xterm').start(() => `${done} done`);
  for (let ms = 0; ms < 250; ms++) {
    done++;
    t.mock.timers.tick(1);
  }
  assert.deepEqual(stream.written, [`${ERASE}0 done`, `${ERASE}100 done`, `${ERASE}200 done`]);
});

test('ProgressLine stop() takes the line away and draws no more', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const stream = new Recorder(true);
  const line = new ProgressLine(stream, 'xterm');
  line.start(() => 'busy');
  line.stop();
  t.mock.timers.tick(1000);
  assert.deepEqual(stream.written, [`${ERASE}busy`, ERASE]);
});

test('ProgressLine print() puts a line in its place, which stays', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const stream = new Recorder(true);
  const line = new ProgressLine(stream, 'xterm');
  line.start(() => 'busy');
  line.print('failed: a');
  t.mock.timers.tick(100);
  assert.deepEqual(stream.written, [`${ERASE}busy`, `${ERASE}failed: a\n`, `${ERASE}busy`]);
});

test('ProgressLine never fills the whole width', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const stream = new Recorder(true);
  new ProgressLine(stream, 'xterm').start(() => 'x'.repeat(40));
  assert.deepEqual(stream.written, [`${ERASE}${'x'.repeat(18)}…`]);
});

test('ProgressLine writes nothing but printed lines where there is no terminal', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const stream = new Recorder(false);
  const line = new ProgressLine(stream, 'xterm');
  line.start(() => 'busy');
  t.mock.timers.tick(1000);
  line.print('failed: a');
  line.stop();
  assert.deepEqual(stream.written, ['failed: a\n']);
});

// name, isTTY, TERM, whether
const STREAMS = [
  ['a terminal', true, 'xterm-256color', true],
  ['a terminal without a name', true, undefined, true],
  ['a dumb terminal', true, 'dumb', false],
  ['a file', false, 'xterm', false],
] as const;

for (const [name, isTTY, term, whether] of STREAMS) {
  test(`canRewrite() ${name}`, () => assert.equal(canRewrite(new Recorder(isTTY), term), whether));
}

test('cut() leaves what fits', () => assert.equal(cut('abc', 3), 'abc'));
test('cut() shows that something is missing', () => assert.equal(cut('abcd', 3), 'ab…'));
