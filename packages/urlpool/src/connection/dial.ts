// From a target to a connection, within `Timeout.connect`: what a pool starts when it needs one more. It belongs to the
// pool, not to a request, so nothing of a request is in it.

import { ConnectError } from '../errors/connect-error.ts';
import type { HTTPError } from '../errors/http-error.ts';
import { TimeoutError } from '../errors/timeout-error.ts';
import { originText } from '../message/origin.ts';
import type { Transport } from '../message/transport.ts';
import type { CloseReason } from '../trace/close-reason.ts';
import { OpeningTimes } from '../trace/opening-times.ts';
import { failedOpening } from '../trace/timings-of.ts';
import type { DialReason, TraceListener } from '../trace/trace-event.ts';
import { DialTrace } from '../transport/dial-trace.ts';
import { openTransport } from '../transport/open-transport.ts';
import type { DialTarget, PendingTransport } from '../transport/transport-dial.ts';
import { Alarm } from '../util/alarms.ts';
import { type ConnectionSettings, Http1Connection } from './http1-connection.ts';

/** Exactly one of the two is called, after `start()` has returned, unless the dial is abandoned. */
export interface DialEvents {
  onConnection(connection: Http1Connection, resumed: boolean): void;
  onDialFailure(error: HTTPError, reason: CloseReason): void;
}

let lastId = 0;

/** One connection being opened. */
export class Dial {
  readonly id: number = ++lastId;
  readonly #target: DialTarget;
  readonly #settings: ConnectionSettings;
  readonly #events: DialEvents;
  readonly #alarm: Alarm;
  readonly #times: OpeningTimes;
  #trace: TraceListener | null = null;
  #transport: PendingTransport | null = null;
  /** Why it was given up while it began: a listener may do that. */
  #givenUp: HTTPError | null = null;
  #over = false;

  constructor(target: DialTarget, settings: ConnectionSettings, events: DialEvents) {
    this.#target = target;
    this.#settings = settings;
    this.#events = events;
    this.#times = new OpeningTimes(this.id, settings.clock.now());
    const { alarms, clock, gate } = settings;
    this.#alarm = new Alarm(alarms, (late) => gate.afterSilence(() => this.#onTimeout(), late, clock.now()));
  }

  /** Begins. `timeout` is for all of it, in ms; null for none. */
  start(timeout: number | null, why: DialReason = 'request'): void {
    const { clock, trace, origin, open = openTransport } = this.#settings;
    const times = this.#times;
    const { proxy: via } = this.#target;
    this.#trace = trace;
    trace?.({ type: 'dial-start', at: clock.now(), connection: this.id, origin, via, why });
    if (this.#givenUp !== null) {
      this.#tellEnd(null, this.#givenUp);
      return;
    }
    if (timeout !== null) this.#alarm.set(times.startedAt + timeout);
    const transport = open(
      this.#target,
      { connection: this.id, clock, trace: new DialTrace(times, origin, clock, trace) },
      {
        onOpen: (transport, resumed) => this.#onOpen(transport, resumed),
        onError: (error) => this.#fail(error, 'dial-failed'),
      },
    );
    if (this.#givenUp === null) {
      this.#transport = transport;
      return;
    }
    transport.abandon(this.#givenUp);
    this.#tellEnd(null, this.#givenUp);
  }

  /** What it is doing, for the message of a timeout. */
  get doing(): string {
    const doing = this.#transport?.doing ?? 'opening a connection';
    const { proxy } = this.#target;
    return proxy === null ? doing : `${doing}, the proxy ${proxy}`;
  }

  /** Has it keep the process alive, as it does at first. */
  ref(): void {
    if (!this.#over) this.#transport?.ref();
  }

  /** Has it not keep the process alive, as far as Node allows that. */
  unref(): void {
    if (!this.#over) this.#transport?.unref();
  }

  /** A limit of another waiter's, in ms from now; whether it ends the dial earlier than before. */
  shorten(timeout: number | null): boolean {
    if (timeout === null || this.#over) return false;
    const deadline = this.#settings.clock.now() + timeout;
    if (deadline >= this.#alarm.deadline) return false;
    this.#alarm.set(deadline);
    return true;
  }

  /** Gives it up; no event follows. */
  abandon(reason: 'dial-abandoned' | 'closed'): void {
    if (this.#over) return;
    const error = new ConnectError(`The dial to ${this.#settings.origin} was given up (${reason})`, {
      code: 'ERR_CANCELLED',
      phase: 'connect',
    });
    this.#stop();
    this.#givenUp = error;
    // Where it is only beginning, start() tells its end after what it has told so far.
    if (this.#transport === null) return;
    this.#transport.abandon(error);
    this.#tellEnd(null, error);
  }

  /** Whether it has ended: it is too late to give it up. */
  get isOver(): boolean {
    return this.#over;
  }

  #onOpen(transport: Transport, resumed: boolean): void {
    if (this.#over) {
      transport.destroy();
      return;
    }
    this.#stop();
    this.#tellEnd(transport.address, null);
    this.#events.onConnection(new Http1Connection(this.#times, transport, this.#settings), resumed);
  }

  #onTimeout(): void {
    const transport = this.#transport;
    if (transport === null || this.#over) return;
    const after = Math.round(this.#settings.clock.now() - this.#times.startedAt);
    const { origin, proxy } = this.#target;
    const what = proxy === null ? `connect to ${originText(origin)}` : `reach the proxy ${proxy}`;
    const error = new TimeoutError(
      `Cannot ${what}: still ${transport.doing} after ${after} ms; option: timeout.connect`,
      { code: 'ERR_TIMEOUT', phase: 'connect' },
    );
    transport.abandon(error);
    this.#fail(error, 'dial-timeout');
  }

  #fail(error: HTTPError, reason: CloseReason): void {
    if (this.#over) return;
    this.#stop();
    this.#tellEnd(null, error);
    error.timings = failedOpening(this.#times, this.#settings.clock.now());
    this.#events.onDialFailure(error, reason);
  }

  #stop(): void {
    this.#over = true;
    this.#alarm.remove();
  }

  #tellEnd(address: string | null, error: HTTPError | null): void {
    const { clock, origin } = this.#settings;
    this.#trace?.({ type: 'dial-end', at: clock.now(), connection: this.id, origin, address, error });
  }
}
