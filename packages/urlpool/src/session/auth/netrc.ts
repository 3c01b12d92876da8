// The netrc file of ftp, curl and the like, as text: words with white space between them, which say for a machine who
// logs in there. A word may be quoted, and a backslash takes the next character as it is, in quotes or not, as ftp, Perl's
// Net::Netrc and Python's netrc read it (curl does so in quotes alone). No message shows a word of the file: it may be a
// piece of a password.

/** Who logs in at one machine. */
export interface NetrcEntry {
  /** The host, in lower case and without brackets; null for `default`. */
  readonly host: string | null;
  readonly login: string | null;
  readonly password: string | null;
  readonly account: string | null;
}

/** What is wrong with the text, and in which line of it, from 1. */
export class NetrcFault {
  readonly line: number;
  readonly why: string;

  constructor(line: number, why: string) {
    this.line = line;
    this.why = why;
  }
}

const VALUES = ['login', 'password', 'account'] as const;
type ValueName = (typeof VALUES)[number];

/** The entries in order, or what is wrong. Macros (`macdef`) and comments are passed over. */
export function parseNetrc(text: string): readonly NetrcEntry[] | NetrcFault {
  const words = new Words(text);
  const entries: NetrcEntry[] = [];
  try {
    for (let word = words.keyword(); word !== null; word = words.keyword()) {
      if (word === 'macdef') {
        words.value(word);
        words.skipMacro();
      } else if (word === 'default' || word === 'machine') {
        const host = word === 'default' ? null : plainHost(words.value(word));
        entries.push({ host, login: null, password: null, account: null });
      } else if (isValueName(word)) {
        const entry = entries.at(-1);
        if (entry === undefined) throw words.fault(`${word} stands before the first machine`);
        entries[entries.length - 1] = { ...entry, [word]: words.value(word) };
      } else {
        const known = ['machine', 'default', ...VALUES].join(', ');
        throw words.fault(`a word is none of ${known} and macdef; put what holds blanks in quotes`);
      }
    }
    return entries;
  } catch (fault) {
    if (fault instanceof NetrcFault) return fault;
    throw fault;
  }
}

/** The first entry of exactly this host, else the first `default`; null if there is neither. */
export function netrcEntry(entries: readonly NetrcEntry[], host: string): NetrcEntry | null {
  const wanted = plainHost(host);
  return entries.find((entry) => entry.host === wanted) ?? entries.find((entry) => entry.host === null) ?? null;
}

function plainHost(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
}

function isValueName(word: string): word is ValueName {
  return (VALUES as readonly string[]).includes(word);
}

const BLANK: ReadonlySet<string | undefined> = new Set([' ', '\t', '\r', '\n', '\f', '\v']);

/** Takes a text word by word. */
class Words {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text.replace(/^\ufeff/, '');
  }

  /** The next word that is no comment; null at the end. */
  keyword(): string | null {
    this.#skipBlanks();
    while (this.#text[this.#at] === '#') {
      const end = this.#text.indexOf('\n', this.#at);
      this.#at = end === -1 ? this.#text.length : end;
      this.#skipBlanks();
    }
    return this.#at === this.#text.length ? null : this.#word();
  }

  /** The word behind a keyword, whatever it is. */
  value(keyword: string): string {
    const line = this.#line;
    this.#skipBlanks();
    if (this.#at === this.#text.length) throw new NetrcFault(line, `${keyword} has no value`);
    return this.#word();
  }

  /** Goes behind the empty line that ends a macro. */
  skipMacro(): void {
    const end = /\n[ \t\r]*(?:\n|$)/g;
    end.lastIndex = this.#at;
    const found = end.exec(this.#text);
    this.#goTo(found === null ? this.#text.length : found.index + found[0].length);
  }

  fault(why: string): NetrcFault {
    return new NetrcFault(this.#line, why);
  }

  #word(): string {
    const isQuoted = this.#text[this.#at] === '"';
    let word = '';
    for (let i = isQuoted ? this.#at + 1 : this.#at; ; i++) {
      let char = this.#text[i];
      const isOver = char === undefined || (isQuoted ? char === '\n' : BLANK.has(char));
      if (isOver && isQuoted) throw this.fault('a quoted word is not closed');
      if (isOver || (isQuoted && char === '"')) {
        this.#at = isQuoted ? i + 1 : i;
        return word;
      }
      const next = this.#text[i + 1];
      if (char === '\\' && next !== undefined && next !== '\n' && next !== '\r') {
        char = next;
        i++;
      }
      word += char;
    }
  }

  #skipBlanks(): void {
    let i = this.#at;
    while (BLANK.has(this.#text[i])) i++;
    this.#goTo(i);
  }

  #goTo(at: number): void {
    for (let i = this.#at; i < at; i++) if (this.#text[i] === '\n') this.#line++;
    this.#at = at;
  }
}
