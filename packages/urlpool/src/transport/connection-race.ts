// Connects to the addresses of a host, one after another without waiting for those before: the first to answer wins, and
// the others are given up. Which is tried when is raceStep()'s decision.

import type { Socket } from 'node:net';
import type { HTTPError } from '../errors/http-error.ts';
import { IGNORED } from '../message/transport.ts';
import type { Clock, Timer } from '../util/clock.ts';
import { raceStep } from './race-step.ts';
import { SocketTransport } from './socket-transport.ts';

/** One attempt at one address. */
export interface Runner {
  readonly address: string;
  readonly socket: Socket;
  readonly transport: SocketTransport;
}

/** Who races. Nothing but `connect()` and `onStart()` is called before the race's `start()` returns. */
export interface RaceHandler {
  /** Begins to connect, with the transport's `onread`. */
  connect(address: string, transport: SocketTransport): Socket;
  onStart(address: string): void;
  /** An attempt has failed; it gives the error of it. */
  onError(address: string, cause: Error): HTTPError;
  /** An attempt was given up: another one won, or with the whole race for `error`. */
  onGivenUp(address: string, error: HTTPError | null): void;
  /** @param others The addresses that have not failed, in the order of the race. */
  onWin(winner: Runner, others: readonly string[]): void;
  /** All have failed, the last one with this error. */
  onFailure(error: HTTPError): void;
}

export class ConnectionRace {
  readonly #handler: RaceHandler;
  readonly #clock: Clock;
  readonly #untried: string[];
  readonly #runners = new Set<Runner>();
  #startedAt: number | null = null;
  #failed = false;
  #timer: Timer | null = null;

  /** @param addresses In the order in which they are to be tried, one at least. */
  constructor(addresses: readonly string[], clock: Clock, handler: RaceHandler) {
    this.#untried = [...addresses];
    this.#clock = clock;
    this.#handler = handler;
  }

  /** The addresses that are being connected to. */
  get running(): string[] {
    return Array.from(this.#runners, ({ address }) => address);
  }

  start(): void {
    this.#step(null);
  }

  /** Gives all of it up. */
  abandon(error: HTTPError | null): void {
    this.#timer?.cancel();
    this.#untried.length = 0;
    for (const runner of this.#runners) {
      this.#runners.delete(runner);
      runner.socket.destroy();
      this.#handler.onGivenUp(runner.address, error);
    }
  }

  #step(lastError: HTTPError | null): void {
    this.#timer?.cancel();
    this.#timer = null;
    for (;;) {
      const state = {
        untried: this.#untried.length,
        running: this.#runners.size,
        startedAt: this.#startedAt,
        failed: this.#failed,
      };
      const now = this.#clock.now();
      const step = raceStep(state, now);
      if (step.do === 'fail') {
        if (lastError !== null) this.#handler.onFailure(lastError);
        return;
      }
      if (step.do === 'wait') {
        if (step.until === Number.POSITIVE_INFINITY) return;
        this.#timer = this.#clock.setTimer(step.until - now, () => this.#step(null));
        return;
      }
      this.#run(now);
    }
  }

  #run(now: number): void {
    const address = this.#untried.shift();
    if (address === undefined) return;
    this.#startedAt = now;
    this.#failed = false;
    const transport = new SocketTransport();
    const socket = this.#handler.connect(address, transport);
    const runner: Runner = { address, socket, transport };
    this.#runners.add(runner);
    this.#handler.onStart(address);
    transport.attach(socket, address);
    // A peer that ends before it has answered is no error of the socket's where half-open is allowed.
    const onClose = (cause: Error | null): void => this.#onFailure(runner, cause ?? closedEarly());
    transport.handler = { ...IGNORED, onEnd: () => onClose(null), onClose };
    socket.once('connect', () => this.#onConnect(runner));
  }

  #onConnect(winner: Runner): void {
    if (!this.#runners.delete(winner)) return;
    const others = [...this.running, ...this.#untried];
    this.abandon(null);
    this.#handler.onWin(winner, others);
  }

  #onFailure(runner: Runner, cause: Error): void {
    if (!this.#runners.delete(runner)) return;
    runner.socket.destroy();
    this.#failed = true;
    this.#step(this.#handler.onError(runner.address, cause));
  }
}

function closedEarly(): Error {
  return Object.assign(new Error('it closed the connection'), { code: 'ECONNRESET' });
}
