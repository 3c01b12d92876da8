import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CookieJar, type CookieJarOptions, RequestError } from 'urlpool';
import { FakeClock } from 'urlpool-testing';

const DAY = 86_400_000;
const URL_A = 'https://www.shop.example/a/b';

function jarOf(options: CookieJarOptions, ...setCookies: readonly string[]): CookieJar {
  const jar = new CookieJar(options);
  for (const text of setCookies) jar.setCookie(text, URL_A);
  return jar;
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'urlpool-'));
  t.after(() => rm(path, { recursive: true }));
  return path;
}

test('CookieJar tells all that it knows of a cookie', () => {
  const clock = new FakeClock();
  const jar = jarOf({ clock }, 'a=1; Domain=shop.example; Path=/a; Max-Age=60; Secure; HttpOnly; SameSite=Strict');
  assert.deepEqual(
    [...jar],
    [
      {
        name: 'a',
        value: '1',
        domain: 'shop.example',
        hostOnly: false,
        path: '/a',
        expires: new Date(clock.wallNow() + 60_000),
        secure: true,
        httpOnly: true,
        sameSite: 'strict',
        creation: new Date(clock.wallNow()),
      },
    ],
  );
  assert.equal(jar.size, 1);
  assert.deepEqual(jar.get('a'), [...jar][0]);
});

test('CookieJar.header() remembers what it gave until that changes', () => {
  const clock = new FakeClock();
  const jar = new CookieJar({ clock });
  const [a, b] = ['https://shop.example/a', 'https://shop.example/b?c'];
  const both = (): readonly string[] => [jar.header(a), jar.header(b)];
  jar.set('x', '1', { url: a });
  assert.deepEqual([both(), both()], [Array(2).fill('x=1'), Array(2).fill('x=1')]);
  assert.equal(jar.header('http://shop.example:8080/a'), 'x=1');
  jar.set('y', '2', { url: a, expires: new Date(clock.wallNow() + 10), secure: true });
  assert.deepEqual([both(), both()], [Array(2).fill('x=1; y=2'), Array(2).fill('x=1; y=2')]);
  assert.equal(jar.header('http://shop.example:8080/a'), 'x=1');
  clock.advance(10);
  assert.deepEqual(both(), ['x=1', 'x=1']);
  jar.set('z', '3', { url: a, path: '/a' });
  assert.deepEqual(
    [both(), both()],
    [
      ['z=3; x=1', 'x=1'],
      ['z=3; x=1', 'x=1'],
    ],
  );
  jar.delete('z');
  jar.set('x', '4', { url: a });
  assert.deepEqual(both(), ['x=4', 'x=4']);
  jar.clear();
  assert.deepEqual(both(), ['', '']);
});

test('CookieJar.header() keeps hosts apart that are written oddly', () => {
  const jar = new CookieJar();
  for (const host of ['a', 'b']) jar.set('host', host, { url: `http://${host}.example/` });
  for (const start of ['http:///', 'http:/', 'http:', 'http:\\\\', 'HTTP://', ' http://', 'http://user@']) {
    const given = ['a', 'b', 'a'].map((host) => jar.header(`${start}${host}.example/path`));
    assert.deepEqual(given, ['host=a', 'host=b', 'host=a'], start);
  }
});

test('CookieJar.header() gives longer paths first, and then older cookies', () => {
  const jar = jarOf({}, 'a=1; Path=/', 'b=2; Path=/a', 'c=3; Path=/a/b', 'd=4; Path=/a', 'a=5; Path=/');
  assert.equal(jar.header(URL_A), 'c=3; b=2; d=4; a=5');
  assert.deepEqual(
    jar.getCookies(URL_A).map(({ name }) => name),
    ['c', 'b', 'd', 'a'],
  );
});

