import type { ClientName } from '../client-name.ts';
import type { Sample } from '../figure.ts';
import type { Row } from '../row.ts';
import { idleMemoryTurn } from './idle-memory-turn.ts';
import { importTimeTurn } from './import-time-turn.ts';
import { lateBindingTurn } from './late-binding-turn.ts';
import { loadTurn } from './load-turn.ts';
import { originsTurn } from './origins-turn.ts';
import { reloadTurn } from './reload-turn.ts';
import type { Setting, Times } from './setting.ts';

/** A client's turn at a row of any kind. */
export function takeTurn(row: Row, client: ClientName, setting: Setting, times: Times): Promise<Sample> {
  switch (row.is) {
    case 'load':
      return loadTurn(row, client, setting, times);
    case 'idle-memory':
      return idleMemoryTurn(row, client, setting, times);
    case 'import-time':
      return importTimeTurn(row, client, setting, times);
    case 'origins':
      return originsTurn(row, client, setting, times);
    case 'late-binding':
      return lateBindingTurn(row, client, setting, times);
    case 'reload':
      return reloadTurn(row, client, setting, times);
  }
}

/** How many samples a client gives a row in one round. */
export function samplesPerRound(row: Row): number {
  return row.is === 'import-time' ? row.processes : 1;
}

/** Files that a client or a server has open at once in a row, sockets included; some more for the process itself. */
export function filesNeeded(row: Row): number {
  const sockets = row.is === 'origins' ? row.origins * 1.2 : 'connections' in row ? row.connections : 0;
  return Math.ceil(sockets) + 100;
}
