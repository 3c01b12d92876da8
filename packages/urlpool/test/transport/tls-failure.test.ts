import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PeerCertificate } from 'node:tls';
import { clientCertificateFailure, isTLSFault, type TLSOccasion, tlsFailure } from '../../src/transport/tls-failure.ts';

// What Node's codes become. The causes are worded as Node words them: what of that shows in a sentence is on purpose.

/** An error as Node makes it. */
function nodeError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}

const NO_VERSION = 'it speaks no version of TLS that is spoken here; options: minVersion, maxVersion';
const REFUSED =
  'it refused the handshake: there is no version, cipher or group in common, or it asks for a client certificate; options: minVersion, maxVersion, ciphers, ecdhCurve, cert, key';
const CLOSED = 'it closed the connection during the handshake';
const NO_CIPHER = 'there is no cipher in common; options: ciphers, minVersion, maxVersion';
const NO_GROUP = 'there is no group in common; option: ecdhCurve';
const WEAK = 'its key or signature is too weak for this runtime; option: ciphers (…:@SECLEVEL=0)';
const NO_ALPN = 'it does not speak http/1.1 over TLS (ALPN)';

// Node's code, its message, why: all of them ERR_TLS
const HANDSHAKE = [
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'unsupported protocol', NO_VERSION],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tlsv1 alert protocol version', NO_VERSION],
  ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'sslv3 alert handshake failure', REFUSED],
  ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', 'ssl/tls alert handshake failure', REFUSED],
  ['ERR_SSL_NO_CIPHERS_AVAILABLE', 'no ciphers available', NO_CIPHER],
  ['ERR_SSL_WRONG_CIPHER_RETURNED', 'wrong cipher returned', NO_CIPHER],
  ['ERR_SSL_NO_SUITABLE_GROUPS', 'no suitable groups', NO_GROUP],
  ['ERR_SSL_BAD_KEY_SHARE', 'bad key share', NO_GROUP],
  [
    'ERR_SSL_WRONG_SIGNATURE_TYPE',
    'wrong signature type',
    'there is no signature algorithm in common; option: sigalgs',
  ],
  ['ERR_SSL_DH_KEY_TOO_SMALL', 'dh key too small', WEAK],
  ['ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'tlsv1 alert no application protocol', NO_ALPN],
  [
    'ERR_SSL_TLSV1_UNRECOGNIZED_NAME',
    'tlsv1 unrecognized name',
    'it does not know the name that it was asked for; option: servername',
  ],
  ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'tlsv1 alert internal error', 'it had an error of its own'],
  ['ERR_TLS_PROTOCOL_NOT_OFFERED', 'it chose h2', 'it chose h2'],
  ['ECONNRESET', 'read ECONNRESET', CLOSED],
  ['EPIPE', 'write EPIPE', CLOSED],
  ['ERR_SSL_WHATEVER', 'whatever', 'whatever'],
] as const;

for (const [code, said, why] of HANDSHAKE) {
  test(`tlsFailure() of ${code} says so`, () => {
    assert.deepEqual(tlsFailure(nodeError(code, said)), { code: 'ERR_TLS', why });
  });
}

for (const code of ['WRONG_VERSION_NUMBER', 'PACKET_LENGTH_TOO_LONG', 'HTTP_REQUEST', 'SSL_UNEXPECTED_MESSAGE']) {
  test(`tlsFailure() of ERR_SSL_${code} says that this is no TLS`, () => {
    const why = 'what answers there does not speak TLS; is it an http:// port?';
    assert.deepEqual(tlsFailure(nodeError(`ERR_SSL_${code}`, '')), { code: 'ERR_TLS_NOT_SPOKEN', why });
  });
}

test("tlsFailure() takes the server's alert for no words of our own", () => {
  const { code } = tlsFailure(nodeError('ERR_SSL_SSLV3_ALERT_UNEXPECTED_MESSAGE', 'alert unexpected message'));
  assert.equal(code, 'ERR_TLS');
});

const DATES = { valid_from: 'Nov 20 10:00:00 2026 GMT', valid_to: 'Nov 21 10:00:00 2026 GMT' };
const ISSUED = { ...DATES, issuer: { CN: 'Some CA' } } as PeerCertificate;

// Node's code, its message, what is told of the certificate that was sent
const CERTIFICATE = [
  [
    'CERT_HAS_EXPIRED',
    'certificate has expired',
    '(it, or one above it, has expired: it is valid until 2026-11-21T10:00:00.000Z); is the clock here right?',
  ],
  [
    'CERT_NOT_YET_VALID',
    'certificate is not yet valid',
    '(it, or one above it, is not valid yet: it is valid from 2026-11-20T10:00:00.000Z on); is the clock here right?',
  ],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed', '(it is self-signed, and not trusted here); option: ca'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'self-signed', '(it comes from an authority that is not trusted here); option: ca'],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'unable to verify',
    '(it was issued by "Some CA", and no chain from there to a trusted authority was sent); option: ca',
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'unable to get',
    '(it was issued by "Some CA", and no chain from there to a trusted authority was sent); option: ca',
  ],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'it is for others', '(it is for others); option: servername'],
  ['ERR_TLS_CERT_CHECK', 'no', '(no); option: checkServerIdentity'],
  ['INVALID_PURPOSE', 'unsuitable', '(it, or one above it, is not made for servers)'],
  ['INVALID_CA', 'invalid CA', '(one above it may not issue certificates)'],
  ['PATH_LENGTH_EXCEEDED', 'path length', '(there are more authorities above it than one of them allows)'],
  [
    'UNSPECIFIED',
    'permitted subtree violation',
    '(an authority above it may not vouch for its names: permitted subtree violation)',
  ],
  ['UNSPECIFIED', 'EE certificate key too weak', '(EE certificate key too weak); option: ciphers (…:@SECLEVEL=0)'],
  ['UNSPECIFIED', 'something else', '(something else)'],
  ['CRL_HAS_EXPIRED', 'CRL has expired; try this', '(CRL has expired); option: ca'],
] as const;

