// Dials that fail, a great many: TLS handshakes of every kind that goes wrong, refused connections, dials that are given
// up. The process may not grow by them: its memory after a fifth of them is compared with that after all. The live heap
// tells what is kept. The resident set tells of memory outside of it too, but also of how much garbage V8 lets lie, which
// is up to three times 64 MB: so a long run bounds that (--max-semi-space-size).

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { HTTPError, PoolManager, type PoolManagerOptions } from 'urlpool';
import { createCertificateAuthority, FakeClock, resourceCounts, unusedPort } from 'urlpool-testing';
import type { FailingPorts } from './failing-server.ts';

/** In MB, garbage collected. */
export interface Memory {
  readonly resident: number;
  readonly heap: number;
}

export interface FailingDialsResult {
  readonly runs: number;
  /** One line each: what went another way than it should. */
  readonly failures: readonly string[];
  /** By how much memory grew in each part, from its first fifth on. */
  readonly growth: Readonly<Record<string, Memory>>;
  /** What kept the process busy afterwards, that had not before. */
  readonly left: Readonly<Record<string, number>>;
}

setFlagsFromString('--expose-gc');
/** Known without the command line's --expose-gc too. */
const collectGarbage: () => void = runInNewContext('gc');

const AT_ONCE = 32;
/** Failures that are told; the rest would say the same. */
const ENOUGH = 10;
/** For how long a pool lets a dial go on that nobody wants, in ms. */
const UNWANTED_MS = 1000;
const MB = 1024 * 1024;

/** One way to fail: what is asked of whom, and the code that is right. */
interface Way {
  readonly url: string;
  readonly code: string;
  readonly options: PoolManagerOptions;
}

/** Told what went another way than it should. */
type Fail = (line: string) => void;

/** Dials that fail, any number of them. */
interface Work {
  run(count: number): Promise<void>;
  /** Looks at what is left, and closes it. */
  end(): Promise<void>;
}

interface Part extends Work {
  readonly name: string;
  readonly count: number;
}

/**
 * Runs `handshakes` failing handshakes, and a tenth of that in refused connections and in dials that are given up.
 *
 * @param onProgress Called after each part, with its figures.
 */
export async function failingDials(
  handshakes: number,
  onProgress: (line: string) => void = () => {},
): Promise<FailingDialsResult> {
  const failures: string[] = [];
  const fail: Fail = (line) => {
    if (failures.length < ENOUGH) failures.push(line);
  };
  const onStray = (error: unknown): void => fail(`unhandled: ${error instanceof Error ? error.stack : String(error)}`);
  process.on('unhandledRejection', onStray);
  process.on('uncaughtException', onStray);
  const before = resourceCounts();
  const certificate = await (await createCertificateAuthority()).issue({ hosts: ['localhost'] });
  const server = await startServer(certificate);
  try {
    const parts = await partsOf(server.ports, certificate.ca, { handshakes, fail });
    const growth: Record<string, Memory> = {};
    for (const part of parts) growth[part.name] = await growthIn(part, onProgress);
    await server.stop();
    // Sockets are closed in the turns of the event loop after the last call.
    await delay(100);
    const runs = parts.reduce((sum, { count }) => sum + count, 0);
    return { runs, failures, growth, left: whatIsMore(before, resourceCounts()) };
  } finally {
    await server.stop();
    process.off('unhandledRejection', onStray);
    process.off('uncaughtException', onStray);
  }
}

async function partsOf(
  ports: FailingPorts,
  ca: string,
  { handshakes, fail }: { readonly handshakes: number; readonly fail: Fail },
): Promise<Part[]> {
  const ways: readonly Way[] = [
    { url: `https://localhost:${ports.secure}/`, code: 'ERR_TLS_CERTIFICATE', options: {} },
    {
      url: `https://127.0.0.1:${ports.secure}/`,
      code: 'ERR_TLS_CERTIFICATE',
      options: { ca, servername: 'other.test' },
    },
    { url: `https://127.0.0.1:${ports.closing}/`, code: 'ERR_TLS', options: {} },
    { url: `https://127.0.0.1:${ports.garbage}/`, code: 'ERR_TLS_NOT_SPOKEN', options: {} },
  ];
  const refusing = { url: `http://127.0.0.1:${await unusedPort()}/`, code: 'ERR_CONNECTION_REFUSED', options: {} };
  const silent = `https://127.0.0.1:${ports.silent}/`;
  const tenth = Math.ceil(handshakes / 10);
  return [
    { name: 'failing handshakes', count: handshakes, ...failEach(ways, fail) },
    { name: 'refused connections', count: tenth, ...failEach([refusing], fail) },
    { name: 'dials given up', count: tenth, ...giveUp(silent, fail) },
  ];
}

