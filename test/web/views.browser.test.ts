import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { seriousViolations } from './axe.ts';
import {
  giveFolder,
  NUM_PHOTOS,
  openSite,
  PAGE_FOLDER,
  type PageSite,
  PHONE,
  photos,
  reasonToSkip,
  TIMEOUT_MS,
} from './page.ts';

if (reasonToSkip) console.log(`The page's tests skip: ${reasonToSkip}.`);

/** Gzipped bytes of scripts that were asked for, without ONNX Runtime's own, and without and with what explains. */
function scriptBytes(requests: readonly string[]): { initial: number; explained: number } {
  const scripts = [...new Set(requests)].filter((path) => path.endsWith('.js'));
  let [initial, explained] = [0, 0];
  for (const path of scripts) {
    const script = readFileSync(join(PAGE_FOLDER, path));
    if (script.includes('ort-wasm-simd-threaded')) continue;
    const { length } = gzipSync(script, { level: 9 });
    explained += length;
    if (!/explain-/.test(path)) initial += length;
  }
  return { initial, explained };
}

describe.skipIf(reasonToSkip !== undefined)('the page from a static server', { timeout: TIMEOUT_MS }, () => {
  let site: PageSite;
  beforeAll(async () => {
    site = await openSite();
  });
  afterEach(() => site.closePages());
  afterAll(async () => {
    await site?.close();
    expect(site?.complaints ?? []).toEqual([]);
  });

  /** Both themes, and a phone's width. */
  async function expectAccessible(page: Page) {
    for (const theme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme: theme as 'dark' | 'light', reducedMotion: 'reduce' });
      await expect.poll(() => page.evaluate('document.documentElement.dataset.theme')).toBe(theme);
      expect(await seriousViolations(page)).toEqual([]);
    }
    await page.setViewportSize(PHONE);
    await expect
      .poll(() => page.evaluate('document.documentElement.scrollWidth - innerWidth'))
      .toBeLessThanOrEqual(0);
  }

  it('compares two photos by keyboard alone, and shows why', async () => {
    const page = await site.open('compare');
    // The browser passes over a key while the dialog before is not quite closed.
    const choose = async (path: string) => {
      for (let attempt = 0; attempt < 4; attempt++) {
        const asked = page.waitForEvent('filechooser', { timeout: 5000 }).catch(() => undefined);
        await page.keyboard.press('Enter');
        const chooser = await asked;
        if (chooser !== undefined) return chooser.setFiles(path);
      }
      throw new Error('no dialog for files');
    };
    const tabTo = async (name: string) => {
      for (let i = 0; i < 30; i++) {
        await page.keyboard.press('Tab');
        const focused = await page.evaluate(
          `document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`,
        );
        if (String(focused).includes(name)) return;
      }
      throw new Error(`${name} is not reached by Tab`);
    };
    const [first, second] = photos(site, 'mugs', 2);
    await tabTo('First photo: Choose');
    await choose(first);
    // Until it is there, the browser opens no other dialog for files.
    await page.locator('.zone-photo img').first().waitFor();
    await tabTo('Second photo: Choose');
    await choose(second);
    await page.locator('.answer').waitFor();
    // The same model, the same pixels: what samesame compare says.
    const words = await page.locator('.answer').textContent();
    expect(words).toMatch(/The same|Different/);
    expect(words).toMatch(/\d %|under 1 %|over 99 %/);
    await tabTo('Show why');
    await page.keyboard.press('Enter');
    await page.locator('.why').waitFor();
    expect(await page.locator('.why').textContent()).toMatch(/marked|similarity/);
    expect(await page.locator('canvas.heat').count()).toBe(2);
    // Everything that Compare has loaded by now, its workers and its explanations included.
    const bytes = scriptBytes(site.requests);
    console.log(`Compare's scripts: ${bytes.initial} bytes gzipped, ${bytes.explained} with explanations`);
    expect(bytes.initial).toBeLessThan(60_000);
    expect(bytes.explained).toBeLessThan(80_000);
    await expectAccessible(page);
  });

  it('calls a photo and itself the same, and takes a pasted one', async () => {
    const page = await site.open('report');
    const [first] = photos(site, 'bowls', 1);
    // The first paste comes in the very moment in which the view does, the second right behind it.
    await page.evaluate(
      (data) => {
        const paste = () => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array(data)], 'pasted.png', { type: 'image/png' }));
          dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer }));
        };
        const observer = new MutationObserver(() => {
          if (document.querySelector('.pair') === null) return;
          observer.disconnect();
          paste();
          paste();
        });
        observer.observe(document.body, { childList: true, subtree: true });
        location.hash = '#/compare';
      },
      [...(await readFile(first))],
    );
    await expect.poll(() => page.locator('.answer-verdict').textContent()).toBe('The same');
    await page.getByRole('button', { name: 'Start over' }).click();
    // The camera, which is Chromium's test picture here.
    await page.getByRole('button', { name: 'Camera' }).first().click();
    await page.getByRole('button', { name: 'Take photo' }).click();
    await page.locator('.zone-photo img').waitFor();
    expect(await page.locator('.zone').first().textContent()).toContain('photo-');
  });

  it('takes pictures for a group and for a search, and turns the camera off', async () => {
    const page = await site.open('teach');
    await page.evaluate(() => {
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      const watched = { tracks: [] as MediaStreamTrack[], refuses: '' };
      Object.assign(window, { watched });
      mediaDevices.getUserMedia = async (wanted) => {
        if (watched.refuses !== '') throw new DOMException('refused by the test', watched.refuses);
        const stream = await open(wanted);
        watched.tracks.push(...stream.getTracks());
        return stream;
      };
    });
    const lights = () => page.evaluate('watched.tracks.map(({ readyState }) => readyState)');
    const group = page.locator('.group').first();
    const openCamera = () => group.getByRole('button', { name: 'Camera' }).click();
    const take = page.getByRole('button', { name: 'Take photo' });
    await openCamera();
    await expect.poll(() => take.isEnabled()).toBe(true);
    await take.press('Enter');
    await page.locator('.camera-foot [role=status]').waitFor();
    expect(await page.locator('.camera-foot [role=status]').textContent()).toBe('1 image');
    await take.hover();
    await page.mouse.down();
    const numTaken = () => group.locator('.group-images li').count();
    await expect.poll(numTaken).toBeGreaterThanOrEqual(4);
    await page.mouse.up();
    await page.waitForTimeout(100); // one may be under way
    const numHeld = await numTaken();
    await page.waitForTimeout(600);
    expect(await numTaken()).toBe(numHeld);
    // The tab is left, and come back to.
    const setHidden = (isHidden: boolean) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, isHidden);
    await setHidden(true);
    expect(await lights()).toEqual(['ended']);
    await setHidden(false);
    await expect.poll(lights).toEqual(['ended', 'live']);
    await page.keyboard.press('Escape');
    await expect.poll(lights).toEqual(['ended', 'ended']);

    for (const [name, words] of [
      ['NotAllowedError', 'The camera is not allowed here'],
      ['NotFoundError', 'No camera was found'],
      ['NotReadableError', 'another program may be using it'],
    ]) {
      await page.evaluate(
        (name) => Object.assign((window as never as { watched: object }).watched, { refuses: name }),
        name,
      );
      await openCamera();
      await expect.poll(() => page.locator('dialog [role=alert]').textContent()).toContain(words);
      await page.keyboard.press('Escape');
    }
    await page.evaluate('watched.refuses = ""');
    await page.evaluate('location.hash = "#/search"');
    await giveFolder(page, site);
    await page.locator('.search-query').getByRole('button', { name: 'Camera' }).click();
    await page.getByRole('button', { name: 'Take photo' }).click();
    await expect.poll(() => page.locator('.neighbour-name').count()).toBe(NUM_PHOTOS);
    await expect.poll(lights).toEqual(['ended', 'ended', 'ended']);
    // Another view while it is on.
    await page.locator('.search-query').getByText('Remove').click();
    await page.locator('.search-query').getByRole('button', { name: 'Camera' }).click();
    await expect.poll(lights).toEqual(['ended', 'ended', 'ended', 'live']);
    await page.goBack();
    await expect.poll(lights).toEqual(['ended', 'ended', 'ended', 'ended']);
  });

  it('says in plain words what is no image', async () => {
    const page = await site.open('compare');
    const inputs = page.locator('.pair .zone').first().locator('input[type=file]');
    await inputs.setInputFiles(join(site.folder, 'photos', 'mugs', 'broken.jpg'));
    await page
      .locator('.pair .zone')
      .nth(1)
      .locator('input[type=file]')
      .setInputFiles(photos(site, 'mugs', 1));
    await page.locator('.notice').waitFor();
    expect(await page.locator('.notice').textContent()).toMatch(/image/i);
  });

  it('searches a folder, narrows what it finds, and remembers it', async () => {
    const page = await site.open('search');
    await giveFolder(page, site);
    expect(await page.locator('.refused').textContent()).toContain('1 file left out');
    const [query] = photos(site, 'mugs', 1);
    await page.locator('.search-query input[type=file]').setInputFiles(query);
    const names = () => page.locator('.neighbour-name').allTextContents();
    await expect.poll(async () => (await names()).length).toBe(NUM_PHOTOS);
    expect((await names()).slice(0, 2).sort()).toEqual(['0.png', 'copy of 0.png']);
    await page.getByRole('button', { name: 'bowls', exact: true }).click();
    await expect.poll(async () => (await names()).length).toBe(9);
    await page.getByRole('button', { name: 'bowls', exact: true }).click();
    await page.getByLabel('Only what counts as the same').check();
    await expect.poll(() => page.locator('.verdict.is-different').count()).toBe(0);
    await expectAccessible(page);
    await page.reload();
    await page.getByText(`${NUM_PHOTOS} images`).first().waitFor();
    await page.getByRole('button', { name: 'Forget them' }).click();
    await page.getByText('Drop a folder of images here').waitFor();
  });

  it('maps a folder: picks by keys, marks by lasso, hides a label', async () => {
    const page = await site.open('map');
    await giveFolder(page, site);
    const canvas = page.locator('.map-surface canvas');
    await canvas.waitFor();
    await canvas.focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.map-card .neighbours').waitFor();
    expect(await page.locator('.map-card .neighbours li').count()).toBe(8);
    await page.keyboard.press('Escape');
    await page.locator('.map-hint').waitFor();
    await page.getByRole('button', { name: 'Mark several with a lasso' }).click();
    // All of it within the window and its round corners: the mouse is nowhere else.
    await canvas.evaluate((element) => element.scrollIntoView({ block: 'end' }));
    const box = (await canvas.boundingBox())!;
    await page.mouse.move(box.x + 12, box.y + 12);
    await page.mouse.down();
    for (const [x, y] of [
      [box.width - 12, 12],
      [box.width - 12, box.height - 12],
      [12, box.height - 12],
    ])
      await page.mouse.move(box.x + x, box.y + y);
    await page.mouse.up();
    await expect.poll(() => page.locator('.map-card').textContent()).toContain(`${NUM_PHOTOS} images inside`);
    await expectAccessible(page);
  });

  it('finds copies, moves one away and brings it back', async () => {
    const page = await site.open('duplicates');
    // A folder of the browser's own stands in for one of the disk: the system's dialog cannot be tested.
    await page.evaluate(
      async (numbers) => {
        const root = await navigator.storage.getDirectory();
        const folder = await root.getDirectoryHandle('photos', { create: true });
        const mugs = await folder.getDirectoryHandle('mugs', { create: true });
        for (const name of ['0.png', 'copy of 0.png']) {
          const file = await (await mugs.getFileHandle(name, { create: true })).createWritable();
          await file.write(new Uint8Array(numbers));
          await file.close();
        }
        Object.assign(globalThis, { showDirectoryPicker: async () => folder });
      },
      [...(await readFile(photos(site, 'mugs', 1)[0]))],
    );
    const has = (path: string) =>
      page.evaluate(async (names) => {
        let folder = await navigator.storage.getDirectory();
        for (const name of names.slice(0, -1)) folder = await folder.getDirectoryHandle(name);
        return folder.getFileHandle(names.at(-1)!).then(
          () => true,
          () => false,
        );
      }, path.split('/'));
    await giveFolder(page, site);
    await page.locator('.copies-group').waitFor();
    const slider = page.locator('.copies-share input');
    await slider.fill('0.02');
    await expect.poll(() => page.locator('.copies-group').count()).toBe(1);
    await expect
      .poll(() => page.locator('.is-aside .copy-name').allTextContents())
      .toEqual(['mugs/copy of 0.png']);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Move 1 to' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    expect(await has('photos/mugs/copy of 0.png')).toBe(false);
    expect(await has('photos/set-aside/mugs/copy of 0.png')).toBe(true);
    await expect.poll(() => page.locator('.copies-group').count()).toBe(0);
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => page.locator('.copies-group').count()).toBe(1);
    expect(await has('photos/mugs/copy of 0.png')).toBe(true);
  });
});
