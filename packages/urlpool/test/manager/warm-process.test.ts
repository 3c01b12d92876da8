// A program that has done its work ends, whatever is being opened for `minIdle`; one that waits for that goes on.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { ScriptedServer, TestProxy } from 'urlpool-testing';
import { echo, localCertificate } from '../connection/served-pool.ts';

const run = promisify(execFile);

/** Runs a program that has `http`, a manager with `minIdle`, and `url`; gives what it wrote. */
async function output(url: string, proxy: string | null, program: string): Promise<string> {
  const conditions = process.execArgv.filter((argument) => /^(-C|--conditions)/.test(argument));
  const { stdout } = await run(
    process.execPath,
    [
      ...conditions,
      '--input-type=module',
      '--eval',
      `import { PoolManager } from 'urlpool';
      const url = ${JSON.stringify(url)};
      const proxy = ${proxy === null ? 'null' : `{ url: ${JSON.stringify(proxy)}, tls: { rejectUnauthorized: false } }`};
      let warming;
      const isWarming = new Promise((resolve) => { warming = resolve; });
      const onEvent = ({ type, why }) => { if (type === 'dial-start' && why === 'minIdle') warming(); };
      const http = new PoolManager({ minIdle: 2, maxSize: 2, proxy, rejectUnauthorized: false, retries: false, onEvent });
      ${program}`,
    ],
    { cwd: import.meta.dirname, timeout: 8_000 },
  );
  return stdout;
}

/** Lets the first connection through to a port, and each later one once it is let. */
class Gate {
  readonly #sockets: Socket[] = [];
  readonly #held: (() => void)[] = [];
  readonly #server = createServer((socket) => this.#take(socket));
  readonly #to: number;
  #seen = 0;
  #onHeld: () => void = () => {};
  /** Resolves when one is held up. */
  readonly holds: Promise<void> = new Promise((resolve) => {
    this.#onHeld = resolve;
  });

  private constructor(to: number) {
    this.#to = to;
  }

  static async open(t: TestContext, to: number): Promise<Gate> {
    const gate = new Gate(to);
    await once(gate.#server.listen(0, '127.0.0.1'), 'listening');
    t.after(() => {
      for (const socket of gate.#sockets) socket.destroy();
      gate.#server.close();
    });
    return gate;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  letAll(): void {
    for (const go of this.#held.splice(0)) go();
  }

  #take(socket: Socket): void {
    this.#keep(socket);
    const go = (): void => {
      const onward = connect(this.#to, '127.0.0.1');
      this.#keep(onward);
      socket.pipe(onward).pipe(socket);
    };
    if (this.#seen++ === 0) {
      go();
      return;
    }
    this.#held.push(go);
    this.#onHeld();
  }

  #keep(socket: Socket): void {
    this.#sockets.push(socket);
    socket.on('error', () => {});
  }
}

interface Way {
  readonly gate: Gate;
  readonly url: string;
  readonly proxy: string | null;
}

/** An origin with TLS behind a gate. */
async function directly(t: TestContext): Promise<Way> {
  const server = await ScriptedServer.start({ tls: await localCertificate() }, echo);
  t.after(() => server.close());
  const gate = await Gate.open(t, server.port);
  return { gate, url: `https://127.0.0.1:${gate.port}/a`, proxy: null };
}

/** A proxy, behind a gate or with the origin behind one, that opens tunnels. */
async function tunnelled(t: TestContext, gated: 'proxy' | 'origin', isSecure: boolean): Promise<Way> {
  const tls = await localCertificate();
  const proxy = await TestProxy.start(isSecure ? { tls } : {});
  t.after(() => proxy.close());
  const server = await ScriptedServer.start({ tls }, echo);
  t.after(() => server.close());
  const proxyPort = Number(new URL(proxy.url).port);
  const gate = await Gate.open(t, gated === 'proxy' ? proxyPort : server.port);
  const origin = gated === 'proxy' ? server.port : gate.port;
  const to = gated === 'proxy' ? gate.port : proxyPort;
  return { gate, url: `https://127.0.0.1:${origin}/a`, proxy: `http${isSecure ? 's' : ''}://127.0.0.1:${to}` };
}

// name, the way to the origin
for (const [name, way] of [
  ['a TLS handshake', directly],
  ['the answer of a proxy', (t) => tunnelled(t, 'proxy', false)],
  ['the TLS handshake of a proxy', (t) => tunnelled(t, 'proxy', true)],
  ['a TLS handshake in a tunnel', (t) => tunnelled(t, 'origin', false)],
  ['a TLS handshake in a tunnel through TLS', (t) => tunnelled(t, 'origin', true)],
] as const satisfies readonly (readonly [string, (t: TestContext) => Promise<Way>])[]) {
  test(`minIdle keeps no process alive while it waits for ${name}`, async (t) => {
    const { url, proxy, gate } = await way(t);
    const program = `
      const { status } = await http.request('GET', url);
      await isWarming;
      // It is long past its beginning, and somewhere on its way.
      await new Promise((resolve) => setTimeout(resolve, 200));
      const { idle, dialling } = http.snapshot();
      console.log(status, idle, dialling);`;
    assert.equal(await output(url, proxy, program), '200 1 1\n');
    await gate.holds;
  });

  test(`request() that counts on a dial of minIdle keeps the process alive while it waits for ${name}`, async (t) => {
    const { url, proxy, gate } = await way(t);
    void gate.holds.then(() => setTimeout(() => gate.letAll(), 500));
    const program = `
      await http.request('GET', url, { headers: { Connection: 'close' } });
      await new Promise((resolve) => setTimeout(resolve, 200));
      const { open, dialling } = http.snapshot();
      const { connection } = await http.request('GET', url);
      console.log(open, dialling, connection.reused, http.snapshot().numConnections);`;
    assert.equal(await output(url, proxy, program), '0 2 false 3\n');
  });
}

test('preconnect() keeps the process alive', async (t) => {
  const { url, proxy, gate } = await directly(t);
  void gate.holds.then(() => setTimeout(() => gate.letAll(), 500));
  assert.equal(await output(url, proxy, 'console.log(await http.preconnect(url, 2));'), '2\n');
});
