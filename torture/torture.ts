// Cuts every dialogue at the planned positions, many at once, and gathers what went wrong.

import { createCertificateAuthority } from 'urlpool-testing';
import { type Cut, requestBytes, runCut } from './cut.ts';
import { DIALOGUES, type Dialogue } from './dialogue.ts';
import { cutsOf } from './plan.ts';

export interface TortureResult {
  readonly runs: number;
  /** One line each: the dialogue, the cut, and what was wrong. */
  readonly failures: readonly string[];
  /** What kept the process busy afterwards, that had not before. */
  readonly left: Readonly<Record<string, number>>;
}

const AT_ONCE = 48;

/**
 * Runs the harness.
 *
 * @param every Cuts at one position in `every`.
 * @param onProgress Called after each dialogue.
 */
export async function torture(every: number, onProgress: (line: string) => void = () => {}): Promise<TortureResult> {
  const failures: string[] = [];
  const onStray = (error: unknown): void => {
    failures.push(`unhandled: ${error instanceof Error ? error.stack : String(error)}`);
  };
  process.on('unhandledRejection', onStray);
  process.on('uncaughtException', onStray);
  const authority = await createCertificateAuthority();
  const certificate = await authority.issue({ hosts: ['localhost'] });
  let runs = 0;
  for (const dialogue of DIALOGUES) {
    const stride = Math.max(every, dialogue.stride ?? 1);
    const lastResponse = dialogue.turns.at(-1)?.response ?? '';
    const cuts = cutsOf(lastResponse.length, await requestBytes(dialogue, certificate), stride);
    const before = failures.length;
    await inParallel(cuts, AT_ONCE, async (cut) => {
      const problem = await runCut(dialogue, cut, certificate);
      if (problem !== null) failures.push(describe(dialogue, cut, problem));
    });
    runs += cuts.length;
    onProgress(`${dialogue.name}: ${cuts.length} cuts, ${failures.length - before} failures`);
  }
  // Sockets are closed in the turns of the event loop after the last call.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const left = Object.fromEntries(
    Object.entries(countResources()).filter(([kind]) => /TCP|TLS|Timeout|Immediate/.test(kind)),
  );
  process.off('unhandledRejection', onStray);
  process.off('uncaughtException', onStray);
  return { runs, failures, left };
}

function countResources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

async function inParallel<T>(items: readonly T[], atOnce: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function describe(dialogue: Dialogue, cut: Cut, problem: string): string {
  return `${dialogue.name}, ${cut.by} after byte ${cut.at} of the ${cut.direction}: ${problem}`;
}
