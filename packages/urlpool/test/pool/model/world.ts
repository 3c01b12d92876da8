// A run: a clock turned by hand, a network without sockets, and the real thing in between, from an origin's client with
// its calls down to the connections.

import { type RequestOptions, TimeoutError, type TraceListener } from 'urlpool';
import { FakeClock } from 'urlpool-testing';
import { poolSettings } from '../../../src/manager/pool-options.ts';
import { type Origin, originText } from '../../../src/message/origin.ts';
import { Room } from '../../../src/pool/room.ts';
import type { CallChoices, WorldLimits } from './choices.ts';
import { FakeNetwork } from './fake-network.ts';
import { Ledger } from './ledger.ts';
import { Sites } from './site.ts';
import { type Circumstances, TrackedCall } from './tracked-call.ts';

export const ORIGINS: readonly Origin[] = [
  { scheme: 'http', host: 'a.test', port: 80 },
  { scheme: 'http', host: 'b.test', port: 80 },
  { scheme: 'https', host: 'c.test', port: 443 },
  { scheme: 'http', host: 'd.test', port: 80 },
];

/** How long a turn of the event loop takes. */
const TURN_MS = 0.125;

const LARGE = Buffer.alloc(300_000);

export class World {
  readonly limits: WorldLimits;
  readonly clock = new FakeClock({ checks: 'manual' });
  readonly ledger: Ledger;
  readonly network: FakeNetwork;
  readonly room: Room;
  readonly sites: Sites;
  readonly calls: TrackedCall[] = [];
  readonly controllers: AbortController[] = [];
  /** Whether a `close()` has settled. */
  isClosed = false;
  /** Promises of `close()` and `connect()` that have not settled. */
  pending = 0;
  /** How many `preconnect()` of each origin have not settled. */
  readonly #preconnecting = new Map<string, number>();
  /** When the last of them did. */
  readonly #warmedUntil = new Map<string, number>();
  #shared = new AbortController();
  #random = 1;
  #wake: (() => void)[] = [];

