// What a jar sent last, so that it need not look again while its cookies stay the same: a program asks a few origins, or
// URLs, again and again. Which cookies were used for longest is then told apart less finely: what is found here counts as
// used when it was looked for first since the last change.

import type { Cookie } from './cookie.ts';
import { cookieField } from './cookie-field.ts';

/** How many places are remembered. */
const MAX_PLACES = 256;

interface Sent {
  readonly version: number;
  /** When the first of the cookies ends, in ms since the epoch. */
  readonly until: number;
  readonly text: string;
}

export class SentCookies {
  readonly #places = new Map<string, Sent>();

  /** What a place was sent when the cookies were of this version; null where that is not known, or does not hold any more. */
  find(place: string, version: number, now: number): string | null {
    const sent = this.#places.get(place);
    return sent !== undefined && sent.version === version && now < sent.until ? sent.text : null;
  }

  /** Takes in what a place is sent, and gives it as the Cookie field has it. */
  note(place: string, version: number, cookies: readonly Cookie[]): string {
    const text = cookieField(cookies);
    const until = Math.min(...cookies.map(({ expires }) => expires?.getTime() ?? Number.POSITIVE_INFINITY));
    if (this.#places.size >= MAX_PLACES) this.#places.clear();
    this.#places.set(place, { version, until, text });
    return text;
  }
}