/** Runs a part; gives by how much memory grew after its first fifth. */
async function growthIn({ name, count, run, end }: Part, onProgress: (line: string) => void): Promise<Memory> {
  const start = performance.now();
  const fifth = Math.round(count / 5);
  await run(fifth);
  const first = await settledMemory();
  await run(count - fifth);
  const last = await settledMemory();
  await end();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  onProgress(`${name}: ${count} in ${seconds} s; after ${fifth}: ${inWords(first)}, after all: ${inWords(last)}`);
  return { resident: last.resident - first.resident, heap: last.heap - first.heap };
}

function managerOf({ options }: Way): PoolManager {
  return new PoolManager({ retries: false, maxSize: AT_ONCE, ...options });
}

/** Makes requests that fail, by each of the ways in turn. */
function failEach(ways: readonly Way[], fail: Fail): Work {
  const managers = ways.map(managerOf);
  let turn = 0;
  const failOnce = async (): Promise<void> => {
    const i = turn++ % ways.length;
    const [way, manager] = [ways[i], managers[i]];
    if (way === undefined || manager === undefined) return;
    try {
      const { status } = await manager.request('GET', way.url);
      fail(`${way.url} answered with ${status}`);
    } catch (error) {
      if (!(error instanceof HTTPError) || error.code !== way.code) fail(`${way.url}: not ${way.code} but ${error}`);
    }
  };
  return {
    async run(count) {
      let next = 0;
      const worker = async (): Promise<void> => {
        while (next++ < count) await failOnce();
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
    },
    async end() {
      for (const manager of managers) {
        checkNothingLeft(manager, fail);
        await manager.close();
      }
    },
  };
}

/** Aborts requests whose handshake is under way, and lets the time pass after which their dials are given up. */
function giveUp(url: string, fail: Fail): Work {
  const clock = new FakeClock();
  let shaking = 0;
  let wake = (): void => {};
  const manager = new PoolManager({
    clock,
    retries: false,
    maxSize: AT_ONCE,
    onEvent: ({ type }) => {
      if (type !== 'tls-start') return;
      shaking++;
      wake();
    },
  });
  const reason = new Error('given up');
  const giveUpSome = async (count: number): Promise<void> => {
    shaking = 0;
    const controller = new AbortController();
    const calls = Array.from({ length: count }, () => manager.request('GET', url, { signal: controller.signal }));
    const ends = Promise.allSettled(calls);
    // No handshake begins in the turn of the event loop in which it was asked for.
    await new Promise<void>((resolve) => {
      wake = () => {
        if (shaking === count) resolve();
      };
    });
    controller.abort(reason);
    for (const end of await ends) {
      if (end.status === 'fulfilled') fail(`${url} answered with ${end.value.status}`);
      else if (end.reason !== reason) fail(`${url}: ${end.reason}`);
    }
    clock.advance(UNWANTED_MS);
    checkNothingLeft(manager, fail);
  };
  return {
    async run(count) {
      for (let done = 0; done < count; done += AT_ONCE) await giveUpSome(Math.min(AT_ONCE, count - done));
    },
    async end() {
      if (clock.pending > 0) fail(`left: ${clock.pending} timers`);
      await manager.close();
    },
  };
}

function checkNothingLeft(manager: PoolManager, fail: Fail): void {
  const { open, dialling, queued } = manager.snapshot();
  if (open + dialling + queued > 0) fail(`left: ${open} connections, ${dialling} dials, ${queued} waiters`);
}

async function startServer(certificate: { readonly cert: string; readonly key: string }): Promise<{
  readonly ports: FailingPorts;
  stop(): Promise<void>;
}> {
  const file = path.join(import.meta.dirname, `failing-server${path.extname(import.meta.filename)}`);
  const { cert, key } = certificate;
  const child = spawn(process.execPath, [file, JSON.stringify({ cert, key })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return {
    ports: JSON.parse(String(line)),
    async stop() {
      if (child.exitCode !== null) return;
      const closed = once(child, 'close');
      child.stdin.end();
      await closed;
    },
  };
}

async function settledMemory(): Promise<Memory> {
  for (let i = 0; i < 3; i++) {
    await delay(100);
    collectGarbage();
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { resident: rss / MB, heap: heapUsed / MB };
}

function inWords({ resident, heap }: Memory): string {
  return `RSS ${resident.toFixed(1)} MB, live heap ${heap.toFixed(1)} MB`;
}

function whatIsMore(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  const more = Object.entries(after).map(([kind, count]) => [kind, count - (before[kind] ?? 0)] as const);
  return Object.fromEntries(more.filter(([, count]) => count > 0));
}
