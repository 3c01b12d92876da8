// JSON as the repository's formatter writes it, so that a committed result passes the style check: what holds no
// object of its own is on one line where that fits, the rest one member per line.

const WIDTH = 120;

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** The value as JSON text, fractions rounded to 5 significant digits. */
export function toJson(value: object): string {
  return `${print(JSON.parse(JSON.stringify(value, round)), '', 0)}\n`;
}

function round(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(5)) : value;
}

/** `taken` is the length of what stands before the value on its line, its key and indent. */
function print(value: Json, indent: string, taken: number): string {
  const line = inline(value);
  if (typeof value !== 'object' || value === null) return line;
  if (isFlat(value) && taken + line.length < WIDTH) return line;
  const inner = `${indent}  `;
  if (isList(value)) {
    return `[\n${value.map((item) => inner + print(item, inner, inner.length)).join(',\n')}\n${indent}]`;
  }
  const members = Object.entries(value).map(([key, member]) => {
    const start = `${inner}${JSON.stringify(key)}: `;
    return start + print(member, inner, start.length);
  });
  return `{\n${members.join(',\n')}\n${indent}}`;
}

function inline(value: Json): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isList(value)) return `[${value.map(inline).join(', ')}]`;
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${inline(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** Whether the formatter would leave it on one line: an object of scalars, or a list that holds no two objects of two members or more. */
function isFlat(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (!isList(value)) return Object.values(value).every((member) => typeof member !== 'object' || member === null);
  return value.every(isFlat) && (value.length < 2 || !value.every(hasMembers));
}

function hasMembers(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 1;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
