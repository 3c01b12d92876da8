// Sends events to a webhook, signed, each until it is taken. What nobody takes goes to a file of dead letters.
//
//     WEBHOOK_SECRET=… node webhooks.ts https://shop.example/hooks events.ndjson dead.ndjson

import { createHmac } from 'node:crypto';
import { appendFile, open } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { HTTPError, Retry, Session } from 'urlpool';

type Event = { readonly id: string };

function makeSession(): Session {
  const retries = new Retry(4, {
    backoffFactor: 50,
    statusForcelist: [429, 500, 502, 503, 504],
    allowedMethods: ['POST'],
    respectRetryAfterHeader: true,
    raiseOnStatus: false,
  });
  return new Session({ retries, timeout: { connect: 5_000, read: 10_000 } });
}

function sign(secret: string, timestamp: number, body: string): string {
  return createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
}

/** Null if the event was taken, else why not. */
async function send(session: Session, url: string, secret: string, event: Event): Promise<string | null> {
  const body = JSON.stringify(event);
  const timestamp = Math.floor(Date.now() / 1000);
  const headers = {
    'Content-Type': 'application/json',
    'Idempotency-Key': event.id,
    'Webhook-Timestamp': timestamp,
    'Webhook-Signature': `v1=${sign(secret, timestamp, body)}`,
  };
  try {
    const response = await session.post(url, { body, headers, redirect: false });
    return response.ok ? null : `status ${response.status}`;
  } catch (error) {
    if (!(error instanceof HTTPError)) throw error;
    return error.isConnectFailure ? 'no connection' : error.message;
  }
}

const { positionals } = parseArgs({ allowPositionals: true });
const [url, events, deadLetters] = positionals;
const secret = process.env.WEBHOOK_SECRET;
if (url === undefined || events === undefined || deadLetters === undefined || secret === undefined) {
  console.error('usage: WEBHOOK_SECRET=… webhooks.ts URL EVENTS DEAD_LETTERS');
  process.exit(2);
}
const session = makeSession();
let sent = 0;
let dead = 0;
const file = await open(events);
for await (const line of file.readLines()) {
  const event: Event = JSON.parse(line);
  const reason = await send(session, url, secret, event);
  if (reason === null) {
    sent++;
    continue;
  }
  dead++;
  await appendFile(deadLetters, `${JSON.stringify({ reason, event })}\n`);
}
await session.close();
console.log(`${sent} sent, ${dead} dead`);
process.exitCode = dead > 0 ? 1 : 0;
