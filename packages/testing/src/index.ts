// The public names, nothing else.

export { cannedResponse, type ResponseChoices } from './canned-response.ts';
export {
  type CertificateAuthority,
  type CertificateChoices,
  createCertificateAuthority,
  type ServerCertificate,
} from './certificate-authority.ts';
export { type ClosedBy, ConnectionClosedError } from './connection-closed-error.ts';
export { FakeClock, type FakeClockOptions } from './fake-clock.ts';
export { type Field, fieldValues } from './field.ts';
export { MalformedRequestError } from './malformed-request-error.ts';
export type { ReceivedHead, ReceivedRequest } from './received-request.ts';
export type { RequestHead } from './request-head.ts';
export { resourceCounts } from './resource-counts.ts';
export type { ScriptedConnection } from './scripted-connection.ts';
export { type Script, ScriptedServer, type ScriptedServerOptions, type ServerTls } from './scripted-server.ts';
export type { TlsDetails } from './tls-details.ts';
export { tunnel } from './tunnel.ts';
export { unusedPort } from './unused-port.ts';
export type { Departure } from './wire.ts';
