// `node gather-server.ts`. Answers no request before as many have come as its path says, and then all: a client that has
// so many under way needs a connection for each. Writes its port as JSON.

import http, { type ServerResponse } from 'node:http';
import { CONNECTIONS_PATH, gatherPath } from './gather-protocol.ts';
import { listen } from './listen.ts';
import { HOST } from './site.ts';

const PREFIX = gatherPath(0).slice(0, -1);

let gathered: ServerResponse[] = [];

const server = http.createServer({ keepAliveTimeout: 3_600_000, noDelay: true }, ({ url = '' }, response) => {
  if (url === CONNECTIONS_PATH) {
    server.getConnections((_error, count) => response.end(String(count - 1)));
  } else if (url.startsWith(PREFIX)) {
    if (gathered.push(response) < Number(url.slice(PREFIX.length))) return;
    for (const waiting of gathered) waiting.end('ok');
    gathered = [];
  } else {
    response.writeHead(404).end();
  }
});

process.stdout.write(`${JSON.stringify({ port: await listen(server, HOST) })}\n`);
