import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '../../src/data/sources/open.ts';
import { evaluate } from '../../src/jobs/evaluate.ts';
import type { TeachEvent } from '../../src/web/teach/index.ts';
import { chromiumPath } from '../chromium.ts';
import { nodeRuntime } from '../gradcheck.ts';
import { showSite } from './browser.ts';
import { openTeachPage, type TeachPage, teachInPage, type WindowWithDigits } from './teach-page.ts';

// Starting the engine takes seconds, and many times that where others use the processor too.
const PATIENCE_MS = 240_000;

describe.skipIf(chromiumPath === undefined)(
  'teaching in a tab (skipped where there is no Chromium)',
  {
    timeout: PATIENCE_MS,
  },
  () => {
    let opened: TeachPage;
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'samesame-taught-'));
      opened = await openTeachPage({ digits: [0, 1, 7], perDigit: 20 });
    }, PATIENCE_MS);
    afterAll(async () => {
      expect(opened?.complaints).toEqual([]);
      await opened?.close();
      await rm(folder, { recursive: true, force: true });
    });

    it('gives a model whose numbers Node finds again on the same images', async () => {
      const { summary, kinds, zip } = await teachInPage(opened.page, { epochs: 3, numThreads: 1 });
      expect(kinds).toEqual(['prepare', 'plan', 'step', 'epoch', 'map', 'mistakes', 'measure', 'done']);
      expect(summary).toMatchObject({ numEpochs: 3, stopped: 'finished', plan: { numTest: 12, bad: [] } });
      const model = join(folder, 'model');
      await mkdir(model);
      for (const [name, bytes] of Object.entries(unzipSync(zip))) await writeFile(join(model, name), bytes);
      const dataset = await openDataset(opened.digits.folder);
      const { part, measurement } = await evaluate({ model, dataset, runtime: nodeRuntime });
      expect(part).toBe('held-out');
      const { verification, rawPixels } = measurement;
      const { accuracy } = summary;
      expect(verification.numPairs).toBe(accuracy!.numPairs);
      expect(verification.threshold).toBe(summary.threshold);
      expect(rawPixels!.verification.accuracy.value).toBeCloseTo(accuracy!.rawPixels, 6);
      // The runtimes round differently, and a pair may lie on the threshold to the last digit.
      expect(verification.accuracy.value).toBeCloseTo(accuracy!.value, 2);

      // The same on top of that model.
      await cp(model, join(opened.site.files, 'base'), { recursive: true });
      const again = await teachInPage(opened.page, { base: 'files/base/', epochs: 2, numThreads: 1 });
      expect(again.summary.words).toContain('what the model that it started from sees');
      const second = join(folder, 'second');
      await mkdir(second);
      for (const [name, bytes] of Object.entries(unzipSync(again.zip)))
        await writeFile(join(second, name), bytes);
      const found = await evaluate({ model: second, dataset, runtime: nodeRuntime });
      expect(found.part).toBe('held-out');
      // Features were kept in half precision while it was taught.
      expect(found.measurement.verification.accuracy.value).toBeCloseTo(again.summary.accuracy!.value, 1);
    });

    it('ends early with the best epoch, keeps the model under a name, and opens it after a reload', async () => {
      const { page, site } = opened;
      const summary = await page.evaluate(async () => {
        const { importTeach, groups } = window as unknown as WindowWithDigits;
        const { teach, saveModel } = await importTeach();
        const teaching = teach({
          groups,
          epochs: 1000,
          numThreads: 1,
          onEvent: (event: TeachEvent) => event.kind === 'epoch' && teaching.stop(),
        });
        const model = await teaching.done;
        await saveModel('digits', model);
        return model.summary;
      });
      expect(summary).toMatchObject({ stopped: 'stopped', numEpochs: 1, bestEpoch: 1 });
      await showSite(page, site);
      const reloaded = await page.evaluate(async () => {
        const { samesame, importTeach } = window as unknown as WindowWithDigits;
        const { listModels, loadModel, removeModel } = await importTeach();
        const list = await listModels();
        const kept = await loadModel('digits');
        const model = await samesame.openModel(kept.files, { runtime: 'wasm' });
        const black = new ImageData(28, 28);
        const { distance } = await model.compare(black, black);
        await model.close();
        await removeModel('digits');
        const missing = await loadModel('digits').catch(({ code }) => code);
        return {
          names: list.map(({ name }) => name),
          words: kept.summary.words,
          distance,
          numLeft: (await listModels()).length,
          missing,
        };
      });
      expect(reloaded).toEqual({
        names: ['digits'],
        words: summary.words,
        distance: 0,
        numLeft: 0,
        missing: 'E_NOT_FOUND',
      });
    });

    it('says in plain words what is wrong with images, and ends at once when it is cancelled', async () => {
      const found = await opened.page.evaluate(async () => {
        const { importTeach } = window as unknown as WindowWithDigits;
        const { teach } = await importTeach();
        const png = async (shade: number) => {
          const canvas = new OffscreenCanvas(16, 16);
          const context = canvas.getContext('2d')!;
          context.fillStyle = `rgb(${shade} ${shade} ${shade})`;
          context.fillRect(0, 0, 16, 8);
          return canvas.convertToBlob();
        };
        const pngs = (...shades: number[]) => Promise.all(shades.map(png));
        const [one, three, others] = [await pngs(10), await pngs(20, 30, 40), await pngs(50, 60, 70)];
        const same = await pngs(10, 10, 10, 10);
        const text = new Blob(['not an image']);
        const cases = {
          'one group': [{ name: 'mugs', images: three }],
          'no images': [
            { name: 'mugs', images: [] },
            { name: 'bowls', images: [] },
          ],
          'one image': [
            { name: 'mugs', images: three },
            { name: 'bowls', images: one },
          ],
          'no name': [
            { name: ' ', images: three },
            { name: 'bowls', images: others },
          ],
          'not images': [
            { name: 'mugs', images: [text, text, text] },
            { name: 'bowls', images: others },
          ],
          'all the same': [
            { name: 'mugs', images: same },
            { name: 'bowls', images: same },
          ],
          'the same in a group': [
            { name: 'mugs', images: same },
            { name: 'bowls', images: others },
          ],
          'too few': [
            { name: 'mugs', images: three.slice(1) },
            { name: 'bowls', images: others.slice(1) },
          ],
        };
        const told: Record<string, string> = {};
        for (const [name, groups] of Object.entries(cases)) {
          told[name] = await teach({ groups }).done.then(
            () => 'no error',
            ({ code, message }) => `${code} ${message.split('\n')[0]}`,
          );
        }
        told['a size beside a model'] = await teach({
          groups: [
            { name: 'mugs', images: three },
            { name: 'bowls', images: others },
          ],
          base: 'files/base/',
          size: 64,
        }).done.then(
          () => 'no error',
          ({ code, message }) => `${code} ${message.split('\n')[0]}`,
        );
        const teaching = teach({
          groups: [
            { name: 'mugs', images: [...three, ...others] },
            { name: 'bowls', images: [...three, ...others] },
          ],
        });
        teaching.cancel();
        told.cancelled = await teaching.done.then(
          () => 'no error',
          ({ name }) => name,
        );
        return told;
      });
      expect(found).toEqual({
        'one group': 'E_DATA_ONE_CLASS with one group there is nothing to tell apart',
        'no images': 'E_DATA_EMPTY there is no image to learn from yet',
        'one image': 'E_DATA_FEW_IMAGES the group bowls is too small to learn from',
        'no name': 'E_CONFIG group 1 has no name',
        'not images': 'E_IMAGES_BAD too few images of mugs can be read in this browser',
        'all the same': 'E_DATA all the images are the same picture',
        'the same in a group': 'E_DATA_FEW_IMAGES the group mugs is too small to learn from',
        'too few': 'E_DATA_FEW_IMAGES there are too few images to learn from some and to try the others',
        'a size beside a model':
          'E_CONFIG the option size has no effect on a model that a training starts from',
        cancelled: 'AbortError',
      });
    });
  },
);
