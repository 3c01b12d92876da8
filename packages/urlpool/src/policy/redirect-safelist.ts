/**
 * Header fields that survive a redirect to another origin, in lower case. Any other may hold what was meant for the first
 * origin alone, a credential of the application's own say, so the list is of what is sent on, not of what is not.
 */
export const REDIRECT_SAFELIST: ReadonlySet<string> = new Set([
  // What the client can read, and which program it is: the same for every origin (RFC 9110 §12.5, §10.1.5).
  ...['accept', 'accept-charset', 'accept-encoding', 'accept-language', 'user-agent'],
  // How fresh an answer must be: it concerns every cache on the way, whoever the origin is (RFC 9111 §5.2, §5.4).
  ...['cache-control', 'pragma'],
  // Which part is wanted: without it a whole would come where a part is put together (RFC 9110 §14.2, §13.1.5).
  ...['range', 'if-range'],
  // Under which condition it is wanted: without it a write would be unconditional (RFC 9110 §13.1).
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'],
  // What the body is that goes along with them: dropped with it (RFC 9110 §8, RFC 9530).
  ...['content-type', 'content-encoding', 'content-language', 'content-location', 'content-digest', 'repr-digest'],
  // How to use the connection: it concerns the next hop alone (RFC 9110 §7.6.1, §10.1.4).
  ...['connection', 'te'],
  // What the user prefers of any site: no secret, and it would be wrong to withdraw (DNT, GPC, Upgrade Insecure Requests).
  ...['dnt', 'sec-gpc', 'upgrade-insecure-requests'],
]);
