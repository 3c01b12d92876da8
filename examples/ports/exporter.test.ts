import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { serve, testBoth } from './both.ts';

const env = { API_TOKEN: 't0ken' };

const ORDERS = Array.from({ length: 250 }, (_, i) => ({
  id: i + 1,
  customer: i === 1 ? 'Lovelace, "Ada"' : `customer ${i + 1}`,
  total: `${i}.50`,
  internal: true,
}));

/** An API of many pages. `down` says whether a page is not to be had. */
function api(asked: string[], down: (target: string) => boolean): RequestListener {
  return ({ url = '', headers }, response) => {
    asked.push(url);
    if (headers.authorization !== 'Bearer t0ken') return void response.writeHead(401).end();
    if (down(url)) return void response.writeHead(503).end();
    const { searchParams } = new URL(url, 'http://host');
    const [page, size] = [Number(searchParams.get('page') ?? 1), Number(searchParams.get('per_page'))];
    searchParams.set('page', `${page + 1}`);
    if (page * size < ORDERS.length) response.setHeader('Link', `</orders?${searchParams}>; rel="next"`);
    response.setHeader('X-Total-Count', ORDERS.length);
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(ORDERS.slice((page - 1) * size, page * size)));
  };
}

const PAGES = ['', '&page=2', '&page=3'].map((rest) => `/orders?since=2026-01-01&per_page=100${rest}`);

testBoth('exports all pages, and asks for one again that failed', 'exporter', 'requests', async (t, program) => {
  const asked: string[] = [];
  const origin = await serve(
    t,
    api(asked, () => asked.length === 2),
  );
  const { code, stdout, stderr } = await program.run([origin, 'orders.csv', '--since', '2026-01-01'], env);
  assert.equal(stderr, '100 of 250\n200 of 250\n250 of 250\n');
  assert.equal(stdout, '250 orders in orders.csv\n');
  assert.equal(code, 0);
  assert.deepEqual(asked, [PAGES[0], PAGES[1], PAGES[1], PAGES[2]]);
  const lines = readFileSync(join(program.folder, 'orders.csv'), 'utf8').split('\n');
  assert.equal(lines.length, 252);
  assert.deepEqual(lines.slice(0, 3), ['id,customer,total', '1,customer 1,0.50', '2,"Lovelace, ""Ada""",1.50']);
  assert.deepEqual(lines.slice(-2), ['250,customer 250,249.50', '']);
});

testBoth('leaves no file where a page cannot be had', 'exporter', 'requests', async (t, program) => {
  const asked: string[] = [];
  const origin = await serve(
    t,
    api(asked, (url) => url.endsWith('&page=2')),
  );
  const { code, stdout, stderr } = await program.run([origin, 'orders.csv'], env);
  assert.match(stderr, /^100 of 250\ncannot export: .*503/);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '' });
  assert.equal(asked.length, 1 + 4);
  assert.equal(existsSync(join(program.folder, 'orders.csv')), false);
});

testBoth('says that a token is wrong', 'exporter', 'requests', async (t, program) => {
  const origin = await serve(
    t,
    api([], () => false),
  );
  const { code, stderr } = await program.run([origin, 'orders.csv'], { API_TOKEN: 'other' });
  assert.match(stderr, /^cannot export: .*401/);
  assert.equal(code, 1);
});
