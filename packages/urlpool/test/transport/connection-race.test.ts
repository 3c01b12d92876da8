// A race over sockets that connect, fail or hang as the test says.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { FakeClock } from 'urlpool-testing';
import { ConnectError } from '../../src/errors/connect-error.ts';
import { ConnectionRace, type RaceHandler } from '../../src/transport/connection-race.ts';

class FakeSocket extends EventEmitter {
  destroyed = false;
  readonly remoteAddress = '192.0.2.1';

  destroy(): void {
    this.destroyed = true;
  }
}

/** A race to addresses, what it has told, and its sockets by address. */
function race(...addresses: string[]) {
  return raceOf(addresses, true);
}

function raceOf(addresses: readonly string[], isWhole: boolean) {
  const clock = new FakeClock();
  const story: string[] = [];
  const sockets = new Map<string, FakeSocket>();
  const handler: RaceHandler = {
    connect(address) {
      const socket = new FakeSocket();
      sockets.set(address, socket);
      return socket as unknown as Socket;
    },
    onStart: (address) => story.push(`start ${address}`),
    onError(address, cause) {
      story.push(`error ${address} ${cause.message}`);
      return new ConnectError(address, { code: 'ERR_CONNECT', phase: 'connect' });
    },
    onGivenUp: (address, error) => story.push(`given up ${address}${error === null ? '' : ` ${error.message}`}`),
    onWin: ({ address }, others) => story.push(`win ${address}, others ${others.join()}`),
    onFailure: (failed) => story.push(`failure ${failed.map(({ address }) => address).join()}`),
  };
  const running = new ConnectionRace(addresses, clock, handler, isWhole);
  running.start();
  const take = () => story.splice(0);
  const socket = (address: string): FakeSocket => sockets.get(address) ?? new FakeSocket();
  return { clock, take, socket, running };
}

test('ConnectionRace takes the first that connects, and destroys the others', () => {
  const { clock, take, socket, running } = race('a', 'b', 'c');
  assert.deepEqual(take(), ['start a']);
  clock.advance(249);
  assert.deepEqual(take(), []);
  clock.advance(1);
  assert.deepEqual(take(), ['start b']);
  assert.deepEqual(running.running, ['a', 'b']);
  socket('a').emit('connect');
  assert.deepEqual(take(), ['given up b', 'win a, others b,c']);
  assert.deepEqual([socket('a').destroyed, socket('b').destroyed], [false, true]);
  clock.advance(10_000);
  socket('b').emit('connect');
  assert.deepEqual(take(), []);
});

test('ConnectionRace goes on with an attempt that is slow: it wins when it answers', () => {
  const { clock, take, socket } = race('a', 'b');
  clock.advance(400);
  socket('b').emit('error', new Error('refused'));
  socket('b').emit('close');
  clock.advance(5_000);
  socket('a').emit('connect');
  assert.deepEqual(take(), ['start a', 'start b', 'error b refused', 'win a, others ']);
});

test('ConnectionRace tries the next at once when one fails, and tells of all', () => {
  const { take, socket } = race('a', 'b');
  socket('a').emit('end');
  assert.deepEqual(take(), ['start a', 'error a it closed the connection', 'start b']);
  socket('b').emit('error', new Error('refused'));
  socket('b').emit('close');
  assert.deepEqual(take(), ['error b refused', 'failure a,b']);
  assert.deepEqual([socket('a').destroyed, socket('b').destroyed], [true, true]);
});

test('ConnectionRace has six attempts at once', () => {
  const { clock, take, socket } = race(...'abcdefgh');
  clock.advance(60_000);
  assert.equal(take().length, 6);
  socket('c').emit('error', new Error('refused'));
  socket('c').emit('close');
  assert.deepEqual(take(), ['error c refused', 'start g']);
});

test('ConnectionRace that is abandoned tells of each attempt, and starts no more', () => {
  const { clock, take, socket, running } = race('a', 'b', 'c');
  clock.advance(250);
  running.abandon(new ConnectError('time is over', { code: 'ERR_TIMEOUT', phase: 'connect' }));
  assert.deepEqual(take(), ['start a', 'start b', 'given up a time is over', 'given up b time is over']);
  socket('a').emit('close');
  clock.advance(10_000);
  assert.deepEqual(take(), []);
  assert.deepEqual(running.running, []);
});

test('ConnectionRace.add() gives the order of what is left: no address is tried twice', () => {
  const { clock, take, socket, running } = raceOf(['a', 'b'], false);
  running.add(['x', 'a', 'y', 'b']);
  clock.advance(250);
  clock.advance(250);
  socket('x').emit('error', new Error('refused'));
  socket('x').emit('close');
  assert.deepEqual(take(), ['start a', 'start x', 'start y', 'error x refused', 'start b']);
});

test('ConnectionRace waits for further addresses where those that it has failed', () => {
  const { take, socket, running } = raceOf(['a'], false);
  socket('a').emit('error', new Error('refused'));
  socket('a').emit('close');
  assert.deepEqual(take(), ['start a', 'error a refused']);
  running.add(['b', 'a']);
  assert.deepEqual(take(), ['start b']);
  socket('b').emit('connect');
  assert.deepEqual(take(), ['win b, others ']);
});

test('ConnectionRace fails when no further addresses come', () => {
  const { take, socket, running } = raceOf(['a'], false);
  socket('a').emit('error', new Error('refused'));
  socket('a').emit('close');
  running.add([]);
  assert.deepEqual(take(), ['start a', 'error a refused', 'failure a']);
});
