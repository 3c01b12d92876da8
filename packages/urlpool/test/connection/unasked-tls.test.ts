// An unasked response in a TLS record of its own, in the same segment as the record of the one that was asked for: both
// are read from the socket at once, but told one by one, and in between the call is answered and its caller goes on.

import assert from 'node:assert/strict';
import { readFile, stat } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { createSecureContext, TLSSocket } from 'node:tls';
import { HTTPSConnectionPool } from 'urlpool';
import type { Script } from 'urlpool-testing';
import { localCertificate, servedPool } from './served-pool.ts';

const UNASKED = 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison';
const REPETITIONS = 20;
/** Longer than what PollGate takes for recent. */
const BLOCK_MS = 20;
/** Type, version and length before the data of a TLS record (RFC 8446 §5.1). */
const RECORD_HEAD = 5;
/** By how much encryption makes it longer, at most: less than the shortest response. */
const MOST_OVERHEAD = 32;

/** What lies under a TLS socket of the server's: it holds records back, and sends them in one piece. */
class Segment extends Duplex {
  readonly #raw: Socket;
  #held: Buffer[] | null = null;

  constructor(raw: Socket) {
    super();
    this.#raw = raw;
    raw.on('data', (chunk) => this.push(chunk));
    raw.on('end', () => this.push(null));
    raw.on('error', () => this.destroy());
    raw.on('close', () => this.destroy());
  }

  hold(): void {
    this.#held ??= [];
  }

  /** Sends what was held; returns the length of its last record's data, as it is encrypted. */
  release(): number {
    const bytes = Buffer.concat(this.#held ?? []);
    this.#held = null;
    this.#raw.write(bytes);
    let length = 0;
    for (let at = 0; at < bytes.length; at += RECORD_HEAD + length) length = bytes.readUInt16BE(at + 3);
    return length;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    if (this.#held === null) this.#raw.write(chunk);
    else this.#held.push(chunk);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#raw.destroy();
    done(error);
  }
}

/** A TLS server that answers each request with its target, and sends an unasked response behind each answer. */
async function poisonedPool(t: TestContext, maxVersion: 'TLSv1.2' | 'TLSv1.3') {
  const { key, cert, ca } = await localCertificate();
  const secureContext = createSecureContext({ key, cert, maxVersion });
  const sockets = new Set<Socket>();
  /** Targets in order of their coming, each with the number of its connection. */
  const requests: [connection: number, target: string][] = [];
  /** The length of the last record behind each answer. */
  const lastRecords: number[] = [];
  let connections = 0;
  const server = createServer({ noDelay: true }, (raw) => {
    sockets.add(raw);
    const connection = connections++;
    const segment = new Segment(raw);
    const socket = new TLSSocket(segment, { isServer: true, secureContext });
    socket.on('error', () => {});
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (let end = received.indexOf('\r\n\r\n'); end >= 0; end = received.indexOf('\r\n\r\n')) {
        const target = received.split(' ')[1] ?? '';
        received = received.slice(end + 4);
        requests.push([connection, target]);
        segment.hold();
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${target.length}\r\n\r\n${target}`);
        socket.write(UNASKED, () => lastRecords.push(segment.release()));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  const pool = new HTTPSConnectionPool('127.0.0.1', { port, ca, retries: false, timeout: 5_000 });
  t.after(async () => {
    await pool.close({ timeout: 1 });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { pool, requests, lastRecords };
}

/** What is done between an answer and the next request: calls back from where that request is made. */
type Between = (next: () => Promise<string>) => Promise<string>;

function block(): void {
  const end = performance.now() + BLOCK_MS;
  while (performance.now() < end);
}

const BETWEEN: readonly (readonly [string, Between])[] = [
  ['at once', (next) => next()],
  [
    'in an I/O callback',
    (next) => new Promise((resolve, reject) => stat('.', () => void next().then(resolve, reject))),
  ],
  [
    'in an I/O callback after a block',
    (next) =>
      new Promise((resolve, reject) =>
        readFile(import.meta.filename, () => {
          block();
          next().then(resolve, reject);
        }),
      ),
  ],
  [
    'after a block between two awaits',
    (next) => {
      block();
      return next();
    },
  ],
  ['in a microtask', (next) => Promise.resolve().then(next)],
  ['in process.nextTick()', (next) => new Promise((resolve) => process.nextTick(() => resolve(next())))],
  ['in setImmediate()', (next) => new Promise((resolve) => setImmediate(() => resolve(next())))],
  ['in a timer', (next) => new Promise((resolve) => setTimeout(() => resolve(next()), 0))],
];

// A GET could be written at once, a POST is looked at longer.
const WAYS = [
  ['GET', 'TLSv1.3'],
  ['POST', 'TLSv1.3'],
  ['GET', 'TLSv1.2'],
] as const;

for (const [method, version] of WAYS) {
  for (const [when, between] of BETWEEN) {
    test(`request() of a ${method} ${when} gets no unasked response of a later record, over ${version}`, async (t) => {
      const { pool } = await poisonedPool(t, version);
      const answers: string[] = [];
      const ask = async (target: string) => (await pool.request(method, target)).text();
      for (let i = 0; i < REPETITIONS; i++) {
        answers.push(await ask(`/first${i}`));
        answers.push(await between(() => ask(`/second${i}`)));
      }
      const expected = Array.from({ length: REPETITIONS }, (_, i) => [`/first${i}`, `/second${i}`]);
      assert.deepEqual(answers, expected.flat());
    });
  }
}

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`request() writes nothing to a connection with an unasked response in a later record, over ${version}`, async (t) => {
    const { pool, requests } = await poisonedPool(t, version);
    for (let i = 0; i < REPETITIONS; i++) await pool.request('GET', `/${i}`);
    assert.deepEqual(
      requests,
      Array.from({ length: REPETITIONS }, (_, i) => [i, `/${i}`]),
    );
  });

  // What makes the tests above worth anything.
  test(`TLSSocket.write() of an unasked response makes a record of its own, over ${version}`, async (t) => {
    const { pool, lastRecords } = await poisonedPool(t, version);
    await pool.request('GET', '/a');
    const [length = 0] = lastRecords;
    assert.ok(length >= UNASKED.length && length <= UNASKED.length + MOST_OVERHEAD, `${lastRecords}`);
  });
}

// Where the first response fills more than one record, or one read.
for (const size of [16_384, 65_536, 200_000]) {
  test(`request() after a body of ${size} bytes gets no unasked response of a later record`, async (t) => {
    const script: Script = async (connection) => {
      const { target } = await connection.request();
      void connection.respond({ body: target.padEnd(size) });
      await connection.write(UNASKED);
    };
    const { pool } = await servedPool(t, script, { tls: await localCertificate(), retries: false });
    for (let i = 0; i < REPETITIONS; i++) {
      assert.equal((await pool.request('GET', `/${i}`)).text().trimEnd(), `/${i}`);
    }
  });
}
