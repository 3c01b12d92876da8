// A server for tests of a client's user: routes, what was asked, and what was not asked for. One loop serves a connection,
// whether it is in memory or a socket, so that routes behave alike in both. It is long because it is all that a test
// sees of it; what it decides is in mock-rules.ts, what a step does in perform.ts.

import type { Duplex } from 'node:stream';
import {
  type Clock,
  type Connector,
  type ConnectorTarget,
  PoolManager,
  type PoolManagerOptions,
  systemClock,
} from 'urlpool';
import { ConnectionClosedError } from '../connection-closed-error.ts';
import { MalformedRequestError } from '../malformed-request-error.ts';
import { MemoryWire } from '../memory-wire.ts';
import { Milestones } from '../milestones.ts';
import type { ReceivedHead } from '../received-request.ts';
import { ScriptedConnection } from '../scripted-connection.ts';
import { ScriptedServer } from '../scripted-server.ts';
import { checkNames } from './check-names.ts';
import { type DialRecord, MockDial } from './mock-dial.ts';
import { type DialFault, dialError } from './mock-fault.ts';
import { type ListenOptions, listenerOptions, MockListener } from './mock-listener.ts';
import { MockRequest } from './mock-request.ts';
import { MockRoute, newRecord, type RouteRecord } from './mock-route.ts';
import { MockRules } from './mock-rules.ts';
import { perform, type Stage } from './perform.ts';
import { Recorder, type RecordOptions } from './recorder.ts';
import { Replay } from './replay.ts';
import { compilePattern, type RequestPattern } from './request-pattern.ts';
import { Sequence } from './sequence.ts';
import { UnmatchedRequestError } from './unmatched-request-error.ts';
import { compileURL, type URLPattern } from './url-pattern.ts';

/** How a mock server is made. */
export interface MockServerOptions {
  /** Whose time delays take: a FakeClock, say. @default systemClock */
  readonly clock?: Clock;
  /** Whether `close()` throws what `assertDone()` would. @default true */
  readonly strict?: boolean;
  /** Asks real servers, for `passThrough()` and `record()`. @default one of its own */
  readonly manager?: PoolManager;
}

/** How one kind of connection takes what no route answers. */
interface Manners {
  /** Resolves when what was written has reached the client. */
  arrived(): Promise<void>;
  /** Tells the client why it gets no answer, by this status if it must (null where the answer has begun); whether the connection goes on. */
  refuse(error: Error, status: number | null): Promise<boolean>;
}

/** For how long a reset waits behind bytes on a socket, in ms, so that it does not overtake them. */
const BEHIND_BYTES_MS = 10;

/**
 * Answers requests by routes, in process or over a socket, and knows what was asked.
 *
 * In process, `connector` goes into the options of a PoolManager, a Session or a pool: the whole client runs, on bytes in
 * memory, for any http or https origin. Over a socket, `listen()` gives an origin that any client can ask.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { PoolManager } from 'urlpool';
 * import { MockServer } from 'urlpool-testing';
 *
 * const mock = new MockServer();
 * mock.post('https://api.example/users', { json: { name: 'Ada' } }).reply(201, { json: { id: 1 } });
 *
 * const http = new PoolManager({ connector: mock.connector });
 * const response = await http.request('POST', 'https://api.example/users', { json: { name: 'Ada' } });
 * assert.deepEqual(response.json(), { id: 1 });
 * assert.equal(mock.requests[0].headers.get('content-type'), 'application/json');
 * await http.close();
 * await mock.close(); // throws if a route was not used, or a request matched none
 * ```
 */
export class MockServer implements AsyncDisposable {
  /** The `connector` option of a PoolManager, a Session or a pool. */
  readonly connector: Connector;
  readonly #clock: Clock;
  readonly #strict: boolean;
  readonly #real: PoolManager | null;
  #ownReal: PoolManager | null = null;
  #rules: MockRules;
  #requests: Milestones<MockRequest> = new Milestones('request');
  #unmatched: UnmatchedRequestError[] = [];
  #errors: Error[] = [];
  #managers: PoolManager[] = [];
  #listeners: MockListener[] = [];
  readonly #wires = new Set<MemoryWire>();
  #connections = 0;
  #closing: Promise<void> | null = null;

