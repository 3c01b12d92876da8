// Each example as its reader runs it: a child process, and all that it writes.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

// name, what it prints
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  'connection-pool.ts': [
    '200 text/plain; charset=utf-8 23',
    '200 text/plain; charset=utf-8 27',
    'connections 1',
    'requests 2',
  ],
  'crawl.ts': [
    '20 pages quick 200',
    '21 pages quick 404',
    '20 pages slow 200',
    '21 pages slow 404',
    'quick had at most 3 requests at once',
    'slow had at most 3 requests at once',
  ],
  'gather.ts': [
    '0 200 { page: 0 }',
    '1 200 { page: 1 }',
    '2 Cannot use "this is no URL" as a URL: it has no scheme; write it with http:// or https://',
    '3 200 { page: 3 }',
    '4 200 { page: 4 }',
    '[ 5, 6, 7 ]',
  ],
  'many-urls.ts': [
    '100 responses, from page /0 to page /99',
    '5 connections, 100 requests, 95 of them over a kept connection',
  ],
  'pool-manager.ts': [
    '200 here after 2 redirects',
    'ERR_TOO_MANY_REDIRECTS after 3 attempts',
    '1 connection, 6 requests, 1 open',
    '0 open after clear()',
    '200 afterwards',
  ],
  'sdk-aws.ts': [
    'POST AmazonSQS.ListQueues signed {"MaxResults":2}',
    "[ 'http://localhost/1/first', 'http://localhost/1/second' ]",
  ],
  'sdk-axios.ts': [
    "{ method: 'GET', url: '/users?page=2', body: '' }",
    '{',
    "  method: 'POST',",
    "  url: '/users',",
    "  type: 'application/json',",
    `  body: '{"name":"Ada"}'`,
    '}',
    'a=1',
    'ERR_BAD_REQUEST 404 Request failed with status code 404',
    'ETIMEDOUT  timeout of 50ms exceeded',
    'ERR_CANCELED  The operation was aborted due to timeout',
  ],
  'sdk-ky.ts': [
    "{ url: '/users?page=2', body: '' }",
    `{ url: '/users', length: '14', body: '{"name":"Ada"}' }`,
    "{ url: '/flaky', body: '' } after 3 attempts",
    '1',
    '404 HTTPError',
    'TimeoutError',
  ],
  'sdk-openai.ts': [
    'kept connections are faster',
    "[ 'kept', ' connections', ' are', ' faster' ]",
    'true 400 no such thing',
    '1 connection, 3 requests',
  ],
  'worker-threads.ts': [
    '500 pages hashed, 0 failed, over at most 8 connections: true',
    '500 pages hashed, 0 failed, over at most 8 connections: true',
  ],
};

const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');

for (const [name, lines] of Object.entries(EXAMPLES)) {
  const output = `${lines.join('\n')}\n`;

  test(`${name} prints what it is meant to`, async () => {
    const path = join(import.meta.dirname, name);
    const { stdout, stderr } = await run(process.execPath, ['--conditions=urlpool/source', path], { timeout: 10_000 });
    assert.deepEqual({ stdout, stderr }, { stdout: output, stderr: '' });
  });

  test(`${name} is shown in the README with what it prints`, () => {
    const section = readme.split('\n## ').find((part) => part.startsWith(`[${name}](${name})`));
    assert.match(section ?? '', /```text\n/);
    assert.equal(section?.split('```')[1], `text\n${output}`);
  });
}

test('every example is tested', () => {
  const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  assert.deepEqual(names.sort(), Object.keys(EXAMPLES));
});
