// One command of a run: some actions in one go, then a pause, then a look at whether all is as it must be.

import type fc from 'fast-check';
import { originText } from '../../../src/message/origin.ts';
import type { Action, Pause } from './action.ts';
import { audit } from './audit.ts';
import { answer, hangUp, reset, sendUnasked } from './fake-server.ts';
import type { Ledger } from './ledger.ts';
import { ORIGINS, type World } from './world.ts';

const REDIRECTS = ORIGINS.map(originText);

export class Step implements fc.AsyncCommand<Ledger, World, true> {
  readonly #actions: readonly Action[];
  readonly #pause: Pause;

  constructor({ actions, pause }: { readonly actions: readonly Action[]; readonly pause: Pause }) {
    this.#actions = actions;
    this.#pause = pause;
  }

  async check(): Promise<boolean> {
    return true;
  }

  async run(ledger: Ledger, world: World): Promise<void> {
    for (const action of this.#actions) perform(action, world);
    await world.rest();
    const pause = this.#pause;
    if (pause.is === 'poll') await world.poll(pause.from);
    else if (pause.is === 'turn') await world.turn(pause.from);
    else if (pause.is === 'pass') await world.pass(pause.ms);
    audit(world);
    const [fault] = ledger.faults;
    if (fault !== undefined) throw new Error(fault);
  }

  toString(): string {
    const pause = Object.values(this.#pause).join(' ');
    return `${this.#actions.map(describe).join(' + ')}, then ${pause}`;
  }
}

function perform(action: Action, world: World): void {
  const { network, calls, clock } = world;
  switch (action.do) {
    case 'send':
      for (let i = 0; i < action.times; i++) world.send(action.call);
      break;
    case 'abort':
      pick(
        calls.filter(({ id }) => !world.ledger.ended.has(id)),
        action.nth,
        (call) => world.abort(call),
      );
      break;
    case 'dial':
      pick(network.dials, action.nth, (dial) => (action.fails ? network.fail(dial) : network.succeed(dial)));
      break;
    case 'answer':
      pick(
        network.transports.filter(({ request }) => request !== null),
        action.nth,
        (transport) => answer(transport, action.how, REDIRECTS),
      );
      break;
    case 'hang-up':
    case 'reset':
      pick(
        network.transports.filter(({ request }) => action.of === 'any' || request === null),
        action.nth,
        action.do === 'reset' ? reset : hangUp,
      );
      break;
    case 'unasked':
      pick(network.transports, action.nth, sendUnasked);
      break;
    case 'read':
      pick(
        calls.filter(({ untouched }) => untouched !== null),
        action.nth,
        (call) =>
          call.read(
            () => world.circumstances,
            (fault) => world.ledger.fault(fault),
          ),
      );
      break;
    case 'dispose':
      pick(
        calls.filter(({ untouched }) => untouched !== null),
        action.nth,
        (call) => call.dispose(action.pieces, clock.now()),
      );
      break;
    case 'clear':
      world.clear();
      break;
    case 'close':
      world.close(action.timeout);
      break;
    case 'connect':
      world.connect(action.origin);
      break;
    case 'preconnect':
      world.preconnect(action.origin, action.count, action.leaves);
      break;
    case 'suspend':
      clock.suspend(action.ms);
      break;
    case 'jump':
      clock.advance(action.ms);
      break;
  }
}

function pick<T>(candidates: readonly T[], nth: number, act: (one: T) => void): void {
  const one = candidates[nth % candidates.length];
  if (one !== undefined) act(one);
}

function describe(action: Action): string {
  return Object.values(action)
    .map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)))
    .join(' ');
}
