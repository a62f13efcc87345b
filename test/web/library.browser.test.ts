import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { chromiumPath } from '../chromium.ts';
import { launchBrowser, openPage } from './browser.ts';
import { describeModel } from './model-suite.ts';
import { describeParity } from './parity-suite.ts';
import { openSite, type Site } from './site.ts';
import { describeVectors } from './vectors-suite.ts';

describe.skipIf(chromiumPath === undefined)('samesame/web (skipped where there is no Chromium)', () => {
  let site: Site;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    site = await openSite();
    browser = await launchBrowser();
    page = await openPage(browser, site, complaints);
  }, 280_000);
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    expect(complaints).toEqual([]);
  });

  const open = () => ({ site, page });
  describe('a model', () => describeModel(open));
  describe('a store of vectors', () => describeVectors(open));
  describe('the presets', () => describeParity(open));
});
