import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { test } from 'node:test';
import { type Abortable, addAbortable, removeAbortable } from '../../src/util/abort-registry.ts';

class Told implements Abortable {
  times = 0;

  onAbort(): void {
    this.times++;
  }
}

function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, 'abort').length;
}

test('addAbortable() tells every member once when the signal aborts', () => {
  const controller = new AbortController();
  const members = [new Told(), new Told(), new Told()];
  for (const member of members) addAbortable(controller.signal, member);
  controller.abort();
  controller.abort();
  assert.deepEqual(
    members.map(({ times }) => times),
    [1, 1, 1],
  );
});

test('addAbortable() tells a member once however often it was added', () => {
  const controller = new AbortController();
  const member = new Told();
  addAbortable(controller.signal, member);
  addAbortable(controller.signal, member);
  controller.abort();
  assert.equal(member.times, 1);
});

test('addAbortable() tells nobody before the signal aborts, nor of another signal', () => {
  const controllers = [new AbortController(), new AbortController()] as const;
  const member = new Told();
  addAbortable(controllers[0].signal, member);
  controllers[1].abort();
  assert.equal(member.times, 0);
});

test('addAbortable() gives each signal one listener however many members it has', () => {
  const { signal } = new AbortController();
  for (let i = 0; i < 100; i++) addAbortable(signal, new Told());
  assert.equal(listeners(signal), 1);
});

test('addAbortable() leaves no listener once the signal has aborted', () => {
  const controller = new AbortController();
  addAbortable(controller.signal, new Told());
  controller.abort();
  assert.equal(listeners(controller.signal), 0);
});

test('removeAbortable() keeps a member from being told, and no other', () => {
  const controller = new AbortController();
  const [gone, kept] = [new Told(), new Told()];
  addAbortable(controller.signal, gone);
  addAbortable(controller.signal, kept);
  removeAbortable(controller.signal, gone);
  controller.abort();
  assert.deepEqual([gone.times, kept.times], [0, 1]);
});

test('removeAbortable() leaves the listener until the last member goes', () => {
  const { signal } = new AbortController();
  const members = [new Told(), new Told(), new Told()];
  for (const member of members) addAbortable(signal, member);
  const left = members.map((member) => {
    removeAbortable(signal, member);
    return listeners(signal);
  });
  assert.deepEqual(left, [1, 1, 0]);
});

test('removeAbortable() does nothing for a signal and a member that it does not know', () => {
  const { signal } = new AbortController();
  removeAbortable(signal, new Told());
  addAbortable(signal, new Told());
  removeAbortable(signal, new Told());
  assert.equal(listeners(signal), 1);
});

test('addAbortable() listens again after the last member has gone', () => {
  const controller = new AbortController();
  const member = new Told();
  for (let i = 0; i < 3; i++) {
    addAbortable(controller.signal, member);
    assert.equal(listeners(controller.signal), 1);
    removeAbortable(controller.signal, member);
  }
  addAbortable(controller.signal, member);
  controller.abort();
  assert.equal(member.times, 1);
});

test('removeAbortable() may be called by every member as it is told', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const told: number[] = [];
  for (let id = 0; id < 5; id++) {
    const member: Abortable = {
      onAbort() {
        told.push(id);
        removeAbortable(signal, member);
      },
    };
    addAbortable(signal, member);
  }
  controller.abort();
  assert.deepEqual([told, listeners(signal)], [[0, 1, 2, 3, 4], 0]);
});

test('addAbortable() warns of no leak, for 1,000 members of one signal', async () => {
  const warnings: string[] = [];
  const onWarning = ({ name }: Error): void => {
    warnings.push(name);
  };
  process.on('warning', onWarning);
  const { signal } = new AbortController();
  const members = Array.from({ length: 1000 }, () => new Told());
  for (const member of members) addAbortable(signal, member);
  for (const member of members) removeAbortable(signal, member);
  // Warnings are told in order: once this one has come, none is under way.
  process.emitWarning('last', 'LastWarning');
  await once(process, 'warning');
  process.off('warning', onWarning);
  assert.deepEqual(warnings, ['LastWarning']);
});
