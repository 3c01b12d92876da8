// A prototype of all objects that another part of the program let be written to: Node reads the options of its sockets
// and of TLS from there, where nothing else is said.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PoolManager, type PoolManagerOptions } from 'urlpool';
import { ScriptedServer } from 'urlpool-testing';
import { localCertificate, testAuthority } from '../connection/served-pool.ts';

async function site(t: TestContext, isSecure: boolean): Promise<string> {
  const tls = isSecure ? { tls: await localCertificate() } : {};
  const server = await ScriptedServer.start(tls, async (connection) => {
    await connection.request();
    await connection.respond({ body: 'ok' });
  });
  t.after(() => server.close());
  return server.origin.replace('localhost', '127.0.0.1');
}

/** Asks while every object has a property, which is gone before the server accepts: its sockets are Node's too. */
async function pollutedGet(
  t: TestContext,
  url: string,
  polluted: object,
  options: PoolManagerOptions,
): Promise<number> {
  const http = new PoolManager({ retries: false, ...options });
  t.after(() => http.close({ timeout: 0 }));
  for (const [name, value] of Object.entries(polluted)) {
    Object.defineProperty(Object.prototype, name, { value, configurable: true, writable: true, enumerable: true });
  }
  const answer = http.request('GET', url).then(({ status }) => status);
  for (let i = 0; i < 50; i++) await Promise.resolve();
  for (const name of Object.keys(polluted)) Reflect.deleteProperty(Object.prototype, name);
  return await answer;
}

// what every object has, its value
const OF_SOCKETS: readonly (readonly [string, unknown])[] = [
  ['signal', 'x'],
  ['signal', AbortSignal.abort()],
  ['fd', 0],
  ['handle', {}],
  ['typeOfService', 999],
  ['defaultEncoding', 'x'],
  ['objectMode', true],
  ['readable', false],
  ['writable', false],
  ['timeout', 1],
];

for (const isSecure of [false, true]) {
  for (const [name, value] of OF_SOCKETS) {
    // What tls.connect() tells the socket beneath of itself, nothing can be said of.
    if (isSecure && /defaultEncoding|objectMode|readable|writable|typeOfService|fd|handle/.test(name)) continue;
    const what = `${isSecure ? 'https' : 'http'}, a prototype that was given ${name} (${typeof value})`;
    test(`${what} is no option of a socket`, async (t) => {
      const ca = (await testAuthority()).certificate;
      assert.equal(await pollutedGet(t, await site(t, isSecure), { [name]: value }, { ca }), 200);
    });
  }
}

for (const [name, value] of [
  ['session', 'x'],
  ['pskCallback', 5],
  ['socket', 5],
  ['ciphers', 'x'],
  ['minVersion', 'x'],
  ['key', 'x'],
] as const) {
  test(`a prototype that was given ${name} is no option of TLS`, async (t) => {
    const ca = (await testAuthority()).certificate;
    assert.equal(await pollutedGet(t, await site(t, true), { [name]: value }, { ca }), 200);
  });
}

test('a prototype that was given ca has nobody trusted', async (t) => {
  const ca = (await testAuthority()).certificate;
  await assert.rejects(pollutedGet(t, await site(t, true), { ca }, {}), { code: 'ERR_TLS_CERTIFICATE' });
});
