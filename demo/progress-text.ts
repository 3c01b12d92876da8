import { count, counted, seconds, size } from './quantity.ts';

/** How far a run is. */
export interface Progress {
  /** What is being done, e.g. `with reuse`. */
  readonly title: string;
  readonly done: number;
  /** Null while the list is still being read. */
  readonly total: number | null;
  readonly failed: number;
  /** Of bodies. */
  readonly bytes: number;
  /** Connections open now. */
  readonly open: number;
  /** In ms. */
  readonly elapsed: number;
}

/** A run's progress in a line; what matters most comes first, as a narrow terminal cuts the end. */
export function progressText({ title, done, total, failed, bytes, open, elapsed }: Progress): string {
  return [
    total === null ? `${title}: ${counted(done, 'URL')}` : `${title}: ${count(done)} of ${counted(total, 'URL')}`,
    ...(failed === 0 ? [] : [`${count(failed)} failed`]),
    size(bytes),
    `${counted(open, 'connection')} open`,
    seconds(elapsed),
  ].join(', ');
}
