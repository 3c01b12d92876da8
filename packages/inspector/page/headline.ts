// The page's first sentences: what reuse has saved, for somebody who has never heard of pooling.

import { count, counted, duration } from './quantity.ts';

/** What the sentences are made of. */
export interface Savings {
  readonly requests: number;
  readonly connections: number;
  /** Requests on a connection that had served one before. */
  readonly reused: number;
  /** In ms: 0 where no handshake was measured. */
  readonly saved: number;
}

/** What happened, and what that means. */
export interface Headline {
  readonly what: string;
  readonly meaning: string;
}

export function headline({ requests, connections, reused, saved }: Savings): Headline {
  if (requests === 0) {
    if (connections === 0) return { what: 'No requests yet', meaning: 'They appear here as soon as they are made.' };
    return { what: `No requests yet, ${counted(connections, 'connection')}`, meaning: 'They appear as they are made.' };
  }
  const what = `${counted(requests, 'request')} used ${counted(connections, 'connection')}`;
  if (reused === 0) return { what, meaning: 'No connection was used a second time: each request paid for a new one.' };
  const needless = `${count(reused)} ${reused === 1 ? 'handshake was' : 'handshakes were'} not needed`;
  return { what, meaning: saved > 0 ? `${needless}: about ${duration(saved)} saved` : needless };
}
