// The server where nginx is missing: `node node-server.ts <directory> [<key> <certificate>]`. Writes its ports as JSON.
// Slower than nginx, so that clients wait for it more; they all do.

import { readFileSync } from 'node:fs';
import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import path from 'node:path';
import { BODIES } from './rows.ts';
import { HOST, STATUS_PATH } from './site.ts';

const [directory = '.', keyFile, certificateFile] = process.argv.slice(2);
const bodies = new Map<string, Buffer>(
  Object.values(BODIES).map((body) => [body.path, readFileSync(path.join(directory, body.path))]),
);
let accepted = 0;

const answer: RequestListener = (request, response) => {
  const body = bodies.get(request.url ?? '');
  if (body !== undefined) {
    response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': body.byteLength });
    response.end(body);
  } else if (request.url === STATUS_PATH) {
    response.end(`server accepts handled requests\n ${accepted} ${accepted} 0 \n`);
  } else {
    response.writeHead(404).end();
  }
};

const options = { keepAliveTimeout: 3_600_000, noDelay: true };
const ports = {
  http: await listen(http.createServer(options, answer)),
  https:
    keyFile === undefined || certificateFile === undefined
      ? 0
      : await listen(
          https.createServer(
            { ...options, key: readFileSync(keyFile), cert: readFileSync(certificateFile), minVersion: 'TLSv1.3' },
            answer,
          ),
        ),
};
process.stdout.write(`${JSON.stringify(ports)}\n`);

function listen(server: Server): Promise<number> {
  server.on('connection', () => {
    accepted++;
  });
  return new Promise((resolve) => {
    server.listen(0, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}
