// A headless Chromium for the tests of the page, and pages in it that note everything they should not do: errors,
// warnings of the console, violations of their policy, requests to anybody but their own server.

import { existsSync } from 'node:fs';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Why there is no browser to test with; null if there is one. In CI its absence is a failure, not a reason to skip. */
export function chromiumMissing(): string | null {
  if (PATHS.some((path) => existsSync(path))) return null;
  if (process.env.CI !== undefined) throw new Error('Chromium is not installed, but CI installs it');
  return 'Chromium is not installed (Debian: apt-get install chromium)';
}

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: PATHS.find((path) => existsSync(path)) ?? '',
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

/** A page, and what it did that it should not. */
export interface WatchedPage {
  readonly page: Page;
  readonly faults: string[];
  [Symbol.asyncDispose](): Promise<void>;
}

export interface PageOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly hasTouch?: boolean;
}

/**
 * Opens a page.
 *
 * @param url Requests to any other origin are faults.
 */
export async function open(browser: Browser, url: string, options: PageOptions = {}): Promise<WatchedPage> {
  const { width = 1280, height = 800, colorScheme = 'light', hasTouch = false } = options;
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, hasTouch });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith('data:') && new URL(asked).origin !== new URL(url).origin) faults.push(`request: ${asked}`);
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error(`policy: ${violatedDirective} ${blockedURI}`);
    });
  });
  await page.goto(url);
  return { page, faults, [Symbol.asyncDispose]: () => context.close() };
}

/** The text of an element, hidden parts included. */
export async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent()) ?? '';
}
