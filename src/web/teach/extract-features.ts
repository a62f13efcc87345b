import { createRandom } from '../../base/random.ts';
import { createAugmenter } from '../../data/augment/augmenter.ts';
import type { FeatureStore, ViewOptions } from '../../data/features/types.ts';
import type { PixelStore } from '../../data/pixels/store.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import type { OpenedBackbone } from '../../jobs/backbone/open.ts';
import { loadTrunk } from '../../jobs/backbone/run-trunk.ts';
import { buildTrunkModel } from '../../model/encoder-graph.ts';

export interface ExtractOptions {
  readonly base: Pick<OpenedBackbone, 'encoder' | 'pixelScale'>;
  readonly runtime: Runtime;
  readonly views: ViewOptions;
  /** Called after each batch. */
  readonly onProgress: (done: number, total: number) => void;
}

/** Bytes of pixels a batch: four photos of 224×224. */
const BATCH_BYTES = 4 * 224 * 224 * 3;

/** Runs the frozen part once on every image and on every view of the training images; its features stay in memory. */
export async function extractFeatures(
  pixels: PixelStore,
  { base, runtime, views, onProgress }: ExtractOptions,
): Promise<FeatureStore> {
  const { shape, rowBytes, usable, numImages, bad } = pixels;
  const { encoder, pixelScale } = base;
  const { layer, featureShape } = encoder.trunk!;
  const rowLength = featureShape.reduce((product, dim) => product * dim, 1);
  const augment = createAugmenter(views.augment, shape);
  const tasks = [
    ...Array.from(usable, (image) => ({ image, view: 0 })),
    ...Array.from({ length: views.numViews }, (_, v) => v + 1).flatMap((view) =>
      Array.from(views.indices, (image) => ({ image, view })),
    ),
  ];
  const placeOf = new Map(
    tasks.map(({ image, view }, place) => [image * (1 + views.numViews) + view, place]),
  );
  const rows = new Uint16Array(tasks.length * rowLength);
  const trunk = await loadTrunk(runtime, buildTrunkModel({ layer, featureShape }, shape, pixelScale), shape);
  try {
    const batchSize = Math.max(1, Math.min(64, Math.floor(BATCH_BYTES / rowBytes)));
    for (let start = 0; start < tasks.length; start += batchSize) {
      const batch = tasks.slice(start, start + batchSize);
      const bytes = new Uint8Array(batch.length * rowBytes);
      await pixels.gather(
        Int32Array.from(batch, ({ image }) => image),
        bytes,
      );
      for (const [i, { image, view }] of batch.entries()) {
        if (view === 0) continue;
        augment(
          bytes.subarray(i * rowBytes, (i + 1) * rowBytes),
          createRandom(views.seed).fork('view', image, view),
        );
      }
      rows.set(await trunk.run(bytes, batch.length), start * rowLength);
      onProgress(start + batch.length, tasks.length);
    }
  } finally {
    await trunk.close();
  }
  return {
    rowLength,
    numImages,
    numViews: views.numViews,
    bad,
    usable,
    async gather(indices, viewOf, out) {
      for (const [i, image] of indices.entries()) {
        const place = placeOf.get(image * (1 + views.numViews) + (viewOf === 0 ? 0 : viewOf[i]))!;
        out.set(rows.subarray(place * rowLength, (place + 1) * rowLength), i * rowLength);
      }
    },
    async close() {},
  };
}
