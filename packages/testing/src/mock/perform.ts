// One step of a route on one connection: the bytes, when they leave, and how it ends.

import type { Clock } from 'urlpool';
import { cannedResponse } from '../canned-response.ts';
import { ConnectionClosedError } from '../connection-closed-error.ts';
import type { ScriptedConnection } from '../scripted-connection.ts';
import { type MockStream, type PreparedReply, prepareReply } from './mock-reply.ts';
import type { MockRequest } from './mock-request.ts';
import type { RouteStep } from './mock-route.ts';

/** Where a step is performed. */
export interface Stage {
  readonly connection: ScriptedConnection;
  readonly clock: Clock;
  /** Set once bytes of the answer may have left. */
  begun: boolean;
  /** Resolves when what was written has reached the client, as far as that can be known. */
  arrived(): Promise<void>;
}

/** What a fault in a body breaks off, where it was given none. */
const BROKEN_BODY = 'The end of this body never comes.';

/**
 * Performs a step.
 *
 * @throws {ConnectionClosedError} where the client has left.
 * @throws {Error} what a function or a script of the user's throws.
 */
export async function perform(step: RouteStep, request: MockRequest, stage: Stage): Promise<void> {
  const { connection } = stage;
  switch (step.is) {
    case 'script':
      stage.begun = true;
      await step.script(connection, request);
      return;
    case 'function':
      await sendReply(prepareReply(await step.reply(request)), request, stage);
      return;
    case 'reply':
      await sendReply(step.reply, request, stage);
      return;
    case 'fault':
      await wait(step.reply.delay, stage);
      await performFault(step, request, stage);
  }
}

/** Sends a whole reply, after its delay; then ends the connection, where that was to be its last. */
export async function sendReply(reply: PreparedReply, request: MockRequest, stage: Stage): Promise<void> {
  const { connection } = stage;
  await wait(reply.delay, stage);
  const bytes = cannedResponse({ ...reply.choices, method: request.method });
  const head = headOf(bytes);
  if (reply.stream !== null) checkUnsent(reply.stream);
  stage.begun = true;
  if (reply.stream !== null && request.method !== 'HEAD') await sendStream(head, reply.stream, reply, stage);
  else if (reply.drip === null) await connection.write(bytes);
  else await sendSlowly(head, bytes.subarray(head.length), reply.drip, stage);
  if (isLast(request) || /^connection:[^\r\n]*\bclose\b/im.test(head.toString('latin1'))) connection.end();
}

async function performFault(
  { fault, reply }: Extract<RouteStep, { is: 'fault' }>,
  request: MockRequest,
  stage: Stage,
): Promise<void> {
  const { connection } = stage;
  if (fault === 'malformed') {
    await connection.write('This is no HTTP.\r\n\r\n');
    return connection.end();
  }
  if (fault.endsWith('-in-body')) {
    const { body = BROKEN_BODY } = reply.choices;
    const bytes = cannedResponse({ ...reply.choices, body, method: request.method });
    const head = headOf(bytes);
    await connection.write(bytes.subarray(0, head.length + Math.floor((bytes.length - head.length) / 2)));
    if (fault === 'reset-in-body') await stage.arrived();
  }
  if (fault.startsWith('reset')) connection.reset();
  else if (fault.startsWith('close')) connection.end();
  else await connection.closed;
}

async function sendStream(
  head: Buffer,
  stream: MockStream,
  { trailers, drip }: PreparedReply,
  stage: Stage,
): Promise<void> {
  const { connection } = stage;
  const chunk = (bytes: Uint8Array) =>
    Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
  await connection.write(head);
  for await (const piece of stream) {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
    if (!(bytes instanceof Uint8Array)) throw new TypeError(`Cannot send a ${typeof piece} as a piece of a body`);
    if (bytes.length === 0) continue;
    if (drip === null) await connection.write(chunk(bytes));
    else for (const part of parts(bytes, drip.bytes)) await waitAndWrite(chunk(part), drip.every, stage);
  }
  await connection.write(`0\r\n${trailers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
}

/** Streams that were sent. */
const sent = new WeakSet<object>();

/** A generator gives its pieces once: a second reply by it would be empty, without a word. */
function checkUnsent(stream: MockStream): void {
  if (sent.has(stream) && 'next' in stream) {
    throw new TypeError('Cannot send the same generator twice: reply with a function that makes a new one');
  }
  sent.add(stream);
}

async function sendSlowly(
  head: Buffer,
  body: Buffer,
  drip: NonNullable<PreparedReply['drip']>,
  stage: Stage,
): Promise<void> {
  await stage.connection.write(head);
  for (const part of parts(body, drip.bytes)) await waitAndWrite(part, drip.every, stage);
}

async function waitAndWrite(bytes: Uint8Array, ms: number, stage: Stage): Promise<void> {
  await wait(ms, stage);
  await stage.connection.write(bytes);
}

function* parts(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The head with its empty line. */
function headOf(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.indexOf('\r\n\r\n') + 4);
}

/** Whether the client will send no other request on the connection. */
function isLast({ headers }: MockRequest): boolean {
  return /\bclose\b/i.test(headers.get('connection') ?? '');
}

/** So many ms of the clock, unless the client leaves before. */
async function wait(ms: number, { clock, connection }: Stage): Promise<void> {
  if (ms === 0) return;
  await new Promise<void>((resolve, reject) => {
    const timer = clock.setTimer(ms, resolve, true);
    void connection.closed.then(({ by }) => {
      timer.cancel();
      reject(new ConnectionClosedError(`wait ${ms} ms`, by));
    });
  });
}
