import { createServer } from 'node:net';
import { settled } from './settled.ts';

/**
 * A port of 127.0.0.1 on which nothing listens: one the system has just handed out and taken back. Nothing reserves it,
 * so another process may be given it later.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { unusedPort } from 'urlpool-testing';
 *
 * const port = await unusedPort();
 * await assert.rejects(fetch(`http://127.0.0.1:${port}/`), (error) => error.cause.code === 'ECONNREFUSED');
 * ```
 */
export function unusedPort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(settled().then(() => address.port));
      });
    });
  });
}
