// A DNS server over UDP that answers as the test says: late, wrongly or not at all, as real ones hardly do when asked to.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { TestContext } from 'node:test';

export type RecordType = 'A' | 'AAAA';

/** What it says to one question; `null` for nothing. */
export type DNSReply = {
  /** RFC 1035 §4.1.1: 0 is no error, 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED. @default 0 */
  readonly rcode?: number;
  readonly addresses?: readonly string[];
  /** Of the records, in s. @default 60 */
  readonly ttl?: number;
  /** Settles when it is to be sent. @default at once */
  readonly after?: Promise<void>;
} | null;

const TYPES: ReadonlyMap<number, RecordType> = new Map([
  [1, 'A'],
  [28, 'AAAA'],
]);

export class FakeDNSServer {
  /** Questions so far, as `A name.test`. */
  readonly asked: string[] = [];
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async start(t: TestContext, reply: (type: RecordType, name: string) => DNSReply): Promise<FakeDNSServer> {
    const socket = createSocket('udp4');
    const server = new FakeDNSServer(socket);
    let isOpen = true;
    socket.on('message', async (question, from) => {
      const { name, type, end } = questionOf(question);
      server.asked.push(`${type} ${name}`);
      const said = reply(type, name);
      if (said === null) return;
      await said.after;
      if (isOpen) socket.send(message(question.subarray(0, end), said), from.port, from.address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    t.after(() => {
      isOpen = false;
      socket.close();
    });
    return server;
  }

  /** For the option `servers`. */
  get address(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }
}

function questionOf(bytes: Buffer): { name: string; type: RecordType; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = bytes.readUInt8(at); length > 0; length = bytes.readUInt8(at)) {
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = TYPES.get(bytes.readUInt16BE(at + 1));
  if (type === undefined) throw new Error('It was asked for neither A nor AAAA');
  return { name: labels.join('.'), type, end: at + 5 };
}

function message(question: Buffer, { rcode = 0, addresses = [], ttl = 60 }: NonNullable<DNSReply>): Buffer {
  const head = Buffer.from(question);
  head.writeUInt16BE(0x8180 | rcode, 2);
  head.writeUInt16BE(addresses.length, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, ...addresses.map((address) => record(address, ttl))]);
}

function record(address: string, ttl: number): Buffer {
  const bytes = address.includes(':') ? groups(address) : Buffer.from(address.split('.').map(Number));
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0); // the name of the question
  head.writeUInt16BE(bytes.length === 4 ? 1 : 28, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(ttl, 6);
  head.writeUInt16BE(bytes.length, 10);
  return Buffer.concat([head, bytes]);
}

function groups(address: string): Buffer {
  const [left = '', right = ''] = address.split('::');
  const [before, after] = [left, right].map((side) => (side === '' ? [] : side.split(':')));
  const zeros = Array(8 - (before?.length ?? 0) - (after?.length ?? 0)).fill('0');
  const all = [...(before ?? []), ...zeros, ...(after ?? [])].map((group) => Number.parseInt(group, 16));
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
