// One bad character anywhere in a target is enough for whoever supplied it to write a request of their own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LocalFault } from '../../src/http1/fault.ts';
import { requestHead } from '../../src/http1/request-head.ts';
import { FieldBlock } from '../../src/message/field-block.ts';

function startOf(target: string): string {
  return requestHead('GET', target, new FieldBlock(['Host', 'a.test']), 'none').split('\r\n', 1)[0] ?? '';
}

// where, the target around a character
for (const [place, around] of [
  ['first', (character: string) => `${character}/a`],
  ['only', (character: string) => character],
  ['middle', (character: string) => `/${character}a`],
  ['last', (character: string) => `/a${character}`],
] as const) {
  test(`requestHead() takes as the ${place} character of a target exactly what is visible ASCII`, () => {
    for (let code = 0; code < 0x180; code++) {
      const target = around(String.fromCharCode(code));
      if (code > 0x20 && code < 0x7f) assert.equal(startOf(target), `GET ${target} HTTP/1.1`);
      else assert.throws(() => startOf(target), LocalFault, `code ${code}`);
    }
  });
}
