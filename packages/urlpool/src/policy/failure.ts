import type { HTTPError } from '../errors/http-error.ts';

/** How an exchange failed: all that `shouldReplay()` and the Retry policy need to know. */
export interface Failure {
  readonly error: HTTPError;
  /** Whether the connection had served no exchange before this one. */
  readonly fresh: boolean;
  /** What was handed to the transport: `nothing` means that no write was called for this exchange. */
  readonly sent: 'nothing' | 'some' | 'all';
  /** Whether a single byte of a response had come. */
  readonly received: boolean;
  readonly why:
    | 'eof'
    | 'reset' // and EPIPE
    | 'unprocessed' // HTTP/2: the peer says that it did nothing with it
    | 'timeout'
    | 'tls'
    | 'protocol'
    | 'limit'
    | 'local'
    | 'cancelled';
}
