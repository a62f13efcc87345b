import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGE_MAP_STYLES, imageMap } from '../src/report/figures/image-map.ts';
import { createSpriteSheets, renderMapPage } from '../src/report/index.ts';
import { chromiumPath } from './chromium.ts';

const SHAPE = { height: 8, width: 8, channels: 1 } as const;
// Four images at the corners: 0 and 1 of class "left", 2 and 3 of class "right".
const POINTS = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
] as const;
const LABELS = [0, 0, 1, 1];
const NAMES = ['a.png', 'b.png', 'c.png', 'd.png'];

describe.skipIf(chromiumPath === undefined)('in a browser', () => {
  let folder: string;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'samesame-map-page-'));
    const sprites = await createSpriteSheets(new Uint8Array(4 * 64).fill(200), SHAPE);
    const map = { points: POINTS, labels: LABELS, classNames: ['left', 'right'], names: NAMES, sprites };
    const neighbours = [1, 0, 3, 0].map((index) => [{ index, distance: 0.25 }]);
    const html = renderMapPage({ ...map, title: 'Corners', subtitle: 'four', method: 'pca', neighbours });
    await writeFile(join(folder, 'map.html'), html);
    // As a report holds it: no script may run.
    const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
    await writeFile(
      join(folder, 'figure.html'),
      `<meta http-equiv="Content-Security-Policy" content="${policy}"><style>${IMAGE_MAP_STYLES}</style>${imageMap({ ...map, method: 'pca' })}`,
    );
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
    });
    const context = await browser.newContext({ viewport: { width: 1000, height: 700 }, offline: true });
    page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(pathToFileURL(join(folder, 'map.html')).href);
    await page.waitForSelector('body.ready');
  });
  afterAll(async () => {
    await browser?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
    expect(complaints).toEqual([]);
  });

  const card = () => page.locator('#card');
  const words = () => card().textContent();
  /** Moves the mouse to a corner of the map: −1 and 1 are the ends of each axis. */
  async function cornerOf(x: -1 | 1, y: -1 | 1): Promise<[number, number]> {
    const box = (await page.locator('#map').boundingBox())!;
    const half = Math.min(box.width, box.height) / 2 - 28;
    return [box.x + box.width / 2 + x * half, box.y + box.height / 2 + y * half];
  }

  it('shows the image under the pointer, and lets go of it', async () => {
    await expect.poll(() => card().isHidden()).toBe(true);
    // y points upwards: image 0 is at the lower left.
    await page.mouse.move(...(await cornerOf(-1, 1)));
    await expect.poll(words).toBe('lefta.pngNearest✓ 0.250');
    await page.mouse.move(...(await cornerOf(1, 1)));
    await expect.poll(words).toContain('rightc.png');
    const [x, y] = await cornerOf(1, 1);
    await page.mouse.move(x - 150, y - 150);
    await expect.poll(() => card().isHidden()).toBe(true);
  });

  it('keeps an image that is clicked, and goes to its neighbour', async () => {
    await page.mouse.click(...(await cornerOf(1, -1)));
    await expect.poll(words).toBe('rightd.pngNearest✗ 0.250');
    await page.locator('.nearest button').click();
    await expect.poll(words).toContain('lefta.png');
    await page.locator('#fit').click();
  });

  it('walks by keys, zooms by wheel and keys, and lets go by Escape', async () => {
    await page.locator('#map').focus();
    await page.keyboard.press('ArrowUp');
    await expect.poll(words).toContain('b.png');
    await page.keyboard.press('ArrowRight');
    await expect.poll(words).toContain('d.png');
    await page.keyboard.press('Escape');
    await expect.poll(() => card().isHidden()).toBe(true);
    // Zoomed around the lower left corner, the others are outside.
    const corner = await cornerOf(-1, 1);
    await page.mouse.move(...corner);
    await page.mouse.wheel(0, -600);
    await page.mouse.move(...(await cornerOf(1, 1)));
    await expect.poll(() => card().isHidden()).toBe(true);
    await page.mouse.move(...corner);
    await expect.poll(words).toContain('a.png');
    await page.locator('#map').focus();
    await page.keyboard.press('0');
    await page.mouse.move(...(await cornerOf(1, 1)));
    await expect.poll(words).toContain('c.png');
  });

  it('hides a class, and finds one by its name', async () => {
    await page.locator('#legend label', { hasText: 'right' }).click();
    await page.mouse.move(...(await cornerOf(1, 1)));
    await expect.poll(() => card().isHidden()).toBe(true);
    await page.locator('#filter').fill('RIG');
    expect(await page.locator('#legend li:visible').allTextContents()).toEqual([
      expect.stringContaining('right'),
    ]);
    await page.locator('#all').click();
    await page.mouse.move(...(await cornerOf(1, 1)));
    await expect.poll(words).toContain('c.png');
  });

  it('fits a phone, and answers a tap', async () => {
    const context = await browser.newContext({
      viewport: { width: 390, height: 800 },
      offline: true,
      hasTouch: true,
      colorScheme: 'dark',
    });
    const phone = await context.newPage();
    phone.on('pageerror', (error) => complaints.push(error.message));
    await phone.goto(pathToFileURL(join(folder, 'map.html')).href);
    await phone.waitForSelector('body.ready');
    const width = await phone.evaluate('document.documentElement.scrollWidth');
    expect(width).toBe(390);
    const box = (await phone.locator('#map').boundingBox())!;
    const half = Math.min(box.width, box.height) / 2 - 28;
    await phone.touchscreen.tap(box.x + box.width / 2 - half, box.y + box.height / 2 - half);
    await expect.poll(() => phone.locator('#card').textContent()).toContain('b.png');
    await context.close();
  });

  it('enlarges an image of a report without any script', async () => {
    const context = await browser.newContext({ viewport: { width: 390, height: 600 }, offline: true });
    const report = await context.newPage();
    report.on('console', (message) => complaints.push(message.text()));
    await report.goto(pathToFileURL(join(folder, 'figure.html')).href);
    const image = report.locator('.image-map i').nth(2);
    const before = (await image.boundingBox())!;
    await image.hover();
    const after = (await image.boundingBox())!;
    expect(after.width).toBeGreaterThan(4 * before.width);
    const caption = `getComputedStyle(document.querySelectorAll('.image-map i')[2], '::after').content`;
    expect(await report.evaluate(caption)).toBe('"right · c.png"');
    expect(await report.evaluate('document.documentElement.scrollWidth')).toBe(390);
    await context.close();
  });
});
