import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { chromiumPath } from '../chromium.ts';
import { saveSmallModel, smallImages } from '../small-model.ts';
import { serveFolders } from './static-server.ts';

/** Where `npm run build:web` puts the page. */
export const PAGE_FOLDER = fileURLToPath(new URL('../../dist/page/', import.meta.url));
/** Why the page cannot be tested here; undefined where it can. */
export const reasonToSkip =
  chromiumPath === undefined
    ? 'no Chromium'
    : existsSync(join(PAGE_FOLDER, 'index.html'))
      ? undefined
      : 'the page is not built: npm run build:web';

/** Long, because many tests may share few processors. */
export const TIMEOUT_MS = 120_000;
export const DESK = { width: 1280, height: 860 } as const;
export const PHONE = { width: 390, height: 844 } as const;

export interface PageSite {
  readonly url: string;
  readonly browser: Browser;
  /** Holds `photos/`, a folder of labelled images with one copy, and `model/`. */
  readonly folder: string;
  /** What browsers complained about: script errors, console, policy; not files that a static host lacks. */
  readonly complaints: string[];
  /** Paths that the browser asked for. */
  readonly requests: string[];
  open(view: string, options?: Parameters<Browser['newContext']>[0]): Promise<Page>;
  /** Closes what was opened, so that it does no more work. */
  closePages(): Promise<void>;
  close(): Promise<void>;
}

/** The page on a static server, with a small model beside it where `hasModel`, and a folder of made-up photos. */
export async function openSite({
  hasModel = true,
  run,
}: {
  readonly hasModel?: boolean;
  /** A folder to be found as `run/`. */
  readonly run?: string;
} = {}): Promise<PageSite> {
  const folder = await mkdtemp(join(tmpdir(), 'samesame-page-'));
  await saveSmallModel(join(folder, 'model'));
  await writePhotos(join(folder, 'photos'));
  const server = await serveFolders({
    '/': PAGE_FOLDER,
    ...(hasModel && { '/model/': join(folder, 'model') }),
    ...(run !== undefined && { '/run/': run }),
  });
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ],
  });
  const complaints: string[] = [];
  const contexts: BrowserContext[] = [];
  return {
    url: server.url,
    browser,
    folder,
    complaints,
    requests: server.requests,
    async open(view, options) {
      const context = await browser.newContext({ viewport: DESK, reducedMotion: 'reduce', ...options });
      contexts.push(context);
      context.setDefaultTimeout(TIMEOUT_MS);
      const page = await context.newPage();
      page.on('console', (message) => {
        if (message.type() === 'error' && !/status of 404/.test(message.text()))
          complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error.stack)));
      // Nothing may leave this host.
      await context.route('**/*', (route) => {
        const { origin } = new URL(route.request().url());
        if (!server.url.startsWith(origin) && /^http/.test(origin)) complaints.push(route.request().url());
        return route.continue();
      });
      await page.goto(`${server.url}#/${view}`);
      return page;
    },
    async closePages() {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
    },
    async close() {
      await browser.close();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Names of the photos by label; `copy of 0.png` is `0.png` of the first once more. */
export const LABELS = ['mugs', 'bowls'] as const;
const PER_LABEL = 9;
const SIDE = 24;

async function writePhotos(folder: string): Promise<void> {
  for (const label of LABELS) {
    await mkdir(join(folder, label), { recursive: true });
    const pixels = smallImages(PER_LABEL, SIDE, 3, label);
    for (let i = 0; i < PER_LABEL; i++) {
      const bytes = SIDE * SIDE * 3;
      const image = pixels.subarray(i * bytes, (i + 1) * bytes);
      const png = await sharp(image, { raw: { width: SIDE, height: SIDE, channels: 3 } })
        .png()
        .toBuffer();
      await writeFile(join(folder, label, `${i}.png`), png);
      if (label === 'mugs' && i === 0) await writeFile(join(folder, label, 'copy of 0.png'), png);
    }
  }
  await writeFile(join(folder, 'mugs', 'broken.jpg'), 'not an image');
}

/** Number of images of `photos/` that can be read. */
export const NUM_PHOTOS = LABELS.length * PER_LABEL + 1;

/** Gives the folder of photos to the page, and waits until all are read. */
export async function giveFolder(page: Page, site: PageSite): Promise<void> {
  await page.locator('.collection input[type=file]').first().setInputFiles(join(site.folder, 'photos'));
  await page.getByText(`${NUM_PHOTOS} images`).first().waitFor();
  await page.locator('.collection .progress').waitFor({ state: 'detached' });
}

/** Paths of photos of a label. */
export function photos(site: PageSite, label: (typeof LABELS)[number], count: number): string[] {
  return Array.from({ length: count }, (_, i) => join(site.folder, 'photos', label, `${i}.png`));
}
