import http from 'node:http';
import https from 'node:https';
import { pipeline } from 'node:stream/promises';
import type { Client, Endpoint } from './client.ts';
import { destroyAgents, nodeAgents } from './node-agent.ts';
import { lengthOf, pieces } from './pieces.ts';
import { isStored, type Target, unexpectedStatus } from './target.ts';

/** Node's own client with a keep-alive agent. */
export function open(endpoint: Endpoint): Client {
  const agents = nodeAgents(endpoint);
  const { request, get } = endpoint.scheme === 'https' ? https : http;
  const optionsOf = ({ scheme, host, port, path }: Target) => ({ agent: agents[scheme], host, port, path });
  return {
    get: (target) => {
      const options = optionsOf(target);
      return () =>
        new Promise((resolve, reject) => {
          const sent = get(options, (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('end', () => {
              if (response.statusCode === 200) resolve(Buffer.concat(chunks).byteLength);
              else reject(unexpectedStatus(response.statusCode, target));
            });
            response.on('error', reject);
          });
          sent.on('error', reject);
        });
    },
    stream: (target) => async () => {
      const response = await responseTo(get(optionsOf(target)));
      if (response.statusCode !== 200) throw unexpectedStatus(response.statusCode, target);
      return lengthOf(response);
    },
    upload: (target) => async () => {
      const sent = request({ ...optionsOf(target), method: 'PUT' });
      const answer = responseTo(sent);
      await pipeline(pieces(target.bytes), sent);
      const response = await answer;
      if (!isStored(response.statusCode)) throw unexpectedStatus(response.statusCode, target);
      await lengthOf(response);
      return target.bytes;
    },
    async close() {
      destroyAgents(agents);
    },
  };
}

function responseTo(request: http.ClientRequest): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
  });
}
