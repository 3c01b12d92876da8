// What the page and who serves it agree on. Paths are relative to the page's own, which holds the token.

/** Server-sent events: each message is a JSON array of events; an event of the name `END_EVENT` says that no more come. */
export const EVENTS_PATH = 'events';

/** What is held of the trace, to download. */
export const TRACE_PATH = 'trace.ndjson';

/** The page with what is held of the trace in it. */
export const SAVED_PATH = 'saved.html';

/** The name of a server-sent event that says what time it is, by the clock of the events: what goes on takes so long by now. */
export const NOW_EVENT = 'now';

/** The name of the last server-sent event: the program has closed the inspector, or the recorded file is read. */
export const END_EVENT = 'end';

/** The id of the element of a saved page that holds the trace, as NDJSON. A page that has none asks for events. */
export const TRACE_ELEMENT = 'trace';

/** The attribute of that element that says when the page was saved, as an ISO 8601 date and time. */
export const SAVED_AT_ATTRIBUTE = 'data-saved-at';
