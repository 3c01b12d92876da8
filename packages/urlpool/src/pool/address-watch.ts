import type { PollGate } from '../connection/poll-gate.ts';
import { endpoint, knownAddresses } from '../transport/name-lookup.ts';
import type { DialTarget } from '../transport/transport-dial.ts';

/** Watches whether the name of an origin still has the addresses that its pool is connected to. */
export class AddressWatch {
  readonly #target: DialTarget;
  readonly #gate: PollGate;
  readonly #onChange: (endpoints: ReadonlySet<string>) => void;
  /** Whether there is a name to be looked up. */
  readonly #isNamed: boolean;
  #stop: (() => void) | null = null;
  #seenAt = -1;

  /** @param onChange Told of each new answer, as the addresses and ports that connections may have. */
  constructor(target: DialTarget, gate: PollGate, onChange: (endpoints: ReadonlySet<string>) => void) {
    this.#target = target.tunnel?.hop ?? target;
    this.#gate = gate;
    this.#onChange = onChange;
    this.#isNamed = knownAddresses(this.#target.origin, this.#target.resolve) === null;
  }

  /** There are connections. */
  start(): void {
    if (!this.#isNamed || this.#stop !== null) return;
    const { names, origin } = this.#target;
    this.#stop = names.watch(origin.host, (addresses) => {
      this.#onChange(new Set(addresses.map((address) => endpoint(address, origin.port))));
    });
  }

  /** There are none. */
  stop(): void {
    this.#stop?.();
    this.#stop = null;
  }

  /** Connections are used: has the answer for them outlived its time? Looked at once in a turn of the event loop. */
  refresh(): void {
    if (this.#stop === null || this.#seenAt === this.#gate.checks) return;
    this.#seenAt = this.#gate.checks;
    this.#target.names.refresh(this.#target.origin.host);
  }
}
