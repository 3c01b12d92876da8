import type { RedirectOptions } from '../policy/redirect.ts';
import type { Retry } from '../policy/retry.ts';
import type { ReplayPolicy } from '../policy/should-replay.ts';
import type { Timeout, TimeoutOptions } from '../policy/timeout.ts';
import type { BodyInput } from '../request/body-input.ts';
import type { ContentCoding } from '../request/content-coding.ts';
import type { FormFields } from '../request/form-fields.ts';
import type { HeadersInput } from '../request/header-fields.ts';
import type { QueryFields } from '../request/query.ts';
import type { UploadProgress } from '../request/upload-progress.ts';
import type { TraceListener } from '../trace/trace-event.ts';

/** Options of one request. */
export interface RequestOptions extends RedirectOptions {
  /** Header fields over the pool's own; null removes one of those. */
  readonly headers?: HeadersInput | undefined;
  /**
   * The body: a string (sent as UTF-8), bytes, an iterable of them, or a function that makes one for each attempt; a Blob,
   * FormData or URLSearchParams, which bring their Content-Type unless `headers` has one.
   */
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
  /**
   * Names and values: for GET, HEAD, DELETE and OPTIONS a query, added to what the URL has; for any other method a form,
   * which is the body.
   */
  readonly fields?: QueryFields | FormFields | undefined;
  /** Names and values of a form that is the body, as application/x-www-form-urlencoded, whatever the method. */
  readonly form?: QueryFields | undefined;
  /** Whether `fields` as a form are sent as multipart/form-data; if not, as application/x-www-form-urlencoded. @default true */
  readonly encodeMultipart?: boolean | undefined;
  /** What parts the parts of a form (RFC 2046 §5.1.1). @default 16 random bytes in hexadecimal */
  readonly multipartBoundary?: string | undefined;
  /**
   * Compresses the body and says so in Content-Encoding: up to 64 KiB in memory at once, anything else while it is sent,
   * chunked. `deflate` is the zlib format; `zstd` needs Node 22.15 or later. @default not at all
   */
  readonly compress?: ContentCoding | undefined;
  /**
   * Asks the server, by `Expect: 100-continue`, whether it wants the body, and waits for its answer this long before the
   * body is sent: ms, or true for 1,000. A final status instead means that the body is never sent; after a 417 the call
   * is tried once more without asking (RFC 9110 §10.1.1). @default false
   */
  readonly expectContinue?: boolean | number | undefined;
  /** Told of every step of sending the body, anew with each attempt. What it throws fails the call. */
  readonly onUploadProgress?: ((progress: UploadProgress) => void) | undefined;
  /** Told of everything that happens to this call: events with its number, not those of connections by themselves. */
  readonly onEvent?: TraceListener | undefined;
  /** How often to try again and to follow redirects; a number is a Retry's `total`, false is never. @default the pool's */
  readonly retries?: Retry | number | boolean | undefined;
  /**
   * Whether the body is given without the codings of its Content-Encoding: gzip, deflate, br, and zstd where the runtime has
   * it. A body with a coding that is none of these is given as it came. @default the pool's
   */
  readonly decodeContent?: boolean | undefined;
}
