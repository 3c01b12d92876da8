// Who waits for a connection to one origin, as the events tell it, and whose turn it is: in the order in which they came,
// replays before all others, except that a replay takes no connection that was kept since before its failure.

/** An attempt that waits. */
export interface Waiting {
  readonly call: number;
  readonly attempt: number;
  /** When the attempt before it failed, if it is a replay. */
  readonly notKeptBefore: number | null;
  readonly since: number;
}

export class WaitingLine {
  readonly #ordinary: Waiting[] = [];
  readonly #replays: Waiting[] = [];
  /** When the last one left. */
  leftAt = 0;

  get size(): number {
    return this.#ordinary.length + this.#replays.length;
  }

  /** All of them. */
  get all(): readonly Waiting[] {
    return [...this.#replays, ...this.#ordinary];
  }

  join(waiting: Waiting): void {
    if (waiting.notKeptBefore === null) this.#ordinary.push(waiting);
    else this.#replays.push(waiting);
  }

  /** It leaves without a connection; false if it was not there. */
  leave(call: number, attempt: number): boolean {
    const found = this.#takeOut(this.#replays, call, attempt) ?? this.#takeOut(this.#ordinary, call, attempt);
    return found !== null;
  }

  /** It leaves with a connection that was idle since then; what is wrong with that, null if nothing is. */
  serve(call: number, attempt: number, idleSince: number): string | null {
    const found = this.#takeOut(this.#replays, call, attempt) ?? this.#takeOut(this.#ordinary, call, attempt);
    if (found === null) return `call ${call} left a queue in which it did not wait`;
    const { place, waiting } = found;
    if (place > 0) return `call ${call} was served before ${place} that had come earlier`;
    if (waiting.notKeptBefore === null) return this.#passedOver(call, idleSince, true);
    return isBarred(waiting, idleSince) ? barredFault(call) : null;
  }

  /** One that never waited is given a connection; what is wrong with that, null if nothing is. */
  pass(call: number, notKeptBefore: number | null, idleSince: number): string | null {
    if (isBarred({ notKeptBefore }, idleSince)) return barredFault(call);
    if (notKeptBefore === null && this.#ordinary.length > 0) {
      return `call ${call} was served before ${this.#ordinary.length} that waited`;
    }
    return this.#passedOver(call, idleSince, false);
  }

  /** Who could take a connection that was idle since then; null for nobody. */
  whoCouldTake(idleSince: number): Waiting | null {
    const [replay] = this.#replays;
    if (replay !== undefined && (replay.notKeptBefore ?? 0) < idleSince) return replay;
    return this.#ordinary[0] ?? null;
  }

  /** @param freed Whether the connection came free just now; else it had been idle, and was looked at before. */
  #passedOver(call: number, idleSince: number, freed: boolean): string | null {
    const [replay] = this.#replays;
    if (replay === undefined) return null;
    const barredUntil = replay.notKeptBefore ?? 0;
    const couldTake = freed ? barredUntil <= idleSince : barredUntil < idleSince;
    return couldTake ? `call ${call} was served before the replay of call ${replay.call}` : null;
  }

  /** The attempt, and at which place it stood; null if it was not there. */
  #takeOut(queue: Waiting[], call: number, attempt: number): { place: number; waiting: Waiting } | null {
    const place = queue.findIndex((waiting) => waiting.call === call && waiting.attempt === attempt);
    const [waiting] = place < 0 ? [] : queue.splice(place, 1);
    return waiting === undefined ? null : { place, waiting };
  }
}

function isBarred({ notKeptBefore }: Pick<Waiting, 'notKeptBefore'>, idleSince: number): boolean {
  return notKeptBefore !== null && idleSince < notKeptBefore;
}

function barredFault(call: number): string {
  return `replay of call ${call} got a connection kept since before its failure`;
}
