import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Where the server and the client run; each on a core of its own or both anywhere. */
export type Cores =
  | { readonly are: 'pinned'; readonly server: number; readonly client: number }
  | { readonly are: 'not pinned'; readonly reason: string };

/** Two cores of those this process may use; not the two threads of one core where there is a choice. */
export function findCores(): Cores {
  if (spawnSync('taskset', ['--version']).status !== 0) {
    return { are: 'not pinned', reason: 'taskset is missing (Debian: util-linux)' };
  }
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? '';
  return chooseCores(parseList(allowed), siblingsOf);
}

/** The first core for the server, the next one that shares no core with it for the client. */
export function chooseCores(allowed: readonly number[], siblings: (cpu: number) => readonly number[]): Cores {
  const [server, ...others] = allowed;
  const client =
    server === undefined ? undefined : (others.find((cpu) => !siblings(server).includes(cpu)) ?? others[0]);
  if (server === undefined || client === undefined) return { are: 'not pinned', reason: 'there is only one core' };
  return { are: 'pinned', server, client };
}

/** The kernel's list format: "0-2,8" is 0, 1, 2, 8. */
export function parseList(text: string): number[] {
  return text.split(',').flatMap((range) => {
    const [first, last] = range.split('-').map(Number);
    if (first === undefined || range === '') return [];
    return Array.from({ length: (last ?? first) - first + 1 }, (_, index) => first + index);
  });
}

function siblingsOf(cpu: number): number[] {
  try {
    return parseList(readFileSync(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`, 'latin1').trim());
  } catch {
    return [cpu];
  }
}
