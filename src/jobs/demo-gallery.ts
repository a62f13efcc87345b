import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { errorFromSystem } from '../base/errors.ts';
import { forEachInParallel } from '../data/parallel.ts';
import type { DecodedPixels, ImageSet } from '../data/types.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { loadModel } from '../model/load.ts';
import { storeIdentity } from '../search/store/identity.ts';
import { openStore } from '../search/store/open.ts';
import { indexImages } from './indexing/index-images.ts';
import { drawImages } from './map-images.ts';

export interface DemoGalleryJob {
  /** Folder of the model. */
  readonly model: string;
  readonly set: Pick<ImageSet, 'labels' | 'classNames'>;
  /** Of all images of the set. */
  readonly pixels: DecodedPixels;
  /** int32: images to draw from. */
  readonly images: Int32Array;
  /** Folder to make; one that is there is replaced. */
  readonly out: string;
  readonly seed: string | number;
  readonly runtime?: Runtime;
  readonly signal?: AbortSignal;
  /** Called with the images that are in the store. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** As many as a map shows. */
const MAX_IMAGES = 2000;
const FILES_AT_A_TIME = 8;

/**
 * Images of a data set as files, and a store of them, for looking at with the model that was trained.
 * @returns address of the store
 * @throws E_PERMISSION, E_DISK_FULL, E_IO; what the model and the store throw; what `signal` aborts with
 */
export async function makeDemoGallery(job: DemoGalleryJob): Promise<string> {
  const { set, pixels, out, signal, runtime, onProgress } = job;
  const images = drawImages(job.images, MAX_IMAGES, job.seed);
  const [folder, address] = [join(out, 'images'), join(out, 'store')];
  const { height, width, channels, data } = pixels;
  const imageBytes = height * width * channels;
  const nameOf = (index: number) => set.classNames[set.labels[index]] ?? 'none';
  try {
    await rm(out, { recursive: true, force: true });
    for (const name of new Set(Array.from(images, nameOf)))
      await mkdir(join(folder, name), { recursive: true });
    await forEachInParallel(
      images.length,
      FILES_AT_A_TIME,
      async (i) => {
        const index = images[i];
        const image = data.subarray(index * imageBytes, (index + 1) * imageBytes);
        const path = join(folder, nameOf(index), `${index}.png`);
        await sharp(image, { raw: { height, width, channels } }).png().toFile(path);
      },
      signal,
    );
  } catch (error) {
    signal?.throwIfAborted();
    throw errorFromSystem(error, `writing ${out}`);
  }
  const model = await loadModel(job.model, { runtime });
  try {
    const store = await openStore(address, { identity: storeIdentity(model.config) });
    try {
      await indexImages(model, store, [folder], {
        signal,
        onProgress: ({ done, total }) => onProgress?.(done, total),
      });
    } finally {
      await store.close();
    }
  } finally {
    await model.close();
  }
  return address;
}
