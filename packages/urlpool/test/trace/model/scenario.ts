// A manager with calls of all kinds on an unruly server, by a clock that is turned by hand; and interventions: what a listener
// does in the middle of an event.

import fc from 'fast-check';
import {
  PoolManager,
  type PoolManagerOptions,
  type RequestOptions,
  Retry,
  Session,
  type TraceEvent,
  type TraceListener,
} from 'urlpool';
import { FakeClock } from 'urlpool-testing';
import { ANSWERS, type AnswerPlan, type DialPlan, ORIGINS, UnrulyServer } from './unruly-server.ts';

const USES = ['request', 'read', 'leave', 'dispose', 'forget', 'many'] as const;
const BODIES = ['none', 'small', 'large', 'stream', 'again', 'wrong', 'throws'] as const;
const DOES = ['abort', 'clear', 'close', 'subscribe', 'unsubscribe', 'request'] as const;

/** What a listener does when it is told of the nth event. */
export interface Intervention {
  readonly at: number;
  readonly does: (typeof DOES)[number];
}

export interface CallPlan {
  readonly origin: number;
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly use: (typeof USES)[number];
  readonly body: (typeof BODIES)[number];
  readonly timeout: NonNullable<RequestOptions['timeout']>;
  readonly retries: 'default' | 'none' | 'statuses';
  readonly answers: readonly AnswerPlan[];
  /** When it is aborted, in ms after its beginning; null for never. */
  readonly abortAfter: number | null;
  readonly expects: boolean;
  /** In which turn of the event loop it begins. */
  readonly turn: number;
}

export interface Scenario {
  readonly calls: readonly CallPlan[];
  readonly dials: readonly DialPlan[];
  readonly options: PoolManagerOptions;
  readonly isSession: boolean;
  readonly interventions: readonly Intervention[];
  /** How long `close()` waits for those that run, in ms. */
  readonly closeTimeout: number;
}

const ANSWER: fc.Arbitrary<AnswerPlan> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<AnswerPlan>({ is: 'ok' }) },
  {
    weight: 6,
    arbitrary: fc.constantFrom(...(Object.keys(ANSWERS) as (keyof typeof ANSWERS)[])).map((is): AnswerPlan => ({ is })),
  },
  { weight: 3, arbitrary: fc.record({ is: fc.constantFrom('cut', 'reset'), at: fc.nat(80) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant('redirect' as const),
      to: fc.nat(2),
      status: fc.constantFrom(302, 303, 307),
    }),
  },
  { weight: 2, arbitrary: fc.constantFrom<AnswerPlan>({ is: 'silence' }, { is: 'early' }, { is: 'drip' }) },
);

const CALL: fc.Arbitrary<CallPlan> = fc.record({
  origin: fc.nat(2),
  method: fc.constantFrom('GET', 'PUT', 'POST'),
  use: fc.constantFrom(...USES),
  body: fc.oneof({ weight: 3, arbitrary: fc.constant<'none'>('none') }, fc.constantFrom(...BODIES)),
  timeout: fc.constantFrom(
    { connect: 40, read: 15 },
    { connect: 40, read: 30, head: 10 },
    { connect: 40, read: 30, total: 12 },
    { connect: 40, read: 30, pool: 5 },
    { connect: 5, read: 30 },
  ),
  retries: fc.constantFrom('default', 'none', 'statuses'),
  answers: fc.array(ANSWER, { minLength: 1, maxLength: 4 }),
  abortAfter: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, fc.constantFrom(0, 1, 10, 50)),
  expects: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
  turn: fc.nat(8),
});

export const SCENARIO: fc.Arbitrary<Scenario> = fc.noBias(
  fc.record({
    calls: fc.array(CALL, { minLength: 1, maxLength: 12 }),
    dials: fc.array(
      fc.oneof(
        { weight: 4, arbitrary: fc.constant<DialPlan>('open') },
        fc.constantFrom('late', 'refused', 'hang', 'no-name'),
      ),
      { minLength: 1, maxLength: 5 },
    ),
    options: fc.record({
      maxSize: fc.constantFrom(1, 2, 64),
      maxConnections: fc.constantFrom(1, 2, 512),
      numPools: fc.constantFrom(1, 256),
      block: fc.boolean(),
      maxQueued: fc.constantFrom(1, Number.POSITIVE_INFINITY),
      minIdle: fc.constantFrom(0, 0, 1),
      idleTimeout: fc.constantFrom(1, 50_000),
      maxRequestsPerConnection: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
      replay: fc.constantFrom<'idempotent' | 'unsent' | false>('idempotent', 'unsent', false),
    }),
    isSession: fc.boolean(),
    interventions: fc.array(fc.record({ at: fc.nat(150), does: fc.constantFrom(...DOES) }), { maxLength: 3 }),
    closeTimeout: fc.constantFrom(0, 1, 1000),
  }),
);

/** When what was forgotten is given up, as it is once it is collected as garbage: a test cannot wait for that. */
const FORGOTTEN_MS = 500;

/** After how long, in real ms, a run is said to hang. */
const HANGS_MS = 10_000;

/** Turns of the event loop without any event, after which only time can help. */
const IDLE_TURNS = 8;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function* pieces(): AsyncGenerator<string> {
  for (let i = 0; i < 3; i++) {
    yield 'piece '.repeat(100);
    await turn();
  }
}

function bodyOf(body: CallPlan['body']): RequestOptions {
  switch (body) {
    case 'none':
      return {};
    case 'small':
      return { body: 'small' };
    case 'large':
      return { body: Buffer.alloc(100_000) };
    case 'stream':
      return { body: pieces() };
    case 'again':
      return { body: pieces };
    case 'wrong':
      return { headers: { 'Content-Length': '9' }, body: ['some'] };
    case 'throws':
      return {
        body: () => {
          throw new Error('no body');
        },
      };
  }
}

