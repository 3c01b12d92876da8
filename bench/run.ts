// The benchmark, from the command line to results/: which turns, one process each, one after another. README.md in
// this folder tells the method and why. Everything that decides or computes is in a file of its own; this one runs.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { toChart } from './chart.ts';
import { cleanUpOnExit } from './children.ts';
import type { ClientName } from './client-name.ts';
import { type Cores, findCores } from './cores.ts';
import type { Sample } from './figure.ts';
import { fileLimit } from './file-limit.ts';
import { findClients } from './find-clients.ts';
import { toJson } from './json.ts';
import { readMachine } from './machine.ts';
import { clientsOf, type Options, parseOptions, USAGE } from './options.ts';
import { versionsOf } from './packages.ts';
import { type Result, summarise } from './result.ts';
import { BODIES, type LoadRow, type Row } from './row.ts';
import { schedule } from './schedule.ts';
import { makeSite, startServer } from './servers/server.ts';
import { startSquid } from './servers/squid.ts';
import { toTable } from './table.ts';
import { Unable } from './tasks/task.ts';
import { coreOf, type Setting } from './turns/setting.ts';
import { filesNeeded, samplesPerRound, takeTurn } from './turns/take-turn.ts';

/** The discarded round is for the machine (files, page cache, the server's memory), so that it need not be long. */
const DISCARDED = { warmUpSeconds: 0.2, windowSeconds: 0.2 };
const BUSY_LOAD = 0.3;

