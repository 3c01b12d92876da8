// Who is to be told when a signal aborts. Each signal gets one listener however many calls wait on it, and none once
// they are done: a signal that lives as long as its process gathers nothing.

/** Told once, when the signal aborts. */
export interface Abortable {
  onAbort(): void;
}

const registry = new WeakMap<AbortSignal, { readonly members: Set<Abortable>; readonly listener: () => void }>();

/** Tells `member` when `signal` aborts, until it is removed. The signal must not have aborted yet. */
export function addAbortable(signal: AbortSignal, member: Abortable): void {
  const entry = registry.get(signal);
  if (entry !== undefined) {
    entry.members.add(member);
    return;
  }
  const members = new Set([member]);
  const listener = (): void => {
    registry.delete(signal);
    for (const one of members) one.onAbort();
  };
  registry.set(signal, { members, listener });
  signal.addEventListener('abort', listener, { once: true });
}

/** Forgets `member`; the last one takes the listener with it. */
export function removeAbortable(signal: AbortSignal, member: Abortable): void {
  const entry = registry.get(signal);
  if (entry === undefined) return;
  entry.members.delete(member);
  if (entry.members.size > 0) return;
  registry.delete(signal);
  signal.removeEventListener('abort', entry.listener);
}
