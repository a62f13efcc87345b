import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Contents, hashContents } from '../../data/features/contents.ts';
import { openFeatures } from '../../data/features/open.ts';
import { defaultFeaturesFolder } from '../../data/features/trunks.ts';
import type { FeatureStore, FillEstimate, FillOptions, Trunk } from '../../data/features/types.ts';
import type { PixelTarget } from '../../data/pixels/decode.ts';
import { createLazyStore } from '../../data/pixels/lazy.ts';
import type { Dataset } from '../../data/sources/open.ts';
import { buildTrunkModel } from '../../model/encoder-graph.ts';
import { sha256 } from '../../model/save.ts';
import { formatBytes, formatCount, formatDuration } from '../../report/format.ts';
import type { TrainConfig } from '../../train/config.ts';
import type { TrainEvent } from '../../train/progress.ts';
import { augmentOptionsOf, numViewsOf } from '../feed.ts';
import { type PrepareDataOptions, type PreparedData, prepareData } from '../prepare.ts';
import { splitData } from '../split-data.ts';
import { createThreadedRuntime } from '../threads/threaded-runtime.ts';
import type { OpenedBackbone } from './open.ts';
import { type LoadedTrunk, loadTrunk } from './run-trunk.ts';

export interface PrepareFeaturesOptions extends PrepareDataOptions {
  /** Folder that features are kept in, in `features`. Default: samesame's own, of this user. */
  readonly cache?: string;
  /** Threads that run the frozen part. Default: one for each core. */
  readonly numThreads?: number;
  readonly onEvent?: (event: TrainEvent) => void;
}

/**
 * A data set for a network with a frozen trunk: split and paired as `prepareData` does it, with the trunk's features of
 * each image, and of augmented views of the training images. Features that were kept before are used again; then nothing
 * is decoded but what is shown.
 * @throws what `prepareData` and `openFeatures` throw
 */
export async function prepareFeatures(
  dataset: Dataset,
  config: TrainConfig,
  backbone: OpenedBackbone,
  options: PrepareFeaturesOptions,
): Promise<PreparedData> {
  const { set } = dataset;
  const { cache, memoryBytes, signal, onProgress, onEvent } = options;
  const target = config.image ?? backbone.target;
  const contents = await hashContents(
    set,
    (done) => onProgress?.({ stage: 'hash', done, total: set.numImages }),
    signal,
  );
  const { trunk, close } = createTrunk(backbone, target, options.numThreads);
  const open = (views?: FillOptions['views']) =>
    openFeatures({
      set,
      target,
      folder: cache === undefined ? defaultFeaturesFolder() : join(cache, 'features'),
      trunk,
      views,
      contents,
      memoryBytes,
      signal,
      onProgress,
      onEstimate: (cost) => {
        if (cost.numCached < cost.numRows) onEvent?.({ kind: 'note', message: describeCost(cost, views) });
      },
    });
  const numViews = numViewsOf(config);
  const viewsOf = (indices: Int32Array) =>
    numViews === 0
      ? undefined
      : { numViews, indices, augment: augmentOptionsOf(config, target)!, seed: config.seed };
  let features: FeatureStore | undefined;
  try {
    // Which images are good decides how they are split, and that which have views. All are taken for good at first, so
    // that a photo is decoded once for itself and its views; where one is not, the views that are missing then are added.
    const guess = guessTrain(dataset, config, target, contents);
    features = await open(guess && viewsOf(guess));
    const { bad } = features;
    const pixels = createLazyStore(set, { ...target, bad });
    const data = await prepareData(dataset, config, { signal, target, openPixels: async () => pixels });
    const { train } = data.splits;
    if (numViews > 0 && String(train) !== String(guess)) {
      await features.close();
      features = await open(viewsOf(train));
    }
    return { ...data, features };
  } catch (error) {
    await features?.close();
    throw error;
  } finally {
    await close();
  }
}

/** Training images, should all that can be read be good; undefined where so they cannot be split. */
function guessTrain(
  dataset: Dataset,
  config: TrainConfig,
  target: PixelTarget,
  { unreadable }: Contents,
): Int32Array | undefined {
  const { set } = dataset;
  const bad = [...unreadable].map(([index, reason]) => ({ id: set.id(index), reason }));
  try {
    return splitData(dataset, config, createLazyStore(set, { ...target, bad })).splits.train;
  } catch {
    return undefined;
  }
}

/** The frozen part as the cache wants it. Its threads are started when the first row is missing. */
function createTrunk(
  { encoder, pixelScale, provenance }: OpenedBackbone,
  target: PixelTarget,
  numThreads = availableParallelism(),
): { readonly trunk: Trunk; close(): Promise<void> } {
  const { trunk } = encoder;
  const model = buildTrunkModel(trunk!, target, pixelScale);
  let opening: Promise<LoadedTrunk> | undefined;
  return {
    trunk: {
      key: sha256(model),
      about: `${provenance.name} up to ${provenance.frozenUpTo}`,
      rowLength: trunk!.featureShape.reduce((product, dim) => product * dim, 1),
      concurrency: 2 * numThreads,
      async extract(pixels, numImages) {
        opening ??= loadTrunk(createThreadedRuntime({ numThreads }), model, target);
        return (await opening).run(pixels, numImages);
      },
    },
    async close() {
      await (await opening?.catch(() => undefined))?.close();
    },
  };
}

function describeCost({ numRows, numCached, bytes, secondsGuess }: FillEstimate, views: unknown): string {
  const what = views === undefined ? 'images' : 'images and views of them';
  const known = numCached === 0 ? '' : `, ${formatCount(numCached)} of them known`;
  return (
    `the frozen part is run once: ${formatCount(numRows)} ${what}${known}, ` +
    `about ${formatDuration(secondsGuess)} and ${formatBytes(bytes)} on disk`
  );
}
