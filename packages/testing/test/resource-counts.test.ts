import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCertificateAuthority, resourceCounts, ScriptedServer } from 'urlpool-testing';
import { RawClient } from './raw-client.ts';

/** What a server can leave behind; the runner has handles of other kinds. */
function held(): Record<string, number> {
  const { TCPServerWrap = 0, TCPSocketWrap = 0, TLSWrap = 0, Timeout = 0, Immediate = 0 } = resourceCounts();
  return { TCPServerWrap, TCPSocketWrap, TLSWrap, Timeout, Immediate };
}

test('resourceCounts() counts timers', () => {
  const before = resourceCounts().Timeout ?? 0;
  const timers = [setTimeout(() => {}, 1000), setTimeout(() => {}, 1000)];
  assert.equal(resourceCounts().Timeout, before + 2);
  for (const timer of timers) clearTimeout(timer);
  assert.equal(resourceCounts().Timeout ?? 0, before);
});

for (const secure of [false, true]) {
  test(`resourceCounts() is back where it was after close() ${secure ? 'with' : 'without'} TLS`, async () => {
    const before = held();
    const options = secure ? { tls: await (await createCertificateAuthority()).issue() } : {};
    const server = await ScriptedServer.start(options, async (connection) => {
      await connection.request();
      await connection.wait(60_000);
    });
    const client = secure ? RawClient.tls(server.port, { rejectUnauthorized: false }) : RawClient.tcp(server.port);
    client.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await server.request(0);
    assert.equal(held().TCPServerWrap, 1);
    client.socket.destroy();
    await client.ended;
    await server.close();
    assert.deepEqual(held(), before);
  });
}
