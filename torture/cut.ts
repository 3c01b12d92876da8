// One run of a dialogue with one thing done to it, and the judgement of what came out. The last turn is the one that is
// disturbed; those before it only warm the connection up.

import { setTimeout as delay } from 'node:timers/promises';
import {
  HTTPConnectionPool,
  HTTPError,
  type HTTPResponse,
  HTTPSConnectionPool,
  type RequestOptions,
  TimeoutError,
} from 'urlpool';
import { type ScriptedConnection, ScriptedServer, type ServerCertificate } from 'urlpool-testing';
import type { Dialogue, Turn } from './dialogue.ts';

/** What is done: the connection ends or stalls after `at` bytes of a direction, or the response comes in two pieces. */
export interface Cut {
  readonly by: 'fin' | 'reset' | 'stall' | 'split';
  readonly direction: 'response' | 'request';
  readonly at: number;
}

/** Silence that counts as a stall where one is made, and where none is: then only a machine that is busy is silent. */
const STALL_MS = 150;
const NO_STALL_MS = 5_000;
/** How long any call may take at most before it counts as hung. */
const HUNG_MS = 15_000;

/** What surely fits into a socket's buffers. */
const SOCKET_BUFFER_BYTES = 64 * 1024;

/** Runs one cut. Returns null if all is right, else what is wrong, in a line. */
export async function runCut(dialogue: Dialogue, cut: Cut, certificate: ServerCertificate): Promise<string | null> {
  let disturbed = false;
  const server = await ScriptedServer.start(dialogue.tls ? { tls: certificate } : {}, async (connection) => {
    // A replay comes on a connection of its own, whose first request is the disturbed turn again.
    for (let index = disturbed ? dialogue.turns.length - 1 : 0; index < dialogue.turns.length; index++) {
      const turn = dialogue.turns[index];
      if (turn === undefined) return;
      if (index < dialogue.turns.length - 1 || disturbed) await answer(connection, turn);
      else {
        disturbed = true;
        await disturb(connection, turn, cut);
      }
    }
  });
  const turn = dialogue.turns.at(-1);
  if (turn === undefined) return 'a dialogue without turns';
  const expectation = expected(turn, cut, dialogue.turns.length > 1 && turn.method === 'GET');
  const read = expectation === 'timeout' ? STALL_MS : NO_STALL_MS;
  const timeout = { connect: NO_STALL_MS, read: NO_STALL_MS };
  const options = { port: server.port, maxSize: 1, retries: false, timeout } as const;
  const pool = dialogue.tls
    ? new HTTPSConnectionPool('localhost', { ...options, ca: certificate.ca })
    : new HTTPConnectionPool('127.0.0.1', options);
  try {
    for (const warmUp of dialogue.turns.slice(0, -1)) {
      const problem = judge(warmUp, await ask(pool, warmUp), 'answer');
      if (problem !== null) return `while warming up: ${problem}`;
    }
    const problem = judge(turn, await ask(pool, turn, { timeout: { ...timeout, read } }), expectation);
    if (problem !== null) return problem;
    await pool.close({ timeout: 1_000 });
    const { open, active, dialling, queued } = pool.snapshot();
    const left = open + active + dialling + queued;
    return left === 0 ? null : `${left} connections or waiters left after close()`;
  } finally {
    await pool.close({ timeout: 0 });
    await server.close();
  }
}

async function answer(connection: ScriptedConnection, turn: Turn): Promise<void> {
  await connection.request();
  await connection.write(turn.response);
  if (turn.untilClose) connection.end();
}

async function disturb(connection: ScriptedConnection, turn: Turn, cut: Cut): Promise<void> {
  const response = Buffer.from(turn.response, 'latin1');
  if (cut.direction === 'request') {
    if (cut.at > 0) await connection.bytes(cut.at);
  } else {
    await connection.request();
    if (cut.at > 0) await connection.write(response.subarray(0, cut.at));
  }
  if (cut.by === 'split') {
    await delay(2);
    await connection.write(response.subarray(cut.at));
    if (turn.untilClose) connection.end();
  } else if (cut.by === 'fin') {
    connection.end();
  } else if (cut.by === 'reset') {
    // Without a moment in between, the reset may overtake bytes that the client's kernel has, but has not handed over.
    await delay(2);
    connection.reset();
  } else {
    if (cut.direction === 'request') connection.pause();
    await connection.closed;
  }
}

