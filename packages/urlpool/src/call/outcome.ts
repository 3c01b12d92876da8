import type { HTTPResponse } from '../response/http-response.ts';
import type { StreamedResponse } from '../response/streamed-response.ts';
import type { UpgradedResponse } from '../response/upgraded-response.ts';

/** What a call ends with. An error is thrown by the face, where the caller's stack is. */
export type Outcome = HTTPResponse | StreamedResponse | UpgradedResponse | Rejection;

/** A call that failed: an HTTPError, or the reason of the signal that aborted it. */
export class Rejection {
  readonly reason: unknown;

  constructor(reason: unknown) {
    this.reason = reason;
  }
}
