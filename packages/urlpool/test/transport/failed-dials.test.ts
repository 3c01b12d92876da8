// What is left of a dial that failed or was given up, at whatever stage: nothing, of the pool's, of the process's, and on
// a signal that outlives it.

import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { type LookupFunction, PoolManager, type PoolManagerOptions, type TraceEvent } from 'urlpool';
import { FakeClock, resourceCounts, ScriptedServer, type ServerTls, TestProxy, unusedPort } from 'urlpool-testing';
import { localCertificate } from '../connection/served-pool.ts';
import { HeldLookup } from '../pool/held-lookup.ts';

/** Connections that a queue of one place takes, at the very most. */
const MOST_TAKEN = 64;

/** A port on which the system takes no more connections: whoever comes waits for an answer to its first packet. */
class FullPort {
  port = 0;
  readonly #worker = new Worker(LISTEN_AND_BLOCK, { eval: true });
  readonly #waiting: Socket[] = [];

  /** Null where the system takes connections that nobody accepts. */
  static async open(): Promise<FullPort | null> {
    const full = new FullPort();
    [full.port] = await once(full.#worker, 'message');
    for (let taken = 0; await full.#takesOneMore(); taken++) {
      if (taken < MOST_TAKEN) continue;
      await full.close();
      return null;
    }
    return full;
  }

  async close(): Promise<void> {
    for (const socket of this.#waiting) socket.destroy();
    await this.#worker.terminate();
  }

  async #takesOneMore(): Promise<boolean> {
    const socket = connect(this.port, '127.0.0.1');
    socket.on('error', () => {});
    this.#waiting.push(socket);
    return await Promise.race([once(socket, 'connect').then(() => true), delay(150, false)]);
  }
}

/** A thread that listens and then accepts nothing. */
const LISTEN_AND_BLOCK = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '0.0.0.0', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

/** A server that reads, and answers what came first with `answer`, or by hanging up where that is null, and all else with nothing. */
class SilentServer {
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.once('data', () => {
      if (this.answer === null) socket.destroy();
      else if (this.answer !== '') socket.write(this.answer);
    });
    socket.resume();
  });
  readonly answer: string | null;

  constructor(answer: string | null) {
    this.answer = answer;
  }

  static async start(answer: string | null = ''): Promise<SilentServer> {
    const server = new SilentServer(answer);
    await once(server.#server.listen(0, '127.0.0.1'), 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.hangUp();
    await once(this.#server.close(), 'close');
  }
}

let full: FullPort | null;
let silent: SilentServer;
let openingProxy: SilentServer;
let refusingProxy: SilentServer;
let awake: NodeJS.Timeout;
let garbage: SilentServer;
let hangingUp: SilentServer;
let secure: ScriptedServer;
let proxy: TestProxy;
let certificate: ServerTls;
let closedPort: number;

before(async () => {
  full = await FullPort.open();
  silent = await SilentServer.start();
  openingProxy = await SilentServer.start('HTTP/1.1 200 OK\r\n\r\n');
  refusingProxy = await SilentServer.start('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
  // Of the pools nothing keeps the process alive while they wait.
  awake = setInterval(() => {}, 1000);
  closedPort = await unusedPort();
  garbage = await SilentServer.start('\0'.repeat(64));
  hangingUp = await SilentServer.start(null);
  certificate = await localCertificate();
  secure = await ScriptedServer.start({ tls: certificate }, async () => {});
  proxy = await TestProxy.start();
});

after(async () => {
  await full?.close();
  await silent.close();
  await openingProxy.close();
  await refusingProxy.close();
  await garbage.close();
  await hangingUp.close();
  await secure.close();
  await proxy.close();
  clearInterval(awake);
});

/** What this process has: what keeps it alive, and its open files, sockets among them. */
function resources() {
  const files = existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : 0;
  return { ...resourceCounts(), files };
}

/** Waits until the process has what it had: sockets are closed in later turns of the event loop, on both sides. */
async function untilBackTo(expected: ReturnType<typeof resources>): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    try {
      assert.deepEqual(resources(), expected);
      return;
    } catch {
      await delay(5);
    }
  }
  assert.deepEqual(resources(), expected);
}

const threeAddresses: LookupFunction = (_host, _options, answer) =>
  answer(
    null,
    ['127.0.0.1', '127.0.0.2', '127.0.0.3'].map((address) => ({ address, family: 4 })),
  );

const throwing = (): never => {
  throw new Error('a defect');
};

const NOTHING = { open: 0, idle: 0, active: 0, dialling: 0, queued: 0 };

function levels(http: PoolManager): typeof NOTHING {
  const { open, idle, active, dialling, queued } = http.snapshot();
  return { open, idle, active, dialling, queued };
}

