// Compressed bodies: what advisories found to become large, or to take long, before anybody had asked for the bytes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { Script } from 'urlpool-testing';
import { attackSite, leadingTo, redirector, victim } from './attack-site.ts';

const MEGABYTE = 1024 * 1024;

function encoded(codings: string | readonly string[], body: Uint8Array, status = '200 OK', more = ''): Buffer {
  const lines = [codings].flat().map((coding) => `Content-Encoding: ${coding}\r\n`);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status}\r\n${lines.join('')}${more}Content-Length: ${body.length}\r\n\r\n`),
    body,
  ]);
}

/** Serves bytes, and keeps the connection. */
function serving(bytes: Buffer): Script {
  return async (connection) => {
    for (;;) {
      await connection.request();
      await connection.write(bytes);
    }
  };
}

/** A text compressed so many times. */
function nested(depth: number): Buffer {
  let body = Buffer.from('text');
  for (let i = 0; i < depth; i++) body = gzipSync(body);
  return body;
}

// advisory, client, how the codings are told
for (const [advisory, client, codings] of [
  ['CVE-2022-32206', 'curl', Array.from({ length: 200 }, () => 'gzip').join(', ')],
  ['CVE-2023-23916', 'curl', Array.from({ length: 200 }, () => 'gzip')],
  ['CVE-2025-66418', 'urllib3', Array.from({ length: 6 }, () => 'gzip').join(',')],
  ['CVE-2026-22036', 'undici', Array.from({ length: 100 }, (_, i) => ['gzip', 'deflate', 'br'][i % 3] ?? '')],
] as const) {
  test(`${advisory} (${client}): a chain of more than five codings is refused, in one field or in many`, async (t) => {
    const server = await attackSite(t, serving(encoded(codings, nested(6))));
    const http = victim(t, { retries: false });
    await assert.rejects(http.request('GET', server.origin), { code: 'ERR_LIMIT' });
    await assert.rejects(async () => await (await http.stream('GET', server.origin)).text(), { code: 'ERR_LIMIT' });
    await assert.rejects(async () => await (await http.fetch(server.origin)).text());
  });
}

const BOMBS = [
  ['gzip', gzipSync(Buffer.alloc(80 * MEGABYTE))],
  ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(80 * MEGABYTE)))],
  ['br', brotliCompressSync(Buffer.alloc(80 * MEGABYTE), { params: { 1: 1 } })],
  ['deflate', deflateSync(Buffer.alloc(80 * MEGABYTE))],
] as const;

// advisory, client, which bomb
for (const [advisory, client, at] of [
  ['CVE-2017-16129', 'superagent', 0],
  ['CVE-2025-69223', 'aiohttp', 3],
  ['CVE-2025-66471', 'urllib3', 1],
  ['CVE-2026-54278', 'aiohttp', 2],
] as const) {
  test(`${advisory} (${client}): a small body does not become a large one unasked (${BOMBS[at][0]})`, async (t) => {
    const [coding, bomb] = BOMBS[at];
    const server = await attackSite(t, serving(encoded(coding, bomb)));
    const http = victim(t, { retries: false });
    const before = process.memoryUsage.rss();
    await assert.rejects(http.request('GET', server.origin), { code: /^ERR_(?:LIMIT|DECODE)$/ });
    await assert.rejects(http.request('GET', server.origin, { maxBodyBytes: MEGABYTE }), {
      code: /^ERR_(?:LIMIT|DECODE)$/,
    });
    const grown = process.memoryUsage.rss() - before;
    assert.ok(grown < 300 * MEGABYTE, `${Math.round(grown / MEGABYTE)} MiB more`);
  });
}

test('CVE-2025-66471 (urllib3): a stream decodes as far as it is read, and no further', async (t) => {
  const server = await attackSite(t, serving(encoded('gzip', BOMBS[0][1])));
  const response = await victim(t, { retries: false }).stream('GET', server.origin);
  const before = process.memoryUsage.rss();
  let taken = 0;
  for await (const chunk of response) {
    taken += chunk.length;
    if (taken > 64 * 1024) break;
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(taken < 8 * MEGABYTE, `${taken} bytes`);
  assert.ok(process.memoryUsage.rss() - before < 100 * MEGABYTE);
});

test('CVE-2026-21441 (urllib3): the body of a redirect is not decoded', async (t) => {
  const end = await attackSite(t, redirector);
  const broken = encoded('gzip', Buffer.from('this is not gzip'), '302 Found', `Location: ${end.origin}/end\r\n`);
  const bomb = encoded('gzip', BOMBS[0][1].subarray(0, 200_000), '302 Found', `Location: ${end.origin}/end\r\n`);
  for (const bytes of [broken, bomb]) {
    const server = await attackSite(t, serving(bytes));
    const before = process.cpuUsage();
    assert.equal((await victim(t).request('GET', server.origin)).text(), '/end');
    const { user } = process.cpuUsage(before);
    assert.ok(user < 400_000, `${user / 1000} ms`);
  }
});

test('CVE-2026-21441 (urllib3): nor is a body that is left unread', async (t) => {
  const server = await attackSite(t, serving(encoded('gzip', BOMBS[0][1])));
  const http = victim(t, { retries: false });
  const before = process.memoryUsage.rss();
  const response = await http.stream('GET', server.origin);
  await response.dispose();
  assert.ok(process.memoryUsage.rss() - before < 100 * MEGABYTE);
});

for (const [what, codings] of [
  ['an empty list', ''],
  ['commas alone', ',,, ,'],
  ['identity a hundred times', Array.from({ length: 100 }, () => 'identity').join(',')],
] as const) {
  test(`CVE-2026-22036 (undici): ${what} of codings is no coding`, async (t) => {
    const server = await attackSite(t, serving(encoded(codings, Buffer.from('text'))));
    const outcome = await victim(t, { retries: false })
      .request('GET', server.origin)
      .then(
        (response) => response.text(),
        (error: { readonly code: string }) => error.code,
      );
    assert.ok(['text', 'ERR_LIMIT'].includes(outcome), outcome);
  });
}

test('CVE-2026-21441 (urllib3): the limit of a body holds for what a redirect leads to', async (t) => {
  const bomb = await attackSite(t, serving(encoded('gzip', BOMBS[0][1])));
  const start = await attackSite(t, redirector);
  const http = victim(t, { maxBodyBytes: MEGABYTE });
  await assert.rejects(http.request('GET', start.origin + leadingTo(bomb.origin)), { code: 'ERR_LIMIT' });
});
