import { type Browser, chromium, type Page } from 'playwright-core';
import type { Site } from '../../bench/web/site.mjs';
import { chromiumPath } from '../chromium.ts';
import type { WindowWithLibrary } from './window.ts';

/** A site and a page that shows it. */
export interface OpenedSite {
  readonly site: Site;
  readonly page: Page;
}

export async function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', ...args],
  });
}

/** A page of the site in a profile of its own, with the library loaded. Errors of the page go to `complaints`. */
export async function openPage(browser: Browser, site: Site, complaints: string[] = []): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  page.on('pageerror', (error) => complaints.push(error.message));
  await showSite(page, site);
  return page;
}

/**
 * Goes to the site, or reloads it, and waits for the library. A store that stays open keeps the worker, so that ONNX Runtime is
 * compiled once.
 */
export async function showSite(page: Page, site: Site): Promise<void> {
  await page.goto(site.url);
  await page.waitForFunction('window.samesame');
  await page.evaluate(() => {
    const { samesame } = window as unknown as WindowWithLibrary;
    return samesame.openVectors('keeper', { embeddingSize: 1, modelFingerprint: 'none' }).then(() => {});
  });
}
