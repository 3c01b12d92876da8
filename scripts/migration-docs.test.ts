// docs/migrate shows what people do with another client, and how it is done here. Every piece of ours is compiled and run
// against a server on this machine, as is theirs where it is JavaScript and the package is at hand; what a comment behind
// console.log() says is what it prints.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { formatWithOptions } from 'node:util';
import { Worker } from 'node:worker_threads';
import { expectedOutput, type Language, moduleText, numbered, parsePage } from './migration/page.ts';
import type { SiteAddress } from './migration/site.ts';

const root = join(import.meta.dirname, '..');
const pages = readdirSync(join(root, 'docs/migrate'))
  .filter((name) => name.startsWith('from-'))
  .map((name) => ({ name, ...parsePage(readFileSync(join(root, 'docs/migrate', name), 'utf8')) }));

/** The clients of other pages, which are there once the bench was installed. */
const PEERS = ['axios', 'got', 'undici'];

/** Packages that pieces import, and the folders that they are in. */
const LINKS: Readonly<Record<string, string>> = {
  urlpool: 'packages/urlpool',
  'urlpool-testing': 'packages/testing',
  'tough-cookie': 'node_modules/tough-cookie',
  ...Object.fromEntries(PEERS.map((name) => [name, `bench/node_modules/${name}`])),
};

const worker = new Worker(new URL('migration/site-worker.ts', import.meta.url));
const [site]: SiteAddress[] = await once(worker, 'message');
assert.ok(site);
const folder = mkdtempSync(join(tmpdir(), 'urlpool-'));
const home = process.cwd();
mkdirSync(join(folder, 'node_modules'));
for (const [name, path] of Object.entries(LINKS)) symlinkSync(join(root, path), join(folder, 'node_modules', name));
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
for (const [name, text] of Object.entries(site.files)) writeFileSync(join(folder, name), text);
process.chdir(folder);
after(() => {
  process.chdir(home);
  worker.postMessage('close');
  rmSync(folder, { recursive: true });
});

const { origin, secureOrigin, proxyUrl } = site;
const GIVEN_TYPES = ['origin', 'secureOrigin', 'proxyUrl'].map((name) => `declare const ${name}: string;`).join('\n');

/** The packages that a piece imports. */
function packagesOf(code: string): readonly string[] {
  return [...code.matchAll(/ from '([^']+)'/g)]
    .map(([, name = '']) => name)
    .filter((name) => !name.startsWith('node:'));
}

function isAtHand(name: string): boolean {
  return existsSync(join(folder, 'node_modules', name));
}

/** What is printed: the number of its line, and the text. */
type Output = (line: number, ...values: unknown[]) => void;

async function run(name: string, language: Language, beginning: string, code: string): Promise<void> {
  worker.postMessage('reset');
  await once(worker, 'message');
  const printed = new Map<number, string[]>();
  const log: Output = (line, ...values) => {
    const text = formatWithOptions({ breakLength: Number.POSITIVE_INFINITY }, ...values);
    printed.set(line, [...(printed.get(line) ?? []), text]);
  };
  Object.assign(globalThis, { given: { origin, secureOrigin, proxyUrl, console: { ...console, log } } });
  const file = join(folder, `${name}.${language === 'ts' ? 'mts' : 'mjs'}`);
  const given = 'const { origin, secureOrigin, proxyUrl, console } = globalThis.given;';
  writeFileSync(file, moduleText(beginning, numbered(code), given));
  await import(pathToFileURL(file).href);
  for (const [line, said] of expectedOutput(code)) {
    assert.equal((printed.get(line) ?? ['nothing']).join(', then '), said, code.split('\n')[line]);
  }
}

test('the pieces of docs/migrate compile', () => {
  const types = join(folder, 'types');
  mkdirSync(types);
  for (const { name, beginnings, sections } of pages) {
    for (const [at, { blocks }] of sections.entries()) {
      for (const [index, { language, code }] of blocks.entries()) {
        if (language !== 'ts') continue;
        const text = moduleText(beginnings.ts ?? '', code, GIVEN_TYPES);
        writeFileSync(join(types, `${name.replace('.md', '')}-${at}-${index}.mts`), text);
      }
    }
  }
  const compilerOptions = {
    noUnusedLocals: false,
    paths: {
      urlpool: [join(root, 'packages/urlpool/src/index.ts')],
      'urlpool-testing': [join(root, 'packages/testing/src/index.ts')],
    },
    typeRoots: [join(root, 'node_modules/@types')],
    types: ['node'],
  };
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['*.mts'], exclude: [] };
  writeFileSync(join(types, 'tsconfig.json'), JSON.stringify(config));
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', types], { encoding: 'utf8' });
  assert.equal(stdout, '');
});

for (const part of ['migrate', 'parity']) {
  test(`links in docs/${part} lead to pages that there are`, () => {
    const dead = readdirSync(join(root, 'docs', part)).flatMap((name) => {
      const text = readFileSync(join(root, 'docs', part, name), 'utf8');
      const targets = [...text.matchAll(/\]\(([^):#]+)/g)].map(([, target = '']) => target);
      return targets.filter((target) => !existsSync(join(root, 'docs', part, target))).map((target) => [name, target]);
    });
    assert.deepEqual(dead, []);
  });
}

for (const { name, beginnings, sections } of pages) {
  const peer = name.replace(/^from-|\.md$/g, '');

  test(`${name} shows theirs and ours of each thing`, () => {
    const languages = sections.flatMap(({ title, blocks, text }) => {
      const theirs = blocks.some(({ language }) => language !== 'ts');
      const ours = blocks.some(({ language }) => language === 'ts');
      return (theirs && ours) || /to come/i.test(text) ? [] : [title];
    });
    assert.deepEqual(languages, []);
    assert.ok(sections.length >= 15, 'that is few for a page');
  });

  test(`${name} shows what each piece of ours prints`, () => {
    const silent = sections.filter(({ blocks }) =>
      blocks.some(({ language, code }) => language === 'ts' && expectedOutput(code).size === 0),
    );
    assert.deepEqual(
      silent.map(({ title }) => title),
      [],
    );
  });

  test(`${name} says of each thing what differs`, () => {
    assert.deepEqual(
      sections.filter(({ text }) => text === '').map(({ title }) => title),
      [],
    );
  });

  for (const [at, { title, blocks }] of sections.entries()) {
    for (const [index, { language, code }] of blocks.entries()) {
      if (language === 'python') continue;
      const whose = language === 'ts' ? 'ours' : 'theirs';
      const isMissing = language === 'js' && packagesOf(`${beginnings.js}${code}`).some((used) => !isAtHand(used));
      test(`${name}, ${title}: ${whose} runs${index > 1 ? `, block ${index + 1}` : ''}`, { skip: isMissing }, () =>
        run(`${peer}-${at}-${index}`, language, beginnings[language] ?? '', code),
      );
    }
  }
}
