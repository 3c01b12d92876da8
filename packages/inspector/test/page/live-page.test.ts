// The page beside a running program: what it shows while requests are made, and what it does when the program is gone.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { PoolManager } from 'urlpool';
import { inspect } from '../../src/inspect.ts';
import { chromiumMissing, launch, open, textOf } from './browser.ts';

const missing = chromiumMissing();
const skip = missing ?? false;
const browser = missing === null ? await launch() : null;
test.after(() => browser?.close());

async function startSite(): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer((request, response) => {
    if (request.url === '/never') return;
    response.statusCode = request.url === '/missing' ? 404 : 200;
    response.end('hello');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('the page says what to do while nothing has happened, then shows requests as they are made', {
  skip,
}, async () => {
  assert.ok(browser !== null);
  await using site = await startSite();
  await using http = new PoolManager();
  await using inspector = await inspect(http);
  await using watched = await open(browser, inspector.url);
  const { page, faults } = watched;
  await page.getByText('Nothing has happened yet').waitFor();
  await http.request('GET', `${site.url}/first`, { headers: { authorization: 'Bearer very-secret' } });
  await page.getByRole('heading', { name: '1 request used 1 connection' }).waitFor();
  for (let i = 0; i < 9; i++) await http.request('GET', `${site.url}/item/${i}`);
  await page.getByRole('heading', { name: '10 requests used 1 connection' }).waitFor();
  await page.getByText('9 handshakes were not needed').first().waitFor();
  assert.equal(await page.getByRole('row').count(), 11);
  assert.ok(!(await page.content()).includes('very-secret'));
  assert.deepEqual(faults, []);
});

test('the page lets time pass for a request that is not answered', { skip }, async () => {
  assert.ok(browser !== null);
  await using site = await startSite();
  await using http = new PoolManager();
  await using inspector = await inspect(http);
  await using watched = await open(browser, inspector.url);
  const hanging = http.request('GET', `${site.url}/never`, { signal: AbortSignal.timeout(5000) }).catch(() => {});
  await watched.page.getByRole('gridcell', { name: /^[2-4]\.\d s …$/ }).waitFor();
  assert.deepEqual(watched.faults, []);
  await hanging;
});

test('the controls take one row of 1280 pixels, and three of 360', { skip }, async () => {
  assert.ok(browser !== null);
  await using site = await startSite();
  await using http = new PoolManager();
  await using inspector = await inspect(http);
  await Promise.all(['127.0.0.1', 'localhost'].map((name) => http.request('GET', site.url.replace('127.0.0.1', name))));
  for (const [width, most] of [
    [1280, 56],
    [360, 125],
  ] as const) {
    await using watched = await open(browser, inspector.url, { width });
    await watched.page.getByRole('button', { name: 'Collapse all' }).waitFor();
    const box = await watched.page.getByRole('toolbar').boundingBox();
    assert.ok(box !== null && box.height <= most, `${width}: ${box?.height}`);
  }
});

test('the page holds still while it is paused, and catches up', { skip }, async () => {
  assert.ok(browser !== null);
  await using site = await startSite();
  await using http = new PoolManager();
  await using inspector = await inspect(http);
  await using watched = await open(browser, inspector.url);
  const { page, faults } = watched;
  await http.request('GET', `${site.url}/a`);
  await page.getByRole('heading', { name: '1 request used' }).waitFor();
  await page.keyboard.press(' ');
  await http.request('GET', `${site.url}/b`);
  await page.getByText(/Paused, \d+ events wait/).waitFor();
  assert.equal(await textOf(page.getByRole('heading', { level: 1 })), '1 request used 1 connection');
  await page.keyboard.press(' ');
  await page.getByRole('heading', { name: '2 requests used 1 connection' }).waitFor();
  assert.deepEqual(faults, []);
});

test('the page says that the inspector was closed, and keeps what it has', { skip }, async () => {
  assert.ok(browser !== null);
  await using site = await startSite();
  await using http = new PoolManager();
  const inspector = await inspect(http);
  await using watched = await open(browser, inspector.url);
  const { page, faults } = watched;
  await http.request('GET', `${site.url}/a`);
  await page.getByRole('heading', { name: '1 request used' }).waitFor();
  await inspector.close();
  await page.getByText('No more events come').waitFor();
  await page.getByText('Ended', { exact: true }).waitFor();
  assert.equal(await page.getByRole('row').count(), 2);
  assert.deepEqual(faults, []);
});

test('the page says that the program is lost, and goes on where it stopped when it is back', { skip }, async () => {
  assert.ok(browser !== null);
  await using site = await startSite();
  await using http = new PoolManager();
  await using inspector = await inspect(http);
  await using watched = await open(browser, inspector.url);
  const { page } = watched;
  await http.request('GET', `${site.url}/a`);
  await page.getByRole('heading', { name: '1 request used' }).waitFor();
  // A page that was opened while the network was there, and then is gone.
  const second = await page.context().newPage();
  await second.route('**/events', (route) => route.abort());
  await second.goto(inspector.url);
  await second.getByText('The program does not answer').waitFor();
  await second.getByText('Not connected').waitFor();
  await second.unroute('**/events');
  await second.getByRole('heading', { name: '1 request used' }).waitFor();
  assert.equal(await second.getByText('The program does not answer').count(), 0);
});

test('the saved page of a running program opens from disk, with the same figures', { skip }, async (context) => {
  assert.ok(browser !== null);
  await using site = await startSite();
  await using http = new PoolManager();
  await using inspector = await inspect(http);
  await using watched = await open(browser, inspector.url);
  const { page } = watched;
  for (let i = 0; i < 5; i++) await http.request('GET', `${site.url}/<script>/${i}`);
  await page.getByRole('heading', { name: '5 requests used 1 connection' }).waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Save' }).click();
  const folder = mkdtempSync(join(tmpdir(), 'urlpool-inspector-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'saved.html');
  await (await download).saveAs(path);
  await using saved = await open(browser, pathToFileURL(path).href);
  await saved.page.getByRole('heading', { name: '5 requests used 1 connection' }).waitFor();
  assert.equal(await saved.page.getByRole('link', { name: 'Save' }).count(), 0);
  assert.deepEqual(saved.faults, []);
});
