import { existsSync, readdirSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listPresets } from '../../src/jobs/presets.ts';
import { chromiumPath } from '../chromium.ts';
import { launchBrowser, openPage } from './browser.ts';
import { AWKWARD, compareRuntimes, type SharedImage, shareImages } from './parity.ts';
import { missingFor } from './preset-model.ts';
import { openSite, type Site } from './site.ts';

const isWhole = process.env.SAMESAME_SLOW === '1';
const presets = await listPresets();
/** Every day one network of one's own with a learned head, one grey, on a file of each kind. */
const EVERY_DAY = ['protocol-a-mse-mnist', 'omniglot-lake'];
const FEW = [
  'modes/RGBA.png',
  'modes/P.png',
  'base_images/ukbench00120.jpg',
  'formats_images/baboon.pgm',
  'formats_images/ukbench09380.webp',
];

describe.skipIf(chromiumPath === undefined || !existsSync(AWKWARD))(
  'presets in Chromium and Node (skipped where there is no Chromium or no ../shared/data)',
  () => {
    let site: Site;
    let browser: Browser;
    let page: Page;
    let images: SharedImage[];

    beforeAll(async () => {
      site = await openSite();
      browser = await launchBrowser();
      page = await openPage(browser, site);
      images = await shareImages(site, isWhole ? allFiles() : FEW);
    });
    afterAll(async () => {
      await browser?.close();
      await site?.close();
    });

    it.each(
      presets
        .filter(({ name }) => isWhole || EVERY_DAY.includes(name))
        .map((preset) => [preset.name, preset] as const),
    )('%s', { timeout: 280_000 }, async (_name, preset) => {
      const missing = missingFor(preset);
      if (missing !== undefined) {
        console.log(`${preset.name} skips: ${missing}`);
        return;
      }
      const { files, verdicts } = await compareRuntimes(site, page, preset, images);
      console.log(
        preset.name,
        files
          .map(
            ({ name, fromPixels, fromBytes, refused }) =>
              `${name} ${fromPixels.toExponential(1)} ${fromBytes?.toFixed(6) ?? refused}`,
          )
          .join('\n'),
      );
    });
  },
);

function allFiles(): string[] {
  return readdirSync(AWKWARD, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?!md$)\w+$/.test(name) && !name.startsWith('LICENSE'))
    .sort();
}
