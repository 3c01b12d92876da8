import type { Random } from '../util/random.ts';
import type { Room } from './room.ts';

/** Told whether the pool is in use: by a waiter, a dial or an exchange. */
export interface PoolWatch {
  onBusy(): void;
  onQuiet(): void;
}

/** What a pool shares with others. */
export interface PoolSurroundings {
  readonly room: Room;
  readonly random: Random;
  readonly watch: PoolWatch | null;
}
