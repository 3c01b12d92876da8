import assert from 'node:assert/strict';
import { test } from 'node:test';
import { specifiersOf, violationsOf } from './layer-violations.ts';

// name, path, text, violations
const CASES = [
  ['allows a folder below', 'pool/a.ts', "import { b } from '../util/b.ts';", 0],
  ['allows the same folder', 'pool/a.ts', "import { b } from './b.ts';", 0],
  ['refuses a folder above', 'http1/a.ts', "import { b } from '../pool/b.ts';", 1],
  ['refuses a type from a folder above', 'http1/a.ts', "import type { B } from '../pool/b.ts';", 1],
  ['refuses a re-export from a folder above', 'util/a.ts', "export { b } from '../pool/b.ts';", 1],
  ['refuses a dynamic import from a folder above', 'util/a.ts', "await import('../pool/b.ts');", 1],
  ['reads an import over several lines', 'util/a.ts', "import {\n  b,\n} from '../pool/b.ts';", 1],
  ['refuses a folder that is in no layer', 'helpers/a.ts', '', 1],
  ['refuses sockets outside transport', 'connection/a.ts', "import { connect } from 'node:net';", 1],
  ['refuses sockets by getBuiltinModule', 'connection/a.ts', "process.getBuiltinModule('node:tls')", 1],
  ['allows sockets in transport', 'transport/a.ts', "import { connect } from 'node:net';", 0],
  ['refuses other modules in the codec', 'http1/a.ts', "import fs from 'node:fs';", 1],
  ['refuses dependencies', 'util/a.ts', "import x from 'left-pad';", 1],
  ['allows a dependency in its folder', 'session/a.ts', "import type { A } from 'tough-cookie';", 0],
  ['refuses a dependency outside its folder', 'manager/a.ts', "typeof import('tough-cookie')", 1],
  ['refuses time outside the clock', 'pool/a.ts', 'const now = Date.now();', 1],
  ['allows time in the clock', 'util/clock.ts', 'const now = Date.now();', 0],
  ['refuses randomness', 'policy/a.ts', 'Math.random()', 1],
  ['does not read comments', 'http1/a.ts', "// import { b } from '../pool/b.ts';\n/* Date.now() */", 0],
] as const;

for (const [name, path, text, count] of CASES) {
  test(`violationsOf() ${name}`, () => assert.equal(violationsOf(path, text).length, count));
}

test('specifiersOf() gives every specifier', () => {
  const text = "import 'a';\nimport b, { c } from 'b';\nimport * as d from 'd';\nexport * from 'e';\nimport('f')";
  assert.deepEqual(specifiersOf(text).sort(), ['a', 'b', 'd', 'e', 'f']);
});