  constructor(limits: WorldLimits) {
    this.limits = limits;
    const { origins: _, maxConnections, numPools, ...options } = limits;
    const ledger = new Ledger(limits.maxQueued);
    this.ledger = ledger;
    this.room = new Room(maxConnections);
    this.network = new FakeNetwork({
      now: () => this.clock.now(),
      onDial: (origin) => this.#checkLimits(origin),
      onFault: (fault) => ledger.fault(fault),
    });
    const random = (): number => {
      this.#random = Math.imul(this.#random, 48271) % 0x7fffffff;
      return Math.abs(this.#random) / 0x7fffffff;
    };
    const onEvent: TraceListener = (event) => {
      ledger.listen(event);
      if (event.type === 'dial-start' && event.why === 'minIdle') this.#checkWarmth(event.origin);
    };
    const settings = poolSettings({ ...options, clock: this.clock, random, onEvent }, [], this.room);
    this.sites = new Sites({ ...settings, open: this.network.open }, numPools);
  }

  get circumstances(): Circumstances {
    return {
      now: this.clock.now(),
      closed: this.sites.closed,
      maxQueued: this.limits.maxQueued,
      hasFailed: (url) => this.network.failed.has(new URL(url).origin),
      isHarmed: (connection) => this.network.all.get(connection)?.harmed === true,
    };
  }

  /** Makes a call. After `close()` none is taken. */
  send(choices: CallChoices): TrackedCall | null {
    const origin = ORIGINS[choices.origin % this.limits.origins];
    if (origin === undefined || this.sites.closed) return null;
    const controller = choices.signal === 'shared' ? this.#shared : new AbortController();
    if (choices.signal === 'aborted') controller.abort(new Error('aborted before'));
    const { timeout, method, retries, streams } = choices;
    const target = `/${this.calls.length}`;
    const call = new TrackedCall({
      target,
      startedAt: this.clock.now(),
      timeout,
      signal: controller.signal,
      followsRedirects: retries !== false,
      hasBody: choices.body !== 'none',
    });
    this.calls.push(call);
    this.controllers.push(controller);
    const options: RequestOptions = { ...this.#body(choices.body), timeout, retries, signal: controller.signal };
    const outcome = this.sites
      .to(origin)
      .send(method, target, options, { wants: streams ? 'stream' : 'body', fields: null });
    call.id = this.ledger.lastCall;
    void outcome.then((settled) => {
      call.outcome = settled;
      const fault = call.judge(this.circumstances);
      if (fault !== null) this.ledger.fault(fault);
      if (choices.followers > 0) this.send({ ...choices, followers: choices.followers - 1 });
    });
    return call;
  }

  /** Aborts a call that has not settled, and with it those that share its signal. */
  abort(call: TrackedCall): void {
    const controller = this.controllers[this.calls.indexOf(call)];
    if (controller === this.#shared) this.#shared = new AbortController();
    controller?.abort(new Error('aborted'));
  }

  clear(): void {
    this.ledger.connections.clear();
    this.sites.clear();
  }

  close(timeout: number): void {
    const closing = this.sites.close(timeout).then(() => {
      this.isClosed = true;
    });
    this.#watch(closing);
  }

  /** Opens a connection to an origin, if none is open. */
  connect(index: number): void {
    const origin = ORIGINS[index % this.limits.origins];
    if (origin === undefined || this.pending > 0 || this.sites.closed) return;
    this.#watch(this.sites.to(origin).connect());
  }

  /** Opens connections to an origin; one that leaves gives that up in the next turn of the event loop. */
  preconnect(index: number, count: number, leaves: boolean): void {
    const origin = ORIGINS[index % this.limits.origins];
    if (origin === undefined || this.sites.closed) return;
    const key = originText(origin);
    const controller = new AbortController();
    if (leaves) this.#wake.push(() => controller.abort(new Error('left')));
    this.#preconnecting.set(key, this.preconnecting(key) + 1);
    const warmed = this.sites.to(origin).preconnect(count, { signal: controller.signal });
    const done = (): void => {
      this.#preconnecting.set(key, this.preconnecting(key) - 1);
      this.#warmedUntil.set(key, this.clock.now());
    };
    this.#watch(
      warmed.then(
        (warm) => {
          done();
          const most = Math.min(count, this.limits.maxSize, this.limits.maxIdle);
          if (warm > most) this.ledger.fault(`${warm} of ${count} connections to ${key} are said to be warm`);
        },
        (error: unknown) => {
          done();
          const hasLost = this.network.failed.has(key) || error instanceof TimeoutError;
          if (!leaves && !this.sites.closed && !hasLost)
            this.ledger.fault(`preconnect() to ${key} failed though nothing went wrong: ${error}`);
        },
      ),
    );
  }

  /** How many `preconnect()` of an origin have not settled. */
  preconnecting(origin: string): number {
    return this.#preconnecting.get(origin) ?? 0;
  }

  /** When the last `preconnect()` of an origin has settled. */
  warmedUntil(origin: string): number {
    return this.#warmedUntil.get(origin) ?? 0;
  }

  /** Lets everything happen that needs no time and nothing from outside. */
  rest(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** What has come is delivered. */
  async poll(from: number): Promise<void> {
    await this.network.poll(from, this.rest);
    await this.rest();
  }

  /** The rest of a turn of the event loop. It takes a moment. */
  async turn(from: number): Promise<void> {
    this.clock.advance(TURN_MS);
    await this.poll(from);
    this.ledger.dials.nextTurn();
    this.network.turns++;
    this.clock.runChecks();
    const wake = this.#wake;
    this.#wake = [];
    for (const one of wake) one();
    await this.rest();
  }

  /** Time goes by, with turns whenever a timer rings. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    for (let { nextAt } = this.clock; nextAt !== null && nextAt <= end; { nextAt } = this.clock) {
      this.clock.advanceTo(Math.max(nextAt, this.clock.now()));
      await this.rest();
      await this.turn(0);
    }
    if (this.clock.now() < end) this.clock.advanceTo(end);
    await this.rest();
  }

  #watch(promise: Promise<void>): void {
    this.pending++;
    const done = (): void => {
      this.pending--;
    };
    promise.then(done, done);
  }

  /** What is open is counted where it cannot be miscounted, whenever one more is. */
  #checkLimits(origin: string): void {
    const { maxSize, maxConnections, block } = this.limits;
    const { used } = this.network;
    const own = this.network.usedBy(origin);
    if (block && own > maxSize) this.ledger.fault(`${own} connections to ${origin}`);
    if (used > maxConnections) this.ledger.fault(`${used} connections in all`);
  }

  /** No more are opened for warmth than are wanted, nor while somebody waits without a dial. */
  #checkWarmth(origin: string): void {
    const pool = this.sites.snapshot().pools.find((one) => one.origin === origin);
    if (pool === undefined) return;
    const { idle, dialling, queued } = pool;
    if (dialling <= queued) this.ledger.fault(`${origin} was warmed while ${queued} waited`);
    const free = idle + dialling - queued;
    if (free > this.limits.minIdle) this.ledger.fault(`${free} connections to ${origin} are warm`);
  }

  #body(kind: CallChoices['body']): RequestOptions {
    if (kind === 'none') return {};
    if (kind === 'small') return { body: 'a small one' };
    return { body: kind === 'large' ? LARGE : this.#pieces() };
  }

  /** A body whose source takes its time. */
  async *#pieces(): AsyncGenerator<string> {
    for (let i = 0; i < 3; i++) {
      yield 'piece';
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }
}
