// `node slow-dial-server.ts <key> <certificate> <dial ms> <service ms>`: https whose handshake begins late. A user-space
// server cannot delay the dial of TCP, which the kernel answers; so it lets the ClientHello lie for the time of the
// dial. To the client that is the same: it has no connection yet. A callback of TLS's own would not do, since a resumed
// session passes it by. Writes its ports as JSON, that of the report (plain http) with them.

import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { listen } from './listen.ts';
import { HOST } from './site.ts';
import { callTime, REPORT_PATH, type Waits } from './slow-dial-protocol.ts';

const [keyFile = '', certificateFile = '', dialMs, serviceMs] = process.argv.slice(2);

let waits: number[] = [];

const secure = https.createServer(
  { key: readFileSync(keyFile), cert: readFileSync(certificateFile), minVersion: 'TLSv1.3', keepAliveTimeout: 60_000 },
  ({ url = '' }, response) => {
    const called = callTime(url);
    if (called !== null) waits.push(Number(process.hrtime.bigint() - called) / 1e6);
    setTimeout(() => response.end('ok'), Number(serviceMs));
  },
);
const front = net.createServer({ pauseOnConnect: true, noDelay: true }, (socket) => {
  // A client may give a dial up.
  socket.on('error', () => {});
  setTimeout(() => secure.emit('connection', socket), Number(dialMs));
});
const report = http.createServer(({ url }, response) => {
  if (url !== REPORT_PATH) return response.writeHead(404).end();
  const { length } = waits;
  const sum = waits.reduce((total, wait) => total + wait, 0);
  const answer: Waits = { count: length, mean: sum / Math.max(1, length), max: Math.max(0, ...waits) };
  waits = [];
  return response.end(JSON.stringify(answer));
});

const ports = { https: await listen(front, HOST), report: await listen(report, HOST) };
process.stdout.write(`${JSON.stringify(ports)}\n`);
