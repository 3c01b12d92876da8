// The streamed responses of a many(): each holds its place, and its connection, until its body was read, failed or was
// given up. One that nobody has begun to read when the next result is asked for is given up here, since nothing else
// would ever free its place; whether somebody has is looked at then, and only then.

import { isBeingRead, type StreamedResponse, whenOver } from '../response/streamed-response.ts';

/** What is known of a response that is open. It does not point at the response, which may be forgotten. */
interface Hold {
  readonly origin: string | null;
  /** Given, and whether it is read was not looked at yet. */
  given: StreamedResponse | null;
  /** Was looked at: whoever reads it has it, or it is on its way out. */
  isLeft: boolean;
}

const forgotten = new FinalizationRegistry<() => void>((over) => over());

export class OpenResponses {
  readonly #onOver: (origin: string | null) => void;
  readonly #holds = new WeakMap<StreamedResponse, Hold>();
  /** In the order in which they were given. */
  readonly #given = new Set<Hold>();
  #left = 0;
  #size = 0;

  /** @param onOver Told when one is over, with the origin whose place it had. */
  constructor(onOver: (origin: string | null) => void) {
    this.#onOver = onOver;
  }

  /** All that are open, given or not. */
  get size(): number {
    return this.#size;
  }

  /** Those that were given, and whose consumer was not looked for yet. */
  get given(): number {
    return this.#given.size;
  }

  /** Those that are somebody's, or on their way out. */
  get left(): number {
    return this.#left;
  }

  add(response: StreamedResponse, origin: string | null): void {
    const hold: Hold = { origin, given: null, isLeft: false };
    this.#holds.set(response, hold);
    this.#size++;
    let isOver = false;
    const over = (): void => {
      if (isOver) return;
      isOver = true;
      forgotten.unregister(hold);
      hold.given = null;
      this.#given.delete(hold);
      if (hold.isLeft) this.#left--;
      this.#size--;
      this.#onOver(origin);
    };
    forgotten.register(response, over, hold);
    whenOver(response, over);
  }

  /** It is with a consumer now. */
  give(response: StreamedResponse): void {
    const hold = this.#holds.get(response);
    if (hold === undefined) return;
    hold.given = response;
    this.#given.add(hold);
  }

  /** Gives up those that nobody has begun to read, the oldest first, but for the last `spared`. */
  settle(spared: number): void {
    for (const hold of this.#given) {
      if (this.#given.size <= spared) return;
      const response = hold.given;
      hold.given = null;
      this.#given.delete(hold);
      hold.isLeft = true;
      this.#left++;
      if (response !== null && !isBeingRead(response)) void response.dispose();
    }
  }
}
