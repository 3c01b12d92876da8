// The processes and files of a run. All end with the run, however it ends: by its last line, an exception or Ctrl-C.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';

/** Of what a process that failed wrote, so many letters from the end are told. */
const LAST_WORDS = 300;

const running = new Set<ChildProcess>();
const directories: string[] = [];

/** Makes every way out of this process end its children, by their pids, and remove its directories. */
export function cleanUpOnExit(): void {
  process.on('exit', () => {
    // Not SIGTERM: nginx would then remove its pid file, and a file that goes meanwhile stops rmSync() without an error.
    for (const child of running) killGroup(child);
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
}

/** A new directory below `parent`, removed at exit. */
export function temporaryDirectory(parent: string): string {
  const directory = mkdtempSync(path.join(parent, 'urlpool-bench-'));
  directories.push(directory);
  return directory;
}

/**
 * Starts a process on one core (on any where `core` is null) that is ended at exit, at the latest, with the processes
 * that it started. taskset replaces itself: the pid is the command's.
 */
export function start(command: string, args: readonly string[], core: number | null): ChildProcess {
  const [file, ...rest] = core === null ? [command, ...args] : ['taskset', '-c', String(core), command, ...args];
  const child = spawn(file ?? command, rest, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.once('close', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

/** Ends a process, with those it started; resolves when it is gone. */
export function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (!running.has(child)) return resolve();
    child.once('close', () => resolve());
    killGroup(child);
  });
}

/** Each child leads a group of its own: nginx's workers would outlive their master. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** Runs a process to its end and gives its standard output. Rejects on another exit code than 0, and after `seconds`. */
export function runToEnd(
  command: string,
  args: readonly string[],
  core: number | null,
  seconds: number,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = start(command, args, core);
    let output = '';
    let errors = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const timer = setTimeout(() => {
      errors += `no result within ${seconds} s`;
      killGroup(child);
    }, seconds * 1000);
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      if (code === 0) {
        if (errors !== '') process.stderr.write(errors);
        resolve(output);
      } else reject(new Error(errors.trim().slice(-LAST_WORDS) || `exit code ${code}`));
    });
  });
}
