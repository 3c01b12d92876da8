// The names that the clients of docs/parity/ give to their users, as their packages of the version named have them: options,
// methods, attributes and errors. Taken from signatures and types, so that no page can leave one out unseen. Names that
// nobody writes (types of parameters, helpers, deprecated aliases) are not among them.

/** By client. */
export const PEER_ITEMS: Readonly<Record<string, readonly string[]>> = {
  // 3.14.3
  aiohttp: words(`
    base_url connector cookies headers proxy proxy_auth skip_auto_headers auth json_serialize json_serialize_bytes
    request_class response_class ws_response_class version cookie_jar connector_owner raise_for_status timeout
    auto_decompress trust_env requote_redirect_url trace_configs read_bufsize max_line_size max_field_size max_headers
    fallback_charset_resolver middlewares ssl_shutdown_timeout
    close closed detach request get post put patch delete head options ws_connect
    params data json allow_redirects max_redirects compress chunked expect100 read_until_eof fingerprint ssl_context ssl
    verify_ssl server_hostname proxy_headers trace_request_ctx
    use_dns_cache ttl_dns_cache dns_cache_max_size family local_addr resolver keepalive_timeout force_close limit
    limit_per_host enable_cleanup_closed timeout_ceil_threshold happy_eyeballs_delay interleave socket_factory
    total connect sock_read sock_connect ceil_threshold
    on_connection_create_end on_connection_create_start on_connection_queued_end on_connection_queued_start
    on_connection_reuseconn on_dns_cache_hit on_dns_cache_miss on_dns_resolvehost_end on_dns_resolvehost_start
    on_request_chunk_sent on_request_end on_request_exception on_request_headers_sent on_request_redirect
    on_request_start on_response_chunk_received
    charset connection content content_disposition content_length content_type get_encoding history links ok raw_headers
    read real_url reason release request_info status text url method
    unsafe quote_cookie treat_as_secure_origin clear clear_domain filter_cookies load save update_cookies
    ClientError ClientConnectionError ClientConnectionResetError ClientConnectorCertificateError ClientConnectorDNSError
    ClientConnectorError ClientConnectorSSLError ClientHttpProxyError ClientOSError ClientPayloadError
    ClientProxyConnectionError ClientResponseError ClientSSLError ConnectionTimeoutError ContentTypeError InvalidURL
    InvalidUrlClientError InvalidUrlRedirectClientError NonHttpUrlClientError NonHttpUrlRedirectClientError
    RedirectClientError ServerDisconnectedError ServerFingerprintMismatch ServerTimeoutError SocketTimeoutError
    TooManyRedirects WSServerHandshakeError
    UnixConnector NamedPipeConnector CookieJar DummyCookieJar FormData BasicAuth DigestAuthMiddleware encode_basic_auth
    Fingerprint MultipartReader MultipartWriter Payload AsyncResolver ThreadedResolver StreamReader ClientWSTimeout
  `),
  // 1.21.1
  axios: words(`
    get postForm putForm patchForm query getUri create defaults all spread isAxiosError isCancel mergeConfig toFormData
    formToJSON AxiosHeaders AxiosError CanceledError CancelToken HttpStatusCode interceptors
    url method baseURL allowAbsoluteUrls transformRequest transformResponse headers params paramsSerializer data timeout
    timeoutErrorMessage withCredentials adapter auth responseType responseEncoding xsrfCookieName xsrfHeaderName
    onUploadProgress onDownloadProgress maxContentLength validateStatus maxBodyLength maxRedirects maxRate beforeRedirect
    socketPath allowedSocketPaths transport httpAgent httpsAgent proxy cancelToken decompress transitional signal
    insecureHTTPParser env formSerializer family lookup withXSRFToken parseReviver fetchOptions httpVersion http2Options
    formDataHeaderPolicy redact sensitiveHeaders
    status statusText config request eject runWhen synchronous
  `),
  // 16.1.0
  got: words(`
    request agent h2session decompress timeout prefixUrl body form json url cookieJar signal ignoreInvalidCookies
    searchParams dnsLookup dnsCache context hooks followRedirect maxRedirects cache throwHttpErrors username password
    http2 allowGetBody allowAbsoluteUrls copyPipedHeaders headers methodRewriting dnsLookupIpVersion parseJson
    stringifyJson retry localAddress method createConnection cacheOptions https encoding resolveBodyOnly isStream
    responseType pagination setHost maxHeaderSize enableUnixSockets strictContentLength
    stream extend paginate handlers mutableDefaults
    lookup connect secureConnect socket read send response
    limit methods statusCodes errorCodes maxRetryAfter calculateDelay backoffLimit noise enforceRetryRules
    init beforeRequest beforeRedirect beforeRetry afterResponse beforeError beforeCache
    statusCode statusMessage requestUrl rawBody redirectUrls retryCount timings ip isFromCache ok downloadProgress
    uploadProgress
    RequestError HTTPError MaxRedirectsError TimeoutError ParseError ReadError UploadError RetryError CacheError AbortError
  `),
  // 0.28.1
  httpx: words(`
    Client AsyncClient auth params headers cookies verify cert http1 http2 proxy mounts timeout follow_redirects limits
    max_redirects event_hooks base_url transport trust_env default_encoding
    aclose build_request delete get head is_closed options patch post put request send stream
    content data files json extensions
    max_connections max_keepalive_connections keepalive_expiry connect read write pool retries uds local_address
    socket_options
    aiter_bytes aiter_lines aiter_raw aiter_text aread charset_encoding close elapsed encoding has_redirect_location
    http_version is_client_error is_error is_informational is_redirect is_server_error is_success iter_bytes iter_lines
    iter_raw iter_text links num_bytes_downloaded raise_for_status reason_phrase text url history status_code
    ASGITransport WSGITransport MockTransport HTTPTransport AsyncHTTPTransport Auth BasicAuth DigestAuth NetRCAuth
    create_ssl_context Cookies Headers QueryParams URL Proxy Request Timeout USE_CLIENT_DEFAULT codes main
    CloseError ConnectError ConnectTimeout CookieConflict DecodingError HTTPError HTTPStatusError InvalidURL
    LocalProtocolError NetworkError PoolTimeout ProtocolError ProxyError ReadError ReadTimeout RemoteProtocolError
    RequestError RequestNotRead ResponseNotRead StreamClosed StreamConsumed StreamError TimeoutException
    TooManyRedirects TransportError UnsupportedProtocol WriteError WriteTimeout
  `),
  // 2.1.0
  ky: words(`
    get create extend stop retry replaceOption method headers json parseJson stringifyJson searchParams baseUrl prefix
    timeout totalTimeout hooks throwHttpErrors onDownloadProgress onUploadProgress fetch context
    limit methods statusCodes afterStatusCodes maxRetryAfter backoffLimit delay jitter retryOnTimeout shouldRetry
    init beforeRequest beforeRetry afterResponse beforeError
    KyError HTTPError TimeoutError NetworkError ForceRetryError SchemaValidationError isHTTPError isTimeoutError
    isNetworkError isForceRetryError
  `),
  // 2.34.2
  requests: words(`
    get post put patch delete head options request session Session Request PreparedRequest codes
    method url params data headers cookies files auth timeout allow_redirects proxies hooks stream verify cert json
    adapters trust_env max_redirects close get_adapter get_redirect_target merge_environment_settings mount
    prepare_request rebuild_auth rebuild_method rebuild_proxies resolve_redirects send should_strip_auth
    status_code history encoding reason elapsed apparent_encoding content is_permanent_redirect is_redirect iter_content
    iter_lines links next ok raise_for_status text
    pool_connections pool_maxsize max_retries pool_block HTTPAdapter
    HTTPBasicAuth HTTPDigestAuth HTTPProxyAuth AuthBase
    ChunkedEncodingError ConnectTimeout ConnectionError ContentDecodingError FileModeWarning HTTPError InvalidHeader
    InvalidJSONError InvalidProxyURL InvalidSchema InvalidURL JSONDecodeError MissingSchema ProxyError ReadTimeout
    RequestException RequestsDependencyWarning RequestsWarning RetryError SSLError StreamConsumedError Timeout
    TooManyRedirects URLRequired UnrewindableBodyError
  `),
  // 8.12.4
  undici: words(`
    request fetch stream pipeline connect upgrade dispatch EventSource WebSocket WebSocketStream ping caches cacheStores
    setGlobalDispatcher getGlobalDispatcher setGlobalOrigin install getCookies getSetCookies setCookie deleteCookie
    parseCookie parseMIMEType serializeAMimeType util Headers Response Request FormData
    Agent Pool Client BalancedPool RoundRobinPool ProxyAgent EnvHttpProxyAgent Socks5ProxyAgent RetryAgent RetryHandler
    H2CClient Dispatcher DecoratorHandler RedirectHandler compose close destroy stats buildConnector errors
    method path origin headers query body signal headersTimeout bodyTimeout idempotent blocking reset expectContinue
    opaque onInfo responseHeaders highWaterMark typeOfService
    connections maxOrigins connectTimeout keepAliveTimeout keepAliveMaxTimeout keepAliveTimeoutThreshold
    maxRequestsPerClient clientTtl maxHeaderSize maxResponseSize strictContentLength maxCachedSessions socketPath
    localAddress autoSelectFamily autoSelectFamilyAttemptTimeout pipelining maxConcurrentStreams initialWindowSize
    connectionWindowSize pingInterval useMilo
    redirect retry decompress responseError dump dns cache deduplicate
    MockAgent MockPool MockClient MockCallHistory MockCallHistoryLog SnapshotAgent mockErrors
  `),
};

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
