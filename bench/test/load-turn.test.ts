import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { describeRow, type LoadRow } from '../row.ts';
import { ROWS } from '../rows.ts';
import { lengthOfLog, linesSince } from '../servers/log-lines.ts';
import { nginxConfig } from '../servers/nginx.ts';
import { connectionsIn, resumedIn, whyUnable } from '../turns/load-turn.ts';

function loadRow(id: string): LoadRow {
  const row = ROWS.find((one) => one.id === id);
  assert.ok(row?.is === 'load');
  return row;
}

// client, row, why it cannot
const UNABLE = [
  ['wrk', '1k-50', null],
  ['wrk', '100m-stream', 'what runs for scale is measured with plain gets only'],
  ['wrk', 'tls-new-full', 'what runs for scale is measured with plain gets only'],
  ['go', '1k-50-proxy-forward', 'what runs for scale is measured with plain gets only'],
  ['got', '1k-50', null],
  ['got', 'tls-new-resumed', 'it keeps its connections here'],
  ['node-http', 'tls-new-resumed', null],
  ['node-http', '1k-50-proxy-connect', 'it goes through no proxy here'],
  ['undici-request', '1k-50-proxy-connect', null],
] as const;

for (const [client, id, why] of UNABLE) {
  test(`whyUnable() of ${client} at ${id}`, () => assert.equal(whyUnable(client, loadRow(id)), why));
}

test('every client of a row of load can take part in it', () => {
  const unable = ROWS.flatMap((row) =>
    row.is === 'load' ? row.clients.map((client) => whyUnable(client, row)).filter((why) => why !== null) : [],
  );
  assert.deepEqual(unable, []);
});

test('describeRow() says how connections are opened and where they lead', () => {
  assert.deepEqual(
    ['tls-new-full', 'tls-new-resumed', '1k-50-proxy-forward', '1k-50-proxy-connect'].map((id) =>
      describeRow(loadRow(id)),
    ),
    [
      'https, 1 KB × 10 connections, a full handshake each',
      'https, 1 KB × 10 connections, a resumed handshake each',
      'http, 1 KB × 50 connections, forwarded by squid',
      'https, 1 KB × 50 connections, in tunnels through squid',
    ],
  );
});

test('resumedIn() is the share of resumed handshakes in percent', () => {
  assert.equal(resumedIn(['.', 'r', 'r', 'r']), 75);
});

test('connectionsIn() counts each port once', () => {
  assert.equal(connectionsIn(['40001', '40002', '40001']), 2);
});

test('linesSince() gives what a log has gained', (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'urlpool-bench-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'a.log');
  assert.equal(lengthOfLog(file), 0);
  writeFileSync(file, 'r\n.\n');
  const before = lengthOfLog(file);
  writeFileSync(file, 'r\n.\nr\nr\n');
  assert.deepEqual([before, linesSince(file, before)], [4, ['r', 'r']]);
});

test('nginxConfig() gives out tickets on one of the ports whose handshakes are logged', () => {
  const certificate = { keyFile: '/k', certificateFile: '/c', ca: '' };
  const site = { directory: '/site', bodies: [], certificate, core: null };
  const ports = { http: 1, https: 2, anyAddress: 3, handshakes: { full: 4, resumed: 5 } };
  const servers = nginxConfig(site, ports, 'one').split('server {');
  const at = (port: number): string => servers.find((one) => one.includes(`:${port} ssl;`)) ?? '';
  assert.deepEqual(
    [2, 4, 5].map((port) => [at(port).includes('NumTickets 0'), at(port).includes('handshakes.log')]),
    [
      [false, false],
      [true, true],
      [false, true],
    ],
  );
  assert.doesNotMatch(nginxConfig({ ...site, certificate: null }, ports, 'one'), /ssl;/);
});
