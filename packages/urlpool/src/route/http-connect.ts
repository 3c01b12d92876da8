// CONNECT to a proxy that speaks HTTP/1.1 (RFC 9110 §9.3.6).

import { LimitFault, PeerFault } from '../http1/fault.ts';
import { requestHead } from '../http1/request-head.ts';
import { ResponseReader } from '../http1/response-reader.ts';
import { FieldBlock } from '../message/field-block.ts';
import type { Fields } from '../message/fields.ts';
import type { Head } from '../message/head.ts';
import type { Limits } from '../policy/limits.ts';
import { type TunnelEnd, TunnelFault, type TunnelStep, type TunnelTalk } from './tunnel-talk.ts';

/** Bytes of an answer to read, head and interim responses together. */
const MAX_ANSWER_BYTES = 256 * 1024;

export class HttpConnect implements TunnelTalk {
  readonly #end: TunnelEnd;
  readonly #fields: Fields;
  readonly #reader: ResponseReader;
  #bytes = 0;
  /** The head that says that another protocol follows it. */
  #switched: Head | null = null;

  /** @param fields Header fields for the proxy: its credentials, say. */
  constructor(end: TunnelEnd, fields: Fields, limits: Limits) {
    this.#end = end;
    this.#fields = fields;
    this.#reader = new ResponseReader(
      {
        onInformational() {},
        onHead: (head) => this.#refuse(head),
        onBody() {},
        onResponseEnd() {},
        onSwitch: (head) => {
          this.#switched = head;
        },
      },
      limits,
    );
  }

  begin(): Buffer {
    const { host, port } = this.#end;
    const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    this.#reader.begin('CONNECT', true);
    const block = new FieldBlock(['Host', authority, ...this.#fields]);
    return Buffer.from(requestHead('CONNECT', authority, block, 'none'), 'latin1');
  }

  read(bytes: Buffer): TunnelStep {
    this.#bytes += bytes.length;
    let end: number;
    try {
      end = this.#reader.read(bytes, 0, bytes.length);
    } catch (fault) {
      if (fault instanceof PeerFault || fault instanceof LimitFault) throw new TunnelFault('protocol', fault.message);
      throw fault;
    }
    if (this.#switched?.status === 101) this.#refuse(this.#switched);
    if (this.#switched !== null) return { is: 'open', rest: bytes.subarray(end) };
    if (this.#bytes > MAX_ANSWER_BYTES) throw new TunnelFault('protocol', 'its answer has no end');
    return { is: 'more' };
  }

  /** An answer other than 2xx is no tunnel, whatever its body says: it must not be taken for the origin's (CVE-2009-1835). */
  #refuse({ status, reason, fields }: Head): never {
    const text = `it answered ${status}${reason === '' ? '' : ` ${reason}`}`;
    throw new TunnelFault(status === 407 ? 'auth' : status === 101 ? 'protocol' : 'refused', text, {
      status,
      reason,
      fields,
    });
  }
}
