import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { indexImages } from '../../src/jobs/indexing/index-images.ts';
import { loadModel } from '../../src/model/load.ts';
import { storeIdentity } from '../../src/search/store/identity.ts';
import { openStore } from '../../src/search/store/open.ts';
import { addToken, revokeToken, type Scope } from '../../src/serve/index.ts';
import { chromiumPath } from '../chromium.ts';
import { nodeRuntime } from '../gradcheck.ts';
import { pngOf, type StartedService, startService } from '../serve/start.ts';
import { saveTinyModel } from '../serve/tiny-model.ts';
import { DESK, reasonToSkip } from './page.ts';

describe.skipIf(reasonToSkip !== undefined)('the page behind a service with a store', () => {
  let folder: string;
  let service: StartedService;
  let run: string;
  let browser: Browser;
  const complaints: string[] = [];
  const NUM_IMAGES = 16;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'samesame-page-service-'));
    await mkdir(join(folder, 'photos'));
    await mkdir(join(folder, 'boots'));
    await writeFile(join(folder, 'boots/config.json'), '{"dataset":"boots"}');
    await writeFile(join(folder, 'boots/metrics.jsonl'), '{"epoch":41,"loss":0.25}\n');
    for (let i = 0; i < NUM_IMAGES; i++)
      await writeFile(join(folder, 'photos', `${i}.png`), await pngOf(i === 15 ? 0 : i));
    await saveTinyModel(join(folder, 'model'));
    const model = await loadModel(join(folder, 'model'), { runtime: nodeRuntime });
    const store = await openStore(join(folder, 'store'), { identity: storeIdentity(model.config) });
    await indexImages(model, store, [join(folder, 'photos')]);
    await Promise.all([store.close(), model.close()]);
    run = join(folder, 'shoes');
    await mkdir(run);
    await writeFile(join(run, 'config.json'), '{"dataset":"shoes"}');
    service = await startService({
      store: join(folder, 'store'),
      runs: [run, join(folder, 'boots')],
      moveTo: join(folder, 'aside'),
    });
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ['--no-sandbox', '--disable-gpu'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
    await rm(folder, { recursive: true });
    expect(complaints).toEqual([]);
  });

  it('searches, maps and looks for copies in the server’s images, with the server’s model in the tab', async () => {
    const page = await browser.newPage({ viewport: DESK });
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error.stack)));
    await page.goto(`${service.url}/#/search`);
    await page.getByText(`On the server (${NUM_IMAGES})`).waitFor();
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
    const photo = { name: 'query.png', mimeType: 'image/png', buffer: Buffer.from(await pngOf(3)) };
    await page.locator('.search-query input[type=file]').setInputFiles(photo);
    await expect.poll(() => page.locator('.neighbour-name').first().textContent()).toBe('3.png');
    // The picture comes from the server.
    const shown = `document.querySelector('.neighbours img').naturalWidth`;
    await expect.poll(() => page.evaluate(shown)).toBeGreaterThan(0);

    await page.getByRole('link', { name: 'Map' }).click();
    await page.locator('.map-surface canvas').focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('.map-card .neighbours li').first().waitFor();

    await page.getByRole('link', { name: 'Duplicates' }).click();
    await page.locator('.copies-share input').fill('0.02');
    await expect
      .poll(async () =>
        (await page.locator('.copies-group').first().locator('.copy-name').allTextContents()).sort(),
      )
      .toEqual(['0.png', '15.png']);
    const photos = join(folder, 'photos');
    const numFiles = async () => (await readdir(photos)).length;
    const move = page.getByRole('button', { name: /^Move \d+ away$/ });
    const count = Number(/\d+/.exec((await move.textContent())!)![0]);
    await move.click();
    await page.getByText(`On the server (${NUM_IMAGES - count})`).waitFor();
    expect(await numFiles()).toBe(NUM_IMAGES - count);
    // It can be taken back after a reload, too.
    await page.reload();
    const undo = page.getByRole('button', { name: `Undo (${count})` });
    await undo.click();
    await page.getByText(`On the server (${NUM_IMAGES})`).waitFor();
    expect(await numFiles()).toBe(NUM_IMAGES);
    await expect.poll(() => undo.count()).toBe(0);
    // What is no longer as it was indexed stays, and the page says so.
    await page.locator('.copies-share input').fill('0.02');
    await move.waitFor();
    for (const name of await readdir(photos)) await utimes(join(photos, name), 1, 1);
    await move.click();
    await page.locator('.notice', { hasText: 'changed since it was indexed' }).waitFor();
    expect(await numFiles()).toBe(NUM_IMAGES);
    await page.route('**/v1/moves', (route) => route.fulfill({ json: { canMove: false, moves: [] } }));
    await page.getByRole('link', { name: 'Map' }).click();
    await page.getByRole('link', { name: 'Duplicates' }).click();
    await page.getByText('start the service with --move-to FOLDER').waitFor();
    // One's own images are a click away.
    await page.getByRole('button', { name: 'Mine (0)' }).click();
    await page.getByText('Drop a folder of images here').waitFor();
  });

  it('follows a run that goes on, shows others, and the report when there is one', async () => {
    const page = await browser.newPage({ viewport: DESK });
    page.on('pageerror', (error) => complaints.push(String(error.stack)));
    await page.goto(`${service.url}/#/report`);
    await page.getByText('followed live').waitFor();
    await page.getByText('The first epoch is not over yet.').waitFor();
    const tiles = () => page.locator('.tiles').textContent();
    await writeFile(join(run, 'metrics.jsonl'), '{"epoch":1,"loss":0.5}\n');
    await page.locator('.tiles').waitFor();
    expect(await tiles()).toContain('0.500');
    await page.getByLabel('Run', { exact: true }).selectOption('boots');
    await expect.poll(tiles).toContain('41');
    await page.getByLabel('Run', { exact: true }).selectOption('shoes');
    await writeFile(join(run, 'metrics.jsonl'), '{"epoch":1,"loss":0.5}\n{"epoch":2,"loss":0.125}\n');
    await writeFile(
      join(run, 'report.html'),
      '<!doctype html><title>all of it</title><style>p{margin:9px}</style><p>',
    );
    await writeFile(join(run, 'report-data.json'), '{}');
    await expect.poll(tiles).toContain('0.125');
    await expect.poll(() => page.getByText('followed live').count()).toBe(0);
    const opened = page.waitForEvent('popup');
    await page.getByRole('link', { name: 'Whole report' }).click();
    const report = await opened;
    await report.waitForLoadState();
    expect(await report.title()).toBe('all of it');
    expect(await report.evaluate(`getComputedStyle(document.querySelector('p')).marginTop`)).toBe('9px');
    await report.close();
    await page.close();
  });

  it('asks for a token where there are tokens, for this tab alone, and says what is wrong with one', async () => {
    const tokens = join(folder, 'tokens.json');
    const add = async (id: string, scope: Scope, now?: Date) =>
      (await addToken(tokens, { id, scopes: [scope], days: 1 }, now)).token;
    const reader = await add('reader', 'read');
    const other = await add('other', 'read');
    const writer = await add('writer', 'write');
    const expired = await add('expired', 'read', new Date(Date.now() - 3 * 86_400_000));
    const locked = await startService({
      store: join(folder, 'store'),
      tokens,
      runs: [join(folder, 'boots')],
      moveTo: join(folder, 'aside'),
    });
    const page = await browser.newPage({ viewport: DESK });
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 40[13]/.test(message.text()))
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error.stack)));
    await page.addInitScript(countPictures);
    const numOpen = () => page.evaluate('openPictures.size');
    const signIn = async (token: string) => {
      await page.getByLabel('Token').fill(token);
      await page.getByRole('button', { name: 'Sign in' }).click();
    };
    await page.goto(`${locked.url}/#/search`);
    const title = page.getByRole('heading', { name: 'Sign in to this service' });
    await title.waitFor();
    for (const [token, answer] of [
      ['two words', /^This is not a token/],
      ['samesame_unknown', /^This token is not known here/],
      [expired, /^This token has expired/],
      [writer, /^This token does not let its bearer ask/],
    ] as const) {
      await signIn(token);
      await page.locator('.sign-in .notice', { hasText: answer }).waitFor();
      expect(await page.evaluate('sessionStorage.length')).toBe(0);
    }
    await signIn(` ${reader} `);
    await page.getByText(`On the server (${NUM_IMAGES})`).waitFor();
    expect(await title.count()).toBe(0);
    // Views begin anew when the model is there.
    await page.locator('.model-chip.is-ready').waitFor();
    expect(await page.evaluate('[sessionStorage.length, localStorage.length]')).toEqual([1, 0]);

    const photo = { name: 'query.png', mimeType: 'image/png', buffer: Buffer.from(await pngOf(3)) };
    await page.locator('.search-query input[type=file]').setInputFiles(photo);
    const shown = `document.querySelector('.neighbours img')?.naturalWidth`;
    await expect.poll(() => page.evaluate(shown)).toBeGreaterThan(0);
    expect(await numOpen()).toBeGreaterThan(0);
    await page.getByRole('link', { name: 'Map' }).click();
    await page.locator('.map-surface canvas').focus();
    await page.keyboard.press('ArrowRight');
    await expect
      .poll(() => page.evaluate(`document.querySelector('.map-card img')?.naturalWidth`))
      .toBeGreaterThan(0);
    await page.locator('.map-card .neighbours li').first().waitFor();
    // Pictures that are no longer shown are given back.
    await page.getByRole('link', { name: 'Compare' }).click();
    await expect.poll(numOpen).toBe(0);

    await page.getByRole('link', { name: 'Duplicates' }).click();
    await page.locator('.copies-share input').fill('0.02');
    await page.getByRole('button', { name: /^Move \d+ away$/ }).click();
    await page
      .locator('.notice', { hasText: 'This token does not let its bearer change what is stored' })
      .waitFor();
    await page.getByRole('link', { name: 'Report' }).click();
    await page.locator('.tiles', { hasText: '41' }).waitFor();
    await writeFile(join(folder, 'boots/report.html'), '<!doctype html>the whole report');
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the whole report' }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe('boots-report.html');
    expect(await readFile(await download.path(), 'utf8')).toContain('the whole report');

    await page.reload();
    await page.getByRole('link', { name: 'Search' }).click();
    await page.getByText(`On the server (${NUM_IMAGES})`).waitFor();
    await revokeToken(tokens, 'reader');
    await page.waitForTimeout(1100); // the service trusts what it read of the file for a second
    await page.getByRole('link', { name: 'Map' }).click();
    await page.locator('.sign-in .notice', { hasText: /^This token was taken back/ }).waitFor();
    await signIn(other);
    await page.locator('.map-surface canvas').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await title.waitFor();
    expect(await page.evaluate('sessionStorage.length')).toBe(0);
    await page.close();
    await locked.stop();
  });
});

/** Keeps count in the page of the small pictures that it holds. */
function countPictures(): void {
  const open = new Set<string>();
  Object.assign(globalThis, { openPictures: open });
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (object) => {
    const url = createObjectURL(object);
    if (object instanceof Blob && object.type === 'image/webp') open.add(url);
    return url;
  };
  URL.revokeObjectURL = (url) => {
    open.delete(url);
    revokeObjectURL(url);
  };
}
