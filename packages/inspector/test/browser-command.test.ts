import assert from 'node:assert/strict';
import test from 'node:test';
import { browserCommand } from '../src/browser-command.ts';

// platform, program
const CASES = [
  ['linux', 'xdg-open'],
  ['freebsd', 'xdg-open'],
  ['darwin', 'open'],
  ['win32', 'rundll32'],
] as const;

for (const [platform, program] of CASES) {
  test(`browserCommand() is ${program} on ${platform}`, () => {
    const [found, words] = browserCommand(platform, 'http://127.0.0.1:1/x/');
    assert.equal(found, program);
    assert.equal(words.at(-1), 'http://127.0.0.1:1/x/');
  });
}
