// The small changes that a reviewer might miss, one syntax node at a time: what stands in place of it, if anything.
//
//   a < b             <=, >=              n                 n + 1 (0: 1)
//   a === b           !==                 true              false
//   a && b            ||                  'text'            ''  ('': 'x')
//   a ?? b            a                   `text`            ``
//   !a, -a            a                   if (a), a ? :     true, false
//   a + b, a += b     -, -=               call(); a = b;    nothing
//   a++               a--                 return;           nothing
//
// Left alone is what no test should notice, or what only hangs: sentences (messages of errors), names of modules and
// properties, what `for` counts, `while (true)`, and `array[i] ?? 0`, which only the compiler asks for.

import type { AnyNode, BinaryExpression, Literal, TemplateLiteral } from 'acorn';

/** A piece of text and what takes its place. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const OPERATORS: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
  '&&': ['||'],
  '||': ['&&'],
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '&': ['|'],
  '|': ['&'],
  '<<': ['>>'],
  '>>': ['<<'],
  '+=': ['-='],
  '-=': ['+='],
  '??=': ['='],
};

/** The changes at one node; its children have their own. */
export function editsAt(node: AnyNode, source: string): Edit[] {
  switch (node.type) {
    case 'BinaryExpression':
      return joinsText(node) ? [] : swaps(node, source);
    case 'LogicalExpression':
      return node.operator === '??' ? [{ start: node.left.end, end: node.right.end, text: '' }] : swaps(node, source);
    case 'AssignmentExpression':
      return isText(node.right) ? [] : swaps(node, source);
    case 'UnaryExpression':
      return ['!', '-'].includes(node.operator) ? [{ start: node.start, end: node.argument.start, text: '' }] : [];
    case 'UpdateExpression': {
      const start = node.prefix ? node.start : node.end - 2;
      return [{ start, end: start + 2, text: node.operator === '++' ? '--' : '++' }];
    }
    case 'IfStatement':
    case 'ConditionalExpression':
      return ['true', 'false'].map((text) => ({ start: node.test.start, end: node.test.end, text }));
    case 'ExpressionStatement':
      return isDispensable(node.expression) ? [{ start: node.start, end: node.end, text: ';' }] : [];
    case 'ReturnStatement':
      return node.argument ? [] : [{ start: node.start, end: node.end, text: ';' }];
    case 'Literal':
      return otherLiteral(node).map((text) => ({ start: node.start, end: node.end, text }));
    case 'TemplateLiteral':
      return textOf(node) === '' ? [] : [{ start: node.start, end: node.end, text: '``' }];
    default:
      return [];
  }
}

/** The children in which changes are looked for. */
export function childrenOf(node: AnyNode): AnyNode[] {
  if (isSentence(node)) return [];
  const children: AnyNode[] = [];
  for (const [key, value] of Object.entries(node) as [keyof AnyNode | string, unknown][]) {
    if (isLeftAlone(node, key)) continue;
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) children.push(child);
  }
  return children;
}

function isLeftAlone(node: AnyNode, key: string): boolean {
  if (key === 'source') return true;
  if (key === 'key') return 'computed' in node && !node.computed;
  if (node.type === 'ForStatement') return key === 'update';
  if (node.type === 'LogicalExpression' && key === 'right') return isCompilersWish(node);
  return false;
}

/** `array[i] ?? literal`: `noUncheckedIndexedAccess` wants it where the index is known to be inside. */
export function isCompilersWish(node: AnyNode): boolean {
  if (node.type !== 'LogicalExpression' || node.operator !== '??') return false;
  return node.left.type === 'MemberExpression' && node.left.computed && node.right.type === 'Literal';
}

/** Whether it is text of three words in a row: the message of an error, or a part of one. */
export function isSentence(node: AnyNode): boolean {
  return /\w+ \w+ \w+/.test(textOf(node));
}

function swaps(node: Extract<AnyNode, { operator: string; left: unknown; right: unknown }>, source: string): Edit[] {
  const start = source.indexOf(node.operator, node.left.end);
  const end = start + node.operator.length;
  return (OPERATORS[node.operator] ?? []).map((text) => ({ start, end, text }));
}

function otherLiteral({ value }: Literal): string[] {
  if (typeof value === 'boolean') return [String(!value)];
  if (typeof value === 'number') return [String(value + 1)];
  if (typeof value === 'string') return [value === '' ? "'x'" : "''"];
  return [];
}

function textOf(node: AnyNode): string {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : '';
  return node.type === 'TemplateLiteral' ? quasisOf(node).join('') : '';
}

function quasisOf(node: TemplateLiteral): string[] {
  return node.quasis.map((quasi) => quasi.value.cooked ?? '');
}

function isText(node: AnyNode): boolean {
  return node.type === 'TemplateLiteral' || (node.type === 'Literal' && typeof node.value === 'string');
}

function joinsText(node: BinaryExpression): boolean {
  return node.operator === '+' && (isText(node.left) || isText(node.right));
}

function isDispensable(node: AnyNode): boolean {
  if (node.type === 'AwaitExpression') return isDispensable(node.argument);
  if (node.type === 'CallExpression') return node.callee.type !== 'Super';
  return node.type === 'AssignmentExpression';
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
