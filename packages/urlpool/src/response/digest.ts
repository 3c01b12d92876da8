// What a body has to be, by the caller or by the response itself, and whether it is that.

import { DigestError } from '../errors/digest-error.ts';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { parseDigestField } from '../message/digest-field.ts';
import type { HTTPHeaders } from '../message/http-headers.ts';
import type { BaseResponse } from './base-response.ts';

/** A digest that the caller knows. */
export interface Digest {
  readonly algorithm: 'sha256' | 'sha384' | 'sha512' | 'sha1' | 'md5';
  /** In hexadecimal or base64. */
  readonly value: string;
}

/**
 * What a body is checked against: a digest, or the response's own, Content-Digest and Repr-Digest (RFC 9530), for true. The
 * response has to have one of SHA-256 or SHA-512 then. A list for several.
 */
export type DigestOption = boolean | Digest | readonly (true | Digest)[];

/** A digest that a body has to have. */
export interface ExpectedDigest {
  readonly algorithm: string;
  readonly value: Uint8Array;
  /** Who says so. */
  readonly source: 'the option digest' | 'Content-Digest' | 'Repr-Digest';
}

/** What the option asks for. */
export interface DigestPlan {
  readonly given: readonly ExpectedDigest[];
  /** Whether to check what the response says of itself. */
  readonly own: boolean;
}

const BYTES: Readonly<Record<Digest['algorithm'], number>> = { sha256: 32, sha384: 48, sha512: 64, sha1: 20, md5: 16 };
const OWN_ALGORITHMS: readonly string[] = ['sha256', 'sha512'];

/** @throws {RequestError} `ERR_INVALID_OPTION` */
export function digestPlan(option: DigestOption | undefined): DigestPlan {
  if (option === undefined || option === false) return { given: [], own: false };
  const items: readonly unknown[] = Array.isArray(option) ? option : [option];
  return {
    given: items.filter((item) => item !== true).map(givenDigest),
    own: items.includes(true),
  };
}

function givenDigest(item: unknown): ExpectedDigest {
  if (typeof item !== 'object' || item === null) {
    throw invalidOption('digest', item, "give true, or an object as { algorithm: 'sha256', value: '…' }");
  }
  checkNames('digest', item, ['algorithm', 'value']);
  const { algorithm, value } = item as Partial<Digest>;
  if (algorithm === undefined || !Object.hasOwn(BYTES, algorithm)) {
    throw invalidOption('digest.algorithm', algorithm, `give one of ${Object.keys(BYTES).join(', ')}`);
  }
  const size = BYTES[algorithm];
  const bytes = typeof value === 'string' ? digestBytes(value, size) : null;
  if (bytes === null) {
    throw invalidOption('digest.value', value, `give the ${size} bytes of a ${algorithm} in hexadecimal or base64`);
  }
  return { algorithm, value: bytes, source: 'the option digest' };
}

function digestBytes(text: string, size: number): Uint8Array | null {
  if (/^[\da-f]+$/i.test(text) && text.length === 2 * size) return Buffer.from(text, 'hex');
  if (!/^[\w+/-]+={0,2}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === size ? bytes : null;
}

/**
 * The digests that a response says the body has.
 *
 * @param of What the body is: all of the representation, a part of it, or what several parts were put together to.
 */
export function ownDigests(headers: HTTPHeaders, of: 'all' | 'part' | 'parts'): ExpectedDigest[] {
  const sources = { all: ['Content-Digest', 'Repr-Digest'], part: ['Content-Digest'], parts: ['Repr-Digest'] } as const;
  return sources[of].flatMap((source) =>
    [...parseDigestField(headers.get(source) ?? '')].map(([algorithm, value]) => ({ algorithm, value, source })),
  );
}

/** Hashes of one body, while it passes. */
export class BodyHashes {
  readonly #hashes: ReadonlyMap<string, ReturnType<typeof newHash>>;

  constructor(plan: DigestPlan) {
    const own = plan.own ? OWN_ALGORITHMS : [];
    const algorithms = new Set([...plan.given.map(({ algorithm }) => algorithm), ...own]);
    this.#hashes = new Map(Array.from(algorithms, (algorithm) => [algorithm, newHash(algorithm)]));
  }

  update(piece: Uint8Array): void {
    for (const hash of this.#hashes.values()) hash.update(piece);
  }

  /**
   * Checks the body, which is over.
   *
   * @throws {DigestError} `ERR_DIGEST_MISMATCH` where a digest is another one.
   */
  check(expected: readonly ExpectedDigest[], response: BaseResponse): void {
    const found = new Map(Array.from(this.#hashes, ([algorithm, hash]) => [algorithm, hash.digest()]));
    for (const { algorithm, value, source } of expected) {
      const actual = found.get(algorithm);
      if (actual === undefined || !actual.equals(value)) {
        throw mismatch(response, `${source} says ${shown(algorithm, value)}, and it is ${shown(algorithm, actual)}`);
      }
    }
  }
}

/**
 * What is checked of a body that is over: there has to be something where the plan asks for the response's own.
 *
 * @throws {DigestError} `ERR_DIGEST_MISSING`
 */
export function expectedOf(plan: DigestPlan, own: readonly ExpectedDigest[], response: BaseResponse): ExpectedDigest[] {
  if (!plan.own) return [...plan.given];
  if (own.length > 0) return [...plan.given, ...own];
  const why = 'it has no Content-Digest or Repr-Digest by sha-256 or sha-512; option: digest';
  throw digestError('ERR_DIGEST_MISSING', why, response);
}

function mismatch(response: BaseResponse, why: string): DigestError {
  const coding = response.headers.get('content-encoding');
  const hint = coding === null ? '' : `; it came as ${coding}: decodeContent: false saves it so`;
  return digestError('ERR_DIGEST_MISMATCH', why + hint, response);
}

function digestError(
  code: 'ERR_DIGEST_MISSING' | 'ERR_DIGEST_MISMATCH',
  why: string,
  response: BaseResponse,
): DigestError {
  const { method, url, connection } = response;
  const message = `Cannot trust the body of ${method} ${url}: ${why}`;
  return new DigestError(message, { code, phase: 'body', method, url, connection });
}

function shown(algorithm: string, value: Uint8Array | undefined): string {
  return `${algorithm} ${value === undefined ? 'unknown' : Buffer.from(value).toString('hex')}`;
}

function newHash(algorithm: string) {
  return process.getBuiltinModule('node:crypto').createHash(algorithm);
}
