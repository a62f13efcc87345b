import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRuntime } from '#runtime';
import type { Site } from '../../bench/web/site.mjs';
import { explainPair } from '../../src/jobs/explain/explain-pair.ts';
import { loadModel, readEncoder } from '../../src/model/index.ts';
import { modelFingerprint } from '../../src/search/store/identity.ts';
import { saveSmallModel, smallImages } from '../small-model.ts';
import { saveTinyModel } from '../tiny-model.ts';
import type { OpenedSite } from './browser.ts';
import { showSite } from './browser.ts';
import type { WindowWithLibrary } from './window.ts';

const SIDE = 40;

/** What a model in a page keeps to, in a real browser. */
export function describeModel(open: () => OpenedSite): void {
  let page: Page;
  let site: Site;

  beforeAll(async () => {
    ({ page, site } = open());
    const models = join(site.files, 'models');
    await saveSmallModel(join(models, 'small'));
    await saveSmallModel(join(models, 'head'), { head: 'concat' });
    await saveTinyModel(join(models, 'tiny'));
    for (const name of ['changed', 'newer', 'odd', 'half'])
      await cp(join(models, 'small'), join(models, name), { recursive: true });
    await cp(join(models, 'small'), join(site.files, 'locked', 'small'), { recursive: true });
    await writeFile(join(models, 'changed', 'encoder.onnx'), 'other bytes');
    const text = await readFile(join(models, 'small', 'config.json'), 'utf8');
    await writeFile(join(models, 'newer', 'config.json'), text.replace('"version": 1', '"version": 2'));
    await writeFile(
      join(models, 'odd', 'config.json'),
      text.replace('"threshold": 0.2', '"threshold": "low"'),
    );
    await writeFile(join(models, 'half', 'config.json'), text.slice(0, 100));
    const file = async (name: string) => new Uint8Array(await readFile(join(models, 'small', name)));
    const run = {
      'config.json': new Uint8Array(3),
      'model/config.json': await file('config.json'),
      'model/encoder.onnx': await file('encoder.onnx'),
    };
    await writeFile(join(site.files, 'run.zip'), zipSync(run));
    await writeFile(join(site.files, 'other.zip'), zipSync({ 'readme.txt': new Uint8Array(3) }));
    await mkdir(join(site.files, 'photos'));
    const pixels = smallImages(3, SIDE, 3);
    for (let i = 0; i < 3; i++) {
      const one = pixels.subarray(i * SIDE * SIDE * 3, (i + 1) * SIDE * SIDE * 3);
      await sharp(one, { raw: { width: SIDE, height: SIDE, channels: 3 } })
        .png()
        .toFile(join(site.files, 'photos', `${i}.png`));
    }
  });

  const photo = (i: number) => join(site.files, 'photos', `${i}.png`);

  it.each(['small', 'head'])('says of two files what Node says (%s)', async (name) => {
    const folder = join(site.files, 'models', name);
    const model = await loadModel(folder);
    const expected = await model.compareFiles(photo(0), photo(1));
    const { calibration, ...found } = await page.evaluate(async (name) => {
      const { samesame } = window as unknown as WindowWithLibrary;
      const stages = new Set<string>();
      const model = await samesame.openModel(`/files/models/${name}`, {
        runtime: 'wasm',
        onProgress: ({ stage }) => stages.add(stage),
      });
      const [a, b] = await Promise.all(
        [0, 1].map(async (i) => (await fetch(`/files/photos/${i}.png`)).blob()),
      );
      const bitmap = await createImageBitmap(b);
      const comparison = await model.compare(a, b);
      const again = await model.compare(a, bitmap);
      const { info } = model;
      await model.close();
      return {
        comparison,
        again,
        stages: [...stages],
        isWhole: bitmap.width > 0,
        fingerprint: info.fingerprint,
        runtime: info.runtime,
        numThreads: info.numThreads,
        calibration: info.calibration,
        input: info.input,
      };
    }, name);
    await model.close();
    const near = {
      ...expected,
      prior: undefined,
      distance: expect.closeTo(expected.distance, 5),
      probability: expect.closeTo(expected.probability, 4),
    };
    expect(found).toEqual({
      comparison: near,
      again: near,
      stages: ['config', 'encoder', ...(name === 'head' ? ['comparator'] : []), 'runtime'],
      isWhole: true,
      fingerprint: modelFingerprint(model.config),
      runtime: 'web/wasm',
      numThreads: 1,
      input: model.config.input,
    });
    expect(calibration).toEqual(model.config.calibration);
  });

  it('takes a model that somebody has: files, a run’s folder, a .zip', async () => {
    const found = await page.evaluate(async () => {
      const { samesame } = window as unknown as WindowWithLibrary;
      const blob = async (path: string) => (await fetch(`/files/${path}`)).blob();
      const [config, encoder] = [
        await blob('models/small/config.json'),
        await blob('models/small/encoder.onnx'),
      ];
      const file = (content: Blob, name: string, path: string) =>
        Object.defineProperty(new File([content], name), 'webkitRelativePath', { value: path });
      const zip = await blob('run.zip');
      const sources = [
        new Map<string, Blob | Uint8Array>([
          ['config.json', config],
          ['encoder.onnx', new Uint8Array(await encoder.arrayBuffer())],
        ]),
        [
          file(new Blob(['{}']), 'config.json', 'run/config.json'),
          file(config, 'config.json', 'run/model/config.json'),
          file(encoder, 'encoder.onnx', 'run/model/encoder.onnx'),
        ],
        zip,
        [new File([zip], 'run.zip')],
      ];
      const image = new ImageData(20, 20);
      image.data.fill(200);
      const answers: number[][] = [];
      for (const source of sources) {
        const model = await samesame.openModel(source, { runtime: 'wasm' });
        answers.push([...(await model.embed([image]))]);
        await model.close();
      }
      return answers;
    });
    expect(found).toHaveLength(4);
    for (const embedding of found) expect(embedding).toEqual(found[0]);
  });

  it('says in codes and words what is wrong with a model', async () => {
    const codes = await page.evaluate(async () => {
      const { samesame } = window as unknown as WindowWithLibrary;
      const blob = async (path: string) => (await fetch(`/files/${path}`)).blob();
      const open = (source: Parameters<typeof samesame.openModel>[0], options: object = {}) =>
        samesame.openModel(source, { runtime: 'wasm', ...options }).then(
          (model) => model.close().then(() => 'opened'),
          (error) => `${error instanceof samesame.SamesameError} ${error.code} ${error.message}`,
        );
      return {
        nowhere: await open('/files/models/nowhere/'),
        noHost: await open('http://127.0.0.1:9/'),
        changed: await open('/files/models/changed/'),
        newer: await open('/files/models/newer/'),
        odd: await open('/files/models/odd/'),
        half: await open('/files/models/half/'),
        otherZip: await open(await blob('other.zip')),
        noZip: await open(await blob('photos/0.png')),
        none: await open([]),
        gpu: await open('/files/models/small/', { runtime: 'webgpu' }),
        unknown: await open('/files/models/small/', { runtime: 'cuda' }),
        misspelt: await open('/files/models/small/', { runtimes: 'wasm' }),
        worker: await open('/files/models/small/', { workerUrl: '/nowhere.js' }),
        locked: await open('/files/locked/small/'),
        otherKey: await open('/files/locked/small/', { headers: { authorization: 'Bearer another' } }),
        key: await open('/files/locked/small/', { headers: { authorization: 'Bearer key' } }),
        noHeader: await open('/files/locked/small/', { headers: { authorization: 'a\nsecret' } }),
        noAddress: await open([], { headers: { authorization: 'Bearer key' } }),
      };
    });
    expect(codes).toEqual({
      nowhere: expect.stringMatching(/^true E_NOT_FOUND [\s\S]*config\.json/),
      noHost: expect.stringMatching(/^true E_DOWNLOAD [\s\S]*Access-Control-Allow-Origin/),
      changed: expect.stringMatching(/^true E_MODEL [\s\S]*expected: sha256 [\s\S]*11 bytes/),
      newer: expect.stringMatching(/^true E_MODEL_VERSION /),
      odd: expect.stringMatching(/^true E_MODEL [\s\S]*expected number, received string[\s\S]*threshold/),
      half: expect.stringMatching(/^true E_MODEL [\s\S]*is not JSON/),
      otherZip: expect.stringMatching(/^true E_MODEL [\s\S]*has no encoder\.onnx/),
      noZip: expect.stringMatching(/^true E_MODEL [\s\S]*no \.zip/),
      none: expect.stringMatching(/^true E_MODEL [\s\S]*no file/),
      gpu: expect.stringMatching(/^true E_RUNTIME [\s\S]*no WebGPU/),
      unknown: expect.stringMatching(/^true E_CONFIG [\s\S]*auto, wasm or webgpu/),
      misspelt: expect.stringMatching(/^true E_CONFIG [\s\S]*did you mean "runtime"/),
      worker: expect.stringMatching(/^true E_RUNTIME [\s\S]*worker/),
      locked: expect.stringMatching(/^true E_UNAUTHORIZED [\s\S]*config\.json[\s\S]*headers/),
      otherKey: expect.stringMatching(/^true E_UNAUTHORIZED /),
      key: 'opened',
      noHeader: expect.stringMatching(/^true E_CONFIG (?![\s\S]*secret)[\s\S]*authorization/),
      noAddress: expect.stringMatching(/^true E_CONFIG [\s\S]*only sent to an address/),
    });
  });

  it('says where ONNX Runtime cannot be loaded from, and that it is loaded once', async () => {
    const open = (wasmPaths?: string) =>
      page.evaluate(async (wasmPaths) => {
        const { samesame } = window as unknown as WindowWithLibrary;
        return samesame.openModel('/files/models/small/', { runtime: 'wasm', wasmPaths }).then(
          () => 'opened',
          (error) => `${error instanceof samesame.SamesameError} ${error.code} ${error.message}`,
        );
      }, wasmPaths);
    await showSite(page, site);
    expect(await open('/nowhere/')).toMatch(/^true E_RUNTIME /);
    await showSite(page, site);
    expect(await open()).toBe('opened');
    expect(await open('/nowhere/')).toMatch(/^true E_CONFIG [\s\S]*loaded before[\s\S]*nowhere/);
    await showSite(page, site);
  });

  it('says which image cannot be read, and goes on', async () => {
    const found = await page.evaluate(async () => {
      const { samesame } = window as unknown as WindowWithLibrary;
      const model = await samesame.openModel('/files/models/small/', { runtime: 'wasm' });
      const good = await (await fetch('/files/photos/0.png')).blob();
      const cut = good.slice(0, good.size / 2);
      const bomb = new Uint8Array(64);
      bomb.set([
        0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 1, 0, 0, 0, 1, 0, 0, 8, 2,
      ]);
      const tell = (error: InstanceType<typeof samesame.SamesameError>) => [error.code, error.details.index];
      const answers = [
        await model.embed([good, new Blob(['text'])]).catch(tell),
        await model.embed([cut]).catch(tell),
        await model.embed([new Blob([bomb])]).catch((error) => error.message),
        await model
          .embed([new Blob(['<svg xmlns="http://www.w3.org/2000/svg"/>'])])
          .catch((error) => error.message),
        await model.embed(['a.jpg' as never]).catch(tell),
        await model.compare(good, good, { prior: 2 }).catch(tell),
        await model.distances(new Float32Array(64), new Float32Array(63)).catch(tell),
        (await model.embed([])).length,
        (await model.embed([good])).length,
      ];
      await model.close();
      return [...answers, await model.embed([good]).catch(tell)];
    });
    expect(found).toEqual([
      ['E_IMAGE', 1],
      ['E_IMAGE', 0],
      expect.stringContaining('65536×65536'),
      expect.stringContaining('SVG, which is not read in a browser'),
      ['E_IMAGE', 0],
      ['E_CONFIG', undefined],
      ['E_SHAPE', undefined],
      0,
      64,
      ['E_CONFIG', undefined],
    ]);
  });

  it('stops at once when it is told to, and answers again', async () => {
    const found = await page.evaluate(async () => {
      const { samesame } = window as unknown as WindowWithLibrary;
      const model = await samesame.openModel('/files/models/small/', { runtime: 'wasm' });
      const image = new ImageData(100, 100);
      const many = new Array<ImageData>(400).fill(image);
      const controller = new AbortController();
      const told: number[] = [];
      const stopped = await model
        .embed(many, {
          signal: controller.signal,
          onProgress: ({ done }) => {
            told.push(done);
            if (told.length === 2) controller.abort();
          },
        })
        .catch((error) => error.name);
      const never = await model.embed([image], { signal: AbortSignal.abort() }).catch((error) => error.name);
      const after = (await model.embed([image])).length;
      const opening = await samesame
        .openModel('/files/models/small/', { signal: AbortSignal.abort() })
        .catch((error) => error.name);
      await model.close();
      return { stopped, never, after, opening, told };
    });
    expect(found).toEqual({
      stopped: 'AbortError',
      never: 'AbortError',
      after: 64,
      opening: 'AbortError',
      told: [8, 16],
    });
  });

  it('explains a verdict as Node does, and gives null where there is no grid', async () => {
    const folder = join(site.files, 'models', 'small');
    const runtime = createRuntime();
    const model = await loadModel(folder, { runtime });
    const { input } = model.config;
    const { decodeImage } = await import('../../src/data/pixels/decode.ts');
    const part = { left: 0, top: 0, width: input.width, height: input.height };
    const views = await Promise.all(
      [0, 2].map(async (i) => ({ pixels: await decodeImage(photo(i), input), shape: input, part })),
    );
    const expected = await explainPair(model, await readEncoder(folder), [views[0], views[1]], { runtime });
    await model.close();
    const found = await page.evaluate(async () => {
      const { samesame } = window as unknown as WindowWithLibrary;
      const [a, b] = await Promise.all(
        [0, 2].map(async (i) => (await fetch(`/files/photos/${i}.png`)).blob()),
      );
      const model = await samesame.openModel('/files/models/small/', { runtime: 'wasm' });
      const explained = await model.explain(a, b);
      await model.close();
      const tiny = await samesame.openModel('/files/models/tiny/', { runtime: 'wasm' });
      const none = await tiny.explain(a, b);
      await tiny.close();
      const { left, right } = explained!;
      return {
        ...explained!,
        left: { ...left, heat: [...left.heat] },
        right: { ...right, heat: [...right.heat] },
        none,
      };
    });
    expect(found.none).toBeNull();
    expect(found.method).toBe(expected.method);
    expect(found.comparison.distance).toBeCloseTo(expected.comparison.distance, 5);
    expect(found.left.seen).toEqual({ left: 0, top: 0, width: 1, height: 1 });
    for (const [i, side] of [found.left, found.right].entries()) {
      const { product, level, areaShare, height, width } = expected.sides[i];
      expect(side.heat).toBeAllClose(product!, { rtol: 1e-2, atol: 1e-4 });
      expect(side).toMatchObject({ height, width });
      expect([side.level, side.areaShare]).toBeAllClose([level, areaShare], { atol: 1e-2 });
    }
    expect(found.carried.whole).toBeCloseTo(expected.carried.whole, 5);
    expect(found.carried.nothing).toBeCloseTo(expected.carried.nothing, 5);
  });

  describe('in a page that may share memory', () => {
    it('runs in several threads, to the same end', async () => {
      const embed = () =>
        page.evaluate(async () => {
          const { samesame } = window as unknown as WindowWithLibrary;
          const model = await samesame.openModel('/files/models/small/', { runtime: 'wasm', numThreads: 2 });
          const photo = await (await fetch('/files/photos/0.png')).blob();
          const embedding = [...(await model.embed([photo]))];
          await model.close();
          return { embedding, numThreads: model.info.numThreads };
        });
      const alone = await embed();
      site.isIsolated = true;
      await showSite(page, site);
      const together = await embed();
      site.isIsolated = false;
      await showSite(page, site);
      expect([alone.numThreads, together.numThreads]).toEqual([1, 2]);
      expect(together.embedding).toBeAllClose(alone.embedding, { atol: 1e-5 });
    });
  });
}
