/** Where an abort or a deadline finds a call. */
export type CallState = 'awaiting-turn' | 'preparing' | 'queued' | 'exchanging' | 'decoding' | 'sleeping' | 'done';

/** What a call was doing whose time is over. */
export function doing(state: CallState, hasHead: boolean): string {
  switch (state) {
    case 'awaiting-turn':
      return 'waiting for its turn of the rate limit';
    case 'preparing':
      return 'preparing the request';
    case 'queued':
      return 'waiting for a connection';
    case 'sleeping':
      return 'waiting before the next attempt';
    case 'decoding':
      return 'decoding the body';
    case 'exchanging':
    case 'done':
      return hasHead ? 'reading the body' : 'waiting for the response';
  }
}
