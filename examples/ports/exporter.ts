// Exports all orders of an API, page by page, to a CSV file.
//
//     API_TOKEN=… node exporter.ts https://api.example orders.csv --since 2026-01-01

import { open, rename } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { HTTPError, Retry, Session } from 'urlpool';

const COLUMNS = ['id', 'customer', 'total'] as const;

type Order = Readonly<Record<(typeof COLUMNS)[number], string | number>>;

function makeSession(baseUrl: string, token: string): Session {
  const headers = { Authorization: `Bearer ${token}`, Accept: 'application/json' };
  const retries = new Retry(3, { backoffFactor: 100, statusForcelist: [500, 502, 503, 504] });
  return new Session({ baseUrl, headers, retries, timeout: 30_000 });
}

function csvLine(values: readonly (string | number)[]): string {
  const cells = values.map((value) => (/[",\r\n]/.test(`${value}`) ? `"${`${value}`.replaceAll('"', '""')}"` : value));
  return `${cells.join(',')}\n`;
}

async function exportOrders(session: Session, params: Record<string, string | number>, path: string): Promise<number> {
  let count = 0;
  const file = await open(`${path}.tmp`, 'w');
  try {
    await file.write(csvLine(COLUMNS));
    for await (const page of session.pages('/orders', { params })) {
      const orders = page.json<Order[]>();
      await file.write(orders.map((order) => csvLine(COLUMNS.map((name) => order[name]))).join(''));
      count += orders.length;
      console.error(`${count} of ${page.headers.get('x-total-count')}`);
    }
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
  return count;
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { since: { type: 'string', default: '1970-01-01' } },
});
const [api, path] = positionals;
const { API_TOKEN } = process.env;
if (path === undefined || api === undefined || API_TOKEN === undefined) {
  fail('usage: API_TOKEN=… exporter.ts [--since DATE] API PATH');
}
try {
  const session = makeSession(api, API_TOKEN);
  const count = await exportOrders(session, { since: values.since, per_page: 100 }, path);
  await session.close();
  console.log(`${count} orders in ${path}`);
} catch (error) {
  if (!(error instanceof HTTPError)) throw error;
  fail(`cannot export: ${error.message}`);
}
