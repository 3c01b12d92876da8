import { createServer } from 'node:net';
import { settled } from './settled.ts';

/** Below what systems hand out to those who ask for any port: 32,768 on Linux, 49,152 on macOS and Windows. */
const FIRST = 20_000;
const LAST = 32_000;
const TRIES = 100;

/**
 * A port of 127.0.0.1 on which nothing listens. Nothing reserves it, but no server that asks for any port is given it:
 * systems hand out higher ones.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { unusedPort } from 'urlpool-testing';
 *
 * const port = await unusedPort();
 * await assert.rejects(fetch(`http://127.0.0.1:${port}/`), (error) => error.cause.code === 'ECONNREFUSED');
 * ```
 *
 * @throws {Error} where none is found in a hundred tries.
 */
export async function unusedPort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isUnused(port)) return port;
  }
  throw new Error(`no unused port from ${FIRST} to ${LAST} in ${TRIES} tries`);
}

function isUnused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(settled().then(() => true))));
  });
}