const RETRIES = {
  default: {},
  none: { retries: false },
  statuses: {
    retries: new Retry({
      total: 3,
      statusForcelist: [503],
      allowedMethods: false,
      backoffFactor: 20,
      backoffJitter: 0,
    }),
  },
} as const;

/** What a run has told, and what else was wrong with it. */
export interface Told {
  readonly events: readonly TraceEvent[];
  readonly faults: readonly string[];
}

export async function run(scenario: Scenario): Promise<Told> {
  const { calls, dials, options, isSession, interventions, closeTimeout } = scenario;
  const faults: string[] = [];
  const events: TraceEvent[] = [];
  const clock = new FakeClock();
  const server = new UnrulyServer({ dials, answers: new Map(calls.map(({ answers }, i) => [`/${i}`, answers])) });
  const controllers = calls.map(() => new AbortController());
  const running = new Set<Promise<void>>();
  let closing: Promise<void> | null = null;
  let unsubscribe = (): void => {};
  const start = (work: Promise<unknown>): void => {
    const done: Promise<void> = work
      .then(
        () => {},
        () => {},
      )
      .then(() => {
        running.delete(done);
      });
    running.add(done);
  };
  const close = (): void => {
    closing ??= http.close({ timeout: closeTimeout });
  };
  const intervene = (does: Intervention['does'], event: TraceEvent): void => {
    if (does === 'clear') http.clear();
    else if (does === 'close') close();
    else if (does === 'request') start(http.request('GET', `${ORIGINS[0]}/more`, { timeout: 20, retries: false }));
    else if (does === 'subscribe') unsubscribe = http.subscribe(() => {});
    else if (does === 'unsubscribe') unsubscribe();
    else if ('call' in event)
      for (const one of controllersOf(event.call)) one.abort(new Error('aborted by a listener'));
  };
  const ofCalls = new Map<number, AbortController>();
  const controllersOf = (call: number): readonly AbortController[] => {
    const one = ofCalls.get(call);
    return one === undefined ? [] : [one];
  };
  const onEvent: TraceListener = (event) => {
    if (event.type === 'call-start') {
      const controller = controllers[Number(new URL(event.url).pathname.slice(1))];
      if (controller !== undefined) ofCalls.set(event.call, controller);
    }
    const number = events.push(event);
    for (const { at, does } of interventions) if (at === number) intervene(does, event);
  };
  const all = { ...options, clock, random: () => 0.5, onEvent, connector: server.connector };
  const http = isSession ? new Session({ ...all, rateLimit: { requests: 3, per: 10 } }) : new PoolManager(all);

  const perform = async (plan: CallPlan, i: number): Promise<void> => {
    for (let n = 0; n < plan.turn; n++) await turn();
    const signal = controllers[i]?.signal;
    if (plan.abortAfter === 0) controllers[i]?.abort(new Error('aborted before'));
    else if (plan.abortAfter !== null)
      clock.setTimer(plan.abortAfter, () => controllers[i]?.abort(new Error('aborted')));
    const { timeout } = plan;
    const given: RequestOptions = {
      ...bodyOf(plan.body),
      ...RETRIES[plan.retries],
      ...(plan.expects ? { expectContinue: true } : {}),
      timeout,
      ...(signal === undefined ? {} : { signal }),
    };
    const url = `${ORIGINS[plan.origin % ORIGINS.length]}/${i}`;
    if (plan.use === 'request') await http.request(plan.method, url, given);
    else if (plan.use === 'many') {
      const items = [
        { method: plan.method, url, ...given },
        { url, timeout },
      ];
      const choices = { concurrency: 1 };
      const many = http instanceof Session ? http.many(items, choices) : http.many(items, choices);
      for await (const { error } of many) if (error !== null) break;
    } else {
      const response = await http.stream(plan.method, url, given);
      if (plan.use === 'read') await response.bytes();
      if (plan.use === 'dispose') await response.dispose();
      if (plan.use === 'forget') clock.setTimer(FORGOTTEN_MS, () => void response.dispose());
      if (plan.use === 'leave') for await (const _ of response) break;
    }
  };

  for (const [i, plan] of calls.entries()) start(perform(plan, i));
  faults.push(...(await untilDone(() => running.size === 0, clock, events)));
  close();
  let isClosed = false;
  void (closing ?? Promise.resolve()).then(() => {
    isClosed = true;
  });
  faults.push(...(await untilDone(() => isClosed && running.size === 0, clock, events)));
  // A timer that is left would hold what it was for, and be held by it.
  clock.advance(FORGOTTEN_MS);
  for (let i = 0; i < IDLE_TURNS; i++) await turn();
  if (server.open > 0) faults.push(`${server.open} connections are open in the end`);
  return { events, faults };
}

/** Lets the event loop turn; where nothing comes of that, the clock. */
async function untilDone(isDone: () => boolean, clock: FakeClock, events: readonly TraceEvent[]): Promise<string[]> {
  const begunAt = performance.now();
  let told = events.length;
  let idle = 0;
  for (let turns = 0; !isDone(); turns++) {
    await turn();
    idle = events.length === told ? idle + 1 : 0;
    told = events.length;
    if (idle < IDLE_TURNS) continue;
    idle = 0;
    const { nextAt } = clock;
    if (nextAt !== null) clock.advanceTo(nextAt);
    // What decodes does so in threads of its own, by no clock of ours.
    if (turns > 100_000 && performance.now() > begunAt + HANGS_MS) return ['hangs'];
  }
  return [];
}
