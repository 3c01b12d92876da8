import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { serve, testBoth } from './both.ts';

const env = { WEBHOOK_SECRET: 'clé' };

interface Delivery {
  readonly id: string;
  readonly at: number;
  readonly body: string;
}

/** Takes what is signed. `answer` gives another status for the n-th delivery of an event; a Retry-After is 1 s. */
function hooks(deliveries: Delivery[], answer: (id: string, nth: number) => number): RequestListener {
  return async (request, response) => {
    const { headers } = request;
    const body = await text(request);
    const expected = createHmac('sha256', env.WEBHOOK_SECRET).update(`${headers['webhook-timestamp']}.${body}`);
    if (headers['webhook-signature'] !== `v1=${expected.digest('hex')}`) return void response.writeHead(401).end();
    const id = `${headers['idempotency-key']}`;
    deliveries.push({ id, at: Date.now(), body });
    const status = answer(id, deliveries.filter((one) => one.id === id).length);
    response.writeHead(status, status === 429 ? { 'Retry-After': '1' } : {}).end();
  };
}

const EVENTS = ['{"id":"a","type":"paid","name":"Zoë"}', '{"id":"b","type":"paid"}', '{"id":"c","type":"sent"}'];

function writeEvents(folder: string, events: readonly string[] = EVENTS): void {
  writeFileSync(join(folder, 'events.ndjson'), `${events.join('\n')}\n`);
}

const ids = (deliveries: readonly Delivery[]): string => deliveries.map(({ id }) => id).join('');

testBoth('sends each event signed, and again until it is taken', 'webhooks', 'requests', async (t, program) => {
  const deliveries: Delivery[] = [];
  const origin = await serve(
    t,
    hooks(deliveries, (id, nth) => (id === 'b' && nth < 3 ? 503 : 200)),
  );
  writeEvents(program.folder);
  const { code, stdout, stderr } = await program.run([`${origin}/hooks`, 'events.ndjson', 'dead.ndjson'], env);
  assert.deepEqual({ code, stdout, stderr }, { code: 0, stdout: '3 sent, 0 dead\n', stderr: '' });
  assert.equal(ids(deliveries), 'abbbc');
  assert.equal(deliveries[0]?.body, EVENTS[0]);
});

testBoth('waits as long as Retry-After says', 'webhooks', 'requests', async (t, program) => {
  const deliveries: Delivery[] = [];
  const origin = await serve(
    t,
    hooks(deliveries, (_, nth) => (deliveries.length === 1 && nth === 1 ? 429 : 204)),
  );
  writeEvents(program.folder);
  const { stdout } = await program.run([`${origin}/hooks`, 'events.ndjson', 'dead.ndjson'], env);
  assert.equal(stdout, '3 sent, 0 dead\n');
  assert.equal(ids(deliveries), 'aabc');
  const [first, second] = deliveries;
  assert.ok((second?.at ?? 0) - (first?.at ?? 0) >= 990);
});

testBoth('keeps what nobody takes in a file', 'webhooks', 'requests', async (t, program) => {
  const deliveries: Delivery[] = [];
  const origin = await serve(
    t,
    hooks(deliveries, (id) => ({ a: 500, b: 302, c: 410 })[id] ?? 200),
  );
  writeEvents(program.folder);
  const { code, stdout } = await program.run([`${origin}/hooks`, 'events.ndjson', 'dead.ndjson'], env);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '0 sent, 3 dead\n' });
  assert.equal(ids(deliveries), 'aaaaabc');
  const dead = readFileSync(join(program.folder, 'dead.ndjson'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    dead.map((line) => JSON.parse(line)),
    [500, 302, 410].map((status, i) => ({ reason: `status ${status}`, event: JSON.parse(EVENTS[i] ?? '') })),
  );
});

testBoth('says of a webhook that is not there that it is not', 'webhooks', 'requests', async (_, program) => {
  writeEvents(program.folder, EVENTS.slice(0, 1));
  const { code } = await program.run(['http://127.0.0.1:9/hooks', 'events.ndjson', 'dead.ndjson'], env);
  assert.equal(code, 1);
  assert.match(readFileSync(join(program.folder, 'dead.ndjson'), 'utf8'), /^\{"reason": ?"no connection"/);
});
