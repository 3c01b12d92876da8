import type { ClientName } from './client-name.ts';
import { urlpoolBuild } from './packages.ts';
import { BODIES } from './row.ts';
import { type Command, findCommand } from './scale/command.ts';
import { Unable } from './tasks/task.ts';
import { inProcess } from './turns/in-process.ts';
import { endpointAt, type Setting } from './turns/setting.ts';

const SECONDS = 20;

/** How to start each of the clients that are there and can make one request; the others are named and left out. */
export async function findClients(
  clients: readonly ClientName[],
  setting: Setting,
  note: (text: string) => void,
): Promise<ReadonlyMap<ClientName, Command>> {
  const found = new Map<ClientName, Command>();
  const endpoint = endpointAt(setting.server.ports.http, 1);
  const task = { is: 'try', ...BODIES['1 KB'] } as const;
  for (const client of clients) {
    const command = findCommand(client, setting.site.directory);
    if ('absent' in command) {
      note(`${client} is left out: ${command.absent}`);
      continue;
    }
    try {
      const commands = new Map([[client, command]]);
      await inProcess({ client, endpoint, task }, { ...setting, commands }, SECONDS);
      found.set(client, command);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      note(`${client} ${error instanceof Unable ? 'is left out' : 'failed and is left out'}: ${reason}`);
    }
  }
  if (clients.some((client) => client.startsWith('urlpool')) && urlpoolBuild() !== 'up to date') {
    note(`the build of urlpool is ${urlpoolBuild()}: run \`npm run build\` first`);
  }
  if (found.size === 0) throw new Error('no client can be loaded');
  return found;
}
