// What is asked of every HAR here: the schema of HAR 1.2, as har-schema has it, and the sums that the schema cannot tell.

import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import Ajv from 'ajv';
import type { HAR } from 'urlpool';

const require = createRequire(import.meta.url);
const schemas: Readonly<Record<string, object>> = require('har-schema');

const ajv = new Ajv({ allErrors: true, format: 'full' });
ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-06.json') as object);
for (const schema of Object.values(schemas)) ajv.addSchema(schema);

/** What is wrong with a HAR by its schema; empty for nothing. */
export function faultsOf(har: unknown): string {
  return ajv.validate('har.json', har) === true ? '' : ajv.errorsText();
}

/** The HAR as a reader of its JSON sees it, once it is known to be valid. */
export function valid(recording: { toJSON(): HAR }): HAR {
  const har: HAR = JSON.parse(JSON.stringify(recording));
  assert.equal(faultsOf(har), '');
  for (const { time, timings } of har.log.entries) {
    const { blocked, dns, connect, send, wait, receive, ssl } = timings;
    const sum = [blocked, dns, connect, send, wait, receive].reduce((all, ms) => all + Math.max(0, ms), 0);
    assert.ok(Math.abs(sum - time) < 1e-6, `the timings sum to ${sum}, the time is ${time}`);
    assert.ok(ssl <= connect, 'ssl is in connect');
    assert.ok(send >= 0 && wait >= 0 && receive >= 0, 'these three always take place (HAR 1.2, timings)');
  }
  return har;
}
