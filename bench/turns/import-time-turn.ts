import path from 'node:path';
import { runToEnd } from '../children.ts';
import { moduleOf } from '../packages.ts';
import type { ImportTimeRow } from '../row.ts';
import { Unable } from '../tasks/task.ts';
import { coreOf, type TakeTurn } from './setting.ts';

const SECONDS = 30;

export const importTimeTurn: TakeTurn<ImportTimeRow> = async (_row, client, { cores }) => {
  const module = moduleOf(client);
  if (module === null) throw new Unable('it is no module');
  const args = [path.join(import.meta.dirname, '../tasks/import-time.js'), module];
  return { importTime: Number(await runToEnd(process.execPath, args, coreOf(cores, 'client'), SECONDS)) };
};
