// Why a connection was closed: a closed list, counted per reason in snapshots and named in events. A reason is never
// guessed: who closes a connection says why.

/** Every reason, in the order in which a connection can meet them. */
export const CLOSE_REASONS = [
  // Before it was open.
  'dial-failed', // no address, refused, unreachable, TLS or proxy failure
  'dial-timeout', // `Timeout.connect` ran out
  'dial-abandoned', // nobody waited for it any longer
  // While it was idle.
  'idle-timeout', // kept for as long as it may be
  'server-closed', // the server sent FIN
  'server-reset', // the server sent RST
  'unasked-bytes', // bytes arrived that answer no request
  'max-age',
  'address-changed', // the origin's name no longer has its address
  'surplus', // more connections than `maxIdle` or `maxSize`
  'evicted', // made room for another origin, or its pool was the least recently used
  'replaced', // made room for a replay
  'cleared', // `clear()`
  // After an exchange.
  'not-persistent', // `Connection: close`, HTTP/1.0, or a body that only a close ends
  'max-requests', // `maxRequestsPerConnection`
  'early-response', // the response ended before its request was sent
  'ambiguous-framing', // the response was readable, but not every reader would read it so
  'unread-body', // a response was given up before its end
  'upgraded', // it carries another protocol now
  // In the middle of an exchange.
  'protocol-error', // the peer broke HTTP
  'limit', // what arrived exceeds a limit
  'timeout',
  'cancelled', // the call was aborted
  'incomplete', // the peer closed or reset before the response was complete
  'send-failed', // the request's body failed
  'goaway', // HTTP/2: the peer accepts no new exchanges
  // With its pool.
  'closed', // `close()`
] as const;

/** Why a connection was closed. */
export type CloseReason = (typeof CLOSE_REASONS)[number];
