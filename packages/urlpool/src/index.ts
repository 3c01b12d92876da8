// The public names, nothing else.

export type { OutgoingRequest, Propagate } from './call/propagation.ts';
export type { RequestOptions } from './call/request-options.ts';
export type { AfterAttempt, Attempt } from './errors/attempt.ts';
export { ConnectError } from './errors/connect-error.ts';
export { ConnectionError } from './errors/connection-error.ts';
export { CookieFileError } from './errors/cookie-file-error.ts';
export { DecodeError } from './errors/decode-error.ts';
export { DigestError } from './errors/digest-error.ts';
export type { ErrorCode, Phase } from './errors/error-code.ts';
export { FileError } from './errors/file-error.ts';
export { type ErrorConnection, HTTPError, type Refusal, type RequestHistory } from './errors/http-error.ts';
export { LimitError } from './errors/limit-error.ts';
export { MaxRetryError } from './errors/max-retry-error.ts';
export { NameResolutionError } from './errors/name-resolution-error.ts';
export { PoolError } from './errors/pool-error.ts';
export { ProtocolError } from './errors/protocol-error.ts';
export { ProxyError } from './errors/proxy-error.ts';
export { RedirectError } from './errors/redirect-error.ts';
export { RequestError } from './errors/request-error.ts';
export { SendError } from './errors/send-error.ts';
export { TimeoutError } from './errors/timeout-error.ts';
export type { Timings } from './errors/timings.ts';
export { TLSError } from './errors/tls-error.ts';
export {
  createFetch,
  type Fetch,
  type FetchSend,
  type FetchSendContext,
  type FetchSendOptions,
} from './fetch/create-fetch.ts';
export type { CloseOptions } from './manager/close-options.ts';
export { connectionFromUrl } from './manager/connection-from-url.ts';
export type { DownloadedFile, DownloadOptions } from './manager/download.ts';
export type { EventStream, EventStreamOptions, Reconnection } from './manager/event-stream.ts';
export { HTTPConnection, type HTTPConnectionOptions } from './manager/http-connection.ts';
export { HTTPConnectionPool, type HTTPConnectionPoolOptions } from './manager/http-connection-pool.ts';
export { HTTPSConnection } from './manager/https-connection.ts';
export { HTTPSConnectionPool } from './manager/https-connection-pool.ts';
export type { ManyResults } from './manager/many.ts';
export type { ManyItem } from './manager/many-item.ts';
export type { ManyOptions, ManyProgress, StreamedManyOptions } from './manager/many-options.ts';
export type { ManyResult } from './manager/many-run.ts';
export { type ManagerRequestOptions, PoolManager, type PoolManagerOptions } from './manager/pool-manager.ts';
export type { PoolOptions } from './manager/pool-options.ts';
export type { PreconnectOptions } from './manager/preconnect-options.ts';
export type { ProxyOption, ProxyRequest } from './manager/proxy-chooser.ts';
export { ProxyManager, type ProxyManagerOptions } from './manager/proxy-manager.ts';
export type { ProxyMap, ProxyMapKey } from './manager/proxy-map.ts';
export type { ProxyChoice, ProxyOptions } from './manager/proxy-options.ts';
export type { RouteOptions } from './manager/route-options.ts';
export { type CurlRequest, type ToCurlOptions, toCurl } from './manager/to-curl.ts';
export type { TunnelOptions, UpgradeOptions } from './manager/upgrade.ts';
export { type Challenge, parseChallenges } from './message/challenge.ts';
export type { Fields } from './message/fields.ts';
export { HTTPHeaders } from './message/http-headers.ts';
export type { Link } from './message/link.ts';
export type { MediaType } from './message/media-type.ts';
export type { AddressGuard, GuardOption } from './policy/address-guard.ts';
export { DEFAULT_LIMITS, type LimitOptions, type Limits } from './policy/limits.ts';
export type { RateLimitOptions } from './policy/rate-limit.ts';
export type { RedirectOptions } from './policy/redirect.ts';
export {
  type EndedAttempt,
  Retry,
  type RetryEntry,
  type RetryKind,
  type RetryOptions,
  type RetryPredicate,
} from './policy/retry.ts';
export type { RetryBudgetOptions } from './policy/retry-budget.ts';
export type { ReplayPolicy } from './policy/should-replay.ts';
export { Timeout, type TimeoutOptions } from './policy/timeout.ts';
export type { HAR, HAREntry } from './record/har.ts';
export { type HAROptions, type HARRecording, recordHAR } from './record/har-recording.ts';
export { type TracedError, type TraceGap, type TraceHeader, traceLine } from './record/trace-line.ts';
export { recordTrace, TraceRecording } from './record/trace-recording.ts';
export type { TraceSource } from './record/trace-source.ts';
export type { BodyChunk, BodyInput, BodyStream, MadeBody } from './request/body-input.ts';
export type { ContentCoding } from './request/content-coding.ts';
export type { FormContent, FormFields, FormPart, FormValue } from './request/form-fields.ts';
export type { HeadersInput, HeaderValue } from './request/header-fields.ts';
export { type MakeHeadersOptions, makeHeaders } from './request/make-headers.ts';
export { encodeMultipartFormdata } from './request/multipart.ts';
export type { QueryFields, QueryValue } from './request/query.ts';
export type { UploadProgress } from './request/upload-progress.ts';
export { BaseResponse, type ResponseConnection } from './response/base-response.ts';
export type { EventOptions, LineOptions, NDJSONOptions } from './response/body-lines.ts';
export { ACCEPT_ENCODING } from './response/decoding/content-codings.ts';
export type { Digest, DigestOption } from './response/digest.ts';
export type { ServerSentEvent } from './response/event-stream-parser.ts';
export { explain } from './response/explain.ts';
export type { SaveProgress } from './response/file-writer.ts';
export { HTTPResponse } from './response/http-response.ts';
export type { SavedFile, SaveOptions } from './response/save-body.ts';
export { StatusError } from './response/status-error.ts';
export { StreamedResponse } from './response/streamed-response.ts';
export { UpgradedResponse } from './response/upgraded-response.ts';
export type { Auth, AuthOption, Credentials, Hop, HopBody } from './session/auth/auth.ts';
export { basicAuth } from './session/auth/basic-auth.ts';
export { type BearerToken, bearerAuth } from './session/auth/bearer-auth.ts';
export { digestAuth } from './session/auth/digest-auth.ts';
export { type NetrcOptions, netrcAuth } from './session/auth/netrc-auth.ts';
export type { Cookie, SameSite } from './session/cookies/cookie.ts';
export type { CookieAttributes } from './session/cookies/cookie-attributes.ts';
export {
  type CookieFilter,
  CookieJar,
  type CookieJarOptions,
  type CookieOutput,
  type LoadCookiesOptions,
  type SaveCookiesOptions,
} from './session/cookies/cookie-jar.ts';
export type { CookieStore } from './session/cookies/cookie-store.ts';
export type { CookiesOption } from './session/cookies/cookies-option.ts';
export type { RequestCookiesOption } from './session/cookies/request-cookies.ts';
export type { SavedCookie, SavedCookies } from './session/cookies/saved-cookies.ts';
export type { ToughCookieJar } from './session/cookies/tough-jar.ts';
export type { SessionHooks } from './session/hooks.ts';
export type { Middleware, Next, SessionRequest } from './session/middleware.ts';
export type { NextPage, NextPageOptions } from './session/next-page.ts';
export type { ItemsOptions, PagesOptions } from './session/pages.ts';
export { Session } from './session/session.ts';
export type { SessionOptions, SessionRequestOptions } from './session/session-options.ts';
export type { Params } from './session/session-url.ts';
export {
  defaultManager,
  del,
  download,
  eventStream,
  fetch,
  get,
  head,
  many,
  options,
  patch,
  post,
  put,
  request,
  stream,
  type TopLevelOptions,
} from './session/top-level.ts';
export type { SessionDownloadOptions, SessionEventStreamOptions } from './session/undertakings.ts';
export { CLOSE_REASONS, type CloseReason } from './trace/close-reason.ts';
export type { ConnectionSnapshot, ManagerSnapshot, PoolCounters, PoolLevels, PoolSnapshot } from './trace/snapshot.ts';
export { type DialReason, EVENT_PAIRS, type TraceEvent, type TraceListener } from './trace/trace-event.ts';
export { CHANNELS } from './trace/tracer.ts';
export type { Connector, ConnectorTarget, ConnectorTLS } from './transport/connector.ts';
export type { DNSCacheOptions } from './transport/dns-cache-options.ts';
export { type DNSResolverOptions, dnsResolver } from './transport/dns-resolver.ts';
export type {
  LookupFunction,
  LookupOptions,
  ResolvedAddress,
  ResolveMap,
  ResolveOptions,
  Resolver,
} from './transport/name-lookup.ts';
export type { SocketOptions } from './transport/socket-options.ts';
export type { AddedAuthorities } from './transport/tls-authorities.ts';
export type { ClientCertificateOptions } from './transport/tls-client-certificate.ts';
export type { CheckServerIdentity, TLSOptions } from './transport/tls-options.ts';
export type { PEM } from './transport/tls-pem.ts';
export type { PinOption } from './transport/tls-pins.ts';
export type { Clock, Timer } from './util/clock.ts';
export { systemClock } from './util/clock.ts';
export type { Random } from './util/random.ts';
