// Pictures of the page for the docs: every view at a desk's and a phone's width, in docs/images/.
//   node scripts/screenshots.mjs MODEL_FOLDER IMAGES [RUN_FOLDER]
// IMAGES is a folder with a folder for each label. Needs `npm run build` and Chromium.

import { mkdirSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { CONTENT_TYPES } from './content-types.mjs';
import { findChromium } from './ensure-chromium.mjs';

const VIEWS = ['compare', 'search', 'map', 'duplicates', 'teach', 'report'];
const SIZES = [
  { name: 'desk', width: 1280, height: 860, colorScheme: 'light' },
  { name: 'phone', width: 390, height: 844, colorScheme: 'dark' },
];

const [model, images, run] = process.argv.slice(2);
if (model === undefined || images === undefined) {
  console.error('usage: node scripts/screenshots.mjs MODEL_FOLDER IMAGES [RUN_FOLDER]');
  process.exit(2);
}
const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'docs/images');
mkdirSync(out, { recursive: true });

const labels = readdirSync(images).sort();
/** @param {string} label @param {number} count */
const photosOf = (label, count) =>
  readdirSync(join(images, label))
    .sort()
    .slice(0, count)
    .map((name) => join(images, label, name));

const server = createServer(async (request, response) => {
  const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
  const file = path.startsWith('/model/')
    ? join(model, path.slice(7))
    : path.startsWith('/run/')
      ? join(run ?? '/nowhere', path.slice(5))
      : join(root, 'dist/page', path === '/' ? 'index.html' : path);
  const bytes = await readFile(file).catch(() => undefined);
  const type = CONTENT_TYPES[extname(file)] ?? 'application/octet-stream';
  response.writeHead(bytes ? 200 : 404, { 'content-type': type }).end(bytes);
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
const address = /** @type {import('node:net').AddressInfo} */ (server.address());
const url = `http://127.0.0.1:${address.port}/`;
const browser = await chromium.launch({
  executablePath: findChromium(),
  args: ['--no-sandbox', '--disable-gpu', '--use-fake-device-for-media-stream'],
});

for (const { name, width, height, colorScheme } of SIZES) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: /** @type {'light' | 'dark'} */ (colorScheme),
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(180_000);
  await page.goto(url);
  const steps = /** @type {Record<string, () => Promise<unknown>>} */ ({
    async compare() {
      const [left, right] = photosOf(labels[0], 2);
      const zones = page.locator('.pair .zone');
      await zones.nth(0).locator('input[type=file]').setInputFiles(left);
      await zones.nth(1).locator('input[type=file]').setInputFiles(right);
      await page.getByRole('button', { name: 'Show why' }).click();
      await page.locator('.why').waitFor();
    },
    async search() {
      if ((await page.locator('.collection .empty').count()) > 0) {
        await page.locator('.collection input[type=file]').first().setInputFiles(images);
        await page.locator('.search').waitFor();
        await page.locator('.collection .progress').waitFor({ state: 'detached' });
      }
      await page.locator('.search-query input[type=file]').setInputFiles(photosOf(labels[1], 1));
      await page.locator('.neighbours li').first().waitFor();
    },
    async map() {
      await page.locator('.map-surface canvas').focus();
      await page.waitForTimeout(1500); // small pictures are loaded one by one
      await page.keyboard.press('ArrowRight');
      await page.locator('.map-card .neighbours').waitFor();
      await page.waitForTimeout(500);
    },
    duplicates: () => page.locator('.copies').waitFor(),
    async teach() {
      for (const [i, label] of labels.slice(0, 2).entries()) {
        const group = page.locator('.group').nth(i);
        await group.getByRole('textbox').fill(label);
        await group.locator('input[type=file]').setInputFiles(photosOf(label, 12));
      }
      await page.locator('h1').click();
    },
    report: () => page.locator(run ? '.report-figures' : '.empty').waitFor(),
  });
  for (const view of VIEWS) {
    await page.goto(`${url}#/${view}`);
    await page.locator('h1').waitFor();
    await steps[view]();
    await page.evaluate('scrollTo(0, 0)');
    await page.waitForTimeout(300);
    // A palette is a third of the size, and nobody sees it.
    const png = await sharp(await page.screenshot())
      .png({ palette: true, quality: 85, effort: 8 })
      .toBuffer();
    const file = join(out, `page-${view}-${name}.png`);
    await writeFile(file, png);
    console.log(`${file}: ${Math.round(png.length / 1000)} kB`);
  }
  await context.close();
}
await browser.close();
server.closeAllConnections();
server.close();