for (const [code, said, why] of CERTIFICATE) {
  test(`tlsFailure() of ${code} (${said}) tells of the certificate`, () => {
    const occasion: TLSOccasion = { certificate: ISSUED, hasClientCertificate: false, prefix: '' };
    const expected = { code: 'ERR_TLS_CERTIFICATE', why: `its certificate was not accepted ${why}` };
    assert.deepEqual(tlsFailure(nodeError(code, said), occasion), expected);
  });
}

test('tlsFailure() tells of a certificate that it has not seen', () => {
  assert.deepEqual(tlsFailure(nodeError('CERT_HAS_EXPIRED', '')), {
    code: 'ERR_TLS_CERTIFICATE',
    why: 'its certificate was not accepted (it, or one above it, has expired); is the clock here right?',
  });
  assert.match(tlsFailure(nodeError('UNABLE_TO_VERIFY_LEAF_SIGNATURE', '')).why, /issued by an authority, and/);
});

test('tlsFailure() shows no control characters of a certificate', () => {
  const certificate = { issuer: { CN: 'a\u001b[31mb' } } as PeerCertificate;
  const occasion: TLSOccasion = { certificate, hasClientCertificate: false, prefix: '' };
  const { why } = tlsFailure(nodeError('UNABLE_TO_VERIFY_LEAF_SIGNATURE', ''), occasion);
  assert.match(why, /issued by "a\?\[31mb"/);
});

test('tlsFailure() of a pin and of a fingerprint is ERR_TLS_PIN, and names its option', () => {
  const pinned = 'its certificate is not the pinned one';
  assert.deepEqual(tlsFailure(nodeError('ERR_TLS_PIN_MISMATCH', 'its key')), {
    code: 'ERR_TLS_PIN',
    why: `${pinned} (its key); option: pins`,
  });
  assert.deepEqual(tlsFailure(nodeError('ERR_TLS_FINGERPRINT_MISMATCH', 'its SHA-256')), {
    code: 'ERR_TLS_PIN',
    why: `${pinned} (its SHA-256); option: fingerprint`,
  });
});

// Node's code, why
const CLIENT_CERTIFICATE = [
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'it asks for a client certificate; options: cert, key'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'it does not know the authority of our certificate; options: cert, key'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'it says that our certificate has expired; options: cert, key'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', 'it says that our certificate was revoked; options: cert, key'],
  ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'it did not accept our certificate; options: cert, key'],
  ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'it did not accept our certificate; options: cert, key'],
  ['ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', 'it denies access to the owner of our certificate; options: cert, key'],
] as const;

for (const [code, why] of CLIENT_CERTIFICATE) {
  test(`tlsFailure() of ${code} names the options of our certificate`, () => {
    const expected = { code: 'ERR_TLS_CLIENT_CERTIFICATE', why } as const;
    assert.deepEqual(tlsFailure(nodeError(code, 'alert')), expected);
    assert.deepEqual(clientCertificateFailure(nodeError(code, 'alert')), expected);
  });
}

test('clientCertificateFailure() of another fault is null', () => {
  assert.equal(clientCertificateFailure(nodeError('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', '')), null);
  assert.equal(clientCertificateFailure(nodeError('CERT_HAS_EXPIRED', '')), null);
});

test('tlsFailure() names options as the user knows them', () => {
  const occasion: TLSOccasion = { certificate: null, hasClientCertificate: true, prefix: 'proxy.tls.' };
  assert.match(tlsFailure(nodeError('DEPTH_ZERO_SELF_SIGNED_CERT', ''), occasion).why, /; option: proxy\.tls\.ca$/);
  assert.match(
    tlsFailure(nodeError('ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', ''), occasion).why,
    /or our certificate is not accepted; options: .*proxy\.tls\.cert, proxy\.tls\.key$/,
  );
});

// code, whether it is one of TLS
for (const [code, is] of [
  ['CERT_HAS_EXPIRED', true],
  ['ERR_SSL_WHATEVER', true],
  ['EPROTO', true],
  ['ECONNREFUSED', false],
  ['ENOTFOUND', false],
] as const) {
  test(`isTLSFault() of ${code} is ${is}`, () => assert.equal(isTLSFault(nodeError(code, '')), is));
}
