// What a mock server was told: its routes, rules for connections, recordings, and where real servers may be asked. It
// decides who answers a request; it knows no connections.

import type { PoolManager } from 'urlpool';
import { forwarded } from './forward.ts';
import type { DialRecord } from './mock-dial.ts';
import type { DialFault } from './mock-fault.ts';
import { type MockReply, prepareReply } from './mock-reply.ts';
import type { MockRequest } from './mock-request.ts';
import { MockRoute, type RouteRecord, type RouteStep } from './mock-route.ts';
import type { Recorder } from './recorder.ts';
import type { Replay } from './replay.ts';
import { whyUnmatched } from './unmatched-request-error.ts';
import type { CompiledURL } from './url-pattern.ts';

/** What becomes of a request. */
export type Answer =
  | { readonly is: 'step'; readonly step: RouteStep; readonly route: RouteRecord | null }
  | { readonly is: 'unmatched'; readonly why: string };

/** What the rules ask the server. */
export interface RuleSurroundings {
  /** By what real servers are asked. */
  manager(): PoolManager;
  /** Whether a request to there would come back. */
  isOwn(url: URL): boolean;
}

export class MockRules {
  readonly routes: RouteRecord[] = [];
  readonly dials: DialRecord[] = [];
  readonly passed: CompiledURL[] = [];
  readonly replays: Replay[] = [];
  recorder: Recorder | null = null;
  readonly #surroundings: RuleSurroundings;

  constructor(surroundings: RuleSurroundings) {
    this.#surroundings = surroundings;
  }

  /** What was expected and has not come, a line for each. */
  get pending(): readonly string[] {
    const routes = this.routes.flatMap((record) => {
      const { pending, description } = new MockRoute(record);
      if (pending === 0) return [];
      const what = record.steps.isEmpty ? 'it has no reply()' : `${counted(pending, 'request')} to come`;
      return [`${description}: ${what}`];
    });
    const dials = this.dials.flatMap(({ pattern, steps }) => {
      return steps.pending === 0 ? [] : [`dial ${pattern.text}: ${counted(steps.pending, 'connection')} to come`];
    });
    return [...routes, ...dials];
  }

  /** What becomes of the next connection to an origin. */
  dialStep(origin: string): DialFault | 'accept' {
    const rule = this.dials.find(({ pattern, steps }) => steps.left > 0 && isFor(pattern, new URL(origin)));
    return rule?.steps.take() ?? 'accept';
  }

  /** Decides who answers: a route, a recording, a real server, or nobody. */
  answer(request: MockRequest): Answer {
    for (const route of this.routes) {
      if (route.steps.left === 0) continue;
      const { faults, params } = route.pattern.verdict(request);
      const step = faults.length === 0 ? route.steps.take() : null;
      if (step === null) continue;
      request.params = params;
      route.requests.push(request);
      return { is: 'step', step, route };
    }
    let why = whyUnmatched(request, this.routes);
    for (const replay of this.replays) {
      const found = replay.find(request);
      if (found.is === 'reply') return answered({ is: 'reply', reply: prepareReply(found.reply) });
      why += `\n  ${found.why}`;
    }
    const url = new URL(request.url);
    const send = this.#sender(request, url);
    if (send === null) return { is: 'unmatched', why };
    if (!this.#surroundings.isOwn(url)) return answered({ is: 'function', reply: send });
    why += '\n  it cannot be sent on, since it is for the port of this mock: listen({ as: … })';
    return { is: 'unmatched', why };
  }

  /** What asks the real server, if that may be asked. */
  #sender(request: MockRequest, url: URL): (() => Promise<MockReply>) | null {
    const { recorder } = this;
    const surroundings = this.#surroundings;
    if (recorder !== null) return () => recorder.ask(request, surroundings.manager());
    const isPassed = this.passed.some((pattern) => isFor(pattern, url));
    return isPassed ? () => forwarded(request, surroundings.manager()) : null;
  }
}

function answered(step: RouteStep): Answer {
  return { is: 'step', step, route: null };
}

function isFor(pattern: CompiledURL, url: URL): boolean {
  return pattern.verdict(url).faults.length === 0;
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