  /** @throws {TypeError} for an option that cannot be used. */
  constructor(options: MockServerOptions = {}) {
    checkNames('the options of a mock server', options, ['clock', 'strict', 'manager']);
    const { clock = systemClock, strict = true, manager = null } = options;
    if (manager !== null && typeof manager.request !== 'function') {
      throw new TypeError('Cannot use that as manager: give a PoolManager');
    }
    this.#clock = clock;
    this.#strict = strict;
    this.#real = manager;
    this.#rules = this.#newRules();
    this.connector = (target, signal) => this.#open(target, signal);
  }

  /** Every request that came whole, in that order, answered or not. */
  get requests(): readonly MockRequest[] {
    return this.#requests.items;
  }

  /** The request at `index`, once it came whole; rejects when the mock is closed before. */
  request(index: number): Promise<MockRequest> {
    return this.#requests.at(index);
  }

  /** The requests that no route answered. */
  get unmatched(): readonly MockRequest[] {
    return this.#unmatched.map(({ request }) => request);
  }

  /** What functions and scripts of routes threw, and what clients sent that is no HTTP. */
  get errors(): readonly Error[] {
    return this.#errors;
  }

  /** What was expected and has not come: a line for each route, and each rule for connections. */
  get pending(): readonly string[] {
    return this.#rules.pending;
  }

  /**
   * Adds a route, after those that are there: the first that matches and is not used up answers.
   *
   * @param method `*` for any.
   * @throws {TypeError} for what is no pattern.
   */
  route(method: string, url: URLPattern, pattern: RequestPattern = {}): MockRoute {
    const record = newRecord(compilePattern(method, url, pattern));
    this.#rules.routes.push(record);
    return new MockRoute(record);
  }

  /** A route for GET. @throws {TypeError} for what is no pattern. */
  get(url: URLPattern, pattern?: RequestPattern): MockRoute {
    return this.route('GET', url, pattern);
  }

  /** A route for HEAD. @throws {TypeError} for what is no pattern. */
  head(url: URLPattern, pattern?: RequestPattern): MockRoute {
    return this.route('HEAD', url, pattern);
  }

  /** A route for POST. @throws {TypeError} for what is no pattern. */
  post(url: URLPattern, pattern?: RequestPattern): MockRoute {
    return this.route('POST', url, pattern);
  }

  /** A route for PUT. @throws {TypeError} for what is no pattern. */
  put(url: URLPattern, pattern?: RequestPattern): MockRoute {
    return this.route('PUT', url, pattern);
  }

  /** A route for PATCH. @throws {TypeError} for what is no pattern. */
  patch(url: URLPattern, pattern?: RequestPattern): MockRoute {
    return this.route('PATCH', url, pattern);
  }

  /** A route for DELETE. @throws {TypeError} for what is no pattern. */
  delete(url: URLPattern, pattern?: RequestPattern): MockRoute {
    return this.route('DELETE', url, pattern);
  }

  /** A route for OPTIONS. @throws {TypeError} for what is no pattern. */
  options(url: URLPattern, pattern?: RequestPattern): MockRoute {
    return this.route('OPTIONS', url, pattern);
  }

  /** A rule for the connections to an origin, in process: refused, not found … @throws {TypeError} for what is no pattern. */
  dial(origin: URLPattern): MockDial {
    const record: DialRecord = {
      pattern: compileURL(origin, true),
      steps: new Sequence<DialFault | 'accept'>('fault'),
    };
    this.#rules.dials.push(record);
    return new MockDial(record);
  }

  /**
   * Lets requests through to real servers that no route answers. Without it none is.
   *
   * @param urls An origin alone (`http://127.0.0.1:*`) is for everything there.
   * @throws {TypeError} for what is no pattern.
   */
  passThrough(...urls: readonly URLPattern[]): this {
    this.#rules.passed.push(...urls.map((url) => compileURL(url, true)));
    return this;
  }

