// Crawls one site and checks every link on it: those that lead elsewhere with one request, its own pages in full.
//
//     node linkcheck.ts [--concurrency 20] [--per-host 4] https://example.org/

import { parseArgs } from 'node:util';
import { HTTPError, Session, type StreamedResponse } from 'urlpool';

function linksOf(html: string, base: string): string[] {
  const found = html.matchAll(/<a\s[^>]*?href\s*=\s*["']?([^"'\s>]+)/gi);
  const hrefs = [...found].map(([, href = '']) => href.replaceAll('&amp;', '&'));
  const urls = hrefs.filter((href) => URL.canParse(href, base)).map((href) => new URL(href, base));
  for (const url of urls) url.hash = '';
  return urls.filter(({ protocol }) => /^https?:$/.test(protocol)).map(({ href }) => href);
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { concurrency: { type: 'string', default: '20' }, 'per-host': { type: 'string', default: '4' } },
});
const [start] = positionals;
if (start === undefined || !URL.canParse(start)) {
  console.error('usage: linkcheck.ts [--concurrency N] [--per-host N] URL');
  process.exit(2);
}
const site = new URL(start).host;
const foundOn = new Map([[start, 'the command line']]);
const queue = [{ method: 'HEAD', url: start }];
const broken: string[] = [];

async function addLinks(page: StreamedResponse, url: string): Promise<void> {
  for (const link of linksOf(await page.text(), page.url)) {
    if (foundOn.has(link)) continue;
    foundOn.set(link, url);
    queue.push({ method: 'HEAD', url: link });
  }
}

/** What is wrong with a link; null for nothing. Of a page of the site its links are added. */
async function check(method: string, url: string, response: StreamedResponse): Promise<string | null> {
  const { status } = response;
  const isPage = response.mediaType === 'text/html' && new URL(response.url).host === site;
  if (method === 'HEAD' && (status === 405 || status === 501 || (status < 400 && isPage))) {
    queue.push({ method: 'GET', url });
    return null;
  }
  if (method === 'GET' && isPage && response.ok) await addLinks(response, url);
  return status < 400 ? null : `${status}`;
}

function faultOf(error: unknown): string {
  if (!(error instanceof HTTPError)) throw error;
  return error.isConnectFailure ? 'no connection' : error.code;
}

const session = new Session({ timeout: { total: 30_000 } });
const bounds = { concurrency: Number(values.concurrency), perOrigin: Number(values['per-host']) };
for await (const { request, response, error } of session.many(queue, { ...bounds, stream: true })) {
  const { method, url } = request;
  const fault = response !== null ? await check(method, url, response) : faultOf(error);
  if (fault !== null) broken.push(`${fault} ${url} on ${foundOn.get(url)}`);
}
await session.close();
console.log([...broken.sort(), `${foundOn.size} links, ${broken.length} broken`].join('\n'));
process.exitCode = broken.length > 0 ? 1 : 0;
