import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseLinks } from '../../src/message/link.ts';

const BASE = 'https://h.test/items/1?q=1';

// name, field, links as [url, rel]
for (const [name, value, expected] of [
  ['one', '</a>; rel="next"', [['https://h.test/a', 'next']]],
  ['one without quotes', '</a>;rel=next', [['https://h.test/a', 'next']]],
  ['an absolute one', '<http://o.test/x?a=1&b=2>; rel=next', [['http://o.test/x?a=1&b=2', 'next']]],
  ['one beside the resource', '<2?page=3>; rel=next', [['https://h.test/items/2?page=3', 'next']]],
  ['the resource itself', '<>; rel=self', [['https://h.test/items/1?q=1', 'self']]],
  ['a query alone', '<?page=2>; rel=next', [['https://h.test/items/1?page=2', 'next']]],
  [
    'two',
    '</a>; rel=next, </b>; rel=last',
    [
      ['https://h.test/a', 'next'],
      ['https://h.test/b', 'last'],
    ],
  ],
  [
    'two without blanks',
    '</a>;rel=next,</b>;rel=last',
    [
      ['https://h.test/a', 'next'],
      ['https://h.test/b', 'last'],
    ],
  ],
  [
    'several relations',
    '</a>; rel="next  Last"',
    [
      ['https://h.test/a', 'next'],
      ['https://h.test/a', 'last'],
    ],
  ],
  [
    'a comma in the URL',
    '</a,b>; rel=next, </c>; rel=last',
    [
      ['https://h.test/a,b', 'next'],
      ['https://h.test/c', 'last'],
    ],
  ],
  ['a semicolon in the URL', '</a;b>; rel=next', [['https://h.test/a;b', 'next']]],
  [
    'a comma in quotes',
    '</a>; title="x, <y>; rel=no"; rel=next, </b>; rel=last',
    [
      ['https://h.test/a', 'next'],
      ['https://h.test/b', 'last'],
    ],
  ],
  ['an escaped quote', String.raw`</a>; title="x\", </z>; rel=no"; rel=next`, [['https://h.test/a', 'next']]],
  ['no relation', '</a>; title=x', [['https://h.test/a', '']]],
  ['no parameters', '</a>', [['https://h.test/a', '']]],
  ['the first relation of two', '</a>; rel=next; rel=last', [['https://h.test/a', 'next']]],
  ['a relation that is a URI', '</a>; rel="https://r.test/Rel"', [['https://h.test/a', 'https://r.test/rel']]],
  ['empty members', ', ,</a>; rel=next, ,', [['https://h.test/a', 'next']]],
  [
    'junk before and between',
    'junk, </a>; rel=next, "x, y"; z, </b>; rel=last',
    [
      ['https://h.test/a', 'next'],
      ['https://h.test/b', 'last'],
    ],
  ],
  ['junk behind the target', '</a> junk; rel=next', [['https://h.test/a', 'next']]],
  ['a URL that is none', '<http://[>; rel=next, </b>; rel=last', [['https://h.test/b', 'last']]],
  ['a host whose punycode is invalid', '<http://xn--a/>; rel=next, </b>; rel=last', [['https://h.test/b', 'last']]],
  ['a target that is not closed', '</a>; rel=next, </b; rel=last', [['https://h.test/a', 'next']]],
  ['nothing', '', []],
] as const) {
  test(`parseLinks() reads ${name}`, () => {
    assert.deepEqual(
      parseLinks(value, BASE).map(({ url, rel }) => [url, rel]),
      expected,
    );
  });
}

test('parseLinks() gives parameters by name in lower case', () => {
  const [link] = parseLinks('</a>; Rel=next; TITLE="A b"; hreflang=en; hreflang=de; flag', BASE);
  assert.deepEqual({ ...link?.params }, { rel: 'next', title: 'A b', hreflang: 'en', flag: '' });
});

for (const [name, value, title] of [
  ['decodes title*', `</a>; title="plain"; title*=UTF-8'de'n%c3%a4chstes`, 'nächstes'],
  ['decodes title* before a plain one', `</a>; title*=utf-8''n%C3%A4; title=plain`, 'nä'],
  ['passes a title* over that is not UTF-8', `</a>; title=plain; title*=latin1''n%e4`, 'plain'],
  ['passes a title* over that is broken', `</a>; title=plain; title*=utf-8''n%e4`, 'plain'],
] as const) {
  test(`parseLinks() ${name}`, () => assert.equal(parseLinks(value, BASE)[0]?.params.title, title));
}

test('parseLinks() keeps a parameter named __proto__ a parameter', () => {
  assert.deepEqual(Object.keys(parseLinks('</a>; __proto__=x', BASE)[0]?.params ?? {}), ['__proto__']);
});

test('parseLinks() finds what was written, whatever the titles hold', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', ';', '<', '>', '"', '\\', ' ', '=') });
  const path = fc.string({ unit: fc.constantFrom('a', ',', ';', '=', '"') });
  fc.assert(
    fc.property(fc.array(fc.tuple(path, text)), (links) => {
      const value = links
        .map(([to, title]) => `</${to}>; title="${title.replace(/["\\]/g, '\\$&')}"; rel=next`)
        .join(', ');
      const read = parseLinks(value, BASE).map(({ url, params }) => [url, params.title]);
      assert.deepEqual(
        read,
        links.map(([to, title]) => [new URL(`/${to}`, BASE).href, title]),
      );
    }),
  );
});

test('parseLinks() takes linear time', () => {
  for (const unit of ['<', '<>', ',', '</a>;', '"', '</a>;a="', ' ']) {
    const started = performance.now();
    parseLinks(unit.repeat(20_000), BASE);
    assert.ok(performance.now() - started < 2_000, unit);
  }
});
