// Every code an error of this library can carry: a closed list, so that a `switch` over it can be exhaustive and a
// metric labelled by it stays small. An aborted call is not in it: it rejects with the signal's own reason.

export type ErrorCode =
  // The call itself is wrong: nothing was sent.
  | 'ERR_INVALID_URL'
  | 'ERR_INVALID_METHOD'
  | 'ERR_INVALID_TARGET'
  | 'ERR_INVALID_HEADER'
  | 'ERR_INVALID_BODY'
  | 'ERR_INVALID_OPTION'
  | 'ERR_PAGE_LOOP'
  | 'ERR_INVALID_COOKIE'
  | 'ERR_NETRC'
  // Waiting for a connection.
  | 'ERR_POOL_CLOSED'
  | 'ERR_POOL_FULL'
  | 'ERR_POOL_STALLED'
  | 'ERR_CONNECTION_BUSY'
  // Getting a connection.
  | 'ERR_NAME_NOT_FOUND'
  | 'ERR_NAME_LOOKUP'
  | 'ERR_CONNECTION_REFUSED'
  | 'ERR_UNREACHABLE'
  | 'ERR_CONNECT'
  | 'ERR_CONNECTOR'
  | 'ERR_ADDRESS_REFUSED'
  | 'ERR_ADDRESS_FAMILY'
  | 'ERR_LOCAL_ADDRESS'
  | 'ERR_SOCKET_NOT_FOUND'
  | 'ERR_SOCKET_ACCESS'
  | 'ERR_TOO_MANY_OPEN_FILES'
  | 'ERR_NO_LOCAL_PORT'
  | 'ERR_PROXY'
  | 'ERR_PROXY_AUTH'
  | 'ERR_TLS_CERTIFICATE'
  | 'ERR_TLS_PIN'
  | 'ERR_TLS_CLIENT_CERTIFICATE'
  | 'ERR_TLS_NOT_SPOKEN'
  | 'ERR_TLS'
  // Sending and receiving.
  | 'ERR_CONNECTION_CLOSED'
  | 'ERR_CONNECTION_RESET'
  | 'ERR_CONNECTION_DROPPED'
  | 'ERR_BODY_SOURCE'
  | 'ERR_BODY_LENGTH'
  | 'ERR_BODY_CONSUMED'
  | 'ERR_PROTOCOL'
  | 'ERR_LIMIT'
  | 'ERR_TIMEOUT'
  | 'ERR_CANCELLED'
  // Following a redirect.
  | 'ERR_REDIRECT'
  | 'ERR_REDIRECT_DOWNGRADE'
  | 'ERR_TOO_MANY_REDIRECTS'
  | 'ERR_HOST_CHANGED'
  // Reading what was received.
  | 'ERR_STATUS'
  | 'ERR_UPGRADE_REFUSED'
  | 'ERR_INVALID_RETRY_AFTER'
  | 'ERR_BODY_USED'
  | 'ERR_DECODE'
  | 'ERR_INVALID_JSON'
  | 'ERR_EVENT_STREAM'
  | 'ERR_DIGEST_MISMATCH'
  | 'ERR_DIGEST_MISSING'
  // Writing what was received.
  | 'ERR_FILE'
  | 'ERR_FILE_EXISTS'
  | 'ERR_FILE_BUSY'
  // Keeping cookies.
  | 'ERR_COOKIE_FILE';

/** What the call was doing when it failed. */
export type Phase =
  | 'request'
  | 'pool'
  | 'dns'
  | 'connect'
  | 'proxy'
  | 'tls'
  | 'send'
  | 'head'
  | 'body'
  | 'redirect'
  | 'status'
  | 'total';