/** Where nothing is connected to but by a proxy. */
const FAR = 'https://192.0.2.1/';

/** A dial that has come to a stage and stays there. */
interface Stage {
  readonly url: string;
  readonly options: PoolManagerOptions;
  /** The event of the stage, and how many of them. */
  readonly until: TraceEvent['type'];
  readonly times?: number;
  readonly needsFullPort?: true;
  /** What the other side does last: after that nothing may have changed. */
  readonly late?: () => void;
}

const STAGES: readonly (readonly [string, () => Stage])[] = [
  [
    'a look-up is under way',
    () => {
      const held = new HeldLookup();
      const url = `http://${held.host}:${silent.port}/`;
      return { url, options: { lookup: held.lookup }, until: 'dns-start', late: () => held.answerAll() };
    },
  ],
  [
    'TCP connects',
    () => ({ url: `http://127.0.0.1:${full?.port}/`, options: {}, until: 'connect-start', needsFullPort: true }),
  ],
  [
    'three addresses race',
    () => ({
      url: `http://name.test:${full?.port}/`,
      options: { lookup: threeAddresses },
      until: 'connect-start',
      times: 3,
      needsFullPort: true,
    }),
  ],
  [
    'TLS is agreed on',
    () => ({
      url: `https://127.0.0.1:${silent.port}/`,
      options: {},
      until: 'tls-start',
      late: () => silent.hangUp(),
    }),
  ],
  ...(['http', 'https', 'socks4', 'socks5'] as const).map(
    (scheme) =>
      [
        `a proxy is asked, by ${scheme}`,
        (): Stage => ({
          url: FAR,
          options: { proxy: `${scheme}://127.0.0.1:${silent.port}` },
          until: scheme === 'https' ? 'tls-start' : 'proxy-start',
          late: () => silent.hangUp(),
        }),
      ] as const,
  ),
  [
    'TLS is agreed on in a tunnel',
    () => ({
      url: FAR,
      options: { proxy: `http://127.0.0.1:${openingProxy.port}` },
      until: 'tls-start',
      late: () => openingProxy.hangUp(),
    }),
  ],
];

/** A request under way, and what its end is told by. */
interface Dialling {
  readonly http: PoolManager;
  readonly clock: FakeClock;
  readonly controller: AbortController;
}

/** For how long a dial goes on that nobody wants, in ms. */
const UNWANTED = 1000;

const ENDS: readonly (readonly [string, (dialling: Dialling) => void, string])[] = [
  [
    'its caller aborts it',
    ({ controller, clock }) => {
      controller.abort(Object.assign(new Error('enough'), { code: 'enough' }));
      clock.advance(UNWANTED);
    },
    'enough',
  ],
  ['its time to connect is over', ({ clock }) => clock.advance(5_000), 'ERR_TIMEOUT'],
  [
    'its total time is over',
    ({ clock }) => {
      clock.advance(3_000);
      clock.advance(UNWANTED);
    },
    'ERR_TIMEOUT',
  ],
  ['the manager is closed', ({ http }) => void http.close({ timeout: 0 }), 'ERR_POOL_CLOSED'],
  [
    'it is aborted after clear()',
    ({ http, controller, clock }) => {
      void http.clear();
      controller.abort(Object.assign(new Error('enough'), { code: 'enough' }));
      clock.advance(UNWANTED);
    },
    'enough',
  ],
];

for (const [stageName, stageOf] of STAGES) {
  for (const [endName, end, code] of ENDS) {
    test(`request() leaves nothing behind where ${endName} while ${stageName}`, async (t) => {
      const stage = stageOf();
      if (stage.needsFullPort === true && full === null) {
        t.skip('the system takes connections that nobody accepts: no dial can be held up');
        return;
      }
      const { url, options, until, times = 1 } = stage;
      const expected = resources();
      const clock = new FakeClock();
      const controller = new AbortController();
      let seen = 0;
      const timeout = { connect: 5_000, total: endName.includes('total') ? 3_000 : null };
      const http = new PoolManager({
        ...options,
        clock,
        retries: false,
        timeout,
        onEvent: ({ type }) => {
          if (type === until) seen++;
        },
      });
      const outcome = http.request('GET', url, { signal: controller.signal }).then(
        () => 'a response',
        (error: { code?: string }) => error.code ?? String(error),
      );
      while (seen < times) {
        await delay(1);
        if (seen > 0 && seen < times) clock.advance(250);
      }
      assert.deepEqual(levels(http), { ...NOTHING, dialling: 1, queued: 1 });
      end({ http, clock, controller });
      assert.equal(await outcome, code);
      assert.deepEqual(levels(http), NOTHING);
      assert.deepEqual(getEventListeners(controller.signal, 'abort'), []);
      stage.late?.();
      await untilBackTo(expected);
      assert.deepEqual([levels(http), clock.pending], [NOTHING, 0]);
    });
  }
}