// name, Set-Cookie, URL, what is sent there
const SENT: readonly (readonly [string, string, string, string])[] = [
  ['to its host', 'a=1', 'http://www.shop.example/a/c', 'a=1'],
  ['to no other host', 'a=1', 'https://shop.example/a/c', ''],
  ['to no host below, without Domain', 'a=1', 'https://x.www.shop.example/a/c', ''],
  ['to all hosts of its Domain', 'a=1; Domain=shop.example', 'https://x.y.shop.example/a/c', 'a=1'],
  ['to no host that ends alike', 'a=1; Domain=shop.example', 'https://myshop.example/a/c', ''],
  ['to any port', 'a=1', 'http://www.shop.example:8080/a/c', 'a=1'],
  ['below its path', 'a=1; Path=/a', 'https://www.shop.example/a/x/y', 'a=1'],
  ['not to a path that begins alike', 'a=1; Path=/a', 'https://www.shop.example/ab', ''],
  ['to no path that is only the same when decoded', 'a=1; Path=/a', 'https://www.shop.example/%61', ''],
  ['over http no Secure one', 'a=1; Secure', 'http://www.shop.example/a/c', ''],
  ['whatever SameSite says', 'a=1; SameSite=Strict', 'https://www.shop.example/a/c', 'a=1'],
  ['a value without a name by itself', 'x', 'https://www.shop.example/a/c', 'x'],
];

for (const [name, text, url, sent] of SENT) {
  test(`CookieJar.header() sends ${name}`, () => assert.equal(jarOf({}, text).header(url), sent));
}

test('CookieJar ends a cookie by its clock, however often it was sent', () => {
  const clock = new FakeClock();
  const jar = jarOf({ clock }, 'a=1; Max-Age=60', 'b=2');
  for (let at = 0; at < 59_000; at += 1_000) {
    assert.equal(jar.header(URL_A), 'a=1; b=2');
    clock.advance(1_000);
  }
  clock.advance(1_000);
  assert.equal(jar.header(URL_A), 'b=2');
  assert.equal(jar.size, 1);
});

test('CookieJar keeps the creation of a cookie that is set again, and removes one that has ended', () => {
  const clock = new FakeClock();
  const jar = jarOf({ clock }, 'a=1');
  const began = clock.wallNow();
  clock.advance(5_000);
  jar.setCookie('a=2', URL_A);
  assert.equal(jar.get('a')?.value, '2');
  assert.equal(jar.get('a')?.creation.getTime(), began);
  jar.setCookie('a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT', URL_A);
  assert.equal(jar.size, 0);
  jar.setCookie('a=3', URL_A);
  assert.equal(jar.get('a')?.creation.getTime(), clock.wallNow());
});

test('CookieJar tells cookies apart by name, domain, path, and whether they are for hosts below', () => {
  const jar = jarOf({}, 'a=1', 'a=2; Domain=www.shop.example', 'a=3; Path=/', 'a=4; Domain=shop.example', 'A=5');
  assert.equal(jar.size, 5);
});

// name, what is set over http while `a=1; Secure; Path=/a` is there, what is there then
const LEFT_ALONE = [
  ['replace', 'a=2; Path=/a', ['1']],
  ['remove', 'a=2; Path=/a; Max-Age=0', ['1']],
  ['go before', 'a=2; Path=/a/b', ['1']],
  ['go before, from a domain above', 'a=2; Domain=shop.example; Path=/a', ['1']],
  ['stand beside, at a path above', 'a=2; Path=/', ['1', '2']],
  ['stand beside, by another name', 'b=2; Path=/a', ['1', '2']],
] as const;

for (const [name, text, values] of LEFT_ALONE) {
  test(`CookieJar lets nothing without encryption touch a Secure cookie: ${name}`, () => {
    const jar = jarOf({}, 'a=1; Secure; Path=/a');
    jar.receive('http://www.shop.example/a/b', [text]);
    assert.deepEqual(
      [...jar].map(({ value }) => value),
      values,
    );
  });
}

test('CookieJar.setCookie() tells what receive() passes over', () => {
  const jar = jarOf({}, 'a=1; Secure');
  jar.receive('http://www.shop.example/a/b', ['a=2', 'b=\0', 'c=3; Domain=example', '__Host-d=4', '', 'e=5']);
  assert.equal(jar.size, 2);
  assert.throws(() => jar.setCookie('a=secret', 'http://u:p@www.shop.example/a/b'), {
    code: 'ERR_INVALID_COOKIE',
    message:
      'Cannot set the cookie "a" for http://…@www.shop.example/a/b: it would hide a Secure one, and the URL is not https',
  });
});

test('CookieJar keeps 180 cookies of a domain, those that were used last', () => {
  const jar = new CookieJar();
  for (let n = 0; n < 181; n++) {
    jar.setCookie(`n${n}=1; Path=/${n === 0 ? '' : 'x'}`, URL_A);
    jar.header('https://www.shop.example/');
  }
  assert.equal(jar.size, 180);
  assert.notEqual(jar.get('n0'), null);
  assert.equal(jar.get('n1'), null);
});

