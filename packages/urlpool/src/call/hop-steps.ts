import type { FieldBlock } from '../message/field-block.ts';
import type { Head } from '../message/head.ts';
import type { WireRequest } from '../request/wire-request.ts';
import type { Context } from '../util/context.ts';
import type { HopHooks } from './hop-hooks.ts';

/** The call whose hooks they are. */
export interface HookedCall {
  /** Whether it has ended: a hook may abort it. */
  readonly isDone: boolean;
  /** Ends it with what a hook threw. */
  fail(reason: unknown): void;
}

/** Runs the hooks of a call, where they need it in the context of its caller. Where one of them ends the call, nothing follows. */
export class HopSteps {
  readonly #hooks: HopHooks;
  readonly #context: Context;
  readonly #call: HookedCall;

  constructor(hooks: HopHooks, context: Context, call: HookedCall) {
    this.#hooks = hooks;
    this.#context = context;
    this.#call = call;
  }

  /** For how long an attempt waits, in ms; null where none follows. */
  delay(request: WireRequest): number | null {
    return this.#run(() => this.#hooks.delay(request));
  }

  /** The call has ended while an attempt waited. */
  giveUp(request: WireRequest): void {
    this.#hooks.giveUp(request);
  }

  /** Hands on the fields of an attempt: at once, unless they have to be waited for. */
  prepare(request: WireRequest, handOn: (fields: FieldBlock) => void): void {
    const prepared = this.#run(() => ({ fields: this.#hooks.prepare(request) }));
    if (prepared === null) return;
    const { fields } = prepared;
    if (!(fields instanceof Promise)) handOn(fields ?? request.fields);
    else {
      const goOn = (late: FieldBlock | null): void => {
        if (!this.#call.isDone) handOn(late ?? request.fields);
      };
      fields.then(goOn, (reason) => this.#call.fail(reason));
    }
  }

  /** Whether the answer asks for the request once more; null where nothing follows. */
  observe(request: WireRequest, head: Head): boolean | null {
    return this.#run(() => this.#hooks.observe(request, head));
  }

  #run<T>(hook: () => T): T | null {
    if (this.#call.isDone) return null;
    try {
      const result = this.#hooks.needsContext === false ? hook() : this.#context(hook);
      return this.#call.isDone ? null : result;
    } catch (reason) {
      this.#call.fail(reason);
      return null;
    }
  }
}
