import type { FieldBlock } from '../message/field-block.ts';
import type { Fields } from '../message/fields.ts';
import type { Timeout } from '../policy/timeout.ts';
import type { TraceListener } from '../trace/trace-event.ts';
import type { RequestBody } from './request-body.ts';
import type { UploadProgress } from './upload-progress.ts';

/** One attempt's request as a connection takes it: complete, checked, and the same for every version of HTTP. */
export interface WireRequest {
  readonly method: string;
  /** What stands in the request line: origin-form as a rule (RFC 9112 §3.2). */
  readonly target: string;
  /** The URL for messages and events, without credentials. */
  readonly url: string;
  readonly fields: FieldBlock;
  /** Null where there is none and none is expected. */
  readonly body: RequestBody | null;
  /** Makes the fields that follow a chunked body, once it was sent; null for none. */
  readonly trailers: (() => Fields) | null;
  /** Whether it may be sent again if the connection turns out to have died; if not, more care is taken before. */
  readonly repeatable: boolean;
  /** Whether a 101, or a 2xx to CONNECT, hands the transport over. */
  readonly upgrade: boolean;
  /** How long to wait, in ms, for the server to ask for the body before it is sent; null to send it at once. */
  readonly expectContinue: number | null;
  /** Told how far the body has come, in the caller's context; null for nobody. It must not throw. */
  readonly onUploadProgress: ((progress: UploadProgress) => void) | null;
  readonly timeout: Timeout;
  /** Told of what becomes of its call; null for nobody. */
  readonly trace: TraceListener | null;
  /** Ids for events and errors. */
  readonly call: number;
  readonly attempt: number;
}