test('CookieJar keeps as many cookies as it is told', () => {
  const jar = new CookieJar({ maxCookies: 20, maxPerDomain: 2 });
  for (let n = 0; n < 100; n++) jar.receive(`https://h${n}.example/`, ['a=1', 'b=2', 'c=3']);
  assert.ok(jar.size <= 20 && jar.size >= 16, String(jar.size));
  assert.equal(jar.header('https://h99.example/'), 'b=2; c=3');
  assert.equal(jar.header('https://h0.example/'), '');
});

test('CookieJar.set() sets a cookie of the program', () => {
  const jar = new CookieJar();
  const expires = new Date('2199-01-01T00:00:00Z');
  jar.set('a', '1', { url: 'https://shop.example/x/y' });
  jar.set('b', '2', { domain: '.shop.example', path: '/x', secure: true, httpOnly: true, sameSite: 'lax', expires });
  jar.set('__Host-c', '3', { url: 'https://shop.example', secure: true });
  jar.set('d', '4', { domain: 'example', hostOnly: true });
  jar.set('e', '5', { domain: '::1' });
  assert.deepEqual(
    [...jar].map(({ creation: _, ...rest }) => Object.values(rest).join(' ')),
    [
      'a 1 shop.example true /  false false ',
      `b 2 shop.example false /x ${expires} true true lax`,
      '__Host-c 3 shop.example true /  true false ',
      'd 4 example true /  false false ',
      'e 5 [::1] true /  false false ',
    ],
  );
});

const HERE = { url: 'https://shop.example/' };

// name, what set() is given, message
const BAD_SETS: readonly (readonly [string, readonly unknown[], RegExp])[] = [
  ['no attributes', ['a', '1'], /^Cannot use undefined as the options of the cookie: give an object$/],
  ['neither URL nor domain', ['a', '1', { path: '/' }], /give its url or its domain$/],
  ['a name that is none', [1, '1', HERE], /^Cannot use 1 as the name of a cookie: give a text$/],
  ['a value that is none', ['a', 7, HERE], /^Cannot use a number as the value of a cookie: give a text$/],
  ['an option that nobody reads', ['a', '1', { ...HERE, httponly: true }], /did you mean httpOnly\?$/],
  ['expires as a number', ['a', '1', { ...HERE, expires: 5 }], /give a Date, or null/],
  ['a time that is none', ['a', '1', { ...HERE, expires: new Date('x') }], /give a Date, or null/],
  ['a flag that is none', ['a', '1', { ...HERE, secure: 1 }], /^Cannot use 1 as secure: give true or false$/],
  ['a SameSite that is none', ['a', '1', { ...HERE, sameSite: 'Lax' }], /give 'strict', 'lax', 'none' or null$/],
  ['a path that is none', ['a', '1', { ...HERE, path: 'x' }], /begins with "\/"$/],
  ['a path with a semicolon', ['a', '1', { ...HERE, path: '/;' }], /its path is none$/],
  ['a URL that is none', ['a', '1', { url: 'shop.example' }], /it has no scheme/],
  ['a domain that is none', ['a', '1', { domain: 'a/b' }], /its domain, a\/b, is the name of no host$/],
  ['a domain that is not that of the URL', ['a', '1', { ...HERE, domain: 'x.example' }], /is not that of the URL$/],
  ['a public suffix', ['a', '1', { domain: 'co.uk' }], /is a public suffix: give hostOnly: true$/],
  ['Secure for http', ['a', '1', { url: 'http://shop.example/', secure: true }], /its URL is not https$/],
  ['a name with a prefix', ['__Secure-a', '1', HERE], /is for a cookie with Secure$/],
  ['"=" in a name', ['a=', '1', HERE], /its name holds "=" or ";"/],
  ['a line break', ['a', '1\n', HERE], /control character/],
  ['a blank at its end', ['a', '1 ', HERE], /begins or ends with a blank$/],
  ['neither name nor value', ['', '', HERE], /neither a name nor a value$/],
];

for (const [name, given, message] of BAD_SETS) {
  test(`CookieJar.set() refuses ${name}`, () => {
    const jar = new CookieJar();
    assert.throws(
      () => Reflect.apply(jar.set, jar, given),
      (error) => error instanceof RequestError && message.test(error.message),
    );
    assert.equal(jar.size, 0);
  });
}

