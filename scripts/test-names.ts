import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A name in a test file: quoted, or a template whose values stand elsewhere in the file. */
const NAME = /\btest\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;

interface Named {
  /** Matches the name, and takes out the values of a template. */
  readonly pattern: RegExp;
  /** The file that it stands in. */
  readonly text: string;
}

/** What the tests of a folder are called, as far as that can be told without running them. */
export class TestNames {
  readonly #names: readonly Named[];

  constructor(folder: string) {
    this.#names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules'))
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .flatMap((text) =>
        [...text.matchAll(NAME)].map(([, single, double, template]) => ({
          pattern: patternOf(single ?? double ?? template ?? ''),
          text,
        })),
      );
  }

  /** Whether a test has this name; the values of a template must be among the cases of its file. */
  has(name: string): boolean {
    return this.#names.some(({ pattern, text }) => {
      const found = pattern.exec(name);
      return found?.slice(1).every((value) => text.includes(value.replace(/^"(.*)"$/, '$1'))) ?? false;
    });
  }
}

function patternOf(name: string): RegExp {
  const parts = name.replace(/\\(.)/g, '$1').split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/);
  return new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.+)')}$`);
}