type Result =
  | { readonly is: 'response'; readonly response: HTTPResponse }
  | { readonly is: 'error'; readonly error: unknown }
  | { readonly is: 'hung' };

async function ask(pool: HTTPConnectionPool, turn: Turn, options: RequestOptions = {}): Promise<Result> {
  const { body } = turn;
  const stream = async function* () {
    for (const piece of Array.isArray(body) ? body : []) yield piece;
  };
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : stream };
  const asked: Promise<Result> = pool.request(turn.method, '/', { ...options, ...sent }).then(
    (response) => ({ is: 'response', response }),
    (error: unknown) => ({ is: 'error', error }),
  );
  const hung = new AbortController();
  const result = await Promise.race([
    asked,
    delay(HUNG_MS, { is: 'hung' } as const, { signal: hung.signal }).catch(() => ({ is: 'hung' }) as const),
  ]);
  hung.abort();
  return result;
}

/** What must come of it: the answer, the part of a body that came, or an error, of time or of the connection. */
type Expectation = 'answer' | 'error' | 'answer or error' | 'timeout' | { readonly prefix: number };

function expected(turn: Turn, cut: Cut, isReplayable: boolean): Expectation {
  if (cut.by === 'split') return 'answer';
  const headEnd = turn.response.lastIndexOf('\r\n\r\n', turn.untilClose ? turn.response.length : undefined) + 4;
  const received = cut.direction === 'request' ? 0 : cut.at;
  if (!turn.untilClose && received === turn.response.length) {
    // A reset drops what the server's kernel has not sent yet, which is some of a large response.
    return cut.by === 'reset' && received > SOCKET_BUFFER_BYTES ? 'answer or error' : 'answer';
  }
  if (cut.by === 'stall') return 'timeout';
  if (received === 0 && isReplayable) return 'answer';
  if (turn.untilClose && cut.by === 'fin' && received >= headEnd) return { prefix: received - headEnd };
  return 'error';
}

function judge(turn: Turn, result: Result, expectation: Expectation): string | null {
  if (result.is === 'hung') return `hung for ${HUNG_MS} ms`;
  if (result.is === 'error') {
    const { error } = result;
    if (!(error instanceof HTTPError)) return `not an HTTPError: ${String(error)}`;
    if (expectation === 'timeout' && error instanceof TimeoutError) return null;
    if ((expectation === 'error' || expectation === 'answer or error') && !(error instanceof TimeoutError)) return null;
    return `expected ${JSON.stringify(expectation)}, got ${error.name} ${error.code}: ${error.message}`;
  }
  const { response } = result;
  if (expectation === 'error' || expectation === 'timeout') {
    return `expected ${expectation}, got ${response.status} ${quote(response.text())}`;
  }
  const data = typeof expectation === 'object' ? turn.data.slice(0, expectation.prefix) : turn.data;
  if (response.status !== turn.status) return `status ${response.status}, not ${turn.status}`;
  if (response.text() !== data) return `body ${quote(response.text())}, not ${quote(data)}`;
  const trailers = JSON.stringify(response.trailers.toJSON());
  const wanted = JSON.stringify(turn.trailers ?? {});
  return trailers === wanted ? null : `trailers ${trailers}, not ${wanted}`;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}… (${text.length})` : text);
}

/** What the client puts on the wire for a turn, as a server sees it: to know where to cut. */
export async function requestBytes(dialogue: Dialogue, certificate: ServerCertificate): Promise<number> {
  let length = 0;
  const server = await ScriptedServer.start(dialogue.tls ? { tls: certificate } : {}, async (connection) => {
    for (const turn of dialogue.turns) {
      length = (await connection.request()).raw.length;
      await connection.write(turn.response);
      if (turn.untilClose) connection.end();
    }
  });
  const options = { port: server.port, maxSize: 1, retries: false } as const;
  const pool = dialogue.tls
    ? new HTTPSConnectionPool('localhost', { ...options, ca: certificate.ca })
    : new HTTPConnectionPool('127.0.0.1', options);
  for (const turn of dialogue.turns) await ask(pool, turn);
  await pool.close();
  await server.close();
  return length;
}
