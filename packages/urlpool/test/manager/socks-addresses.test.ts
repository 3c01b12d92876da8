// Which of the addresses of a name a SOCKS proxy is asked for, where the name is looked up here.

import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type LookupOptions, PoolManager, type PoolManagerOptions } from 'urlpool';

const BOTH = ['2001:db8::1', '192.0.2.1', '192.0.2.2'];

/** A SOCKS proxy that connects to `good` alone, and answers a request there itself. */
async function socks(t: TestContext, good: string): Promise<{ readonly port: number; readonly asked: string[] }> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      if (bytes[0] === 0x47) socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      else if (bytes[0] === 5 && bytes.length === 3) socket.write(Buffer.from([5, 0]));
      else {
        const isFour = bytes[0] === 4;
        const address = isFour
          ? bytes.subarray(4, 8).join('.')
          : bytes[3] === 1
            ? bytes.subarray(4, 8).join('.')
            : 'six';
        asked.push(address);
        const [yes, no] = isFour ? [90, 91] : [0, 4];
        const reply = address === good ? yes : no;
        socket.write(Buffer.from(isFour ? [0, reply, 0, 0, 0, 0, 0, 0] : [5, reply, 0, 1, 0, 0, 0, 0, 0, 0]));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, asked };
}

const giving =
  (addresses: readonly string[]): NonNullable<LookupOptions['lookup']> =>
  (_name, _options, answer) =>
    answer(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );

function manager(t: TestContext, options: PoolManagerOptions): PoolManager {
  const http = new PoolManager({ retries: false, ...options });
  t.after(() => http.close({ timeout: 0 }));
  return http;
}

for (const [scheme, good, expected] of [
  ['socks4', '192.0.2.1', ['192.0.2.1']],
  ['socks4', '192.0.2.2', ['192.0.2.1', '192.0.2.2']],
  ['socks5', 'six', ['six']],
  ['socks5', '192.0.2.2', ['six', '192.0.2.1', '192.0.2.2']],
] as const) {
  test(`PoolManager({ proxy }) has ${scheme} connect to the next address where it cannot to one, up to ${good}`, async (t) => {
    const { port, asked } = await socks(t, good);
    const http = manager(t, { proxy: `${scheme}://127.0.0.1:${port}`, lookup: giving(BOTH) });
    assert.equal((await http.request('GET', 'http://both.test/')).text(), 'ok');
    assert.deepEqual(asked, expected);
    assert.equal(http.snapshot().dialling, 0);
  });
}

test('PoolManager({ proxy }) tells what a SOCKS proxy says of the last address', async (t) => {
  const { port, asked } = await socks(t, 'none');
  const http = manager(t, { proxy: `socks5://127.0.0.1:${port}`, lookup: giving(BOTH) });
  await assert.rejects(http.request('GET', 'http://both.test/'), {
    code: 'ERR_PROXY',
    message: /the host cannot be reached from there$/,
  });
  assert.equal(asked.length, 3);
  assert.deepEqual([http.snapshot().open, http.snapshot().dialling], [0, 0]);
});

test('PoolManager({ proxy }) tells that SOCKS4 cannot be told the addresses that there are', async (t) => {
  const { port, asked } = await socks(t, 'none');
  const http = manager(t, { proxy: `socks4://127.0.0.1:${port}`, lookup: giving(['2001:db8::1']) });
  await assert.rejects(http.request('GET', 'http://six.test/'), {
    code: 'ERR_PROXY',
    message: /: SOCKS4 knows no IPv6 address$/,
  });
  assert.deepEqual(asked, []);
});
