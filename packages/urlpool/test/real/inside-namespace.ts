// What runs inside of a namespace: each program is a server and its client, and prints one report in JSON.

import { once } from 'node:events';
import { createServer, get, type Server } from 'node:http';
import { connect, type LookupFunction as NodeLookup } from 'node:net';
import { HTTPError, PoolManager, type PoolManagerOptions } from 'urlpool';
import { resourceCounts } from 'urlpool-testing';

/** The host of all programs is at these addresses. */
export const FOUR = '192.0.2.1';
export const SIX = '2001:db8::1';
/** They are of this host too, and do not answer. */
export const HOLES: readonly string[] = Array.from({ length: 12 }, (_, i) => `192.0.2.${100 + i}`);
/** In the slow network: the server's own address, and one that leads to it. */
export const NEAR = '198.51.100.1';
export const FAR = '198.51.100.2';
/** To it there is no route. */
export const NOWHERE = '2001:db8:ffff::1';
export const PORT = 8080;
export const URL_OF_HOST = `http://host.test:${PORT}`;

/** What is left of a manager and of its sockets once all is closed. */
export interface Left {
  readonly open: number;
  readonly dialling: number;
  readonly queued: number;
  readonly resources: readonly string[];
}

/** How one request went. */
export interface Attempt {
  readonly ms: number;
  /** The address, or the error. */
  readonly ended: string;
}

export interface Outcome {
  readonly attempts: readonly Attempt[];
  readonly left: Left;
}

export interface FarReport extends Outcome {
  /** How it went by Node's own means. */
  readonly net: Attempt;
  readonly http: Attempt;
}

export interface FailureReport {
  readonly ms: number;
  readonly name: string;
  readonly code: string;
  readonly phase: string;
  readonly message: string;
  readonly left: Left;
}

export interface LossReport {
  readonly good: number;
  readonly left: Left;
}

/** A server that answers each request with its target, or with a body of its own. */
async function serve(host: string, body?: Buffer): Promise<Server> {
  const server = createServer((request, response) => response.end(body ?? request.url));
  server.listen(PORT, host);
  await once(server, 'listening');
  return server;
}

async function timed(act: () => Promise<string>): Promise<Attempt> {
  const since = performance.now();
  const ended = await act();
  return { ms: Math.round(performance.now() - since), ended };
}

const manager = (addresses: readonly string[], options: PoolManagerOptions = {}): PoolManager => {
  const found = addresses.map((address) => ({ address }));
  return new PoolManager({ resolver: { resolve: async () => found }, retries: false, ...options });
};

async function addressOf(http: PoolManager): Promise<string> {
  return (await http.request('GET', URL_OF_HOST)).connection.address;
}

async function leftOf(http: PoolManager, servers: readonly Server[]): Promise<Left> {
  await http.close();
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
  // What is closed goes with the next turns of the event loop.
  const deadline = performance.now() + 2_000;
  while (resourcesLeft().length > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { open, dialling, queued } = http.snapshot();
  return { open, dialling, queued, resources: resourcesLeft() };
}

function resourcesLeft(): string[] {
  return Object.keys(resourceCounts()).filter((kind) => /TCP|Connect|Timeout/.test(kind));
}

/** One request to a host whose first twelve addresses are black holes. */
async function holes(): Promise<Outcome> {
  const server = await serve(FOUR);
  const http = manager([...HOLES, FOUR], { timeout: { connect: 1_600 }, retries: undefined });
  const attempts = [await timed(() => addressOf(http))];
  return { attempts, left: await leftOf(http, [server]) };
}

/** Requests on new connections, each by a manager that knows nothing yet, and one more by the last of them. */
async function race(addresses: readonly string[], hosts: readonly string[]): Promise<Outcome> {
  const servers = await Promise.all(hosts.map((host) => serve(host)));
  const attempts: Attempt[] = [];
  let http = manager(addresses);
  for (let i = 0; i < 3; i++) {
    await http.close();
    http = manager(addresses);
    attempts.push(await timed(() => addressOf(http)));
  }
  await http.clear();
  attempts.push(await timed(() => addressOf(http)));
  return { attempts, left: await leftOf(http, servers) };
}

const FAR_HOST: NodeLookup = (_host, _options, answer) => {
  answer(null, [
    { address: FAR, family: 4 },
    { address: NOWHERE, family: 6 },
  ]);
};

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : error.message);

async function far(): Promise<FarReport> {
  const ours = await race([FAR, NOWHERE], [NEAR]);
  const server = await serve(NEAR);
  const net = await timed(
    () =>
      new Promise((resolve) => {
        const socket = connect({ host: 'host.test', port: PORT, lookup: FAR_HOST });
        socket.once('connect', () => {
          socket.destroy();
          resolve('connected');
        });
        socket.once('error', (error) => resolve(codeOf(error)));
      }),
  );
  const http = await timed(
    () =>
      new Promise((resolve) => {
        const request = get({ host: 'host.test', port: PORT, lookup: FAR_HOST }, (response) => {
          response.resume();
          resolve(`${response.statusCode}`);
        });
        request.once('error', (error) => resolve(codeOf(error)));
      }),
  );
  server.close();
  return { ...ours, net, http };
}

/** A request that must fail. */
async function failure(addresses: readonly string[], options: PoolManagerOptions): Promise<FailureReport> {
  const server = await serve('0.0.0.0', Buffer.alloc(1_000_000, 'x'));
  const http = manager(addresses, options);
  const since = performance.now();
  try {
    await http.request('GET', URL_OF_HOST);
  } catch (error) {
    if (!(error instanceof HTTPError)) throw error;
    const { name, code, phase, message } = error;
    const ms = Math.round(performance.now() - since);
    return { ms, name, code, phase, message, left: await leftOf(http, [server]) };
  }
  throw new Error('The request was answered');
}

/** 200 requests, ten at a time, over as many kept connections. */
async function loss(): Promise<LossReport> {
  const server = await serve(FOUR);
  const http = manager([FOUR], { maxSize: 10 });
  let good = 0;
  const urls = Array.from({ length: 200 }, (_, i) => `${URL_OF_HOST}/${i}`);
  for await (const { index, response } of http.many(urls, { concurrency: 10 })) {
    if (response?.text() === `/${index}`) good++;
  }
  return { good, left: await leftOf(http, [server]) };
}

const PROGRAMS: Readonly<Record<string, () => Promise<object>>> = {
  'black hole': () => race([SIX, FOUR], [FOUR, SIX]),
  far,
  holes,
  refused: () => failure([FOUR], {}),
  dropped: () => failure([FOUR, '192.0.2.2'], { timeout: { connect: 400 } }),
  cut: () => failure([FOUR], { timeout: { read: 5_000 } }),
  loss,
};

const program = process.argv[2];
if (program !== undefined && import.meta.filename === process.argv[1]) {
  console.log(JSON.stringify(await PROGRAMS[program]?.()));
}
