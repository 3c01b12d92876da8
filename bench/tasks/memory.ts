import { readFileSync } from 'node:fs';

/** The most memory that this process has had resident, in bytes. From the kernel, since runtimes give it in units of their own. */
export function peakMemory(): number {
  const kilobytes = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  return kilobytes === undefined ? Number.NaN : Number(kilobytes) * 1024;
}
