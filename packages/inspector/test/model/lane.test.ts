import assert from 'node:assert/strict';
import test from 'node:test';
import { TraceModel } from '../../src/model/trace-model.ts';
import { exchange, ORIGIN } from './events.ts';

const model = new TraceModel();
for (const at of [10, 20, 30]) for (const event of exchange(at, 1, at)) model.see(event);
const lane = model.lane(1) ?? assert.fail();

// time, place
const CASES = [
  [0, 0],
  [10, 0],
  [19, 0],
  [20, 1],
  [29.9, 1],
  [30, 2],
  [1000, 2],
] as const;

for (const [time, place] of CASES) {
  test(`Lane.placeAt() begins at place ${place} from ${time} ms on`, () => {
    assert.equal(lane.placeAt(time, model.bars), place);
  });
}

test('Lane.handshake counts steps that went on at the same time once', () => {
  const raced = new TraceModel();
  const ids = { connection: 1, origin: ORIGIN };
  raced.see({ type: 'dial-start', at: 0, via: null, why: 'request', ...ids });
  raced.see({ type: 'connect-start', at: 0, ...ids, address: '[::1]:80' });
  raced.see({ type: 'connect-start', at: 5, ...ids, address: '127.0.0.1:80' });
  raced.see({ type: 'connect-end', at: 8, ...ids, address: '127.0.0.1:80', error: null });
  raced.see({ type: 'dial-end', at: 8, ...ids, address: '127.0.0.1:80', error: null });
  assert.equal(raced.lane(1)?.handshake, 8);
});

test('Lane.idAt() is -1 where no exchange is held', () => assert.equal(lane.idAt(3), -1));
