// Downloads files, several at once, and goes on where an earlier run has left off.
//
//     node downloader.ts [--jobs 4] FOLDER URL...

import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { PoolManager, Retry, type SaveProgress } from 'urlpool';

async function download(http: PoolManager, url: string, folder: string): Promise<string> {
  const name = basename(new URL(url).pathname);
  const onProgress = ({ bytes, total }: SaveProgress) => console.error(`${name} ${bytes}/${total}`);
  const { bytes } = await http.download(url, join(folder, name), { resume: true, onProgress });
  return `${name} ${bytes} bytes`;
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { jobs: { type: 'string', default: '4' } },
});
const [folder, ...urls] = positionals;
if (folder === undefined || urls.length === 0) {
  console.error('usage: downloader.ts [--jobs N] FOLDER URL...');
  process.exit(2);
}
const retries = new Retry(3, { backoffFactor: 50, statusForcelist: [502, 503, 504] });
const http = new PoolManager({
  maxConnections: Number(values.jobs),
  timeout: { connect: 10_000, read: 30_000 },
  retries,
});
const downloads = await Promise.allSettled(urls.map((url) => download(http, url, folder)));
for (const [index, result] of downloads.entries()) {
  if (result.status === 'fulfilled') {
    console.log(result.value);
  } else {
    console.error(`${urls[index]}: ${result.reason}`);
    process.exitCode = 1;
  }
}
await http.close();
