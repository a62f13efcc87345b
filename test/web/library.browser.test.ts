import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSite, type Site } from '../../bench/web/site.mjs';
import { chromiumPath } from '../chromium.ts';
import { launchBrowser, openPage } from './browser.ts';
import { describeModel } from './model-suite.ts';
import { describeParity } from './parity-suite.ts';
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
  it('is small: what a page loads to compare, without ONNX Runtime', () => {
    const assets = join(site.bundle, 'assets');
    const packed = readdirSync(assets)
      .filter((name) => /^(index|worker)-.*\.js$/.test(name))
      .map((name) => gzipSync(readFileSync(join(assets, name))).length);
    expect(packed).toHaveLength(2);
    expect(packed[0] + packed[1]).toBeLessThan(30_000);
  });

  describe('a model', () => describeModel(open));
  describe('a store of vectors', () => describeVectors(open));
  describe('the presets', () => describeParity(open));
});
