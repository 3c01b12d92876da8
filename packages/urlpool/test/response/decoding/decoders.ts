// Sees zlib's decoders that are made in a test, and whether their memory is freed: Node frees it as they are destroyed.

import type { Transform } from 'node:stream';
import type { TestContext } from 'node:test';

type Zlib = Record<string, (...args: readonly unknown[]) => Transform>;

const MAKERS: readonly string[] = [
  'createInflateRaw',
  'createInflate',
  'createBrotliDecompress',
  'createZstdDecompress',
];

/** Those that are made from now on, until the test is over. */
export function watchDecoders(t: TestContext): readonly Transform[] {
  const zlib = process.getBuiltinModule('node:zlib') as unknown as Zlib;
  const made: Transform[] = [];
  for (const name of MAKERS) {
    const make = zlib[name];
    if (make === undefined) continue;
    t.mock.method(zlib, name, (...args: readonly unknown[]) => {
      const decoder = make(...args);
      made.push(decoder);
      return decoder;
    });
  }
  return made;
}

/** Of each, whether it is freed. */
export function freed(decoders: readonly Transform[]): boolean[] {
  return decoders.map(({ destroyed }) => destroyed);
}
