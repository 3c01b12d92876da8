// Tries out whether bytes are the beginning of the zlib format, for the few that could be bare data as well.

import { codeOf } from '../code-of.ts';
import { TRIED_BYTES } from './deflate-format.ts';

/** What is made of them at most. */
const OUTPUT_BYTES: number = 16 * 1024;

/** Whether zlib finds nothing wrong with the first bytes of a body. */
export function readsAsZlib(first: Buffer): boolean {
  const zlib = process.getBuiltinModule('node:zlib');
  const finishFlush = zlib.constants.Z_SYNC_FLUSH; // they need not be all
  try {
    zlib.inflateSync(first.subarray(0, TRIED_BYTES), { finishFlush, maxOutputLength: OUTPUT_BYTES });
    return true;
  } catch (error) {
    return codeOf(error) === 'ERR_BUFFER_TOO_LARGE';
  }
}
