import type { ClientName } from '../client-name.ts';
import type { Endpoint } from '../clients/client.ts';
import type { Cores } from '../cores.ts';
import type { Sample } from '../figure.ts';
import type { Command } from '../scale/command.ts';
import { HOST, type Server, type Site } from '../servers/site.ts';
import type { Squid } from '../servers/squid.ts';

export interface Times {
  readonly warmUpSeconds: number;
  readonly windowSeconds: number;
}

/** What all turns of a run share. */
export interface Setting {
  readonly server: Server;
  /** Null where no row needs one, or none is installed. */
  readonly squid: Squid | null;
  readonly site: Site;
  readonly cores: Cores;
  /** How the process of each client is started. */
  readonly commands: ReadonlyMap<ClientName, Command>;
}

/** A client's turn at a row of one kind. Rejects if the client fails, with {@link Unable} if it has no way to do it. */
export type TakeTurn<R> = (row: R, client: ClientName, setting: Setting, times: Times) => Promise<Sample>;

export function coreOf(cores: Cores, side: 'server' | 'client'): number | null {
  return cores.are === 'pinned' ? cores[side] : null;
}

/** The endpoint of a plain server on a port, with the values that only some rows change. */
export function endpointAt(port: number, connections: number, changes: Partial<Endpoint> = {}): Endpoint {
  return {
    scheme: 'http',
    host: HOST,
    port,
    connections,
    otherOrigins: 0,
    keepsAll: true,
    closesEach: false,
    proxy: null,
    ca: null,
    servername: null,
    ...changes,
  };
}
