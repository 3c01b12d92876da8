/**
 * What of a message has not been seen: a page that had to ask anew gets everything once more, from the beginning. The id of
 * a message is the number of the event that follows its last one.
 *
 * @param id That of the message.
 * @param seen The highest id of the messages before; -1 for none.
 */
export function unseenEvents<Event>(events: readonly Event[], id: number, seen: number): readonly Event[] {
  if (Number.isNaN(id) || seen < 0) return events;
  return events.slice(Math.max(events.length - Math.max(id - seen, 0), 0));
}
