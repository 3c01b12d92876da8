/** What became of a job. */
export interface Outcome {
  /** URLs that were not fetched, given-up ones not counted. */
  readonly failed: number;
  /** Lists that could not be read. */
  readonly unreadable: number;
  readonly interrupted: boolean;
}

export const EXIT = { fetched: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** The exit code of a job; where several apply, the one that tells most of why the job is not what was asked for. */
export function exitCode({ failed, unreadable, interrupted }: Outcome): number {
  if (interrupted) return EXIT.interrupted; // 128 + SIGINT, as shells report it
  if (unreadable > 0) return EXIT.usage;
  return failed > 0 ? EXIT.failed : EXIT.fetched;
}
