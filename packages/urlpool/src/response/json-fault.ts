// Where a text stops being JSON. JSON.parse says so in words that differ from one version of Node to the next, that often
// leave the place out, and that quote a short text whole. Asked only after JSON.parse has refused a text; it goes through
// it once, and keeps what is open in a list, so that no depth is too much for it.

/** How much is quoted on either side of the fault. */
const SHOWN = 20;

/** The first fault of a text that is not JSON (RFC 8259). */
export interface JSONFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  /** A few characters before and behind, as a JSON string; "…" where something was left out. */
  readonly near: string;
  /** Whether the text ends there. */
  readonly isEnd: boolean;
}

/** The first fault of a text; null where there is none. */
export function jsonFault(text: string): JSONFault | null {
  const at = faultOffset(text);
  if (at === null) return null;
  const before = text.slice(0, at);
  const lines = before.split(/\r\n|\r|\n/);
  return {
    line: lines.length,
    column: (lines.at(-1) ?? '').length + 1,
    near: near(text, at),
    isEnd: at >= text.length,
  };
}

function near(text: string, at: number): string {
  const from = Math.max(0, at - SHOWN);
  const to = Math.min(text.length, at + SHOWN);
  const shown = text.slice(from, to);
  return JSON.stringify(`${from > 0 ? '…' : ''}${shown}${to < text.length ? '…' : ''}`);
}

const BLANKS = /[\t\n\r ]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** What may stand next. */
type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma or close' | 'end';

function faultOffset(text: string): number | null {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let i = 0;
  const afterValue = (): Expected => (open.length === 0 ? 'end' : 'comma or close');
  for (;;) {
    i = matchEnd(BLANKS, text, i);
    if (i === text.length) return expected === 'end' ? null : i;
    const char = text[i] ?? '';
    const isName: boolean = expected === 'name' || expected === 'name or }';
    if (expected === 'end') return i;
    if (expected === 'colon') {
      if (char !== ':') return i;
      expected = 'value';
      i++;
    } else if (expected === 'comma or close') {
      const close = open.at(-1) === '{' ? '}' : ']';
      if (char === close) {
        open.pop();
        expected = afterValue();
      } else if (char === ',') {
        expected = close === '}' ? 'name' : 'value';
      } else {
        return i;
      }
      i++;
    } else if (char === (expected === 'name or }' ? '}' : expected === 'value or ]' ? ']' : null)) {
      open.pop();
      expected = afterValue();
      i++;
    } else if (char === '"') {
      const end = stringEnd(text, i + 1);
      if (text[end] !== '"') return end;
      i = end + 1;
      expected = isName ? 'colon' : afterValue();
    } else if (isName) {
      return i;
    } else if (char === '{' || char === '[') {
      open.push(char);
      expected = char === '{' ? 'name or }' : 'value or ]';
      i++;
    } else {
      const end = Math.max(matchEnd(NUMBER, text, i), matchEnd(WORD, text, i));
      if (end === i) return i;
      i = end;
      expected = afterValue();
    }
  }
}

/** The place of the closing quote, or of what may not stand in a string. */
function stringEnd(text: string, at: number): number {
  let i = at;
  while (i < text.length) {
    const code = text.charCodeAt(i);
    if (code === 0x22 || code < 0x20) break;
    if (code !== 0x5c) i++;
    else {
      const end = matchEnd(ESCAPE, text, i);
      if (end === i) break;
      i = end;
    }
  }
  return i;
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