test('CookieJar.delete() and clear() remove what is meant, and count it', () => {
  const fill = (): CookieJar =>
    jarOf({}, 'a=1', 'a=2; Domain=shop.example', 'b=3; Path=/', 'b=4; Path=/; Domain=shop.example; Max-Age=9');
  const left = (jar: CookieJar): string => Array.from(jar, ({ value }) => value).join('');
  const cases: readonly (readonly [(jar: CookieJar) => number, string])[] = [
    [(jar) => jar.delete('a'), '34'],
    [(jar) => jar.delete('a', { domain: 'Shop.Example' }), '134'],
    [(jar) => jar.delete('a', 'https://www.shop.example/a/'), '34'],
    [(jar) => jar.delete('c'), '1234'],
    [(jar) => jar.clear({ url: new URL('https://shop.example/') }), '123'],
    [(jar) => jar.clear({ path: '/' }), '12'],
    [(jar) => jar.clear({ session: true }), '4'],
    [(jar) => jar.clear({ session: false }), '123'],
    [(jar) => jar.clear(), ''],
  ];
  for (const [act, rest] of cases) {
    const jar = fill();
    assert.equal(act(jar), 4 - rest.length);
    assert.equal(left(jar), rest);
  }
});

test('CookieJar.get() gives the youngest of a name, or that of a URL', () => {
  const clock = new FakeClock();
  const jar = jarOf({ clock }, 'a=1');
  clock.advance(1);
  jar.setCookie('a=2', 'https://other.example/');
  assert.equal(jar.get('a')?.value, '2');
  assert.equal(jar.get('a', URL_A)?.value, '1');
  assert.equal(jar.get('b'), null);
});

/** One of each flag. */
const ALL = [
  'a=1; Domain=shop.example; Path=/a; Max-Age=8640000; Secure; HttpOnly; SameSite=None',
  'b="x, y"; SameSite=Lax',
  '__Host-c=3; Secure; Path=/',
  'd=\xc3\xa4',
  'nameless',
  'empty=',
];

test('CookieJar.from() reads what toJSON() gives, and no flag is lost', () => {
  const clock = new FakeClock();
  const jar = jarOf({ clock }, ...ALL);
  for (const saved of [jar.toJSON(), JSON.parse(JSON.stringify(jar)), JSON.stringify(jar), { jar }]) {
    const given = 'jar' in Object(saved) ? JSON.stringify(saved).slice(7, -1) : saved;
    assert.deepEqual([...CookieJar.from(given, { clock })], [...jar]);
  }
  assert.deepEqual(CookieJar.from(jar.toJSON({ sessionCookies: false }), { clock }).toJSON().cookies, [
    jar.toJSON().cookies[0],
  ]);
});

test('CookieJar.from() reads the JSON of tough-cookie', async () => {
  const { CookieJar: ToughJar } = await import('tough-cookie');
  const tough = new ToughJar();
  for (const text of ['a=1; Domain=shop.example; Max-Age=600; Secure; HttpOnly; SameSite=Lax', 'b=2; Path=/'])
    tough.setCookieSync(text, URL_A);
  const jar = CookieJar.from(tough.toJSON() ?? {});
  assert.deepEqual(
    Array.from(jar, ({ creation: _, expires, ...rest }) => [Object.values(rest).join(' '), expires !== null]),
    [
      ['a 1 shop.example false /a true true lax', true],
      ['b 2 www.shop.example true / false false ', false],
    ],
  );
});

test('CookieJar.from() takes a cookie that does not say for whom it is as one for a single host', () => {
  const jar = CookieJar.from({ cookies: [{ name: 'a', value: '1', domain: 'shop.example', path: '/' }] });
  assert.equal(jar.header('https://shop.example/'), 'a=1');
  assert.equal(jar.header('https://www.shop.example/'), '');
});

const FINE = { name: 'a', value: '1', domain: 'shop.example', path: '/' };

