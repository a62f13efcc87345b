import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../../test/gradcheck.ts';
import { createRandom } from '../../base/random.ts';
import { createStore } from '../../data/pixels/store.ts';
import { measurePairs } from '../../jobs/embed-store.ts';
import { parseModelConfig } from '../../model/config.ts';
import { openNetworks } from '../../model/networks.ts';
import { chooseConfig } from './choose-config.ts';
import { type BaseModel, openBase } from './open-base.ts';
import { prepareTaught } from './prepare-taught.ts';
import type { TaughtImages } from './read-images.ts';
import { teachImages } from './teach-images.ts';
import type { TeachEvent } from './types.ts';

const SIDE = 12;

/** Stripes that lie, and stripes that stand, with noise. */
function stripes(perGroup: number, names = ['lying', 'standing']): TaughtImages {
  const random = createRandom('stripes');
  const numImages = names.length * perGroup;
  const data = new Uint8Array(numImages * SIDE * SIDE).map((_, i) => {
    const [image, y, x] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE];
    const along = Math.floor(image / perGroup) % 2 === 0 ? y : x;
    return 128 + 90 * Math.sin(along + image) + random.integer(60) - 30;
  });
  const target = { height: SIDE, width: SIDE, channels: 1, resize: 'fit' } as const;
  return {
    set: {
      name: 'stripes',
      numImages,
      labels: Int32Array.from({ length: numImages }, (_, i) => Math.floor(i / perGroup)),
      classNames: names,
      id: (index) => `${names[Math.floor(index / perGroup)]}/${index}.png`,
      pixels: { kind: 'decoded', ...target, data },
    },
    pixels: createStore({
      shape: target,
      numImages,
      bad: [],
      isUsable: new Uint8Array(numImages).fill(1),
      memory: data,
    }),
    target,
    fingerprint: 'stripes',
    warnings: [],
  };
}

async function teachStripes(
  perGroup: number,
  options: object = {},
  { stopAfter = Number.POSITIVE_INFINITY, base }: { stopAfter?: number; base?: BaseModel } = {},
) {
  const events: TeachEvent[] = [];
  let numSteps = 0;
  const taught = await teachImages({
    images: stripes(perGroup),
    placeOf: (index) => ({ group: Math.floor(index / perGroup), image: index % perGroup }),
    options,
    base,
    runtime: nodeRuntime,
    numThreads: 1,
    startMs: performance.now(),
    emit: (event) => events.push(event),
    pause: async () => ++numSteps >= stopAfter,
  });
  return { ...taught, events };
}

const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);

describe('teaching', () => {
  it('tells two things apart, says how well, and the files say the same', async () => {
    const { files, summary, events } = await teachStripes(30, { epochs: 6 });
    expect(summary.accuracy!.value).toBeGreaterThan(0.9);
    expect(summary.accuracy!.low).toBeLessThan(summary.accuracy!.value);
    expect(summary.stopped).toBe('finished');
    const config = parseModelConfig(text(files.get('config.json')), 'config.json');
    expect(config).toMatchObject({ threshold: summary.threshold, classes: ['lying', 'standing'] });
    expect(text(files.get('README.md'))).toContain('It was trained in a browser.');
    const encoder = files.get('encoder.onnx')!;
    const { embedder, comparer } = await openNetworks({ config, path: '', encoder }, nodeRuntime);
    const { data } = stripes(30).set.pixels as { data: Uint8Array };
    const embeddings = await embedder.embed(data);
    const size = embedder.embeddingSize;
    const rowOf = (i: number) => embeddings.subarray(i * size, (i + 1) * size);
    const [same] = await comparer.distances(rowOf(0), rowOf(1));
    const [different] = await comparer.distances(rowOf(0), rowOf(45));
    expect(same).toBeLessThan(different);
    await embedder.close();
    const maps = events.filter((event) => event.kind === 'map');
    expect(maps).toHaveLength(6);
    expect(maps.map(({ places }) => places.map(({ group, image }) => [group, image]))).toEqual(
      maps.map(() => maps[0].places.map(({ group, image }) => [group, image])),
    );
    expect(maps[0].places.some(({ isTrained }) => isTrained)).toBe(true);
    expect(maps[0].places.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(true);
  });

  it('starts from what another model sees, and gives a model that stands by itself', async () => {
    const first = await teachStripes(10, { epochs: 2 });
    const base = openBase({
      config: parseModelConfig(text(first.files.get('config.json')), 'config.json'),
      encoder: first.files.get('encoder.onnx')!,
    });
    // In front of its embedding lies its hidden layer.
    expect(base.encoder.trunk!.featureShape).toEqual([128]);
    const { files, summary, events } = await teachStripes(30, { epochs: 3 }, { base });
    expect(summary.accuracy!.base).toBeGreaterThan(0.5);
    expect(summary.words).toContain('what the model that it started from sees');
    expect(events).toContainEqual({
      kind: 'prepare',
      stage: 'features',
      done: expect.any(Number),
      total: expect.any(Number),
    });
    const config = parseModelConfig(text(files.get('config.json')), 'config.json');
    expect(config.encoder).toMatchObject({
      name: 'slim of stripes',
      backbone: { sha256: base.identity, numTrainableParameters: 0, licence: null },
    });
    const whole = await openNetworks({ config, path: '', encoder: files.get('encoder.onnx')! }, nodeRuntime);
    const { pixels } = stripes(30);
    const chosen = chooseConfig(stripes(30), { epochs: 3 }, base);
    const { splits, testPairs } = prepareTaught(stripes(30), chosen);
    expect(splits.test).toHaveLength(summary.plan.numTest);
    const distances = await measurePairs({ ...whole.embedder, ...whole.comparer }, pixels, testPairs);
    const right = distances.filter((d, i) => d < summary.threshold === testPairs.similar[i] > 0.5).length;
    expect(right / testPairs.numPairs).toBeCloseTo(summary.accuracy!.value, 2);
    await whole.embedder.close();
  }, 30_000);

  it('measures nothing where there are too few images to hold any out, and says so', async () => {
    const { files, summary } = await teachStripes(5, { epochs: 2 });
    expect(summary).toMatchObject({ accuracy: null, plan: { numTest: 0 } });
    expect(summary.words).toMatch(/^There were too few images to measure/);
    expect(text(files.get('README.md'))).toContain('**Not measured.**');
  });

  it('can be ended after any step, and gives what it has', async () => {
    const { summary } = await teachStripes(10, {}, { stopAfter: 3 });
    expect(summary).toMatchObject({ stopped: 'stopped', numEpochs: 0, bestEpoch: 0 });
  });

  it('begins no epoch after its seconds are over', async () => {
    const { summary } = await teachStripes(10, { epochs: 500, seconds: 1e-3 });
    expect(summary).toMatchObject({ stopped: 'out of time', numEpochs: 1, bestEpoch: 1 });
  });
});

describe('the settings that are chosen', () => {
  it.each([
    [4, false],
    [5, false],
    [8, true],
    [40, true],
  ])('hold out test images of groups of %i: %s', (perGroup, isMeasured) => {
    const images = stripes(perGroup);
    const chosen = chooseConfig(images, {});
    expect(chosen.isMeasured).toBe(isMeasured);
    expect(chosen.config.test > 0).toBe(isMeasured);
    expect(chosen.config.augment === 'auto').toBe(perGroup >= 30);
  });

  it('refuse three images a group', () => {
    expect(() => chooseConfig(stripes(3), {})).toThrow(
      expect.objectContaining({ code: 'E_DATA_FEW_IMAGES' }),
    );
  });
});
