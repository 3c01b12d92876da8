// What a server does on one fake connection.

import type { FakeTransport } from './fake-transport.ts';

/** Ways to answer a request, or to spoil the answer. */
export const ANSWERS = [
  'whole',
  'close', // with `Connection: close`, and a FIN behind it
  'begin', // the head and a part of the body
  'head', // no byte of the body
  'large',
  'until-close',
  'error', // 413: a client that still sends must stop
  'redirect',
  'trailing', // bytes behind it that answer nothing
  'garbage',
] as const;

export type AnswerKind = (typeof ANSWERS)[number];

/** Enough for a stream to ask for a pause, and for an abandoned one to be given up. */
const LARGE_BYTES = 600_000;

/** The body that answers a target. */
export function answerTo(target: string): string {
  return `the answer to ${target}`;
}

/** Whether a body is a right answer. */
export function isAnswerTo(target: string, body: string): boolean {
  return body.trimEnd() === answerTo(target);
}

/**
 * Answers the request, or goes on with an answer that was begun.
 *
 * @param redirects Origins, to one of which a redirect leads.
 */
export function answer(transport: FakeTransport, kind: AnswerKind, redirects: readonly string[]): void {
  const { request, rest } = transport;
  if (!transport.open) return;
  if (rest !== null) {
    transport.rest = null;
    transport.request = null;
    transport.send(rest);
    return;
  }
  if (request === null) return;
  const body = answerTo(request.target);
  request.answered = kind !== 'garbage';
  transport.spent = kind === 'close' || kind === 'until-close' || kind === 'trailing';
  if (kind === 'begin' || kind === 'head') {
    const sent = kind === 'begin' ? 4 : 0;
    transport.send(Buffer.from(`${head('200 OK', body.length)}${body.slice(0, sent)}`));
    transport.rest = Buffer.from(body.slice(sent));
    return;
  }
  transport.request = null;
  switch (kind) {
    case 'whole':
      transport.send(Buffer.from(head('200 OK', body.length) + body));
      break;
    case 'error':
      transport.send(Buffer.from(head('413 Content Too Large', body.length) + body));
      break;
    case 'large':
      transport.send(Buffer.from(head('200 OK', LARGE_BYTES) + body.padEnd(LARGE_BYTES)));
      break;
    case 'close':
      transport.send(Buffer.from(head('200 OK', body.length, 'Connection: close\r\n') + body));
      hangUp(transport);
      break;
    case 'until-close':
      transport.send(Buffer.from(`HTTP/1.1 200 OK\r\n\r\n${body}`));
      hangUp(transport);
      break;
    case 'redirect': {
      const to = redirects[request.target.length % redirects.length] ?? '';
      transport.send(Buffer.from(head('307 Temporary Redirect', 0, `Location: ${to}${request.target}\r\n`)));
      break;
    }
    case 'trailing':
      transport.send(Buffer.from(`${head('200 OK', body.length)}${body}and more`));
      break;
    case 'garbage':
      transport.harmed = true;
      transport.send(Buffer.from('ceci n’est pas une réponse\r\n\r\n'));
      break;
  }
}

/** Sends FIN. */
export function hangUp(transport: FakeTransport): void {
  if (!transport.open) return;
  transport.harmed = true;
  transport.sendFin();
}

/** Sends RST. */
export function reset(transport: FakeTransport): void {
  if (!transport.open) return;
  transport.harmed = true;
  transport.sendReset();
}

/** Sends bytes that answer nothing. */
export function sendUnasked(transport: FakeTransport): void {
  if (!transport.open || transport.rest !== null) return;
  transport.harmed = true;
  transport.send(Buffer.from('unasked\r\n\r\n'));
}

function head(status: string, length: number, fields = ''): string {
  return `HTTP/1.1 ${status}\r\n${fields}Content-Length: ${length}\r\n\r\n`;
}
