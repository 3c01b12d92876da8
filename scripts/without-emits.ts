// The built library with every emit taken out, for comparison: what does it cost that events could be told, where nobody
// listens? Statements that call a listener or a trace go, with the questions whether there is one; the objects that tell
// the events of a call or an exchange are never made. What is left of a trace is the fields that would hold it.

import { type AnyNode, parse } from 'acorn';

/** Text to put in the place of other text. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The code without its emits, and how many there were. */
export function withoutEmits(code: string): { readonly code: string; readonly removed: number } {
  const edits: Edit[] = [];
  visit(parse(code, { ecmaVersion: 'latest', sourceType: 'module', checkPrivateFields: false }), code, edits);
  let result = '';
  let at = 0;
  for (const { from, to, text } of edits) {
    result += code.slice(at, from) + text;
    at = to;
  }
  return { code: result + code.slice(at), removed: edits.length };
}

/** Notes the edits within a node, in the order of the text; what is edited is not looked into. */
function visit(node: AnyNode, code: string, edits: Edit[]): void {
  const text = replacement(node, code);
  if (text !== null) {
    edits.push({ from: node.start, to: node.end, text });
    return;
  }
  for (const child of childrenOf(node)) {
    if (node.type === 'BlockStatement' && isEarlyReturn(child)) {
      // All that follows is for the listener.
      edits.push({ from: child.start, to: node.end - 1, text: '' });
      return;
    }
    visit(child, code, edits);
  }
}

/** What a node becomes; null where it stays. */
function replacement(node: AnyNode, code: string): string | null {
  switch (node.type) {
    case 'ExpressionStatement':
      return isEmit(node.expression) ? ';' : null;
    case 'IfStatement':
      if (asks(node.test, '!==') && node.alternate === null) return ';';
      return asks(node.test, '===') && node.alternate ? code.slice(node.consequent.start, node.consequent.end) : null;
    case 'ConditionalExpression':
      return asks(node.test, '===') ? code.slice(node.consequent.start, node.consequent.end) : null;
    case 'Property':
      // A request learns here who listens.
      return isNamed(node.key, 'trace') && node.value.type === 'CallExpression' ? 'trace: null' : null;
    default:
      return null;
  }
}

/** Whether an expression tells an event, or has it told. */
function isEmit(expression: AnyNode): boolean {
  const call = expression.type === 'ChainExpression' ? expression.expression : expression;
  if (call.type !== 'CallExpression') return false;
  const { callee } = call;
  if (isTrace(callee)) return true;
  if (callee.type !== 'MemberExpression') return false;
  const isOfTracer =
    isNamed(callee.object, 'tracer') && (isNamed(callee.property, 'look') || isNamed(callee.property, 'listener'));
  return isTrace(callee.object) || isOfTracer || isTraceMethod(callee.property);
}

/** A variable or a field that holds a listener, or what tells one; null where nobody listens. */
function isTrace(node: AnyNode): boolean {
  return isNamed(node, 'trace') || (node.type === 'MemberExpression' && isNamed(node.property, 'trace'));
}

/** `#traceEnd()` and the like: they do nothing but tell. */
function isTraceMethod(node: AnyNode): boolean {
  return node.type === 'PrivateIdentifier' && /^trace[A-Z]/.test(node.name);
}

function isNamed(node: AnyNode, name: string): boolean {
  return (node.type === 'Identifier' || node.type === 'PrivateIdentifier') && node.name === name;
}

/** Whether a condition compares a trace with null, perhaps among others that must hold too. */
function asks(test: AnyNode, operator: '===' | '!=='): boolean {
  if (test.type === 'LogicalExpression' && test.operator === '&&') return asks(test.left, operator);
  return (
    test.type === 'BinaryExpression' &&
    test.operator === operator &&
    isTrace(test.left) &&
    test.right.type === 'Literal' &&
    test.right.value === null
  );
}

/** `if (trace === null) return;` */
function isEarlyReturn(node: AnyNode): boolean {
  return (
    node.type === 'IfStatement' &&
    asks(node.test, '===') &&
    node.consequent.type === 'ReturnStatement' &&
    node.consequent.argument === null
  );
}

function childrenOf(node: AnyNode): AnyNode[] {
  return Object.values(node)
    .flat()
    .filter((value): value is AnyNode => typeof value === 'object' && value !== null && 'type' in value)
    .sort((one, other) => one.start - other.start);
}
