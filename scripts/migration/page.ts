// A page of docs/migrate: a heading for each thing that people do, under it their code and ours, and what differs. The code
// before the first such heading is how each piece begins.

/** A language of a block: Python is shown, the others run. */
export type Language = 'python' | 'js' | 'ts';

/** One thing that people do. */
export interface Section {
  readonly title: string;
  /** Its blocks by language; several of one language stand in their order. */
  readonly blocks: readonly Block[];
  /** What differs: the text outside the blocks. */
  readonly text: string;
}

export interface Block {
  readonly language: Language;
  readonly code: string;
}

export interface Page {
  /** What every piece of a language begins with. */
  readonly beginnings: Readonly<Partial<Record<Language, string>>>;
  readonly sections: readonly Section[];
}

const BLOCK = /^```(python|js|ts)\n(.*?)^```$/gms;

/** Takes a page apart. */
export function parsePage(markdown: string): Page {
  const [head = '', ...rest] = markdown.split(/^## /m);
  return {
    beginnings: Object.fromEntries(blocksOf(head).map(({ language, code }) => [language, code])),
    sections: rest.map((section) => {
      const [title = '', ...lines] = section.split('\n');
      const body = lines.join('\n');
      return { title, blocks: blocksOf(body), text: body.replace(BLOCK, '').trim() };
    }),
  };
}

function blocksOf(text: string): readonly Block[] {
  return [...text.matchAll(BLOCK)].map(([, language, code]) => ({
    language: language as Language,
    code: code ?? '',
  }));
}

const IMPORT = /^import .*\n/gm;
const SHOWN = /console\.log\((.*)\);\s*\/\/ (.+)$/;

/** A module that runs a piece behind its beginning; what the piece names again stands in its own scope. */
export function moduleText(beginning: string, code: string, given: string): string {
  const imports = new Set([...beginning.matchAll(IMPORT), ...code.matchAll(IMPORT)].map(([line]) => line));
  return `${[...imports].join('')}${given}\n${beginning.replace(IMPORT, '')}\n{\n${code.replace(IMPORT, '')}\n}\nexport {};\n`;
}

/** The same, with each console.log() telling which line of the code it stands in. */
export function numbered(code: string): string {
  return code
    .split('\n')
    .map((line, index) => line.replaceAll('console.log(', `console.log(${index}, `))
    .join('\n');
}

/** What each line of the code is said to print, by its number: `// this`, or `// this, then that` of several times. */
export function expectedOutput(code: string): ReadonlyMap<number, string> {
  return new Map(
    code.split('\n').flatMap((line, index) => {
      const said = SHOWN.exec(line)?.[2];
      return said === undefined ? [] : [[index, said] as const];
    }),
  );
}
