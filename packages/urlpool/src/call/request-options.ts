import type { RedirectOptions } from '../policy/redirect.ts';
import type { Retry } from '../policy/retry.ts';
import type { ReplayPolicy } from '../policy/should-replay.ts';
import type { Timeout, TimeoutOptions } from '../policy/timeout.ts';
import type { BodyInput } from '../request/body-input.ts';
import type { HeadersInput } from '../request/header-fields.ts';
import type { QueryFields } from '../request/query.ts';

/** Options of one request. */
export interface RequestOptions extends RedirectOptions {
  /** Header fields over the pool's own; null removes one of those. */
  readonly headers?: HeadersInput | undefined;
  /** The body: a string (sent as UTF-8), bytes, an iterable of them, or a function that makes one for each attempt. */
  readonly body?: BodyInput | null | undefined;
  /** Called when a body of unknown length has been sent: the fields that follow it, a digest of it say (RFC 9110 §6.5). */
  readonly trailers?: (() => HeadersInput) | undefined;
  /** A value to send as JSON, with its Content-Type. */
  readonly json?: unknown;
  /** Time limits: a number of ms for `connect` and `read`, or a Timeout. @default the pool's */
  readonly timeout?: number | Timeout | TimeoutOptions | undefined;
  /** Aborts the call: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Which attempts may be sent again when a kept connection had died. @default the pool's */
  readonly replay?: ReplayPolicy | undefined;
  /** The largest body to hold in memory, in bytes. @default the pool's */
  readonly maxBodyBytes?: number | undefined;
  /** The query of a GET, HEAD, DELETE or OPTIONS: names and values, added to what the URL has. */
  readonly fields?: QueryFields | undefined;
  /** How often to try again and to follow redirects; a number is a Retry's `total`, false is never. @default the pool's */
  readonly retries?: Retry | number | boolean | undefined;
  /** Bodies are given as they came: none is decoded yet, so false is the only value. */
  readonly decodeContent?: false | undefined;
}
