// A program of another user, who asks for what a socket serves and tells what became of it.

import { HTTPError, PoolManager } from 'urlpool';

process.setgid?.(65_534);
process.setuid?.(65_534);
const http = new PoolManager({ retries: false });
try {
  const { status } = await http.request('GET', 'http://a.test/', { socketPath: process.argv[2] });
  process.send?.(['answered', String(status)]);
} catch (error) {
  process.send?.(error instanceof HTTPError ? [error.code, error.message] : ['failed', String(error)]);
}
process.disconnect();
