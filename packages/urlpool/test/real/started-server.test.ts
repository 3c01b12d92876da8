// What the tests of real servers rest on: a program that was started is ended, and its files are gone.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { programMissing, type ServerProgram, StartedServer, skippedWithout } from './started-server.ts';

/** Listens on the port that it is given. */
const SERVER = `require('node:net').createServer().listen(+process.argv[1], '127.0.0.1')`;
const NODE: ServerProgram = { name: 'node', package: 'nodejs', prepare: (_, [port]) => ['-e', SERVER, String(port)] };
/** The same, started by another process. */
const GROUP: ServerProgram = {
  name: 'sh',
  package: 'dash',
  isGroup: true,
  prepare: (_, [port]) => ['-c', `node -e "$0" ${port}; true`, SERVER],
};

const skip = skippedWithout(programMissing(NODE), programMissing(GROUP));

async function started(t: TestContext, program: ServerProgram): Promise<StartedServer> {
  const server = await StartedServer.start(program);
  t.after(() => server.close());
  return server;
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  return await new Promise((resolve) => {
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
  }).then((open) => {
    socket.destroy();
    return open === true;
  });
}

/** A process that another one has started ends a moment after that. */
async function isClosed(port: number): Promise<boolean> {
  for (let i = 0; i < 200 && (await isOpen(port)); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  return !(await isOpen(port));
}

for (const [what, program] of [
  ['a program', NODE],
  ['a group of processes', GROUP],
] as const) {
  test(`StartedServer ends ${what}, starts it again on its port, and leaves no file`, { skip }, async (t) => {
    const server = await started(t, program);
    for (const end of ['stop', 'kill'] as const) {
      assert.ok(await isOpen(server.port));
      await server[end]();
      assert.ok(await isClosed(server.port));
      await server.start();
    }
    await server.close();
    assert.deepEqual([existsSync(server.folder), await isClosed(server.port)], [false, true]);
  });
}

test('StartedServer says why a program did not start, and leaves no file of it', { skip }, async () => {
  const folders: string[] = [];
  const prepare = (folder: string): string[] => {
    folders.push(folder);
    return ['-c', 'echo the port is odd; exit 3'];
  };
  await assert.rejects(StartedServer.start({ name: 'sh', package: 'dash', prepare }), {
    message: /^sh did not start: it ended with 3\nthe port is odd\n/,
  });
  assert.equal(folders.length, 3);
  assert.ok(folders.every((folder) => !existsSync(folder)));
});

test('programMissing() says what to install; in CI it throws', () => {
  const { CI } = process.env;
  try {
    delete process.env.CI;
    const missing = programMissing({ name: 'no-such-program', package: 'none' });
    assert.equal(missing, 'no-such-program is not installed (Debian: apt-get install none)');
    assert.deepEqual([skippedWithout(null, missing), skippedWithout(null)], [missing, false]);
    process.env.CI = '1';
    assert.throws(() => programMissing({ name: 'no-such-program', package: 'none' }), /CI installs it$/);
  } finally {
    if (CI === undefined) delete process.env.CI;
    else process.env.CI = CI;
  }
});
