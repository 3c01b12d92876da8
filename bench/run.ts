// The benchmark, from the command line to results/: which turns, one process each, one after another. README.md in
// this folder tells the method and why. Everything that decides or computes is in a file of its own; this one runs.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toChart } from './chart.ts';
import { cleanUpOnExit, runToEnd } from './children.ts';
import type { Job, Outcome } from './client-process.ts';
import type { Endpoint } from './clients/client.ts';
import { type Cores, findCores } from './cores.ts';
import { toJson } from './json.ts';
import { readMachine } from './machine.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { urlpoolBuild, versionsOf } from './packages.ts';
import { type Result, type Sample, summarise } from './result.ts';
import { BODIES, type ClientName, type Row } from './rows.ts';
import { schedule } from './schedule.ts';
import { acceptedConnections, startServer } from './server.ts';
import { HOST, type Server } from './site.ts';
import { toTable } from './table.ts';

/** The discarded round is for the machine (files, page cache, the server's memory), so that it need not be long. */
const DISCARDED = { warmUpSeconds: 0.2, windowSeconds: 0.2 };
/** A client that takes so much longer than it was told hangs. */
const GRACE_SECONDS = 15;
const BUSY_LOAD = 0.3;

interface Setting {
  readonly server: Server;
  readonly ca: string | null;
  readonly cores: Cores;
}

cleanUpOnExit();
try {
  await run(readOptions());
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}
process.exit(0);

function readOptions(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(USAGE);
    throw error;
  }
}

async function run(options: Options): Promise<void> {
  const machine = readMachine();
  const cores = findCores();
  const setting: Setting = { ...(await startServer(options.server, coreOf(cores, 'server'))), cores };
  const notes: string[] = [];
  const note = (text: string): void => {
    notes.push(text);
    console.log(`note: ${text}`);
  };
  if (machine.loadBefore > BUSY_LOAD) {
    note(`the load was ${machine.loadBefore.toFixed(2)} before the run: something else may be running`);
  }
  if (!setting.server.name.startsWith('nginx')) note(`the server is ${setting.server.name}, not nginx`);

  const rows = options.rows.filter((row) => row.scheme === 'http' || setting.ca !== null);
  if (rows.length < options.rows.length) note('no https: the openssl command is missing');
  const clients = await usable(options.clients, setting, note);

  const samples = new Map(
    rows.map((row) => [row, new Map<ClientName, Sample[]>(clients.map((client) => [client, []]))]),
  );
  let round = -1;
  for (const turn of schedule(options.rounds, rows, clients)) {
    if (turn.round !== round) {
      round = turn.round;
      console.log(round === 0 ? 'warm-up round' : `round ${round} of ${options.rounds}`);
    }
    const times = round === 0 ? DISCARDED : { warmUpSeconds: options.warmUp, windowSeconds: options.seconds };
    const sample = await takeTurn(turn.row, turn.client, times, setting);
    if (round > 0) samples.get(turn.row)?.get(turn.client)?.push(sample);
  }
  for (const [row, byClient] of samples) {
    for (const [client, taken] of byClient) {
      const opened = Math.max(...taken.map((sample) => sample.opened));
      if (opened !== row.connections) note(`${row.id}: ${client} opened ${opened} connections, not ${row.connections}`);
    }
  }

  const result: Result = {
    date: new Date().toISOString(),
    command: ['node', 'bench/run.ts', ...process.argv.slice(2)].join(' '),
    machine,
    cores:
      cores.are === 'pinned'
        ? `server on core ${cores.server}, client on core ${cores.client}`
        : `not pinned: ${cores.reason}`,
    node: process.versions.node,
    server: setting.server.name,
    versions: versionsOf(clients),
    rounds: options.rounds,
    warmUpSeconds: options.warmUp,
    windowSeconds: options.seconds,
    notes,
    rows: rows.map((row) => summarise(row, samples.get(row) ?? new Map())),
  };
  console.log(`\n${toTable(result)}`);
  const file = path.join(import.meta.dirname, 'results', options.full ? 'latest' : 'partial');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.json`, toJson(result));
  writeFileSync(`${file}.svg`, toChart(result));
  console.log(`\nwritten: ${path.relative('', file)}.json and .svg`);
}

/** The clients that can be loaded, each tried with one request; the others are named and left out. */
async function usable(
  clients: readonly ClientName[],
  setting: Setting,
  note: (text: string) => void,
): Promise<ClientName[]> {
  const found: ClientName[] = [];
  const row: Pick<Row, 'scheme' | 'body' | 'connections'> = { scheme: 'http', body: '1 KB', connections: 1 };
  for (const client of clients) {
    const outcome = await inProcess({ client, endpoint: endpointOf(row, setting), load: null }, setting.cores);
    if (outcome.is === 'works') found.push(client);
    else if (outcome.is === 'unloadable') note(`${client} is left out: ${outcome.reason}`);
  }
  if (clients.includes('urlpool') && urlpoolBuild() !== 'up to date') {
    note(`the build of urlpool is ${urlpoolBuild()}: run \`npm run build\` first`);
  }
  if (found.length === 0) throw new Error('no client can be loaded');
  return found;
}

async function takeTurn(row: Row, client: ClientName, times: typeof DISCARDED, setting: Setting): Promise<Sample> {
  const endpoint = endpointOf(row, setting);
  const { bytes, connections } = endpoint;
  const load = { bytes, connections, ...times };
  const before = await acceptedConnections(setting.server);
  const outcome = await inProcess({ client, endpoint, load }, setting.cores);
  if (outcome.is !== 'measured') throw new Error(`${client} at ${row.id} was not measured`);
  // One of those accepted since is the question's own.
  return { ...outcome.measurement, opened: (await acceptedConnections(setting.server)) - before - 1 };
}

async function inProcess(job: Job, cores: Cores): Promise<Outcome> {
  const seconds = (job.load === null ? 0 : job.load.warmUpSeconds + job.load.windowSeconds) + GRACE_SECONDS;
  const args = [path.join(import.meta.dirname, 'client-process.ts'), JSON.stringify(job)];
  try {
    return JSON.parse(await runToEnd(process.execPath, args, coreOf(cores, 'client'), seconds));
  } catch (error) {
    throw new Error(`${job.client} failed: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

function endpointOf(
  { scheme, body, connections }: Pick<Row, 'scheme' | 'body' | 'connections'>,
  { server, ca }: Setting,
): Endpoint {
  const port = server.ports[scheme];
  return {
    scheme,
    host: HOST,
    port,
    ...BODIES[body],
    connections,
    ca: scheme === 'https' && ca !== null ? ca : undefined,
  };
}

function coreOf(cores: Cores, side: 'server' | 'client'): number | null {
  return cores.are === 'pinned' ? cores[side] : null;
}