type Note = (text: string) => void;

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
  const notes: string[] = [];
  const note: Note = (text) => {
    notes.push(text);
    console.log(`note: ${text}`);
  };
  if (machine.loadBefore > BUSY_LOAD) {
    note(`the load was ${machine.loadBefore.toFixed(2)} before the run: something else may be running`);
  }
  const bodies = Object.entries(BODIES).filter(([name]) => needsBody(options.rows, name));
  const site = makeSite(
    bodies.map(([, body]) => body),
    coreOf(cores, 'server'),
  );
  const server = await startServer(options.server, site);
  if (!server.name.startsWith('nginx')) note(`the server is ${server.name}, not nginx`);

  const isWanted = options.rows.some((row) => row.is === 'load' && (row.road ?? 'direct') !== 'direct');
  const squid = isWanted ? await startSquid(path.dirname(site.directory), coreOf(cores, 'server')) : null;
  const rows = options.rows.filter((row) => canRun(row, { server, site, squid }, note));
  const wanted = [...new Set(rows.flatMap((row) => clientsOf(row, options)))];
  const commands = await findClients(wanted, { server, squid, site, cores, commands: new Map() }, note);
  const setting: Setting = { server, squid, site, cores, commands };
  const samples = await takeTurns(rows, options, setting, note);

  const result: Result = {
    date: new Date().toISOString(),
    command: ['node', 'bench/run.ts', ...process.argv.slice(2)].join(' '),
    machine,
    cores: describeCores(cores),
    node: process.versions.node,
    server: squid === null ? server.name : `${server.name}, ${squid.name}`,
    versions: { ...versionsOf([...commands.keys()]), ...scaleVersions(setting) },
    rounds: options.rounds,
    warmUpSeconds: options.warmUp,
    windowSeconds: options.seconds,
    notes,
    rows: summarise(samples),
  };
  console.log(`\n${toTable(result)}`);
  const file = path.join(import.meta.dirname, 'results', options.full ? 'latest' : 'partial');
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.json`, toJson(result));
  writeFileSync(`${file}.svg`, toChart(result));
  console.log(`\nwritten: ${path.relative('', file)}.json and .svg`);
}

/** All turns of all rounds. A client that fails at a row is named and out of that row: what is left of the run is worth having. */
async function takeTurns(
  rows: readonly Row[],
  options: Options,
  setting: Setting,
  note: Note,
): Promise<Map<Row, Map<ClientName, Sample[]>>> {
  const present = (row: Row): ClientName[] => clientsOf(row, options).filter((client) => setting.commands.has(client));
  const samples = new Map(
    rows.map((row) => [row, new Map<ClientName, Sample[]>(present(row).map((client) => [client, []]))]),
  );
  let round = -1;
  for (const turn of schedule(options.rounds, rows, present)) {
    if (turn.round !== round) {
      round = turn.round;
      console.log(round === 0 ? 'warm-up round' : `round ${round} of ${options.rounds}`);
    }
    const { row, client } = turn;
    const taken = samples.get(row)?.get(client);
    if (taken === undefined) continue;
    const times = round === 0 ? DISCARDED : { warmUpSeconds: options.warmUp, windowSeconds: options.seconds };
    try {
      for (let i = 0; i < samplesPerRound(row); i++) {
        const sample = await takeTurn(row, client, setting, times);
        if (round > 0) taken.push(sample);
      }
    } catch (error) {
      samples.get(row)?.delete(client);
      const reason = error instanceof Error ? error.message : String(error);
      note(`${row.id}: ${client} ${error instanceof Unable ? 'is left out' : 'failed'}: ${reason}`);
    }
  }
  for (const [row, byClient] of samples) {
    for (const [client, taken] of byClient) noteOpened(row, client, taken, note);
  }
  return samples;
}

/**
 * Under load, a client that opened another number of connections than the row's did not keep them, and one that opened
 * fewer than it made requests kept them where it should not. wrk opens one to look.
 */
function noteOpened(row: Row, client: ClientName, taken: readonly Sample[], note: Note): void {
  if (row.is !== 'load' || client === 'wrk') return;
  if (row.dials !== undefined && row.dials !== 'kept') {
    const tooFew = taken.find(({ opened = 0, requests = 0 }) => opened < requests);
    if (tooFew !== undefined) {
      note(`${row.id}: ${client} opened ${tooFew.opened} connections for more than ${tooFew.requests} requests`);
    }
    return;
  }
  const opened = Math.max(...taken.map((sample) => sample.opened ?? 0));
  if (opened !== row.connections) note(`${row.id}: ${client} opened ${opened} connections, not ${row.connections}`);
}

function canRun(row: Row, has: Pick<Setting, 'server' | 'site' | 'squid'>, note: Note): boolean {
  const missing = row.is === 'load' ? whatIsMissing(row, has) : null;
  if (missing !== null) {
    note(`${row.id} is left out: ${missing}`);
    return false;
  }
  const [limit, needed] = [fileLimit(), filesNeeded(row)];
  if (limit < needed)
    note(`${row.id} is left out: it needs ${needed} open files per process, \`ulimit -Hn\` is ${limit}`);
  return limit >= needed;
}

/** What a row of load needs and has not; null where it can run. */
function whatIsMissing(
  { scheme, dials = 'kept', road = 'direct' }: LoadRow,
  { server, site, squid }: Pick<Setting, 'server' | 'site' | 'squid'>,
): string | null {
  if (scheme === 'https' && site.certificate === null) return 'the openssl command is missing';
  if (dials !== 'kept' && server.ports.handshakes === null) return 'it needs nginx, which tells resumed handshakes';
  if (road !== 'direct' && squid === null) return 'squid is missing (Debian: squid)';
  return null;
}

/** The large bodies are made only for a row that has them. */
function needsBody(rows: readonly Row[], name: string): boolean {
  return (
    !['50 MB', '100 MB'].includes(name) ||
    rows.some((row) => row.is === 'load' && row.body === name && row.use !== 'upload')
  );
}

function describeCores(cores: Cores): string {
  return cores.are === 'pinned'
    ? `server on core ${cores.server}, client on core ${cores.client}`
    : `not pinned: ${cores.reason}`;
}

function scaleVersions({ commands }: Setting): Record<string, string> {
  return Object.fromEntries(
    [...commands].flatMap(([client, { version }]) => (version === null ? [] : [[client, version]])),
  );
}
