// Which certificate authorities are trusted: those given alone, or those besides the runtime's own.

import type { SecureContextOptions } from 'node:tls';
import { checkNames, invalidOption } from '../errors/invalid-option.ts';
import { checkFlag } from '../errors/option-values.ts';
import { ownOptions } from '../util/own-options.ts';
import { certificatesIn, checkPEM, type PEM, pemList } from './tls-pem.ts';

/** Authorities besides the runtime's own. */
export interface AddedAuthorities {
  /** Theirs, PEM. */
  readonly add?: PEM | undefined;
  /** Those of the operating system too; Node has them from 22.15 on. @default false */
  readonly system?: boolean | undefined;
}

/**
 * What a context is given; nothing for the runtime's own authorities.
 *
 * A certificate that is trusted ends the chain, whether it signed itself or not, as with curl and Go: the authority in
 * the middle of a chain can be trusted alone, and what has expired above it does not matter.
 *
 * @throws {RequestError} `ERR_INVALID_OPTION`
 */
export function authorities(option: string, ca: PEM | AddedAuthorities | undefined): SecureContextOptions {
  if (ca === undefined) return {};
  if (!isAdded(ca)) return { ca: trusted(option, ca), allowPartialTrustChain: true };
  checkNames(option, ca, ['add', 'system']);
  const { add, system = false } = ca;
  checkFlag(`${option}.system`, system);
  if (add === undefined && !system) throw invalidOption(option, ca, 'give PEM, or an object with add or system');
  const added = add === undefined ? [] : trusted(`${option}.add`, add);
  const own = [...runtimeAuthorities(), ...(system ? systemAuthorities(`${option}.system`) : [])];
  return { ca: [own.join('\n'), ...added], allowPartialTrustChain: true };
}

function isAdded(ca: PEM | AddedAuthorities): ca is AddedAuthorities {
  return typeof ca === 'object' && ca !== null && !Array.isArray(ca) && !(ca instanceof Uint8Array);
}

function trusted(option: string, pem: PEM): (string | Buffer)[] {
  checkPEM(option, pem, 'CERTIFICATE');
  certificatesIn(option, pem);
  return pemList(pem);
}

/** With what NODE_EXTRA_CA_CERTS adds to them; before Node 22.15 nothing but the file itself tells that. */
function runtimeAuthorities(): readonly string[] {
  const tls = process.getBuiltinModule('node:tls');
  const known = listOf('default');
  if (known !== null) return known;
  const { NODE_EXTRA_CA_CERTS: file } = ownOptions(process.env);
  if (file === undefined || file === '') return tls.rootCertificates;
  try {
    return [...tls.rootCertificates, process.getBuiltinModule('node:fs').readFileSync(file, 'utf8')];
  } catch {
    return tls.rootCertificates; // Node has warned of it
  }
}

function systemAuthorities(option: string): readonly string[] {
  const known = listOf('system');
  if (known !== null) return known;
  throw invalidOption(
    option,
    true,
    `Node ${process.version} cannot read them; it takes Node 22.15, or give them as add`,
  );
}

/** Authorities that the runtime tells of; null where it tells of none. */
function listOf(kind: 'default' | 'system'): readonly string[] | null {
  const tls = process.getBuiltinModule('node:tls');
  const { getCACertificates } = tls as { getCACertificates?: (kind: string) => readonly string[] };
  return getCACertificates === undefined ? null : getCACertificates(kind);
}
