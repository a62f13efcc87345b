import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type FillOptions, openFeatures } from '../../data/features/index.ts';
import { openLazyPixels } from '../../data/pixels/lazy.ts';
import type { PixelStore } from '../../data/pixels/store.ts';
import type { Dataset } from '../../data/sources/open.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import { buildTrunkModel } from '../../model/encoder-graph.ts';
import type { TrainConfig } from '../../train/config.ts';
import type { TrainEvent } from '../../train/progress.ts';
import { augmentOptionsOf, numViewsOf } from '../feed.ts';
import { type PrepareDataOptions, type PreparedData, prepareData } from '../prepare.ts';
import type { OpenedBackbone } from './open.ts';

export interface PrepareFeaturesOptions extends PrepareDataOptions {
  readonly runtime: Runtime;
  /** Folder that features are kept in. */
  readonly cache?: string;
  readonly onEvent?: (event: TrainEvent) => void;
}

/** Images a run of the trunk. */
const BATCH_SIZE = 16;

/**
 * A data set for a network with a frozen trunk: split and paired as `prepareData` does it, with the trunk's features of
 * each image, and of augmented views of the training images. Features that are kept from an earlier run are used again;
 * then nothing is decoded but what is shown.
 * @throws what `prepareData` throws; E_DISK_FULL
 */
export async function prepareFeatures(
  dataset: Dataset,
  config: TrainConfig,
  { encoder, pixelScale }: OpenedBackbone,
  options: PrepareFeaturesOptions,
): Promise<PreparedData> {
  const { runtime, cache, onEvent, signal, memoryBytes } = options;
  const { set } = dataset;
  const trunk = await openTrunk(encoder, pixelScale, options.target!, runtime);
  const fill = (target: PixelTarget, views?: FillOptions['views']) =>
    openFeatures({
      set,
      target,
      folder: join(cache ?? defaultCacheFolder(), 'features'),
      trunk,
      views,
      memoryBytes,
      signal,
      onProgress: options.onProgress,
      onEstimate: (cost) => onEvent?.({ kind: 'note', message: describeCost(cost) }),
    });
