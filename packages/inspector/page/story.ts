// What a person would say of a request or a connection, in sentences and in a list of what happened when. Pure: the model
// in, text out.

import type { Bar } from '../src/model/bars.ts';
import type { CallTrace, Decision } from '../src/model/call-trace.ts';
import type { Lane, StepKind } from '../src/model/lane.ts';
import { counted, duration, size } from './quantity.ts';

/** Something that happened, and when, in ms by the events' clock. */
export interface Moment {
  readonly at: number;
  readonly text: string;
}

/** The steps of an opening, in words. */
export const STEPS: Readonly<Record<StepKind, string>> = {
  dns: 'name look-up',
  connect: 'TCP connect',
  proxy: 'proxy tunnel',
  tls: 'TLS handshake',
};

/** Why connections are closed, in words; those that are missing say it themselves. */
const REASONS: Readonly<Record<string, string>> = {
  'dial-failed': 'it could not be opened',
  'dial-timeout': 'opening it took too long',
  'dial-abandoned': 'nobody waited for it any longer',
  'idle-timeout': 'it had been idle for as long as it may be',
  'server-closed': 'the server closed it',
  'server-reset': 'the server reset it',
  'unasked-bytes': 'bytes came that answer no request',
  'max-age': 'it was as old as it may become',
  'address-changed': 'the name no longer leads to its address',
  surplus: 'there were more connections than are kept',
  evicted: 'it made room for another origin',
  replaced: 'it made room for a replay',
  cleared: 'the pool was cleared',
  'not-persistent': 'the server did not want to keep it',
  'max-requests': 'it had carried as many requests as it may',
  'early-response': 'the response ended before its request was sent',
  'ambiguous-framing': 'not every reader would read its response the same way',
  'unread-body': 'a response was given up before its end',
  upgraded: 'it carries another protocol now',
  'protocol-error': 'the server broke HTTP',
  limit: 'what came was more than a limit allows',
  timeout: 'a request on it took too long',
  cancelled: 'its request was cancelled',
  incomplete: 'it ended in the middle of a response',
  'send-failed': "the request's body failed",
  goaway: 'the server takes no more requests on it',
  closed: 'the pool was closed',
};

/** Why a connection was closed, in words with the reason's own name. */
export function whyClosed(reason: string): string {
  const words = REASONS[reason];
  return words === undefined ? reason : `${words} (${reason})`;
}

/** A line or two of an exchange, for a hint. @param now Until when one goes on that is not over. */
export function barStory(bar: Bar, now: number): string {
  const { method, url, status, error, call, attempt, lane, reused } = bar;
  const isOver = !Number.isNaN(bar.to);
  const result =
    error !== null ? (error.code ?? error.name) : status > 0 ? `${status} ${bar.reason}`.trim() : 'no answer yet';
  const took = duration((isOver ? bar.to : now) - bar.from);
  const { send, wait, receive } = partsOf(bar, now);
  const which = attempt > 1 ? `, attempt ${attempt}` : '';
  const mark = MARKS[bar.mark];
  return [
    `${method} ${url}`,
    `${result}, ${isOver ? took : `${took} so far`} (sent ${duration(send)}, waited ${duration(wait)}, received ${duration(receive)})`,
    `request ${call}${which} on connection ${lane.id}, ${reused ? 'a kept one' : 'a new one'}${mark}`,
  ].join('\n');
}

const MARKS: Readonly<Record<Bar['mark'], string>> = {
  none: '',
  retry: '; ↻ tried again',
  replay: '; ⇄ sent again on another connection',
  redirect: '; ↪ after a redirect',
};

/** How long the parts of an exchange took, in ms. */
export function partsOf(
  bar: Bar,
  now: number,
): { readonly send: number; readonly wait: number; readonly receive: number } {
  const to = Number.isNaN(bar.to) ? now : bar.to;
  const headAt = Number.isNaN(bar.headAt) ? to : bar.headAt;
  const sentAt = Math.min(Number.isNaN(bar.sentAt) ? headAt : bar.sentAt, headAt);
  return { send: Math.max(sentAt - bar.from, 0), wait: headAt - sentAt, receive: Math.max(to - headAt, 0) };
}

/** A connection in a line. */
export function laneTitle(lane: Lane): string {
  const to = lane.address === null ? '' : ` to ${lane.address}`;
  if (lane.dialError !== null) return `Connection ${lane.id}${to} could not be opened`;
  return `Connection ${lane.id}${to} carried ${counted(lane.served, 'request')}`;
}

