import { readdirSync, readlinkSync } from 'node:fs';

/** Regular files that this process has open: sockets, pipes and the like do not count. */
export function openFiles(): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith('/') && !target.startsWith('/dev/') && !target.startsWith('/proc/');
    } catch {
      return false;
    }
  }).length;
}
