// How long an answer of DNS may be used: a pure function of when it came and of what it said.

/** For how long answers are used, in ms. */
export interface AnswerAges {
  /** One that says nothing of its own life. */
  readonly ttl: number;
  /** That a name has no address. */
  readonly negativeTtl: number;
  /** After its life, while a new one is asked for. */
  readonly staleFor: number;
}

/** What may be done with an answer. */
export type AnswerAge =
  /** Use it. */
  | 'fresh'
  /** Use it, and ask anew meanwhile. */
  | 'stale'
  /** Ask anew, and wait. */
  | 'over';

/** An answer. */
export interface Answer {
  /** When it came, in ms. */
  readonly at: number;
  /** Its life in ms, as far as it says; null where it does not. */
  readonly ttl: number | null;
  /** Whether it says that there is no address. */
  readonly isNegative: boolean;
}

/** Lives are taken for no longer than this, in ms: an hour. Records may say days, and are changed all the same. */
export const LONGEST_TTL_MS = 3_600_000;

/** How old an answer is at `now`. */
export function answerAge({ at, ttl, isNegative }: Answer, now: number, ages: AnswerAges): AnswerAge {
  const life = isNegative ? ages.negativeTtl : Math.min(ttl ?? ages.ttl, LONGEST_TTL_MS);
  // It holds for those who asked for it, and for nobody after them (RFC 1035 §3.2.1).
  if (life === 0) return 'over';
  if (now < at + life) return 'fresh';
  return !isNegative && now < at + life + ages.staleFor ? 'stale' : 'over';
}
