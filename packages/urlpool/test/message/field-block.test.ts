import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FieldBlock } from '../../src/message/field-block.ts';

test('FieldBlock has no text and no traits at first', () => {
  const block = new FieldBlock(['A', 'b']);
  assert.deepEqual([block.fields, block.text, block.close, block.hasIdempotencyKey], [['A', 'b'], null, false, false]);
});

// name, fields, close, has an Idempotency-Key
const TRAITS = [
  ['sees that the connection is to close', ['connection', 'Close'], true, false],
  ['sees it among other options', ['Connection', 'te,\tclose'], true, false],
  ['is not misled by an option that only holds the word', ['Connection', 'close-later'], false, false],
  ['sees an Idempotency-Key', ['IDEMPOTENCY-KEY', '1'], false, true],
  ['sees an X-Idempotency-Key', ['A', 'b', 'X-Idempotency-Key', '1'], false, true],
] as const;

for (const [name, fields, close, hasIdempotencyKey] of TRAITS) {
  test(`FieldBlock ${name}`, () => {
    const block = new FieldBlock(fields);
    assert.deepEqual([block.close, block.hasIdempotencyKey], [close, hasIdempotencyKey]);
  });
}
