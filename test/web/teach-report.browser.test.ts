import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '../../src/model/load.ts';
import { seriousViolations } from './axe.ts';
import { LABELS, openSite, type PageSite, PHONE, photos, reasonToSkip, TIMEOUT_MS } from './page.ts';

const epoch = (number: number, accuracy: number) =>
  `${JSON.stringify({
    epoch: number,
    loss: 1 / number,
    validation: { accuracy, auc: accuracy, positiveDistance: 0.2, negativeDistance: 0.9 },
    isBest: true,
    imagesPerSecond: 123.4,
  })}\n`;

describe.skipIf(reasonToSkip !== undefined)('the page without a model', { timeout: TIMEOUT_MS }, () => {
  let site: PageSite;
  let run: string;
  beforeAll(async () => {
    run = await mkdtemp(join(tmpdir(), 'samesame-run-'));
    await writeFile(join(run, 'metrics.jsonl'), epoch(1, 0.75));
    site = await openSite({ hasModel: false, run });
  });
  afterEach(() => site.closePages());
  afterAll(async () => {
    await site?.close();
    await rm(run, { recursive: true });
    expect(site?.complaints ?? []).toEqual([]);
  });

  it('teaches a model in the tab, tries it, downloads it, and has it again after a reload', async () => {
    const page = await site.open('compare');
    await page.getByText('First, choose a model').waitFor();
    await page.getByRole('link', { name: 'Teach a new one' }).click();
    const told = page.locator('.teach-start [role=status]');
    expect(await told.textContent()).toBe('Give photos to at least two things.');
    const files = page.locator('.group').nth(0).locator('input[type=file]');
    await files.setInputFiles(photos(site, 'mugs', 3));
    await page.locator('.group').nth(1).getByRole('textbox').fill('bowls');
    await expect.poll(() => told.textContent()).toBe('“bowls” has no photos yet: add some, or remove it.');
    await page
      .locator('.group')
      .nth(1)
      .locator('input[type=file]')
      .setInputFiles(photos(site, 'bowls', 4));
    await expect.poll(() => told.textContent()).toContain('“Thing 1” has 3 photos: each thing needs 4');
    await files.setInputFiles(photos(site, 'mugs', 9).slice(3, 4));
    await expect.poll(() => told.textContent()).toBe('Thing 1 needs a name.');
    await page.locator('.group').nth(0).getByRole('textbox').fill('bowls');
    await expect.poll(() => told.textContent()).toContain('Two things are called “bowls”');
    await page.locator('.group').nth(0).getByRole('textbox').fill('mugs');
    await expect.poll(() => told.textContent()).toContain('With 8 photos or more of each thing');
    for (const [i, label] of LABELS.entries()) {
      const group = page.locator('.group').nth(i);
      await group.getByRole('textbox').fill(label);
      await group.locator('input[type=file]').setInputFiles(photos(site, label, 9).slice(4, 8));
    }
    expect(await seriousViolations(page)).toEqual([]);
    await page.getByLabel('Learn for').selectOption('60');
    await page.getByRole('button', { name: 'Teach', exact: true }).click();
    await page.locator('.panels').waitFor();
    await page
      .getByRole('button', { name: 'That is enough' })
      .click({ timeout: 2000 })
      .catch(() => {}); // it may be over
    await page.locator('.taught').waitFor();
    const heading = page.getByRole('heading', { name: 'It has learned' });
    await heading.waitFor();
    expect(await page.locator('.model-name').textContent()).toBe(LABELS.join(', '));

    await page.locator('.try input[type=file]').setInputFiles(photos(site, 'mugs', 9)[8]);
    await page.locator('.try .neighbours li').first().waitFor();
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
      expect(await seriousViolations(page)).toEqual([]);
    }
    await page.setViewportSize(PHONE);
    await page.waitForTimeout(3000);
    await expect
      .poll(() => page.evaluate('document.documentElement.scrollWidth - innerWidth'))
      .toBeLessThanOrEqual(0);

    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download the model' }).click();
    const zip = await readFile((await (await download).path())!);
    expect(zip.subarray(0, 2).toString()).toBe('PK');
    await page.reload();
    await expect.poll(() => page.locator('.model-name').textContent()).toBe(LABELS.join(', '));
    // The file itself, in a browser that has never seen it.
    const other = await site.open('compare');
    await other.getByRole('button', { name: 'Open a model' }).click();
    const zipInput = other.locator('dialog input[accept=".zip"]');
    await zipInput.setInputFiles({ name: 'mugs.zip', mimeType: 'application/zip', buffer: zip });
    await expect.poll(() => other.locator('.model-name').textContent()).toBe('mugs');

    // Where the browser has no room, the model that is taught next can still be taken along. A browser asks itself for room
    // and remembers the answer while a database is open: this profile has written nothing yet.
    const debug = await other.context().newCDPSession(other);
    const { origin } = new URL(site.url);
    await debug.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1000 });
    await other.evaluate('location.hash = "#/teach"');
    for (const [i, label] of LABELS.entries()) {
      const group = other.locator('.group').nth(i);
      await group.getByRole('textbox').fill(label);
      await group.locator('input[type=file]').setInputFiles(photos(site, label, 8));
    }
    await other.getByRole('button', { name: 'Teach', exact: true }).click();
    await other.getByRole('button', { name: 'That is enough' }).click();
    await other.getByText('remove other models, or download this one').waitFor();
    expect(await other.locator('.taught').textContent()).toContain('until the page is closed');
    expect(await other.locator('.model-name').textContent()).toBe(LABELS.join(', '));
    const unkept = other.waitForEvent('download');
    await other.getByRole('button', { name: 'Download the model' }).click();
    const again = await readFile((await (await unkept).path())!);
    expect(again.subarray(0, 2).toString()).toBe('PK');
  });

  it('follows a run beside the page', async () => {
    const page = await site.open('report');
    await page.getByText('followed live').waitFor();
    const tiles = () => page.locator('.tiles').textContent();
    expect(await tiles()).toContain('75 %');
    await writeFile(join(run, 'metrics.jsonl'), `${epoch(1, 0.75)}${epoch(2, 0.91)}{"epoch": 3, "lo`);
    await expect.poll(tiles).toContain('91 %');
    expect(await page.locator('.svg-figure > svg').count()).toBe(3);
    expect(await seriousViolations(page)).toEqual([]);
    // A run that somebody has, and one that is none.
    const input = page.locator('input[accept=".jsonl"]');
    await input.setInputFiles({ name: 'metrics.jsonl', mimeType: '', buffer: Buffer.from(epoch(1, 0.5)) });
    await expect.poll(tiles).toContain('50 %');
    await input.setInputFiles({ name: 'metrics.jsonl', mimeType: '', buffer: Buffer.from('{}\nno\n{}') });
    await expect
      .poll(() => page.locator('.notice').textContent())
      .toContain('Line 1 of metrics.jsonl is not an epoch');
    await input.setInputFiles({ name: 'notes.txt', mimeType: '', buffer: Buffer.from('hello') });
    await expect.poll(() => page.getByText('There is no metrics.jsonl').count()).toBe(1);
  });
});

it.skipIf(reasonToSkip !== undefined)('opens the model of the test in Node as the page does', async () => {
  const site = await openSite();
  const model = await loadModel(join(site.folder, 'model'));
  const [left, right] = photos(site, 'mugs', 2);
  const { verdict, probability } = await model.compareFiles(left, right);
  const page = await site.open('compare');
  const zones = page.locator('.pair .zone');
  await zones.nth(0).locator('input[type=file]').setInputFiles(left);
  await zones.nth(1).locator('input[type=file]').setInputFiles(right);
  await page.locator('.answer').waitFor();
  expect(await page.locator('.answer-verdict').textContent()).toBe(
    verdict === 'same' ? 'The same' : 'Different',
  );
  expect(await page.locator('.answer-probability').textContent()).toContain(
    `${Math.round(100 * probability)} %`,
  );
  await site.close();
});
