// Finds the mutants of one file: a pure function of its path and text. Types are blanked by Node, which keeps every
// position, so that what the parser finds in JavaScript is changed in the TypeScript.

import * as nodeModule from 'node:module';
import { type AnyNode, parse } from 'acorn';
import { childrenOf, type Edit, editsAt, isCompilersWish, isSentence } from './edits.ts';

/** A file with one small change. */
export interface Mutant {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** The function or class it is in, as the source names it; '' outside of any. */
  readonly symbol: string;
  /** The lines it touches, as they are and as they become, on one line each. */
  readonly before: string;
  readonly after: string;
  readonly edit: Edit;
}

// The types of Node 20 do not know it yet.
const { stripTypeScriptTypes } = nodeModule as unknown as { stripTypeScriptTypes(source: string): string };

/** All mutants of a file, in its order. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const script = stripTypeScriptTypes(source);
  if (script.length !== source.length) throw new Error(`${file}: blanking its types moved what follows them`);
  const found: Mutant[] = [];
  const visit = (node: AnyNode, around: string): void => {
    const symbol = nameOf(node) ?? around;
    if (!isSentence(node) && !isCompilersWish(node)) {
      for (const edit of editsAt(node, script)) found.push({ file, symbol, ...described(source, edit), edit });
    }
    for (const child of childrenOf(node)) visit(child, symbol);
  };
  visit(parse(script, { ecmaVersion: 'latest', sourceType: 'module' }), '');
  return found.sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end);
}

/** The text of a file with a mutant's change. */
export function mutated(source: string, { start, end, text }: Edit): string {
  return source.slice(0, start) + text + source.slice(end);
}

function described(source: string, edit: Edit): Pick<Mutant, 'line' | 'before' | 'after'> {
  const from = source.lastIndexOf('\n', edit.start - 1) + 1;
  const to = `${source}\n`.indexOf('\n', edit.end);
  const after = source.slice(from, edit.start) + edit.text + source.slice(edit.end, to);
  return {
    line: source.slice(0, from).split('\n').length,
    before: oneLine(source.slice(from, to)),
    after: oneLine(after),
  };
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}

function nameOf(node: AnyNode): string | null {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      return node.id?.name ?? null;
    case 'MethodDefinition':
    case 'PropertyDefinition':
      if (node.key.type === 'PrivateIdentifier') return `#${node.key.name}`;
      return node.key.type === 'Identifier' ? node.key.name : null;
    default:
      return null;
  }
}
