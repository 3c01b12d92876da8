// What a 401 says of Digest credentials: a pure function, since it decides between one more try and a locked account. The
// nonce tells the cases apart: one that was accepted before has grown old, and so may have one that an earlier call left
// behind; one that is answered at once and refused came with a wrong password. Servers ought to say `stale` where it is not
// that (RFC 7616 §3.3); many do not.

/** Takes the challenge and answers it; answers the one that was taken before; or leaves it at that. */
export type AfterRefusal = 'take' | 'keep' | 'give-up';

export interface NonceInUse {
  readonly nonce: string;
  /** Whether the server has taken it once. */
  readonly wasAccepted: boolean;
  /** Whether the server has taken the user and the password once, with this nonce or one before it. */
  readonly wasProven: boolean;
}

export interface RefusedDigest {
  /** The nonce that the request was sent with, for this realm; null for none. */
  readonly sent: string | null;
  /** The nonce that is in use for the realm by now; null for none. */
  readonly current: NonceInUse | null;
  /** Whether it was the first attempt of its call, so that the call has not answered a challenge yet. */
  readonly isFirst: boolean;
  /** Whether the server says that only the nonce was wrong. */
  readonly isStale: boolean;
}

/** Decides for one request. Others may be under way with the same nonce: one challenge serves them all. */
export function afterRefusal({ sent, current, isFirst, isStale }: RefusedDigest): AfterRefusal {
  // Requests that left at the same time without credentials have come back with a nonce each: they share the first.
  if (sent === null) return current === null || current.wasAccepted ? 'take' : 'keep';
  if (isStale) return current === null || sent === current.nonce ? 'take' : 'keep';
  if (current !== null && sent !== current.nonce) return isFirst || current.wasProven ? 'keep' : 'give-up';
  return isFirst || current?.wasAccepted === true ? 'take' : 'give-up';
}
