import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { serve, testBoth } from './both.ts';

const FILES: Readonly<Record<string, Buffer>> = {
  '/large.bin': Buffer.alloc(400_000, 'large '),
  '/small.bin': Buffer.alloc(1_000, 'small '),
  '/empty.bin': Buffer.alloc(0),
};

/** Where responses are cut off: two pieces of urllib3's, which keeps none that is not whole. */
const CUT = 131_072;

interface Asked {
  readonly url: string;
  readonly range: string | undefined;
}

/** A server of files that knows ranges. `cutAt` gives where a response is cut off, in bytes of the file. */
function files(asked: Asked[], cutAt: (url: string, count: number) => number | null = () => null): RequestListener {
  return ({ url = '', headers }, response) => {
    const whole = FILES[url];
    if (whole === undefined) return void response.writeHead(404).end();
    asked.push({ url, range: headers.range });
    const etag = `"${url.length}-${whole.length}"`;
    const from = headers['if-range'] === etag ? Number(/\d+/.exec(headers.range ?? '')?.[0] ?? 0) : 0;
    if (from > 0) response.setHeader('Content-Range', `bytes ${from}-${whole.length - 1}/${whole.length}`);
    response.writeHead(from > 0 ? 206 : 200, { ETag: etag, 'Content-Length': whole.length - from });
    const cut = cutAt(url, asked.filter((one) => one.url === url).length);
    if (cut === null) return void response.end(whole.subarray(from));
    response.write(whole.subarray(from, cut), () => response.destroy());
  };
}

function assertWhole(folder: string, names: readonly string[]): void {
  for (const name of names) assert.deepEqual(readFileSync(join(folder, name)), FILES[`/${name}`], name);
  assert.deepEqual(readdirSync(folder).sort(), [...names].sort());
}

testBoth('downloads several files, and tells how far they are', 'downloader', 'urllib3', async (t, program) => {
  const origin = await serve(t, files([]));
  const names = ['large.bin', 'small.bin', 'empty.bin'];
  const { code, stdout, stderr } = await program.run(['.', ...names.map((name) => `${origin}/${name}`)]);
  assert.equal(stdout, 'large.bin 400000 bytes\nsmall.bin 1000 bytes\nempty.bin 0 bytes\n');
  assert.match(stderr, /^large\.bin 400000\/400000$/m);
  assert.match(stderr, /^small\.bin 1000\/1000$/m);
  assert.equal(code, 0);
  assertWhole(program.folder, names);
});

testBoth('asks for the rest where a connection drops', 'downloader', 'urllib3', async (t, program) => {
  const asked: Asked[] = [];
  const origin = await serve(
    t,
    files(asked, (_, count) => (count < 3 ? count * CUT : null)),
  );
  const { code, stdout } = await program.run(['.', `${origin}/large.bin`]);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: 'large.bin 400000 bytes\n' });
  assert.deepEqual(
    asked.map(({ range }) => range),
    [undefined, `bytes=${CUT}-`, `bytes=${2 * CUT}-`],
  );
  assertWhole(program.folder, ['large.bin']);
});

testBoth('goes on where an earlier run has left off', 'downloader', 'urllib3', async (t, program) => {
  const asked: Asked[] = [];
  let isDown = true;
  const origin = await serve(
    t,
    files(asked, () => (isDown ? CUT : null)),
  );
  const args = ['.', `${origin}/large.bin`, `${origin}/small.bin`];
  const first = await program.run(args);
  assert.equal(first.code, 1);
  assert.match(first.stderr, new RegExp(`^${origin}/large.bin: `, 'm'));
  assert.equal(existsSync(join(program.folder, 'large.bin')), false);
  assert.equal(statSync(join(program.folder, 'large.bin.part')).size, CUT);

  isDown = false;
  asked.length = 0;
  const second = await program.run(args);
  assert.equal(second.stdout, 'large.bin 400000 bytes\nsmall.bin 1000 bytes\n');
  assert.equal(asked.find(({ url }) => url === '/large.bin')?.range, `bytes=${CUT}-`);
  assertWhole(program.folder, ['large.bin', 'small.bin']);
});

testBoth('fails one that is not there, and no other', 'downloader', 'urllib3', async (t, program) => {
  const origin = await serve(t, files([]));
  const { code, stdout, stderr } = await program.run(['.', `${origin}/none.bin`, `${origin}/small.bin`]);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: 'small.bin 1000 bytes\n' });
  assert.match(stderr, new RegExp(`^${origin}/none.bin: .*404`, 'm'));
  assertWhole(program.folder, ['small.bin']);
});