/** A dial that fails by itself. */
const FAILURES: readonly (readonly [string, string, () => Promise<{ url: string; options: PoolManagerOptions }>])[] = [
  [
    'a name that nobody knows',
    'ERR_NAME_LOOKUP',
    async () => ({
      url: 'http://name.test/',
      options: { lookup: (_host, _options, answer) => answer(new Error('no such name'), []) },
    }),
  ],
  [
    'a port where nobody listens',
    'ERR_CONNECTION_REFUSED',
    async () => ({ url: `http://127.0.0.1:${closedPort}/`, options: {} }),
  ],
  [
    'three addresses where nobody listens',
    'ERR_CONNECTION_REFUSED',
    async () => ({
      url: `http://name.test:${closedPort}/`,
      options: { lookup: threeAddresses },
    }),
  ],
  [
    'a guard that throws',
    'ERR_ADDRESS_REFUSED',
    async () => ({ url: `http://127.0.0.1:${silent.port}/`, options: { guard: throwing } }),
  ],
  [
    'a certificate of an unknown authority',
    'ERR_TLS_CERTIFICATE',
    async () => ({ url: `https://localhost:${secure.port}/`, options: {} }),
  ],
  [
    'a certificate for another host',
    'ERR_TLS_CERTIFICATE',
    async () => ({
      url: `https://localhost:${secure.port}/`,
      options: { ca: certificate.ca, servername: 'other.test' },
    }),
  ],
  [
    'a certificate for another host, in a tunnel',
    'ERR_TLS_CERTIFICATE',
    async () => ({
      url: `https://localhost:${secure.port}/`,
      options: { ca: certificate.ca, servername: 'other.test', proxy: proxy.url },
    }),
  ],
  [
    'garbage in the handshake',
    'ERR_TLS_NOT_SPOKEN',
    async () => ({ url: `https://127.0.0.1:${garbage.port}/`, options: {} }),
  ],
  [
    'HTTP in the handshake',
    'ERR_TLS_NOT_SPOKEN',
    async () => ({ url: `https://127.0.0.1:${refusingProxy.port}/`, options: {} }),
  ],
  [
    'a server that hangs up in the handshake',
    'ERR_TLS',
    async () => ({ url: `https://127.0.0.1:${hangingUp.port}/`, options: {} }),
  ],
  [
    'a proxy that refuses',
    'ERR_PROXY',
    async () => ({ url: FAR, options: { proxy: `http://127.0.0.1:${refusingProxy.port}` } }),
  ],
  [
    'a proxy that answers with garbage',
    'ERR_PROXY',
    async () => ({ url: FAR, options: { proxy: `http://127.0.0.1:${garbage.port}` } }),
  ],
  [
    'a proxy that hangs up',
    'ERR_PROXY',
    async () => ({ url: FAR, options: { proxy: `http://127.0.0.1:${hangingUp.port}` } }),
  ],
  [
    'a SOCKS proxy that answers with garbage',
    'ERR_PROXY',
    async () => ({ url: FAR, options: { proxy: `socks5://127.0.0.1:${garbage.port}` } }),
  ],
  [
    'a SOCKS proxy that hangs up',
    'ERR_PROXY',
    async () => ({ url: FAR, options: { proxy: `socks4://127.0.0.1:${hangingUp.port}` } }),
  ],
  [
    'a proxy that is not there',
    'ERR_CONNECTION_REFUSED',
    async () => ({ url: FAR, options: { proxy: `http://127.0.0.1:${closedPort}` } }),
  ],
];

for (const [name, code, given] of FAILURES) {
  test(`request() leaves nothing behind that failed by ${name}`, async () => {
    const { url, options } = await given();
    await failsWithNothingLeft({ url, options, code });
  });
}

async function failsWithNothingLeft(given: { url: string; options: PoolManagerOptions; code: string }): Promise<void> {
  const expected = resources();
  const clock = new FakeClock();
  const { signal } = new AbortController();
  const http = new PoolManager({ ...given.options, clock, retries: false });
  await assert.rejects(http.request('GET', given.url, { signal }), { code: given.code });
  assert.deepEqual(levels(http), NOTHING);
  assert.deepEqual(getEventListeners(signal, 'abort'), []);
  await untilBackTo(expected);
  assert.deepEqual([levels(http), clock.pending], [NOTHING, 0]);
}
