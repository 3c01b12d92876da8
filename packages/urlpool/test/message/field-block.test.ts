import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FieldBlock } from '../../src/message/field-block.ts';

test('FieldBlock has no text and no traits at first', () => {
  const block = new FieldBlock(['A', 'b']);
  assert.deepEqual([block.fields, block.text, block.close, block.hasIdempotencyKey], [['A', 'b'], null, false, false]);
});

test('FieldBlock keeps the traits that it is given', () => {
  const closing = new FieldBlock([], { close: true });
  const keyed = new FieldBlock([], { hasIdempotencyKey: true });
  assert.deepEqual(
    [closing.close, closing.hasIdempotencyKey, keyed.close, keyed.hasIdempotencyKey],
    [true, false, false, true],
  );
});
