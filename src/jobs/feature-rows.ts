import { halvesIn } from '../base/float16.ts';
import type { FeatureStore } from '../data/features/types.ts';
import type { BatchRows } from '../train/feeder.ts';
import type { ImageRows } from './embed-store.ts';
import type { PreparedData } from './prepare.ts';

/** What a run's model embeds: features, where a frozen trunk made some, else pixels. */
export function rowsOf({ features, pixels }: Pick<PreparedData, 'features' | 'pixels'>): ImageRows {
  return features === undefined ? pixels : plainFeatureRows(features);
}

/** The features of images as they are, without augmentation: what is measured. */
function plainFeatureRows(features: FeatureStore): ImageRows {
  return {
    rowBytes: 2 * features.rowLength,
    gather: (indices, out) => features.gather(indices, 0, halvesIn(out)),
  };
}

/** Features for training: of each image, at each step, one of its views, drawn evenly. @param numViews 0 for the image itself */
export function featureRows(features: FeatureStore, numViews: number): BatchRows {
  return {
    rowBytes: 2 * features.rowLength,
    read(indices, out, random) {
      const stream = random.fork('views');
      const views = indices.map(() => (numViews === 0 ? 0 : 1 + stream.integer(numViews)));
      return features.gather(indices, views, halvesIn(out));
    },
  };
}