  /**
   * Sends what no route answers to real servers, and writes each request with its response to a file when the mock is
   * closed. Credentials are not written.
   *
   * @throws {TypeError} for an option that cannot be used, and where it records already.
   */
  record(path: string, options: RecordOptions = {}): this {
    if (this.#rules.recorder !== null) throw new TypeError(`Cannot record to ${path}: this mock records already`);
    this.#rules.recorder = new Recorder(path, options);
    return this;
  }

  /**
   * Answers what no route answers from a file that `record()` has written: each exchange once, in order.
   *
   * @throws {Error} where it cannot be read, or is no recording.
   */
  replay(path: string): this {
    this.#rules.replays.push(new Replay(path));
    return this;
  }

  /** A manager whose every connection is to this mock. It is closed with it, and shares its clock. */
  manager(options: PoolManagerOptions = {}): PoolManager {
    const manager = new PoolManager({ clock: this.#clock, ...options, connector: this.connector });
    this.#managers.push(manager);
    return manager;
  }

  /**
   * Serves the routes on a port of this machine, for any client.
   *
   * @throws {TypeError} for an option that cannot be used; the system's error where it cannot listen.
   */
  async listen(options: ListenOptions = {}): Promise<MockListener> {
    if (this.#closing !== null) throw new Error('Cannot listen: the mock is closed');
    const { server: serverOptions, as, ca } = await listenerOptions(options);
    const server = await ScriptedServer.start({ ...serverOptions, strict: false }, (connection) => {
      const scheme = serverOptions.tls === undefined ? 'http' : 'https';
      const base = (head: ReceivedHead) => as ?? `${scheme}://${fieldOf(head, 'host')}`;
      const arrived = () => connection.wait(BEHIND_BYTES_MS);
      const refuse = async (error: Error, status: number | null): Promise<boolean> => {
        if (status === null) return false;
        await connection.respond({
          status,
          headers: { 'Content-Type': 'text/plain;charset=utf-8' },
          body: error.message,
        });
        return true;
      };
      return this.#serve(connection, base, { arrived, refuse });
    });
    const listener = new MockListener(server, ca);
    this.#listeners.push(listener);
    return listener;
  }

  /**
   * Checks that every route was used as often as it should be, that every request met one, and that nothing threw.
   *
   * @throws {AggregateError} that says what was not so.
   */
  assertDone(): void {
    const { pending } = this;
    const faults = [...this.#unmatched, ...this.#errors];
    const lines = [
      ...pending.map((line) => `pending: ${line}`),
      ...faults.map((error) =>
        error instanceof UnmatchedRequestError ? error.message : `${error.name}: ${error.message}`,
      ),
    ];
    if (lines.length > 0) throw new AggregateError(faults, `The mock is not done:\n${lines.join('\n')}`);
  }

  /** Forgets routes, rules, recordings, requests and errors; connections and managers stay. A recording is not written. */
  reset(): void {
    this.#rules = this.#newRules();
    this.#requests.end();
    this.#requests = new Milestones('request');
    this.#unmatched = [];
    this.#errors = [];
  }

  /**
   * Ends every connection, closes the managers it made, stops listening, writes the recording. Later calls wait for the
   * first.
   *
   * @throws {AggregateError} as `assertDone()`, unless `strict` is false; from the first call alone.
   */
  async close(): Promise<void> {
    if (this.#closing !== null) return await this.#closing;
    this.#closing = this.#end();
    await this.#closing;
    if (this.#strict) this.assertDone();
  }

  /** `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    this.#requests.end();
    const managers = [...this.#managers, ...(this.#ownReal === null ? [] : [this.#ownReal])];
    const closed = managers.map((manager) => manager.close({ timeout: 0 }));
    for (const wire of this.#wires) wire.destroy();
    await Promise.all([...closed, ...this.#listeners.map((listener) => listener.close())]);
    await this.#rules.recorder?.save(this.#clock.wallNow());
  }

  /** Opens a connection in memory, unless a rule says otherwise. */
  #open(target: ConnectorTarget, signal: AbortSignal): Duplex | Promise<Duplex> {
    if (this.#closing !== null) throw refusal('the mock is closed');
    const step = this.#rules.dialStep(target.origin);
    if (step === 'hang') return hanging(signal);
    if (step !== 'accept') throw dialError(step);
    const wire = new MemoryWire();
    this.#wires.add(wire);
    void wire.closed.then(() => this.#wires.delete(wire));
    const connection = new ScriptedConnection(this.#connections++, wire, () => {});
    const refuse = async (error: Error): Promise<boolean> => {
      wire.fail(error instanceof UnmatchedRequestError ? error : refusal(error.message, error));
      return false;
    };
    const served = this.#serve(connection, () => target.origin, { arrived: async () => {}, refuse });
    void served.then(async () => {
      if ((await wire.closed).by === 'fin') wire.end();
    });
    return wire.stream;
  }

  /** Reads requests and answers them until the connection ends. It never rejects. */
  async #serve(connection: ScriptedConnection, base: (head: ReceivedHead) => string, manners: Manners): Promise<void> {
    const stage: Stage = { connection, clock: this.#clock, begun: false, arrived: () => manners.arrived() };
    for (;;) {
      stage.begun = false;
      let route: RouteRecord | null = null;
      try {
        const head = await connection.head();
        if (/100-continue/i.test(fieldOf(head, 'expect'))) await connection.write('HTTP/1.1 100 Continue\r\n\r\n');
        const request = new MockRequest(await connection.request(), base(head));
        this.#requests.push(request);
        const answer = this.#rules.answer(request);
        if (answer.is === 'unmatched') {
          const error = new UnmatchedRequestError(request, answer.why);
          this.#unmatched.push(error);
          if (!(await manners.refuse(error, 501))) return;
          continue;
        }
        route = answer.route;
        await perform(answer.step, request, stage);
      } catch (error) {
        if (error instanceof ConnectionClosedError) return;
        const goesOn = await this.#onError(errorOf(error, route), stage.begun, manners).catch(() => false);
        if (!goesOn) return connection.reset();
      }
    }
  }

  async #onError(error: Error, begun: boolean, manners: Manners): Promise<boolean> {
    this.#errors.push(error);
    // Where the request could not be read, nobody knows where the next begins.
    if (error instanceof MalformedRequestError) return false;
    return await manners.refuse(error, begun ? null : 500);
  }

  #newRules(): MockRules {
    return new MockRules({ manager: () => this.#realManager(), isOwn: (url) => this.#isOwn(url) });
  }

  /** Whether a request sent on would come back here. */
  #isOwn({ hostname, port }: URL): boolean {
    if (!/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return false;
    return this.#listeners.some((listener) => String(listener.port) === port);
  }

  #realManager(): PoolManager {
    if (this.#real !== null) return this.#real;
    this.#ownReal ??= new PoolManager();
    return this.#ownReal;
  }
}

function refusal(message: string, cause?: Error): Error {
  return Object.assign(new Error(message, { cause }), { code: 'ERR_CONNECTOR' });
}

/** Never; and for as long as it is wanted, the process goes on, as it does while a socket connects. */
function hanging(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const { stream } = new MemoryWire();
    if ('ref' in stream && typeof stream.ref === 'function') stream.ref();
    signal.addEventListener('abort', () => {
      stream.destroy();
      reject(signal.reason as Error);
    });
  });
}

/** What a route of the user's threw, with its name; anything else as it is. */
function errorOf(thrown: unknown, route: RouteRecord | null): Error {
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  if (route !== null) return new Error(`The route ${route.pattern.description} failed: ${why}`, { cause: thrown });
  return thrown instanceof Error ? thrown : new Error(why, { cause: thrown });
}

function fieldOf({ headers }: ReceivedHead, name: string): string {
  return headers.find(([other]) => other.toLowerCase() === name)?.[1] ?? '';
}
