// What a person does with the page, on a trace that was saved: zoom, move, filter, choose, sort, by mouse and by keys.

import assert from 'node:assert/strict';
import test from 'node:test';
import type { Page } from 'playwright-core';
import { call, exchange, opening } from '../model/events.ts';
import { chromiumMissing, launch, open, textOf } from './browser.ts';
import { savedPage } from './saved-page.ts';
import { syntheticTrace } from './synthetic-trace.ts';

const missing = chromiumMissing();
const skip = missing ?? false;
const browser = missing === null ? await launch() : null;
test.after(() => browser?.close());

const TRACE = syntheticTrace({ requests: 400, connections: 3, origins: 1 });

async function opened(
  work: (page: Page) => Promise<void>,
  options: Parameters<typeof open>[2] = {},
  events = TRACE,
): Promise<void> {
  assert.ok(browser !== null);
  using saved = await savedPage(events);
  await using watched = await open(browser, saved.url, options);
  await watched.page.getByText('A saved page').waitFor();
  await work(watched.page);
  assert.deepEqual(watched.faults, []);
}

/** The picture of the lanes, as bytes: another one where anything was painted anew. */
function picture(page: Page): Promise<string> {
  return page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        requestAnimationFrame(() =>
          requestAnimationFrame(() => {
            const canvas = document.querySelector<HTMLCanvasElement>('.scroll canvas');
            resolve(canvas?.toDataURL() ?? '');
          }),
        );
      }),
  );
}

test('a saved page says when it was saved, and has no controls of a live one', { skip }, () =>
  opened(async (page) => {
    assert.match(await textOf(page.getByText('A saved page')), /2026-01-0[123] at/);
    for (const name of ['Pause', 'Follow']) assert.equal(await page.getByRole('button', { name }).count(), 0);
    assert.equal(await textOf(page.getByRole('heading', { level: 1 })), '400 requests used 7 connections');
  }),
);

// What is done, and what it is called.
const MOVES: readonly (readonly [string, (page: Page) => Promise<void>])[] = [
  ['the key +', (page) => page.keyboard.press('+')],
  ['the button', (page) => page.getByRole('button', { name: 'Zoom in' }).click()],
  [
    'Ctrl and the wheel',
    async (page) => {
      await page.mouse.move(500, 450);
      await page.keyboard.down('Control');
      await page.mouse.wheel(0, -300);
      await page.keyboard.up('Control');
    },
  ],
];

for (const [name, move] of MOVES) {
  test(`${name} zooms, 0 shows everything again`, { skip }, () =>
    opened(async (page) => {
      const all = page.getByRole('button', { name: 'All', exact: true });
      assert.ok(await all.isDisabled());
      const before = await picture(page);
      await move(page);
      await page.waitForFunction(() => document.querySelector('[title^="Show everything"]:not(:disabled)') !== null);
      const zoomed = await picture(page);
      assert.notEqual(zoomed, before);
      await page.keyboard.press('ArrowRight');
      assert.notEqual(await picture(page), zoomed);
      await page.keyboard.press('0');
      assert.equal(await picture(page), before);
      assert.ok(await all.isDisabled());
    }),
  );
}

test('dragging moves the time', { skip }, () =>
  opened(async (page) => {
    for (let i = 0; i < 3; i++) await page.keyboard.press('+');
    const before = await picture(page);
    await page.mouse.move(500, 400);
    await page.mouse.down();
    await page.mouse.move(350, 400, { steps: 4 });
    await page.mouse.up();
    assert.notEqual(await picture(page), before);
    assert.equal(await page.locator('.detail').count(), 0);
  }),
);

test('two fingers zoom', { skip }, () =>
  opened(
    async (page) => {
      const before = await picture(page);
      const session = await page.context().newCDPSession(page);
      const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...xs: readonly number[]): Promise<unknown> =>
        session.send('Input.dispatchTouchEvent', { type, touchPoints: xs.map((x, id) => ({ x, y: 400, id })) });
      await touch('touchStart', 400, 500);
      for (let apart = 0; apart <= 100; apart += 20) await touch('touchMove', 400 - apart, 500 + apart);
      await touch('touchEnd');
      await page.waitForFunction(() => document.querySelector('[title^="Show everything"]:not(:disabled)') !== null);
      assert.notEqual(await picture(page), before);
    },
    { hasTouch: true },
  ),
);

