// The public names, nothing else.

export { cannedResponse, type ResponseChoices } from './canned-response.ts';
export {
  type AuthorityChoices,
  type CertificateAuthority,
  type CertificateChoices,
  createCertificateAuthority,
  createSelfSigned,
  type KeyChoices,
  type ServerCertificate,
  type Validity,
} from './certificate-authority.ts';
export { type ClosedBy, ConnectionClosedError } from './connection-closed-error.ts';
export { DigestGate, type DigestGateOptions, type DigestVerdict } from './digest-gate.ts';
export { FakeClock, type FakeClockOptions } from './fake-clock.ts';
export { type Field, fieldValues } from './field.ts';
export { MalformedRequestError } from './malformed-request-error.ts';
export type { MockDial } from './mock/mock-dial.ts';
export type { DialFault, RequestFault } from './mock/mock-fault.ts';
export { mockFor, type TestEnd } from './mock/mock-for.ts';
export type { ListenOptions, MockListener } from './mock/mock-listener.ts';
export type { Drip, MockFields, MockReply, MockStream, ReplyFunction } from './mock/mock-reply.ts';
export type { MockRequest } from './mock/mock-request.ts';
export type { MockRoute, RequestScript } from './mock/mock-route.ts';
export { MockServer, type MockServerOptions } from './mock/mock-server.ts';
export type { RecordOptions } from './mock/recorder.ts';
export type { RecordedBody, RecordedExchange, Recording } from './mock/recording.ts';
export type { RedactionOptions } from './mock/redaction.ts';
export type { RequestPattern } from './mock/request-pattern.ts';
export { UnmatchedRequestError } from './mock/unmatched-request-error.ts';
export type { URLPattern, ValuePattern } from './mock/url-pattern.ts';
export type { NameConstraints } from './name-constraints.ts';
export { type PFXChoices, toPFX } from './pfx.ts';
export type { ReceivedHead, ReceivedRequest } from './received-request.ts';
export type { RequestHead } from './request-head.ts';
export { resourceCounts } from './resource-counts.ts';
export type { ScriptedConnection } from './scripted-connection.ts';
export { type Script, ScriptedServer, type ScriptedServerOptions, type ServerTls } from './scripted-server.ts';
export { type ProxiedRequest, TestProxy, type TestProxyOptions } from './test-proxy.ts';
export type { TlsDetails } from './tls-details.ts';
export { tunnel } from './tunnel.ts';
export { unusedPort } from './unused-port.ts';
export type { Departure } from './wire.ts';
