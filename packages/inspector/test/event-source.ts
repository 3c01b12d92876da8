// A reader of server-sent events for the tests: it collects messages, and can stop to read.

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { NOW_EVENT } from '../src/model/page-contract.ts';

export interface Message {
  readonly id: string;
  readonly event: string;
  readonly events: readonly { readonly type: string; readonly at: number; readonly events?: number }[];
}

export class EventSource {
  readonly messages: Message[] = [];
  /** The times that it was told. */
  readonly times: number[] = [];
  readonly #response: IncomingMessage;
  #text = '';
  #wake: (() => void) | null = null;

  static async open(url: string, lastEventId?: string): Promise<EventSource> {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const [response] = await once(get(`${url}events`, { headers, agent: false }), 'response');
    return new EventSource(response);
  }

  private constructor(response: IncomingMessage) {
    this.#response = response;
    response.setEncoding('utf8');
    response.on('error', () => {});
  }

  /** Reads on until a message fits. */
  async until(fits: (messages: readonly Message[]) => boolean): Promise<readonly Message[]> {
    if (this.#response.listenerCount('data') === 0) this.#response.on('data', (text: string) => this.#take(text));
    while (!fits(this.messages)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.messages;
  }

  /** All events so far. */
  get types(): string[] {
    return this.messages.flatMap(({ events }) => events.map(({ type }) => type));
  }

  close(): void {
    this.#response.destroy();
  }

  #take(text: string): void {
    this.#text += text;
    for (let end = this.#text.indexOf('\n\n'); end >= 0; end = this.#text.indexOf('\n\n')) {
      const fields = new Map(
        this.#text
          .slice(0, end)
          .split('\n')
          .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      this.#text = this.#text.slice(end + 2);
      const data = fields.get('data');
      if (data === undefined) continue;
      if (fields.get('event') === NOW_EVENT) {
        this.times.push(Number(data));
        continue;
      }
      this.messages.push({
        id: fields.get('id') ?? '',
        event: fields.get('event') ?? 'message',
        events: JSON.parse(data),
      });
    }
    this.#wake?.();
  }
}