test('filters leave what matches, and say how many', { skip }, () =>
  opened(async (page) => {
    const count = page.locator('.count');
    await page.getByRole('searchbox').fill('ITEM/39');
    await page.waitForFunction(() => document.querySelector('.count')?.textContent === '11 of 400 requests');
    await page.getByRole('button', { name: 'Clear filters' }).click();
    assert.equal(await textOf(count), '400 requests');
    await page.getByRole('combobox', { name: 'Status' }).selectOption('5');
    assert.equal(await textOf(count), '9 of 400 requests');
    await page.getByRole('combobox', { name: 'Status' }).selectOption('0');
    await page.getByRole('combobox', { name: 'Outcome' }).selectOption('failed');
    assert.equal(await textOf(count), '4 of 400 requests');
    await page.getByRole('spinbutton', { name: 'Slower than' }).fill('100000');
    assert.equal(await textOf(count), '0 of 400 requests');
  }),
);

test('a click on a bar shows the request, a click on its connection the connection', { skip }, () =>
  opened(async (page) => {
    // The time that is shown is so short that the request has to be brought into its middle.
    for (let i = 0; i < 12; i++) await page.keyboard.press('+');
    await page.getByRole('spinbutton', { name: 'Jump' }).fill('200');
    await page.keyboard.press('Enter');
    const detail = page.locator('.detail');
    await detail.getByRole('heading', { name: /^200\. GET https:/ }).waitFor();
    assert.match(await textOf(detail), /authorizationREDACTED/);
    await detail.getByRole('button', { name: /^Connection \d+ to/ }).click();
    await detail.getByText(/It carried \d+ requests/).waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await detail.count(), 0);
    const box = await page.locator('.scroll').boundingBox();
    assert.ok(box !== null);
    const middle = 132 + (box.width - 142) / 2;
    let found = '';
    for (let y = 60; y < box.height && !found.startsWith('200.'); y += 12) {
      await page.mouse.click(box.x + middle, box.y + y);
      if ((await detail.count()) > 0) found = await textOf(detail.getByRole('heading', { level: 2 }));
    }
    assert.match(found, /^200\./);
  }),
);

test('the keyboard alone gets at a request and its details', { skip }, () =>
  opened(async (page) => {
    await page.getByRole('grid').focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.equal(await page.locator('[aria-selected=true]').getAttribute('id'), 'row-398');
    assert.equal(await page.getByRole('grid').getAttribute('aria-activedescendant'), 'row-398');
    await page.keyboard.press('Enter');
    const focused = page.locator('.detail h2:focus');
    assert.match(await textOf(focused), /^398\. GET/);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.rows:focus').count(), 1);
    await page.keyboard.press('End');
    await page.locator('#row-1').waitFor();
  }),
);

test('a column sorts the table, and once more the other way round', { skip }, () =>
  opened(async (page) => {
    const first = (): Promise<string> => textOf(page.locator('.space .row').first());
    assert.match(await first(), /^400200GET/);
    await page.getByRole('button', { name: 'No.' }).click();
    assert.match(await first(), /^1200GET/);
    await page.getByRole('button', { name: 'Status' }).click();
    await page.getByRole('button', { name: 'Status' }).click();
    assert.match(await first(), /✕/);
  }),
);

test('an origin is folded by its heading, and all by a button', { skip }, () =>
  opened(
    async (page) => {
      const height = (): Promise<number> =>
        page.evaluate(() => Number.parseFloat(document.querySelector<HTMLElement>('.spacer')?.style.height ?? ''));
      const all = await height();
      const box = await page.locator('.scroll').boundingBox();
      assert.ok(box !== null);
      await page.mouse.click(box.x + 60, box.y + 10);
      const one = await height();
      assert.ok(one < all);
      await page.getByRole('button', { name: 'Collapse all' }).click();
      assert.ok((await height()) < one);
      await page.getByRole('button', { name: 'Expand all' }).click();
      assert.equal(await height(), all);
    },
    {},
    syntheticTrace({ requests: 200, connections: 9, origins: 3 }),
  ),
);

