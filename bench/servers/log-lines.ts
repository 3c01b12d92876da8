import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** How long a log is now, in bytes; 0 where there is none yet. */
export function lengthOfLog(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** The lines that a log has gained since it was so long. */
export function linesSince(file: string, length: number): string[] {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(descriptor).size - length));
    readSync(descriptor, bytes, 0, bytes.length, length);
    return bytes
      .toString('latin1')
      .split('\n')
      .filter((line) => line !== '');
  } finally {
    closeSync(descriptor);
  }
}
