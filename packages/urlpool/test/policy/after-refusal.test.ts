import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AfterRefusal, afterRefusal, type RefusedDigest } from '../../src/policy/after-refusal.ts';

const NEW = { nonce: 'n', wasAccepted: false, wasProven: false };
const RENEWED = { nonce: 'n', wasAccepted: false, wasProven: true };
const PROVEN = { nonce: 'n', wasAccepted: true, wasProven: true };

// name, what is known, the decision
const CASES: readonly (readonly [string, Partial<RefusedDigest>, AfterRefusal])[] = [
  ['the first challenge', { isFirst: true }, 'take'],
  ['a challenge after a redirect', {}, 'take'],
  ['one that comes while another is being answered', { current: NEW, isFirst: true }, 'keep'],
  ['one for a URL of which nothing was known', { current: PROVEN, isFirst: true }, 'take'],
  ['one without credentials that says stale', { isStale: true }, 'take'],
  ['a stale nonce', { sent: 'n', current: PROVEN, isStale: true }, 'take'],
  ['a stale nonce that was never good', { sent: 'n', current: NEW, isStale: true }, 'take'],
  ['a stale nonce that is forgotten', { sent: 'n', isStale: true }, 'take'],
  ['a stale nonce that another call has had renewed', { sent: 'old', current: NEW, isStale: true }, 'keep'],
  ['a nonce that was good, and is not called stale', { sent: 'n', current: PROVEN }, 'take'],
  ['a nonce left behind by an earlier call', { sent: 'n', current: NEW, isFirst: true }, 'take'],
  ['an old nonce that another call has had renewed', { sent: 'old', current: PROVEN }, 'keep'],
  ['an old nonce in place of which another is being tried', { sent: 'old', current: RENEWED }, 'keep'],
  ['a nonce of an earlier call that another has had renewed', { sent: 'old', current: NEW, isFirst: true }, 'keep'],
  ['an answer while another call tries the same password', { sent: 'old', current: NEW }, 'give-up'],
  ['a renewed nonce that is refused at once', { sent: 'n', current: RENEWED }, 'give-up'],
  ['an answer to a challenge just given', { sent: 'n', current: NEW }, 'give-up'],
  ['what another call has found wrong', { sent: 'n', current: null }, 'give-up'],
];

for (const [name, given, expected] of CASES) {
  test(`afterRefusal() ${expected === 'give-up' ? 'gives up on' : `${expected}s for`} ${name}`, () => {
    assert.equal(afterRefusal({ sent: null, current: null, isFirst: false, isStale: false, ...given }), expected);
  });
}