test('events that are missing are told, and that what they told of is not counted', { skip }, () =>
  opened((page) => page.getByText('7 events missing, and what they told of is not counted').waitFor(), {}, [
    ...TRACE,
    { type: 'gap', at: 100, events: 7 },
  ]),
);

test('the table says how often its requests were sent, where that is more', { skip }, () =>
  opened(
    (page) => page.getByText('1 request, sent 2 times with retries and redirects', { exact: true }).waitFor(),
    {},
    [...opening(1, 0), ...exchange(1, 1, 10, { status: 503 }), ...exchange(1, 1, 20, { attempt: 2, served: 1 })],
  ),
);

test('the details of a request that goes on give no size that is not known', { skip }, () =>
  opened(
    async (page) => {
      await page.getByRole('row').nth(1).click();
      await page.getByRole('heading', { name: 'Request', exact: true, level: 3 }).waitFor();
      await page.getByRole('heading', { name: 'Response: not yet', level: 3 }).waitFor();
    },
    {},
    [...opening(1, 0), ...exchange(1, 1, 10).slice(0, 3)],
  ),
);

test('the keyboard goes from a request to its connection and on, and the focus with it', { skip }, () =>
  opened(
    async (page) => {
      const focused = page.locator('.detail h2:focus');
      await page.getByRole('grid').focus();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await focused.filter({ hasText: 'Connection 1' }).waitFor();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await focused.filter({ hasText: '1. GET' }).waitFor();
    },
    {},
    [...opening(1, 0), ...call(1, 1, 10)],
  ),
);

test('a request whose beginning is missing is told as far as it was seen', { skip }, () =>
  opened(
    async (page) => {
      await page.getByRole('row').nth(1).click();
      await page.getByRole('heading', { name: '1. GET http://a.test/1: under way' }).waitFor();
      await page.getByText('It began before what is held.').waitFor();
      assert.ok(!(await textOf(page.locator('.page'))).includes('NaN'));
    },
    {},
    [{ type: 'gap', at: 9, events: 4 }, ...exchange(1, 1, 10).slice(0, 3)],
  ),
);

test('the details of a connection tell in words how it was opened', { skip }, () =>
  opened(
    async (page) => {
      await page.getByRole('row').nth(1).click();
      await page.getByRole('button', { name: /^Connection 1 / }).click();
      for (const step of ['name look-up, a.test', 'TCP connect, 192.0.2.1:443', 'TLS handshake, 192.0.2.1:443']) {
        await page.getByText(step, { exact: true }).waitFor();
      }
    },
    {},
    [...opening(1, 0), ...call(1, 1, 10)],
  ),
);

test('a trace without requests says how to record one', { skip }, () =>
  opened((page) => page.getByText('There is no request in this trace').waitFor(), {}, []),
);

for (const colorScheme of ['light', 'dark'] as const) {
  test(`the ${colorScheme} theme is taken from the system, and changed by a button`, { skip }, () =>
    opened(
      async (page) => {
        const theme = (): Promise<string | undefined> => page.evaluate(() => document.documentElement.dataset.theme);
        assert.equal(await theme(), colorScheme);
        await page.getByRole('button', { name: /^Use the/ }).click();
        assert.equal(await theme(), colorScheme === 'dark' ? 'light' : 'dark');
      },
      { colorScheme },
    ),
  );
}

for (const [width, height] of [
  [360, 740],
  [800, 600],
  [1280, 800],
  [2560, 1440],
] as const) {
  test(`nothing is cut off at ${width} × ${height}`, { skip }, () =>
    opened(
      async (page) => {
        const outside = await page.evaluate(() =>
          [...document.querySelectorAll('.head *, .tools *, .notices *, .timeline')]
            .filter((element) => {
              const { right, left, width: wide } = element.getBoundingClientRect();
              return wide > 0 && (right > innerWidth + 1 || left < -1) && !element.closest('.visually-hidden');
            })
            .map((element) => element.outerHTML.slice(0, 80)),
        );
        assert.deepEqual(outside, []);
        const room = await page.locator('.scroll').evaluate((element) => element.clientHeight);
        assert.ok(room > height / 4, `the lanes have ${room} pixels of ${height}`);
      },
      { width, height },
    ),
  );
}