// name, what is saved, message
const BAD_SAVES: readonly (readonly [string, unknown, RegExp])[] = [
  ['nothing', null, /it has no list of cookies$/],
  ['an empty object', {}, /it has no list of cookies$/],
  ['half a JSON', '{"cookies":[', /it is no JSON$/],
  ['a cookie that is none', { cookies: [FINE, 5] }, /cookie 2 cannot be used: it is no object$/],
  ['a cookie without a domain', { cookies: [{ ...FINE, domain: undefined }] }, /its domain or path is missing$/],
  ['a domain that is none', { cookies: [{ ...FINE, domain: 'a b' }] }, /its domain is the name of no host$/],
  ['a line break in a value', { cookies: [{ ...FINE, value: '1\r\nX: y' }] }, /control character/],
  ['a value that would be two', { cookies: [{ ...FINE, value: '1; b=2' }] }, /or its value ";"$/],
  ['a flag that is none', { cookies: [{ ...FINE, secure: 'yes' }] }, /neither true nor false$/],
  ['a time that is none', { cookies: [{ ...FINE, expires: 'soon' }] }, /one of its times is none$/],
  ['a path that is none', { cookies: [{ ...FINE, path: 'x' }] }, /its path is none$/],
  ['another text', 'a=1; b=2', /line 1 is no cookie: it has 1 field, not 7$/],
];

for (const [name, saved, message] of BAD_SAVES) {
  test(`CookieJar.from() refuses ${name}`, () => {
    assert.throws(() => CookieJar.from(saved as object), { code: 'ERR_INVALID_COOKIE', message });
  });
}

for (const format of ['json', 'netscape'] as const) {
  test(`CookieJar.load() reads what save() wrote as ${format}`, async (t) => {
    const path = join(await folder(t), 'cookies');
    const clock = new FakeClock();
    const jar = jarOf({ clock }, ...ALL);
    await writeFile(path, 'old', { mode: 0o644 });
    await jar.save(path, { format });
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(join(path, '..')), ['cookies']);
    const known = (one: CookieJar) =>
      Array.from(one, (cookie) => (format === 'json' ? cookie : { ...cookie, sameSite: null }));
    assert.deepEqual(known(await CookieJar.load(path, { clock })), known(jar));
    await jar.save(path, { format, sessionCookies: false });
    assert.equal((await CookieJar.load(path, { clock })).size, 1);
  });
}

test('CookieJar.save() leaves the old file where it fails, and nothing beside it', async (t) => {
  const place = await folder(t);
  const jar = jarOf({}, ...ALL);
  await assert.rejects(jar.save(join(place, 'no/such/folder')), { code: 'ERR_COOKIE_FILE', name: 'CookieFileError' });
  await assert.rejects(jar.save(place), { code: 'ERR_COOKIE_FILE' });
  assert.deepEqual(await readdir(place), []);
  assert.deepEqual(
    (await readdir(join(place, '..'))).filter((name) => name.startsWith(`${place.split('/').at(-1)}.`)),
    [],
  );
  await assert.rejects(jar.save(join(place, 'a'), { format: 'txt' as 'json' }), { code: 'ERR_INVALID_OPTION' });
  await assert.rejects(jar.save(''), { code: 'ERR_INVALID_OPTION' });
  const tab = jarOf({}, 'a\tb=1');
  await assert.rejects(tab.save(join(place, 'a'), { format: 'netscape' }), {
    message: /holds a tab.*save it as JSON$/,
  });
  assert.deepEqual(await readdir(place), []);
});

test('CookieJar.save() of several at once leaves one of them whole', async (t) => {
  const path = join(await folder(t), 'cookies.json');
  const jars = Array.from({ length: 8 }, (_, n) => jarOf({}, ...Array.from({ length: 50 }, (_x, k) => `c${k}=${n}`)));
  await Promise.all(jars.map((jar) => jar.save(path)));
  const values = new Set(Array.from(await CookieJar.load(path), ({ value }) => value));
  assert.equal(values.size, 1);
});

test('CookieJar.load() begins empty where there is no file, if it is told so', async (t) => {
  const path = join(await folder(t), 'cookies.json');
  assert.equal((await CookieJar.load(path, { optional: true })).size, 0);
  await assert.rejects(CookieJar.load(path), {
    code: 'ERR_COOKIE_FILE',
    message: /there is no such file; option: optional$/,
  });
  await writeFile(path, '{"cookies": 5}');
  await assert.rejects(CookieJar.load(path, { optional: true }), { message: /it has no list of cookies$/ });
});

