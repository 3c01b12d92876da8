import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FOLDERS } from './mutants/folders.ts';
import { mutantsOf, mutated } from './mutants/mutant.ts';
import { entryOf, type Fate, outdated, type Result, score, shown, summary, survivors } from './mutants/report.ts';
import { sample } from './mutants/sample.ts';

// name, a line, what it becomes
const LINES: readonly (readonly [string, string, readonly string[]])[] = [
  ['moves a bound and turns a comparison round', 'a < b', ['a <= b', 'a >= b']],
  ['negates an equation', 'a === b', ['a !== b']],
  ['exchanges and for or', 'a && b', ['a || b']],
  ['drops what stands in for null', 'a ?? b', ['a']],
  ['drops a not', '!a', ['a']],
  ['drops a sign', '-a', ['a']],
  ['exchanges plus for minus', 'a + b', ['a - b']],
  ['finds an operator behind parentheses', '(a * (b)) / (c)', ['(a / (b)) / (c)', '(a * (b)) * (c)']],
  ['exchanges bits', 'a | b', ['a & b']],
  ['counts the other way', 'a++', ['a--']],
  ['counts the other way, before', '--a', ['++a']],
  ['takes 1 for 0', 'a[0]', ['a[1]']],
  ['takes a number for the one before it', 'a[0x0f]', ['a[16]']],
  ['flips a boolean', '[true]', ['[false]']],
  ['empties text', "['ab']", ["['']"]],
  ['fills empty text', "['']", ["['x']"]],
  ['empties a template', '`` + [`a:`]', ['`` + [``]']],
  ['leaves sentences alone', "['a b c', `a b c`]", []],
  ['leaves an array that the compiler does not know to be long enough', 'a[b] ?? 0', []],
  ['leaves names of properties', "({ 'a': b })", []],
  ['leaves comments', '/* a < b && 1 */ c', []],
];

for (const [name, line, becomes] of LINES) {
  test(`mutantsOf() ${name}`, () => {
    const found = mutantsOf('a.ts', `x = ${line};`).map(({ after }) => after);
    assert.deepEqual(
      found.filter((after) => after !== ';'),
      becomes.map((after) => `x = ${after};`),
    );
  });
}

// name, statements, what they become
const STATEMENTS: readonly (readonly [string, string, readonly string[]])[] = [
  ['drops a call', 'a();', [';']],
  ['drops a call that is waited for', 'await a();', [';']],
  ['drops an assignment', 'a = b;', [';']],
  ['drops an assignment or does it always', 'a ??= b;', [';', 'a = b;']],
  ['keeps what a constructor must call', 'class A extends B { constructor() { super(); } }', []],
  ['drops a return without a value', 'function a() { return; }', ['function a() { ; }']],
  ['keeps a return with a value', 'function a() { return b; }', []],
  ['answers a question both ways', 'if (a) b;', ['if (true) b;', 'if (false) b;']],
  ['keeps what a loop counts', 'for (;;a++) b;', []],
  ['keeps a loop going', 'while (a) b;', []],
  ['leaves modules', "import { a } from 'b'; export { c } from 'd';", []],
  ['leaves types', "type A = 'a' | 1; const b = c as { d: 0 };", []],
  ['changes what stands behind types', 'const a: Map<string, 1> = b<0>(1);', ['const a: Map<string, 1> = b<0>(2);']],
];

for (const [name, statements, becomes] of STATEMENTS) {
  test(`mutantsOf() ${name}`, () => {
    const found = mutantsOf('a.ts', statements).map(({ after }) => after);
    assert.deepEqual(found, becomes);
  });
}

test('mutantsOf() says where: line, symbol and text, several lines as one', () => {
  const source = 'class A {\n  #b(): void {\n    c(\n      d,\n    );\n  }\n}\n';
  const [mutant] = mutantsOf('e/f.ts', source);
  assert.deepEqual(mutant, {
    file: 'e/f.ts',
    line: 3,
    symbol: '#b',
    before: 'c( d, );',
    after: ';',
    edit: { start: 29, end: 47, text: ';' },
  });
});

test('mutated() changes the text and nothing else', () => {
  assert.equal(mutated('if (a < b) c();', { start: 6, end: 7, text: '<=' }), 'if (a <= b) c();');
});

const HUNDRED = Array.from({ length: 100 }, (_, i) => i);

test('sample() draws the same items for the same seed, in their order', () => {
  const drawn = sample(HUNDRED, 10, 1);
  assert.deepEqual([sample(HUNDRED, 10, 1), drawn.toSorted((a, b) => a - b), drawn.length], [drawn, drawn, 10]);
});

test('sample() draws other items for another seed', () => {
  assert.notDeepEqual(sample(HUNDRED, 10, 1), sample(HUNDRED, 10, 2));
});

test('sample() draws all where there are no more', () => assert.deepEqual(sample(HUNDRED, 1000, 1), HUNDRED));

function results(...fates: readonly Fate[]): Result[] {
  const mutants = mutantsOf('a.ts', `function f() {\n${'  a();\n'.repeat(fates.length)}}\n`);
  return mutants.map((mutant, i) => ({ mutant: { ...mutant, before: `a${i}` }, fate: fates[i] ?? 'killed' }));
}

test('score() is the part that was killed of those that compile', () => {
  assert.equal(score(results('killed', 'killed', 'hung', 'survived', 'refused')), 0.75);
});

test('score() is 1 of nothing', () => assert.equal(score([]), 1));

test('summary() gives the score with its numbers', () => {
  const line = summary('a/', results('killed', 'hung', 'survived', 'refused'));
  assert.equal(line, 'a/: 66.7 % killed (2 of 3, 1 by hanging; 1 more do not compile)');
});

const WHY = { file: 'a.ts', symbol: 'f', before: 'a1', after: ';', why: 'it is' };

test('survivors() gives the reason where one is known', () => {
  const found = survivors(results('killed', 'survived', 'survived'), [WHY]);
  assert.deepEqual(
    found.map(({ why }) => why),
    ['it is', ''],
  );
});

// name, an entry
for (const [name, entry] of [
  ['file', { ...WHY, file: 'b.ts' }],
  ['symbol', { ...WHY, symbol: 'g' }],
  ['line', { ...WHY, before: 'a2' }],
  ['change', { ...WHY, after: '' }],
] as const) {
  test(`survivors() gives no reason that is known of another ${name}`, () => {
    assert.equal(survivors(results('killed', 'survived'), [entry])[0]?.why, '');
  });
}

test('outdated() names what is said of mutants that did not survive, in files that were run', () => {
  const gone = { ...WHY, before: 'a0' };
  const elsewhere = { ...WHY, file: 'b.ts' };
  assert.deepEqual(outdated(results('killed', 'survived'), [WHY, gone, elsewhere]), [gone]);
});

test('entryOf() gives what survivors() finds again', () => {
  const [survivor] = survivors(results('killed', 'survived'), [WHY]);
  assert.deepEqual(survivor && entryOf(survivor), WHY);
});

test('shown() gives the place, the change and the reason', () => {
  const [survivor] = survivors(results('killed', 'survived'), [WHY]);
  assert.equal(survivor && shown(survivor), 'a.ts:3 in f\n  - a1\n  + ;\n  harmless: it is');
});

test('FOLDERS asks the tests of a folder first', () => {
  for (const { name, tests } of FOLDERS) assert.equal(tests[0], name);
});
