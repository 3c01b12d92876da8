// What takes several requests of a session to one URL: a download, a stream of events. Which statuses are errors is their
// own decision, so that `raiseForStatus` is no option of theirs.

import type { DownloadOptions } from '../manager/download.ts';
import type { EventStreamOptions } from '../manager/event-stream.ts';
import type { RouteOptions } from '../manager/route-options.ts';
import { SESSION_REQUEST_NAMES, type SessionRequestOptions } from './session-options.ts';

/** What a request of a session adds to one of a manager, but for `raiseForStatus`. */
type Added<Context extends object> = Pick<SessionRequestOptions<Context>, 'auth' | 'context' | 'cookies' | 'params'>;

/** Options of `download()` of a session. */
export type SessionDownloadOptions<Context extends object = Record<string, unknown>> = DownloadOptions &
  RouteOptions &
  Added<Context>;

/** Options of `eventStream()` of a session. */
export type SessionEventStreamOptions<Context extends object = Record<string, unknown>> = EventStreamOptions &
  RouteOptions &
  Added<Context>;

/** Names of the options of each request of them. */
export const UNDERTAKING_NAMES: readonly string[] = SESSION_REQUEST_NAMES.filter((name) => name !== 'raiseForStatus');
