// How long frames take with 100,000 requests on 3,000 connections, in a headless Chromium that draws by software, while the
// time is zoomed and moved and the lanes are scrolled in every frame. The figures are printed; the limit is 33 ms for 95 of
// 100 frames. A machine that is busy with other things gets three tries.

import assert from 'node:assert/strict';
import test from 'node:test';
import { chromiumMissing, launch, open } from './browser.ts';
import { savedPage } from './saved-page.ts';
import { syntheticTrace } from './synthetic-trace.ts';

const LIMIT = 33;
const TRIES = 3;
const missing = chromiumMissing();

test('95 of 100 frames take 33 ms at most with 100,000 requests', {
  skip: missing ?? false,
  timeout: 110_000,
}, async (context) => {
  const browser = await launch();
  context.after(() => browser.close());
  // Connections that break have others after them: 3,012 in all.
  using saved = await savedPage(syntheticTrace({ requests: 100_000, connections: 2000, origins: 6 }));
  await using watched = await open(browser, saved.url);
  const { page, faults } = watched;
  await page.getByRole('heading', { name: '100,000 requests used 3,012 connections' }).waitFor({ timeout: 60_000 });
  let best = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES && best > LIMIT; attempt++) {
    const { frames, paints } = await page.evaluate(moveAbout);
    const [p50, p95, worst] = [percentile(frames, 50), percentile(frames, 95), Math.max(...frames)];
    context.diagnostic(
      `frames: median ${p50.toFixed(1)} ms, 95th percentile ${p95.toFixed(1)} ms, longest ${worst.toFixed(1)} ms of ${frames.length}; ` +
        `painting: median ${percentile(paints, 50).toFixed(1)} ms, 95th percentile ${percentile(paints, 95).toFixed(1)} ms`,
    );
    assert.ok(paints.length > frames.length * 0.9, `${paints.length} pictures in ${frames.length} frames`);
    best = Math.min(best, p95);
  }
  assert.ok(best <= LIMIT, `the 95th percentile is ${best} ms`);
  assert.deepEqual(faults, []);
});

/** In the page: zooms in and out, moves and scrolls for 240 frames. */
async function moveAbout(): Promise<{ frames: number[]; paints: number[] }> {
  const box = document.querySelector('.scroll');
  if (box === null) throw new Error('there is no timeline');
  const { left, top, width, height } = box.getBoundingClientRect();
  const at = { clientX: left + width * 0.6, clientY: top + height / 2, bubbles: true, cancelable: true };
  const frames: number[] = [];
  const paints: number[] = [];
  window.paintTimes = paints;
  let last = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
  for (let frame = 0; frame < 240; frame++) {
    const deltaY = frame % 80 < 40 ? -60 : 60;
    if (frame % 4 === 3) box.dispatchEvent(new WheelEvent('wheel', { ...at, deltaX: frame % 160 < 80 ? 40 : -40 }));
    else box.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY, ctrlKey: true }));
    box.scrollTop += frame < 120 ? 30 : -30;
    const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
    frames.push(now - last);
    last = now;
  }
  return { frames, paints };
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(Math.ceil((sorted.length * share) / 100), sorted.length) - 1] ?? Number.NaN;
}
