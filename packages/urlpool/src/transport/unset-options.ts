/**
 * Options of `net.connect()` and `tls.connect()` that nothing here sets, as values of their own: Node copies what it is
 * given into a plain object, and would take from the prototype of all objects what is not there (prototype pollution).
 */
export const UNSET_OPTIONS: object = Object.freeze({
  blockList: undefined,
  defaultEncoding: undefined,
  enableTrace: undefined,
  fd: undefined,
  handle: undefined,
  highWaterMark: undefined,
  keepAlive: undefined,
  noDelay: undefined,
  objectMode: undefined,
  pskCallback: undefined,
  readable: undefined,
  readableObjectMode: undefined,
  requestOCSP: undefined,
  session: undefined,
  signal: undefined,
  socket: undefined,
  timeout: undefined,
  typeOfService: undefined,
  writable: undefined,
  writableObjectMode: undefined,
});
