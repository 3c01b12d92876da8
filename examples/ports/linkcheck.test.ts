import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { serve, testBoth } from './both.ts';

interface Site {
  /** The requests, as `GET /`. */
  readonly asked: string[];
  /** The most requests that were under way at once. */
  most: number;
}

/** Pages by their path: links, each of a page; a number is a status. HEAD of a path with "no-head" is refused. */
function pages(site: Site, paths: Readonly<Record<string, readonly string[] | number>>): RequestListener {
  let now = 0;
  return ({ method, url = '' }, response) => {
    site.asked.push(`${method} ${url}`);
    site.most = Math.max(site.most, ++now);
    const page = paths[url] ?? 404;
    // Long enough for others to come meanwhile.
    setTimeout(() => {
      now--;
      if (method === 'HEAD' && url.includes('no-head')) return void response.writeHead(405).end();
      if (typeof page === 'number') return void response.writeHead(page, { Location: '/moved' }).end();
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end(`<body>${page.map((link) => `<p><a class="x" href="${link}">link</a>`).join('\n')}</body>`);
    }, 5);
  };
}

testBoth('reports broken links, and where they stand', 'linkcheck', 'aiohttp', async (t, program) => {
  const elsewhere: Site = { asked: [], most: 0 };
  const other = await serve(t, pages(elsewhere, { '/ok': ['/never-asked'], '/no-head': ['/never-asked'] }));
  const site: Site = { asked: [], most: 0 };
  const origin = await serve(
    t,
    pages(site, {
      '/': ['/a', '/b#part', 'b', `${other}/ok`, `${other}/gone`, `${other}/no-head`, 'mailto:ada@host'],
      '/a': ['/', '/c?x=1&amp;y=2', '/broken', 'http://127.0.0.1:9/'],
      '/b': ['/old', '/no-head'],
      '/c?x=1&y=2': [],
      '/old': 301,
      '/moved': ['/d'],
      '/no-head': ['/e'],
      '/d': 500,
      '/e': [],
    }),
  );
  const { code, stdout, stderr } = await program.run([`${origin}/`]);
  const broken = [
    `404 ${other}/gone on ${origin}/`,
    `404 ${origin}/broken on ${origin}/a`,
    `500 ${origin}/d on ${origin}/old`,
    `no connection http://127.0.0.1:9/ on ${origin}/a`,
  ];
  assert.deepEqual(stdout.split('\n'), [...broken.sort(), '13 links, 4 broken', '']);
  assert.equal(stderr, '');
  assert.equal(code, 1);
  assert.deepEqual(elsewhere.asked.sort(), ['GET /no-head', 'HEAD /gone', 'HEAD /no-head', 'HEAD /ok']);
  assert.equal(site.asked.filter((one) => one === 'GET /').length, 1);
});

testBoth('asks a host no more than --per-host at once', 'linkcheck', 'aiohttp', async (t, program) => {
  const names = Array.from({ length: 40 }, (_, i) => `/${i}`);
  const site: Site = { asked: [], most: 0 };
  const origin = await serve(t, pages(site, { '/': names, ...Object.fromEntries(names.map((name) => [name, []])) }));
  const { code, stdout } = await program.run(['--per-host', '3', `${origin}/`]);
  assert.deepEqual({ code, stdout }, { code: 0, stdout: '41 links, 0 broken\n' });
  assert.equal(site.most, 3);
  assert.equal(site.asked.length, 2 * 41);
});
