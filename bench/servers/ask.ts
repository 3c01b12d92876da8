// Questions to a server, each on a connection of its own.

import http from 'node:http';
import { text } from 'node:stream/consumers';
import { HOST } from './site.ts';

/** The body of a page. */
export async function ask(port: number, path: string): Promise<string> {
  const response = await answer(port, path, 'GET');
  if (response.statusCode !== 200) throw new Error(`GET ${path} gave status ${response.statusCode}`);
  return text(response);
}

/** The length of a page as its head tells it. */
export async function askLength(port: number, path: string): Promise<number> {
  const response = await answer(port, path, 'HEAD');
  response.resume();
  return Number(response.headers['content-length'] ?? Number.NaN);
}

function answer(port: number, path: string, method: string): Promise<http.IncomingMessage> {
  return new Promise((resolve, reject) => {
    http.request({ host: HOST, port, path, method, agent: false }, resolve).on('error', reject).end();
  });
}