/**
 * The story of a connection, in sentences.
 *
 * @param zero What is called 0: the beginning of the trace.
 * @param idle How long it has been idle in all, in ms.
 */
export function laneStory(lane: Lane, zero: number, now: number, idle: number): string[] {
  const lines: string[] = [];
  const opening = duration(lane.handshake);
  const steps = lane.steps
    .filter(({ to }) => !Number.isNaN(to))
    .map(({ kind, from, to }) => `${STEPS[kind]} ${duration(to - from)}`);
  const tls = lane.steps.findLast(({ kind, ok }) => kind === 'tls' && ok);
  if (lane.dialError !== null) {
    lines.push(`It could not be opened: ${lane.dialError.message}`);
  } else if (Number.isNaN(lane.dialFrom)) {
    lines.push('It was open before this trace began.');
  } else if (Number.isNaN(lane.dialTo)) {
    lines.push(`It is being opened, since ${duration(now - lane.dialFrom)}.`);
  } else {
    const parts = steps.length === 0 ? '' : ` (${steps.join(', ')})`;
    lines.push(
      `Opened at ${duration(lane.dialFrom - zero)}${lane.address === null ? '' : ` to ${lane.address}`}${lane.via === null ? '' : ` through the proxy ${lane.via}`}, in ${opening}${parts}.`,
    );
  }
  if (tls !== undefined) {
    const session = tls.resumed ? 'an earlier session was resumed' : 'with a full handshake';
    lines.push(`${tls.protocol ?? 'TLS'}, ${session}.`);
  }
  if (lane.dialError === null) {
    const kept = Math.max(lane.served - 1, 0);
    const needless = kept === 0 ? '' : `: ${counted(kept, 'handshake')} fewer than one for each`;
    lines.push(`It carried ${counted(lane.served, 'request')}${needless}, and was idle for ${duration(idle)} in all.`);
    if (lane.reason !== null) lines.push(`Closed at ${duration(lane.closedAt - zero)}: ${whyClosed(lane.reason)}.`);
    else if (!Number.isNaN(lane.dialTo)) lines.push('It is open.');
  }
  return lines;
}

/** What happened to a call, in order. @param exchanges Those of its exchanges that are held. */
export function momentsOf(call: CallTrace, exchanges: readonly Bar[]): Moment[] {
  const moments: Moment[] = [];
  const add = (at: number, text: string): void => {
    if (!Number.isNaN(at)) moments.push({ at, text });
  };
  add(call.from, `${call.method} ${call.url}`);
  for (const { from, to, connection, origin } of call.waits) {
    if (to - from >= 0.2 || Number.isNaN(to)) add(from, `waits for a connection to ${origin}`);
    if (connection === null && !Number.isNaN(to)) add(to, 'leaves the queue without a connection');
    else if (connection !== null) add(to, `gets connection ${connection}`);
  }
  for (const bar of exchanges) {
    add(
      bar.from,
      `attempt ${bar.attempt} begins on connection ${bar.lane.id}, ${bar.reused ? 'a kept one' : 'a new one'}`,
    );
    add(bar.sentAt, `the request is sent, ${size(bar.bytesSent)} with its head`);
    add(bar.headAt, `the head of the response is there: ${bar.status} ${bar.reason}`.trim());
    if (bar.error !== null) add(bar.to, `fails: ${bar.error.message}`);
    else add(bar.to, `the response is complete, ${size(bar.bytesReceived)} with its head`);
  }
  for (const decision of call.decisions) add(decision.at, decisionText(decision));
  if (call.error !== null) add(call.to, `the request fails: ${call.error.message}`);
  else if (call.status !== null) add(call.to, `the request is done: ${call.status}`);
  return moments.toSorted((a, b) => a.at - b.at);
}

function decisionText(decision: Decision): string {
  switch (decision.is) {
    case 'retry': {
      if (!decision.done) return `not tried again after ${decision.because}: ${decision.refused ?? 'not allowed'}`;
      return `↻ to be tried again because of ${decision.because}, after ${duration(decision.delay)}`;
    }
    case 'replay':
      return decision.done
        ? `⇄ connection ${decision.connection} had died (${decision.because}): sent again at once on another`
        : `connection ${decision.connection} had died (${decision.because}), not sent again: ${decision.why}`;
    case 'redirect': {
      const dropped = decision.dropped.length === 0 ? '' : `, without ${decision.dropped.join(', ')}`;
      return decision.done
        ? `↪ ${decision.status}: redirected to ${decision.to}${dropped}`
        : `${decision.status}: not redirected to ${decision.to}: ${decision.why ?? 'not asked for'}`;
    }
  }
}
