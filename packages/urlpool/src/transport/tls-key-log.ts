// The secrets of connections, in a file from which Wireshark decrypts what was captured (NSS key log format, RFC 9850).
// Each line is added by itself: no file is held open, what other programs write stays, and nothing is lost at an exit.

import { invalidOption } from '../errors/invalid-option.ts';
import { ownOptions } from '../util/own-options.ts';

/**
 * The file to write to; null for none.
 *
 * @param given A path, or true for what SSLKEYLOGFILE names, which nothing else reads.
 * @throws {RequestError} `ERR_INVALID_OPTION` where it cannot be written to.
 */
export function keyLogPath(option: string, given: unknown): string | null {
  if (given === undefined || given === false) return null;
  if (given !== true && (typeof given !== 'string' || given === '')) {
    throw invalidOption(option, given, 'give the path of a file, or true for the one that SSLKEYLOGFILE names');
  }
  const { SSLKEYLOGFILE } = ownOptions(process.env);
  const path = given === true ? SSLKEYLOGFILE : given;
  if (path === undefined || path === '') return null;
  try {
    append(path, '');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw invalidOption(option, path, `it cannot be written to (${why})`);
  }
  return path;
}

/** Adds a line. What cannot be written is told once for each file, and the connection goes on. */
export function logKey(path: string, line: Buffer): void {
  try {
    append(path, line);
  } catch (cause) {
    if (warned.has(path)) return;
    warned.add(path);
    const why = cause instanceof Error ? cause.message : String(cause);
    process.emitWarning(`Cannot write to ${path}: ${why}; option: keyLog`, 'UrlpoolWarning');
  }
}

const warned = new Set<string>();

/** Only its owner may read it: who has it can read the connections. */
function append(path: string, data: string | Buffer): void {
  process.getBuiltinModule('node:fs').appendFileSync(path, data, { mode: 0o600 });
}
