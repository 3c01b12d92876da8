// One route: which requests it is for, and what becomes of them, each time in turn.

import type { ScriptedConnection } from '../scripted-connection.ts';
import { checkFault, REQUEST_FAULTS, type RequestFault } from './mock-fault.ts';
import { type MockReply, type PreparedReply, prepareReply, type ReplyFunction } from './mock-reply.ts';
import type { MockRequest } from './mock-request.ts';
import type { CompiledPattern } from './request-pattern.ts';
import { Sequence } from './sequence.ts';

/** What takes a connection over for one request. When it ends, the next request is read from it, if it is still open. */
export type RequestScript = (connection: ScriptedConnection, request: MockRequest) => Promise<void> | void;

/** What a route does once. */
export type RouteStep =
  | { readonly is: 'reply'; readonly reply: PreparedReply }
  | { readonly is: 'function'; readonly reply: ReplyFunction }
  | { readonly is: 'fault'; readonly fault: RequestFault; readonly reply: PreparedReply }
  | { readonly is: 'script'; readonly script: RequestScript };

/** What the server knows of a route. */
export interface RouteRecord {
  readonly pattern: CompiledPattern;
  readonly steps: Sequence<RouteStep>;
  readonly requests: MockRequest[];
  isOptional: boolean;
}

/**
 * Which requests a mock server answers, and how. Each reply and each fault is used once, in order, unless `times()` or
 * `persist()` says otherwise; then the route is used up, and the next one that matches has its turn.
 *
 * @example
 * ```js
 * import assert from 'node:assert/strict';
 * import { Retry } from 'urlpool';
 * import { MockServer } from 'urlpool-testing';
 *
 * const mock = new MockServer();
 * mock.get('https://api.example/users/:id').reply(503).times(2).reply((request) => ({ json: request.params }));
 * const http = mock.manager({ retries: new Retry({ total: 3, statusForcelist: [503], backoffFactor: 0 }) });
 * assert.deepEqual((await http.request('GET', 'https://api.example/users/7')).json(), { id: '7' });
 * await mock.close();
 * ```
 */
export class MockRoute {
  readonly #record: RouteRecord;

  /** Made by the server. */
  constructor(record: RouteRecord) {
    this.#record = record;
  }

  /** As it is named in messages. */
  get description(): string {
    return this.#record.pattern.description;
  }

  /** The requests that it has answered. */
  get requests(): readonly MockRequest[] {
    return this.#record.requests;
  }

  /** How many requests it still waits for. */
  get pending(): number {
    const { isOptional, steps } = this.#record;
    return isOptional ? 0 : steps.isEmpty ? 1 : steps.pending;
  }

  /**
   * Answers with a status alone, a reply, a status and the rest of a reply, or what a function makes of the request.
   *
   * @throws {TypeError | RangeError} for what is no reply.
   */
  reply(reply: number | MockReply | ReplyFunction, rest: Omit<MockReply, 'status'> = {}): this {
    if (typeof reply === 'function') return this.#add({ is: 'function', reply });
    const whole = typeof reply === 'number' ? { ...checkedRest(rest), status: reply } : reply;
    return this.#add({ is: 'reply', reply: prepareReply(whole) });
  }

  /**
   * Fails.
   *
   * @param reply The answer in whose body it fails; its `delay` is kept in any case.
   * @throws {TypeError} for what is no fault, or no reply.
   */
  fault(fault: RequestFault, reply: MockReply = {}): this {
    checkFault(fault, REQUEST_FAULTS);
    const prepared = prepareReply(reply);
    if (prepared.stream !== null) throw new TypeError('Cannot fail in the middle of a stream: give a text or bytes');
    return this.#add({ is: 'fault', fault, reply: prepared });
  }

  /** Hands the connection over: every byte is the script's. */
  script(script: RequestScript): this {
    if (typeof script !== 'function') throw new TypeError(`Cannot use a ${typeof script} as a script: give a function`);
    return this.#add({ is: 'script', script });
  }

  /** The last reply or fault is for so many requests. */
  times(count: number): this {
    this.#record.steps.repeat(count);
    return this;
  }

  /** The last reply or fault is for every further request. */
  persist(): this {
    return this.times(Number.POSITIVE_INFINITY);
  }

  /** It need not be used. */
  optional(): this {
    this.#record.isOptional = true;
    return this;
  }

  #add(step: RouteStep): this {
    this.#record.steps.add(step);
    return this;
  }
}

/** nock and others take the body itself in its place. */
function checkedRest(rest: Omit<MockReply, 'status'>): Omit<MockReply, 'status'> {
  if (typeof rest === 'object' && rest !== null && !Array.isArray(rest) && !(rest instanceof Uint8Array)) return rest;
  throw new TypeError('Cannot use that as the rest of a reply: give { body: … } or { json: … }');
}

/** A route that no request has met. */
export function newRecord(pattern: CompiledPattern): RouteRecord {
  return { pattern, steps: new Sequence<RouteStep>('reply'), requests: [], isOptional: false };
}
