import assert from 'node:assert/strict';
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { test } from 'node:test';
import { CHANNELS, type TraceEvent } from 'urlpool';
import { mockFor } from 'urlpool-testing';
import { Tracer } from '../../src/trace/tracer.ts';

const EVENT: TraceEvent = { type: 'pool-evicted', at: 0, origin: 'http://h' };

function recorder(): { readonly told: TraceEvent[]; readonly listener: (event: TraceEvent) => void } {
  const told: TraceEvent[] = [];
  return { told, listener: (event) => void told.push(event) };
}

test('Tracer.listener is null where nobody listens', () => {
  const tracer = new Tracer();
  assert.equal(tracer.listener, null);
  const stop = tracer.subscribe(() => {});
  assert.notEqual(tracer.listener, null);
  stop();
  assert.equal(tracer.listener, null);
});

test('Tracer tells every listener, in the order in which they came, until each has gone', () => {
  const told: string[] = [];
  const tracer = new Tracer(() => void told.push('first'));
  const stop = tracer.subscribe(() => void told.push('second'));
  tracer.listener?.(EVENT);
  stop();
  tracer.listener?.(EVENT);
  assert.deepEqual(told, ['first', 'second', 'first']);
});

test('Tracer.subscribe() takes the same function twice for two listeners', () => {
  const { told, listener } = recorder();
  const tracer = new Tracer();
  const stop = tracer.subscribe(listener);
  tracer.subscribe(listener);
  stop();
  stop();
  tracer.listener?.(EVENT);
  assert.equal(told.length, 1);
});

test('Tracer.subscribe() refuses what is no function', () => {
  const tracer = new Tracer();
  assert.throws(() => tracer.subscribe('x' as never), { code: 'ERR_INVALID_OPTION', message: /listener/ });
});

test('Tracer tells a listener that throws as an uncaught error, and goes on', async () => {
  const { told, listener } = recorder();
  const tracer = new Tracer(() => {
    throw new Error('mine');
  });
  tracer.subscribe(listener);
  const uncaught = new Promise<unknown>((resolve) => {
    process.setUncaughtExceptionCaptureCallback(resolve);
  });
  tracer.listener?.(EVENT);
  assert.match(String(await uncaught), /mine/);
  process.setUncaughtExceptionCaptureCallback(null);
  assert.equal(told.length, 1);
});

test('the channels of diagnostics_channel get the events of every manager, by what they are about', async (t) => {
  const mock = mockFor(t);
  mock.get('http://h/a').reply(200);
  await using http = mock.manager();
  const published: string[] = [];
  const onMessage = (message: unknown, name: string | symbol): void => {
    published.push(`${String(name)} ${(message as TraceEvent).type}`);
  };
  for (const name of Object.values(CHANNELS)) subscribe(name, onMessage);
  await http.request('GET', 'http://h/a');
  for (const name of Object.values(CHANNELS)) unsubscribe(name, onMessage);
  assert.ok(published.includes('urlpool:call call-start'));
  assert.ok(published.includes('urlpool:call exchange-end'));
  assert.ok(published.includes('urlpool:connection dial-end'));
  const before = published.length;
  mock.get('http://h/a').reply(200);
  await http.request('GET', 'http://h/a');
  assert.equal(published.length, before, 'nothing is published where nobody subscribes');
  assert.equal(channel(CHANNELS.call).hasSubscribers, false);
});

test('onEvent of a request is told of that call alone', async (t) => {
  const mock = mockFor(t);
  mock.get('http://h/a').reply(200).persist();
  const all = recorder();
  const one = recorder();
  await using http = mock.manager({ onEvent: all.listener });
  await Promise.all([http.request('GET', 'http://h/a', { onEvent: one.listener }), http.request('GET', 'http://h/a')]);
  const calls = new Set(one.told.map((event) => ('call' in event ? event.call : null)));
  assert.equal(calls.size, 1);
  assert.equal(one.told[0]?.type, 'call-start');
  assert.equal(one.told.at(-1)?.type, 'call-end');
  assert.equal(all.told.filter(({ type }) => type === 'call-end').length, 2);
});

test('PoolManager.subscribe() listens from then on, and until it is told to stop', async (t) => {
  const mock = mockFor(t);
  mock.get('http://h/a').reply(200).persist();
  const { told, listener } = recorder();
  await using http = mock.manager();
  await http.request('GET', 'http://h/a');
  const stop = http.subscribe(listener);
  await http.request('GET', 'http://h/a');
  stop();
  await http.request('GET', 'http://h/a');
  assert.equal(told.filter(({ type }) => type === 'call-start').length, 1);
  assert.ok(told.some(({ type }) => type === 'connection-idle'));
});
