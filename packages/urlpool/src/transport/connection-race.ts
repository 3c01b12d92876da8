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

/** An attempt that failed. */
export interface FailedAttempt {
  readonly address: string;
  readonly error: HTTPError;
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
  /** All have failed, in this order. */
  onFailure(failed: readonly FailedAttempt[]): void;
}

export class ConnectionRace {
  readonly #handler: RaceHandler;
  readonly #clock: Clock;
  #untried: string[];
  readonly #tried = new Set<string>();
  #expecting: boolean;
  readonly #runners = new Set<Runner>();
  #startedAt: number | null = null;
  /** Whether one has failed since the last one began. */
  #failed = false;
  readonly #failures: FailedAttempt[] = [];
  #timer: Timer | null = null;
  #over = false;

  /**
   * @param addresses In the order in which they are to be tried, one at least.
   * @param isWhole False where further ones may come: `add()` must be called then.
   */
  constructor(addresses: readonly string[], clock: Clock, handler: RaceHandler, isWhole: boolean = true) {
    this.#untried = [...addresses];
    this.#expecting = !isWhole;
    this.#clock = clock;
    this.#handler = handler;
  }

  /** The addresses that are being connected to. */
  get running(): string[] {
    return Array.from(this.#runners, ({ address }) => address);
  }

  /** The sockets of these. */
  get sockets(): Socket[] {
    return Array.from(this.#runners, ({ socket }) => socket);
  }

  /** The attempts that have failed so far. */
  get failures(): readonly FailedAttempt[] {
    return this.#failures;
  }

  start(): void {
    this.#step();
  }

  /** All addresses are known now, in this order: those that were not tried yet are what is left (RFC 8305 §3). */
  add(addresses: readonly string[]): void {
    this.#expecting = false;
    this.#untried = [...new Set([...addresses, ...this.#untried])].filter((address) => !this.#tried.has(address));
    this.#step();
  }

  /** Gives all of it up. */
  abandon(error: HTTPError | null): void {
    this.#over = true;
    this.#timer?.cancel();
    this.#untried.length = 0;
    for (const runner of this.#runners) {
      this.#runners.delete(runner);
      runner.socket.destroy();
      this.#handler.onGivenUp(runner.address, error);
    }
  }

  #step(): void {
    this.#timer?.cancel();
    this.#timer = null;
    while (!this.#over) {
      const state = {
        untried: this.#untried.length,
        expecting: this.#expecting,
        running: this.#runners.size,
        startedAt: this.#startedAt,
        failed: this.#failed,
      };
      const now = this.#clock.now();
      const step = raceStep(state, now);
      if (step.do === 'fail') {
        this.#handler.onFailure(this.#failures);
        return;
      }
      if (step.do === 'wait') {
        if (step.until === Number.POSITIVE_INFINITY) return;
        this.#timer = this.#clock.setTimer(step.until - now, () => this.#step());
        return;
      }
      this.#run(now);
    }
  }

  #run(now: number): void {
    const address = this.#untried.shift();
    if (address === undefined) return;
    this.#tried.add(address);
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
    const { address } = runner;
    this.#failures.push({ address, error: this.#handler.onError(address, cause) });
    this.#step();
  }
}

function closedEarly(): Error {
  return Object.assign(new Error('it closed the connection'), { code: 'ECONNRESET' });
}
