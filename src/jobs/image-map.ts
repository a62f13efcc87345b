import { projectEmbeddings } from '../projection/index.ts';
import { createSpriteSheets, type ImageMap } from '../report/index.ts';
import { drawImages } from './map-images.ts';
import type { Measurement } from './measure.ts';
import type { PreparedData } from './prepare.ts';

/** Images on a report's map: as many as a page without script can hold, and an eye can use. */
const MAX_IMAGES = 400;
/** Of an image that is pointed at, in pixels: half of what the page shows, so that a photo's report stays small. */
const MAX_SIDE = 56;

/** The map of a report: a sample of the images that were measured, from the embeddings that are there already. */
export async function composeImageMap(
  { set, pixels }: Pick<PreparedData, 'set' | 'pixels'>,
  { retrievalImages, embeddings }: Pick<Measurement, 'retrievalImages' | 'embeddings'>,
  seed: string | number,
): Promise<ImageMap | undefined> {
  if (retrievalImages.length < 2) return undefined;
  const size = embeddings.length / retrievalImages.length;
  const places = drawImages(Int32Array.from(retrievalImages.keys()), MAX_IMAGES, seed);
  const drawn = new Float32Array(places.length * size);
  for (const [i, place] of places.entries())
    drawn.set(embeddings.subarray(place * size, (place + 1) * size), i * size);
  const images = places.map((place) => retrievalImages[place]);
  const { height, width, channels } = pixels.shape;
  const bytes = new Uint8Array(images.length * height * width * channels);
  await pixels.gather(images, bytes);
  return {
    ...(await projectEmbeddings(drawn, places.length, { seed })),
    labels: Array.from(images, (index) => set.labels[index]),
    classNames: set.classNames,
    names: Array.from(images, (index) => set.id(index)),
    sprites: await createSpriteSheets(bytes, pixels.shape, { maxSide: MAX_SIDE }),
  };
}