test('CookieJar.load() reads a cookies.txt of curl, and of an editor', async (t) => {
  const path = join(await folder(t), 'cookies.txt');
  const lines = [
    '\xef\xbb\xbf# Netscape HTTP Cookie File',
    '',
    '#HttpOnly_.shop.example\tTRUE\t/\tTRUE\t4102444800\tid\tx=y; no',
    'www.shop.example\tFALSE\t/a\tFALSE\t0\tsession\t\xe4',
    '.shop.example\tTRUE\t/\tFALSE\t1\tgone\t1',
    'shop.example\tFALSE\t/\tFALSE\t0\tempty',
    '   ',
  ];
  await writeFile(path, Buffer.from(lines.join('\r\n').replace('x=y; no', 'x=y'), 'latin1'));
  const jar = await CookieJar.load(path);
  assert.deepEqual(
    Array.from(jar, ({ creation: _, expires, ...rest }) => [Object.values(rest).join(' '), expires?.getTime() ?? null]),
    [
      ['id x=y shop.example false / true true ', 4_102_444_800_000],
      ['session \xe4 www.shop.example true /a false false ', null],
      ['empty  shop.example true / false false ', null],
    ],
  );
});

test('CookieJar.toCookiesTxt() writes what curl reads', () => {
  const clock = new FakeClock({ wall: Date.UTC(2030, 0, 1) });
  const jar = jarOf({ clock }, 'a=1; Domain=shop.example; Max-Age=60; HttpOnly; Path=/', 'b=2; Secure; Path=/x');
  assert.equal(
    jar.toCookiesTxt().replace(/^# .*\n/gm, ''),
    `\n#HttpOnly_.shop.example\tTRUE\t/\tFALSE\t${Date.UTC(2030, 0, 1) / 1_000 + 60}\ta\t1\n` +
      'www.shop.example\tFALSE\t/x\tTRUE\t0\tb\t2\n',
  );
  assert.equal(jar.toCookiesTxt({ sessionCookies: false }).split('\n').length, 5);
});

// name, line, message
const BAD_LINES = [
  ['too few fields', 'shop.example\tFALSE\t/', /line 3 is no cookie: it has 3 fields, not 7$/],
  ['a flag that is none', 'shop.example\tYES\t/\tFALSE\t0\ta\t1', /second or fourth field/],
  ['a time that is none', 'shop.example\tFALSE\t/\tFALSE\tsoon\ta\t1', /fifth field is no time/],
  ['a host that is none', 'a b\tFALSE\t/\tFALSE\t0\ta\t1', /first field is the name of no host/],
  ['a control character', 'shop.example\tFALSE\t/\tFALSE\t0\ta\t1\x07', /control character/],
] as const;

for (const [name, line, message] of BAD_LINES) {
  test(`CookieJar.from() tells the line of a cookies.txt with ${name}`, () => {
    const text = `# Netscape HTTP Cookie File\nshop.example\tFALSE\t/\tFALSE\t0\ta\t1\n${line}\n`;
    assert.throws(() => CookieJar.from(text), { code: 'ERR_INVALID_COOKIE', message });
  });
}

test('CookieJar is iterated as it was at the beginning', () => {
  const jar = jarOf({}, 'a=1', 'b=2', 'c=3');
  for (const { name } of jar) jar.delete(name);
  assert.equal(jar.size, 0);
});

test('CookieJar gives cookies that nobody changes', () => {
  const jar = jarOf({}, 'a=1');
  assert.ok([...jar].every((cookie) => Object.isFrozen(cookie)));
});

test('CookieJar refuses options that cannot be used', async (t) => {
  const path = join(await folder(t), 'x');
  assert.throws(() => new CookieJar({ maxCookies: 0 }), { code: 'ERR_INVALID_OPTION' });
  assert.throws(() => new CookieJar({ loose: true } as CookieJarOptions), { code: 'ERR_INVALID_OPTION' });
  assert.throws(() => new CookieJar().clear({ sesion: true } as object), { code: 'ERR_INVALID_OPTION' });
  assert.throws(() => new CookieJar().toJSON({ session: true } as object), { code: 'ERR_INVALID_OPTION' });
  await assert.rejects(CookieJar.load(path, { optional: 1 as unknown as boolean }), { code: 'ERR_INVALID_OPTION' });
  await assert.rejects(readFile(path));
});

test('CookieJar keeps a saved time of more than 400 days, and no longer one of a server', () => {
  const clock = new FakeClock();
  const expires = new Date(clock.wallNow() + 1_000 * DAY);
  const jar = CookieJar.from({ cookies: [{ ...FINE, expires: expires.toISOString() }] }, { clock });
  assert.deepEqual(jar.get('a')?.expires, expires);
  jar.setCookie('b=1; Max-Age=99999999', URL_A);
  assert.equal(jar.get('b')?.expires?.getTime(), clock.wallNow() + 400 * DAY);
});
