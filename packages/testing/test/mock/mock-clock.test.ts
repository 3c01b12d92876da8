import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Retry } from 'urlpool';
import { FakeClock, resourceCounts } from 'urlpool-testing';
import { failure, mocked, WAYS } from './mocked.ts';

/** Whether a promise has settled, after everything that can happen without time has happened. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  const settle = (): void => {
    settled = true;
  };
  promise.then(settle, settle);
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

for (const way of WAYS) {
  test(`a delay ${way} takes the time of the clock`, async (t) => {
    const clock = new FakeClock();
    const { mock, http, origin } = await mocked(t, way, { clock }, { clock });
    mock.get('/').reply({ delay: 5000, body: 'late' });
    const call = http.request('GET', `${origin}/`);
    await mock.request(0);
    clock.advance(4999);
    assert.equal(await isSettled(call), false);
    clock.advance(1);
    assert.equal((await call).text(), 'late');
  });
}

test('a delay that outlasts a timeout of the client is a timeout, and leaves no timer', async (t) => {
  const clock = new FakeClock();
  const { mock, http, origin } = await mocked(t, 'in process', { clock, timeout: { read: 1000 } }, { clock });
  mock.get('/').reply({ delay: 5000 });
  const call = failure(http.request('GET', `${origin}/`));
  await mock.request(0);
  clock.advance(1000);
  assert.equal(
    (await call).message,
    `Cannot read the response head of GET ${origin}/ within 1000 ms; option: timeout.read`,
  );
  assert.equal(await isSettled(Promise.resolve()), true);
  clock.advance(10_000);
  assert.equal(clock.pending, 0);
  mock.assertDone();
});

test('a slow drip comes piece by piece', async (t) => {
  const clock = new FakeClock();
  const { mock, http, origin } = await mocked(t, 'in process', { clock }, { clock });
  mock.get('/').reply({ body: 'abcde', drip: { bytes: 2, every: 1000 } });
  const response = await http.stream('GET', `${origin}/`);
  const pieces: string[] = [];
  const reading = (async () => {
    for await (const chunk of response) pieces.push(chunk.toString());
  })();
  for (const expected of [[], ['ab'], ['ab', 'cd'], ['ab', 'cd', 'e']]) {
    await isSettled(reading);
    assert.deepEqual(pieces, expected);
    clock.advance(1000);
  }
  await reading;
});

test('a back-off between retries waits for the clock', async (t) => {
  const clock = new FakeClock();
  const retries = new Retry({ total: 2, backoffFactor: 10, statusForcelist: [503] });
  const { mock, http, origin } = await mocked(t, 'in process', { clock, retries }, { clock });
  mock
    .get('/')
    .reply(503, { headers: { 'Retry-After': '30' } })
    .reply(200);
  const call = http.request('GET', `${origin}/`);
  await mock.request(0);
  assert.equal(await isSettled(call), false);
  clock.advance(30_000);
  assert.equal((await call).status, 200);
});

test('a dial that hangs is a connect timeout', async (t) => {
  const clock = new FakeClock();
  const { mock, http } = await mocked(t, 'in process', { clock, timeout: { connect: 3000 } }, { clock });
  mock.dial('http://slow.test').fault('hang');
  const call = failure(http.request('GET', 'http://slow.test/'));
  assert.equal(await isSettled(call), false);
  clock.advance(3000);
  const error = await call;
  assert.deepEqual([error.code, error.phase], ['ERR_TIMEOUT', 'connect']);
});

test('a kept connection in memory is closed by the idle timeout', async (t) => {
  const clock = new FakeClock();
  const { mock, http, origin } = await mocked(t, 'in process', { clock, idleTimeout: 1000 }, { clock });
  mock.get('/').reply(200).times(2);
  await http.request('GET', `${origin}/`);
  clock.advance(2000);
  await http.request('GET', `${origin}/`);
  assert.deepEqual(
    mock.requests.map(({ connection }) => connection),
    [0, 1],
  );
});

test('a call in memory keeps the process alive, and nothing does after it', async (t) => {
  const { mock, http, origin } = await mocked(t, 'in process');
  const timers = () => resourceCounts().Timeout ?? 0;
  const before = timers();
  mock.get('/').fault('hang');
  const abort = new AbortController();
  const call = http.request('GET', `${origin}/`, { signal: abort.signal });
  await mock.request(0);
  assert.equal(timers(), before + 1);
  abort.abort(new Error('enough'));
  await assert.rejects(call, /enough/);
  await isSettled(Promise.resolve());
  assert.equal(timers(), before);
});
