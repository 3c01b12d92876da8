// tough-cookie is loaded when the first cookie comes, from the sources and from the bundle that is published.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ScriptedServer } from 'urlpool-testing';

const root = join(import.meta.dirname, '..');
const library = join(root, 'packages/urlpool');

/** Sends requests without cookies, then one that is answered with one, and prints after which of them it was there. */
const program = (entry: string): string => `
  import { createRequire, registerHooks } from 'node:module';
  let isLoaded = false;
  registerHooks?.({ resolve(name, context, next) {
    if (/tough-cookie|tldts/.test(name)) isLoaded = true;
    return next(name, context);
  } });
  const { Session, get } = await import(${JSON.stringify(entry)});
  const { cache } = createRequire(import.meta.url);
  const seen = () => isLoaded || Object.keys(cache).some((path) => /tough-cookie|tldts/.test(path));
  const [plain, cookies] = process.argv.slice(-2);
  const found = [seen()];
  const session = new Session();
  await session.get(plain, { cookies: { own: '1' } });
  await get(plain);
  await session.get(plain, { headers: { cookie: 'a=1' } });
  found.push(seen(), session.cookies.size, session.cookies.header(plain));
  await session.get(cookies);
  found.push(seen(), session.cookies.header(plain));
  console.log(JSON.stringify(found));
  process.exit();
`;

async function run(t: TestContext, entry: string, args: readonly string[]): Promise<unknown> {
  const server = await ScriptedServer.start({}, async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      await connection.respond(target === '/cookies' ? { headers: { 'Set-Cookie': 'a=1' } } : {});
    }
  });
  t.after(() => server.close());
  const urls = [`${server.origin}/`, `${server.origin}/cookies`];
  const child = spawn(process.execPath, [...args, '--input-type=module', '--eval', program(entry), ...urls], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

const NEVER_BEFORE_THE_FIRST = [false, false, 0, '', true, 'a=1'];

test('the sources load tough-cookie at the first cookie', async (t) => {
  const entry = join(library, 'src/index.ts');
  const found = await run(t, entry, ['--conditions=urlpool/source', '--disable-warning=ExperimentalWarning']);
  assert.deepEqual(found, NEVER_BEFORE_THE_FIRST);
});

test('the bundle loads tough-cookie at the first cookie, and does not hold it', async (t) => {
  const { build } = await import('esbuild');
  const folder = await mkdtemp(join(root, 'node_modules/.urlpool-'));
  t.after(() => rm(folder, { recursive: true }));
  const outfile = join(folder, 'index.js');
  await build({
    entryPoints: [join(library, 'src/index.ts')],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20.19',
    outfile,
  });
  assert.doesNotMatch(await readFile(outfile, 'utf8'), /MemoryCookieStore|tldts/);
  assert.deepEqual(await run(t, outfile, []), NEVER_BEFORE_THE_FIRST);
});
