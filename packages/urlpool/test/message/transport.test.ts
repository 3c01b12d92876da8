import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IGNORED } from '../../src/message/transport.ts';

test('IGNORED takes no notice of anything', () => {
  const error = new Error('late');
  assert.doesNotThrow(() => {
    IGNORED.onData(Buffer.from('x'), 1);
    IGNORED.onEnd();
    IGNORED.onDrain();
    IGNORED.onWriteError(error);
    IGNORED.onClose(error);
  });
});
