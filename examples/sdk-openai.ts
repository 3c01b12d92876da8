// An SDK that takes a fetch function: OpenAI's, with http.fetch, its streaming included. Its requests share the manager's
// kept connections with all others of the program.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import OpenAI from 'openai';
import { PoolManager } from 'urlpool';

const WORDS = ['kept', ' connections', ' are', ' faster'];

const server = createServer(async (request, response) => {
  let body = '';
  for await (const piece of request) body += piece;
  const { stream, messages } = JSON.parse(body) as { stream?: boolean; messages: readonly { content: string }[] };
  if (messages[0]?.content === 'fail') {
    response.writeHead(400, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ error: { message: 'no such thing', type: 'invalid_request_error' } }));
  } else if (stream) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    for (const content of WORDS) {
      const choices = [{ index: 0, delta: { content }, finish_reason: null }];
      response.write(`data: ${JSON.stringify({ id: '1', object: 'chat.completion.chunk', choices })}\n\n`);
    }
    response.end('data: [DONE]\n\n');
  } else {
    response.setHeader('Content-Type', 'application/json');
    const message = { role: 'assistant', content: WORDS.join('') };
    response.end(JSON.stringify({ id: '1', object: 'chat.completion', choices: [{ index: 0, message }] }));
  }
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as AddressInfo;

const http = new PoolManager();
const client = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${port}/v1`, fetch: http.fetch });
const ask = (content: string) => ({ model: 'any', messages: [{ role: 'user' as const, content }] });

const completion = await client.chat.completions.create(ask('Why keep connections?'));
console.log(completion.choices[0]?.message.content);

const stream = await client.chat.completions.create({ ...ask('Word by word?'), stream: true });
const pieces: string[] = [];
for await (const { choices } of stream) pieces.push(choices[0]?.delta.content ?? '');
console.log(pieces);

try {
  await client.chat.completions.create(ask('fail'));
} catch (error) {
  console.log(error instanceof OpenAI.BadRequestError, error instanceof Error ? error.message : error);
}

const { numConnections, numRequests } = http.snapshot();
console.log(numConnections, 'connection,', numRequests, 'requests');

await http.close();
server.close();
