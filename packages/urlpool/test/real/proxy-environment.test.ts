// A program of its own that goes where its environment says, through real proxies.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { microsocksMissing, startMicrosocks } from './microsocks.ts';
import { RecordingOrigin } from './recording-origin.ts';
import { squidLog, squidMissing, startSquid } from './squid.ts';
import { skippedWithout } from './started-server.ts';

const run = promisify(execFile);
const PROGRAM = `
  import { ProxyManager } from 'urlpool';
  const http = ProxyManager.fromEnv({ ca: process.env.ORIGIN_CA });
  for (const url of process.argv.slice(1)) console.log((await http.request('GET', url)).text());
  await http.close();`;

test('ProxyManager.fromEnv() in a program of its own: squid for http, microsocks for https, neither for no_proxy', {
  skip: skippedWithout(squidMissing(), microsocksMissing()),
}, async (t) => {
  const squid = await startSquid();
  t.after(() => squid.close());
  const microsocks = await startMicrosocks();
  t.after(() => microsocks.close());
  const origin = await RecordingOrigin.start();
  t.after(() => origin.close());
  const program = async (environment: Readonly<Record<string, string>>, urls: readonly string[]) => {
    const conditions = process.execArgv.filter((argument) => /^(-C|--conditions)/.test(argument));
    const args = [...conditions, '--input-type=module', '--eval', PROGRAM, ...urls];
    const names = Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name));
    const env = { ...Object.fromEntries(names), ORIGIN_CA: origin.ca, ...environment };
    const { stdout } = await run(process.execPath, args, { cwd: import.meta.dirname, env, timeout: 30_000 });
    return stdout.trim().split('\n');
  };
  const environment = {
    http_proxy: `http://me:secret@127.0.0.1:${squid.port}`,
    HTTPS_PROXY: `socks5h://me:secret@127.0.0.1:${microsocks.port}`,
    no_proxy: 'example.org, 127.0.0.0/8',
  };
  const named = origin.http.replace('127.0.0.1', 'localhost');
  const urls = [`${named}/forwarded`, `${origin.http}/direct`, `${origin.https}/tunnelled`];
  assert.deepEqual(await program(environment, urls), ['/forwarded', '/direct', '/tunnelled']);
  assert.deepEqual(
    squidLog(squid).map(({ target, user }) => [target, user]),
    [[`${named}/forwarded`, 'me']],
  );
  // Without microsocks only the https origin is out of reach.
  await microsocks.kill();
  assert.deepEqual(await program(environment, urls.slice(0, 2)), ['/forwarded', '/direct']);
  await assert.rejects(program(environment, urls), /Cannot reach the proxy socks5h:\/\/127\.0\.0\.1:\d+ of https:/);
});
