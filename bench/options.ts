import { parseArgs } from 'node:util';
import { CLIENTS, type ClientName, OF_SOME_ROWS, SCALE } from './client-name.ts';
import type { Row } from './row.ts';
import { ROWS } from './rows.ts';

export interface Options {
  /** The clients of every row; null for each row's own. */
  readonly clients: readonly ClientName[] | null;
  /** Whether those of other runtimes and languages run too, in the rows that they can. */
  readonly scale: boolean;
  readonly rows: readonly Row[];
  /** Measured rounds; one more is run first and discarded. */
  readonly rounds: number;
  /** Length of one measuring window. */
  readonly seconds: number;
  /** Load before each window. */
  readonly warmUp: number;
  /** `node` takes the fallback server even where nginx is installed. */
  readonly server: 'nginx' | 'node';
  /** Nothing was left out or shortened: the run may replace `results/latest.*`. */
  readonly full: boolean;
}

const ROUNDS = 3;
const SECONDS = 1;
/**
 * As long as the slowest client's compiled code takes to settle where the compiler shares the client's core. Measured
 * in steps of 0.2 s, undici-request at 1 KB × 50 connections costs 150, 50, 45, 60 … and settles at 20 µs per request
 * after 1.2 to 1.6 s, with one connection after some 2 s; the floor after 0.4 s. A shorter warm-up would flatter the floor.
 */
const WARM_UP = 2.2;

export const USAGE = `node bench/run.ts [options]
  --only=${[...CLIENTS, ...OF_SOME_ROWS].join(',')}
  --scale         also ${SCALE.join(', ')}, where they are installed
  --rows=${ROWS.map((row) => row.id).join(',')}
  --rounds=${ROUNDS}     measured rounds; one more is run first and discarded
  --seconds=${SECONDS}    measuring window of one client in one round
  --warm-up=${WARM_UP}  seconds of load before each window
  --server=nginx  or node, the fallback`;

/** Reads the command line. Throws an error with a sentence for the user. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      scale: { type: 'boolean', default: false },
      rows: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      'warm-up': { type: 'string' },
      server: { type: 'string', default: 'nginx' },
    },
  });
  const rowIds = ROWS.map((row) => row.id);
  const chosenRows = values.rows === undefined ? rowIds : choose('--rows', values.rows, rowIds);
  const server = choose('--server', values.server, ['nginx', 'node'] as const)[0] ?? 'nginx';
  return {
    clients:
      values.only === undefined
        ? null
        : choose<ClientName>('--only', values.only, [...CLIENTS, ...OF_SOME_ROWS, ...SCALE]),
    scale: values.scale,
    rows: ROWS.filter((row) => chosenRows.includes(row.id)),
    rounds: values.rounds === undefined ? ROUNDS : positive('--rounds', values.rounds, Number.isInteger),
    seconds: values.seconds === undefined ? SECONDS : positive('--seconds', values.seconds, Number.isFinite),
    warmUp: values['warm-up'] === undefined ? WARM_UP : positive('--warm-up', values['warm-up'], Number.isFinite),
    server,
    full: args.every((argument) => argument === '--scale'),
  };
}

/** Who runs at a row. */
export function clientsOf(row: Row, { clients, scale }: Pick<Options, 'clients' | 'scale'>): readonly ClientName[] {
  const chosen = clients ?? row.clients;
  const isPlain = row.is === 'load' && row.use === 'get' && row.dials === undefined && row.road === undefined;
  const more = scale && isPlain ? SCALE : [];
  return [...new Set([...chosen, ...more])];
}

/** The known names among `list`, in the order of `known`. */
function choose<T extends string>(option: string, list: string, known: readonly T[]): T[] {
  const names = list.split(',');
  const unknown = names.filter((name) => !known.some((one) => one === name));
  if (unknown.length > 0) throw new Error(`${option}: "${unknown.join(',')}" is none of ${known.join(', ')}`);
  return known.filter((one) => names.includes(one));
}

function positive(option: string, text: string, accepts: (value: number) => boolean): number {
  const value = Number(text);
  if (!(value > 0 && accepts(value))) throw new Error(`${option}: "${text}" is not a positive number`);
  return value;
}
