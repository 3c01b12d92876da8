// CONNECT to a proxy that speaks HTTP/1.1 (RFC 9110 §9.3.6). Where it asks for credentials that there are, it is asked
// again: on the same connection if that is kept and the body of the refusal has an end, else on a new one.

import { LimitFault, PeerFault } from '../http1/fault.ts';
import type { Framing, FramingFields } from '../http1/framing.ts';
import { persists } from '../http1/keep-alive.ts';
import { requestHead } from '../http1/request-head.ts';
import { ResponseReader } from '../http1/response-reader.ts';
import { FieldBlock } from '../message/field-block.ts';
import { type Fields, findField } from '../message/fields.ts';
import type { Head } from '../message/head.ts';
import { tokenList } from '../message/token-list.ts';
import type { Limits } from '../policy/limits.ts';
import type { ProxyCredentials } from './proxy-credentials.ts';
import { type TunnelEnd, TunnelFault, type TunnelStep, type TunnelTalk } from './tunnel-talk.ts';

/** Bytes of an answer to read, head, interim responses and the body of a refusal together. */
const MAX_ANSWER_BYTES = 256 * 1024;

/** How much of a reason phrase is told. */
const MAX_REASON = 80;

/** What a proxy is told beside the host. */
export interface ConnectFields {
  /** Header fields for it, without its credentials. */
  readonly fields: Fields;
  readonly credentials: ProxyCredentials;
}

/** After a challenge: the body of the refusal is read on, and followed by the next CONNECT, or a new connection is needed. */
type Renewal = 'after-body' | 'now' | 'elsewhere';

export class HttpConnect implements TunnelTalk {
  readonly #authority: string;
  readonly #told: ConnectFields;
  readonly #limits: Limits;
  #reader: ResponseReader;
  #bytes = 0;
  #sent: string | null = null;
  /** Challenges answered. */
  #rounds = 0;
  #renewal: Renewal | null = null;
  /** Whether this connection has refused before, and nothing has come since. */
  #isLeftHanging = false;
  /** The head that says that another protocol follows it. */
  #switched: Head | null = null;

  constructor({ host, port }: TunnelEnd, told: ConnectFields, limits: Limits) {
    this.#authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    this.#told = told;
    this.#limits = limits;
    this.#reader = this.#newReader();
  }

  get mayStartAnew(): boolean {
    return this.#renewal !== null || this.#isLeftHanging;
  }

  begin(): Buffer {
    this.#bytes = 0;
    this.#renewal = null;
    this.#isLeftHanging = false;
    this.#reader = this.#newReader();
    this.#reader.begin('CONNECT', true);
    const { fields, credentials } = this.#told;
    this.#sent = credentials.authorization('CONNECT', this.#authority);
    const authorization = this.#sent === null ? [] : ['Proxy-Authorization', this.#sent];
    const block = new FieldBlock(['Host', this.#authority, ...authorization, ...fields]);
    return Buffer.from(requestHead('CONNECT', this.#authority, block, 'none'), 'latin1');
  }

  read(bytes: Buffer): TunnelStep {
    this.#isLeftHanging = false;
    this.#bytes += bytes.length;
    let end = 0;
    try {
      end = this.#reader.read(bytes, 0, bytes.length);
    } catch (fault) {
      if (this.#renewal !== null) return { is: 'anew' };
      throw told(fault);
    }
    if (this.#switched !== null) return this.#opened(this.#switched, bytes.subarray(end));
    if (this.#renewal === 'now' && end === bytes.length) {
      const again = this.begin();
      this.#isLeftHanging = true;
      return { is: 'say', bytes: again };
    }
    const isEndless = this.#bytes > MAX_ANSWER_BYTES;
    if (this.#renewal === 'after-body' && !isEndless) return { is: 'more' };
    if (this.#renewal !== null) return { is: 'anew' };
    if (isEndless) throw new TunnelFault('protocol', 'its answer has no end');
    return { is: 'more' };
  }

  #newReader(): ResponseReader {
    return new ResponseReader(
      {
        onInformational() {},
        onHead: (head, framing, found) => this.#onRefusal(head, framing, found),
        onBody() {},
        onResponseEnd: () => {
          if (this.#renewal === 'after-body') this.#renewal = 'now';
        },
        onSwitch: (head) => {
          this.#switched = head;
        },
      },
      this.#limits,
    );
  }

  #opened(head: Head, rest: Buffer): TunnelStep {
    if (head.status === 101) throw refusal('protocol', head, '');
    if (this.#sent !== null) this.#told.credentials.accepted(this.#sent, head.fields);
    return { is: 'open', rest };
  }

  /** An answer other than 2xx is no tunnel, whatever its body says: it must not be taken for the origin's (CVE-2009-1836). */
  #onRefusal(head: Head, framing: Framing, found: FramingFields): void {
    const { credentials } = this.#told;
    if (head.status !== 407) {
      if (this.#sent !== null) credentials.accepted(this.#sent, head.fields);
      throw refusal('refused', head, '');
    }
    const challenge = { fields: head.fields, sent: this.#sent, rounds: this.#rounds, hasBody: false };
    const next = credentials.challenged(challenge);
    if (next.is === 'refused') throw refusal('auth', head, `; ${next.why}`);
    this.#rounds++;
    this.#renewal = isKept(head, framing, found) ? 'after-body' : 'elsewhere';
  }
}

/** Whether another request may follow on the connection; old proxies say so by Proxy-Connection. */
function isKept({ version, fields }: Head, framing: Framing, { connection }: FramingFields): boolean {
  if (framing.is === 'until-close' || !framing.keeps || !persists(version, connection)) return false;
  return !tokenList(findField(fields, 'proxy-connection') ?? '').includes('close');
}

function refusal(kind: TunnelFault['kind'], { status, reason, fields }: Head, why: string): TunnelFault {
  const short = reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason;
  const text = `it answered ${status}${short === '' ? '' : ` ${short}`}${why}`;
  return new TunnelFault(kind, text, { status, reason, fields });
}

/** A fault of the codec's as one of the tunnel. */
function told(fault: unknown): unknown {
  if (fault instanceof PeerFault) return new TunnelFault('protocol', `it sent ${fault.message}`);
  if (!(fault instanceof LimitFault)) return fault;
  return new TunnelFault('protocol', `it sent ${fault.message}; option: ${fault.limit}`);
}
