import { basename, extname } from 'node:path';
import sharp from 'sharp';
import { createRuntime } from '#runtime';
import { SamesameError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { Dataset } from '../data/sources/open.ts';
import type { ImageSet } from '../data/types.ts';
import { findNearestOthers, type Neighbour, type Products } from '../evaluate/index.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { loadModel } from '../model/load.ts';
import type { Model } from '../model/model.ts';
import { createGalleryProducts } from '../model/products.ts';
import { type Projection, type ProjectOptions, projectEmbeddings } from '../projection/index.ts';
import { animate } from '../report/animation/animate.ts';
import { formatCount } from '../report/format.ts';
import { createSpriteSheets, renderMapPage, scatterMap } from '../report/index.ts';
import { createThumbnail } from '../report/thumbnails.ts';
import type { TrainEvent } from '../train/progress.ts';
import { describeBad } from './bad-images.ts';
import { embedStore } from './embed-store.ts';
import type { EvaluatedPart } from './evaluated-part.ts';
import { chooseMapImages } from './map-images.ts';
import { chooseFrameImages, paintFrames } from './paint-frames.ts';

export interface MapJob {
  /** Folder of the model, or of a run. */
  readonly model: string;
  readonly dataset: Dataset;
  /** Files to write, by their ending: `.html`, `.svg`, `.png`; `.gif` and `.webp` animate the frames that a run kept. */
  readonly out: readonly string[];
  readonly method?: ProjectOptions['method'];
  /** Default: the test images where there are any, else all. */
  readonly split?: 'test' | 'all';
  /** Most images to draw. Default 2,000: as many as an eye can use, and UMAP takes seconds for them. */
  readonly maxImages?: number;
  /** Default `label`. */
  readonly colorBy?: 'label' | 'none';
  /** Whether SVG and PNG show the images themselves where there is room. Default false. */
  readonly thumbnails?: boolean;
  /** What images and layout are drawn by. Default: the model's own seed. */
  readonly seed?: string | number;
  /** Bytes of decoded pixels to keep in memory. Default 1 GiB. */
  readonly memoryBytes?: number;
  readonly runtime?: Runtime;
  readonly signal?: AbortSignal;
  /** Called with everything that happens. */
  readonly onEvent?: (event: TrainEvent) => void;
}

/** A drawn map. */
export interface DrawnMap extends Projection {
  readonly out: readonly string[];
  readonly part: EvaluatedPart;
  /** int32: which images of the set were drawn. */
  readonly images: Int32Array;
  /** How many there were to draw from. */
  readonly numFound: number;
  readonly bad: PixelStore['bad'];
}

const MAX_IMAGES = 2000;
const NUM_NEIGHBOURS = 6;
/** Dots a centimetre matter on paper: twice the size of the SVG. */
const PNG_SCALE = 2;

/**
 * Draws the map of a model: where it puts images, near to what it holds for the same.
 * @throws E_CONFIG for another ending or an unknown method; E_NOT_FOUND, E_MODEL…, E_DATA…, E_IMAGES_BAD
 * @example
 * await drawMap({ model: 'runs/photos', dataset: await openDataset('photos'), out: ['map.html', 'map.png'] });
 */
export async function drawMap(job: MapJob): Promise<DrawnMap> {
  const { dataset, out, signal, memoryBytes, runtime = createRuntime(), onEvent = () => {} } = job;
  for (const path of out) checkMapPath(path);
  const model = await loadModel(job.model, { runtime });
  const seed = job.seed ?? model.config.provenance.seed;
  try {
    const chosen = await chooseMapImages(
      dataset,
      model.config,
      { split: job.split, maxImages: job.maxImages ?? MAX_IMAGES, seed },
      { memoryBytes, signal, onProgress: (event) => onEvent({ kind: 'stage', ...event }) },
    );
    const { pixels, images } = chosen;
    try {
      if (pixels.bad.length > 0)
        onEvent({ kind: 'warning', message: describeBad(pixels, 'the list that --json prints') });
      const embeddings = await embedStore(model.embed, pixels, images, (done, total) => {
        signal?.throwIfAborted();
        onEvent({ kind: 'stage', stage: 'images', done, total });
      });
      const gallery = await createGalleryProducts(embeddings, images.length, runtime);
      const { products } = gallery;
      const projection = await projectEmbeddings(embeddings, images.length, {
        method: job.method,
        seed,
        products,
        signal,
        onProgress: (share) =>
          onEvent({ kind: 'stage', stage: 'map', done: Math.round(100 * share), total: 100 }),
      });
      const parts: MapParts = { job, model, chosen: { ...chosen, embeddings }, projection, products };
      for (const path of out) await writeFileAtomic(path, await renderers[checkMapPath(path)](parts));
      await gallery.close();
      return {
        ...projection,
        out,
        part: chosen.part,
        images,
        numFound: chosen.found.length,
        bad: pixels.bad,
      };
    } finally {
      await pixels.close();
    }
  } finally {
    await model.close();
  }
}

/** Everything that a file of the map is made from. */
interface MapParts {
  readonly job: MapJob;
  readonly model: Model;
  readonly chosen: {
    readonly pixels: PixelStore;
    readonly part: EvaluatedPart;
    readonly set: ImageSet;
    readonly images: Int32Array;
    readonly found: Int32Array;
    readonly embeddings: Float32Array;
  };
  readonly projection: Projection;
  /** Inner products of rows with the embeddings. */
  readonly products: Products;
}

const ENDINGS = ['.html', '.svg', '.png', '.gif', '.webp'] as const;
type MapEnding = (typeof ENDINGS)[number];

const renderers: Readonly<Record<MapEnding, (parts: MapParts) => Promise<string | Uint8Array>>> = {
  '.html': renderPage,
  '.svg': renderSvg,
  '.png': async (parts) =>
    sharp(Buffer.from(await renderSvg(parts)), { density: 72 * PNG_SCALE, unlimited: true })
      .png({ compressionLevel: 9 })
      .toBuffer(),
  '.gif': (parts) => renderAnimation(parts, 'gif'),
  '.webp': (parts) => renderAnimation(parts, 'webp'),
};

/**
 * What kind of map a path asks for.
 * @throws E_CONFIG for any other ending
 */
export function checkMapPath(path: string): MapEnding {
  const ending = extname(path).toLowerCase();
  const known = ENDINGS.find((name) => name === ending);
  if (known !== undefined) return known;
  throw new SamesameError('E_CONFIG', {
    what: `a map cannot be written to ${path}`,
    expected: 'a name that ends in .html, .svg or .png, or for an animation in .gif or .webp',
    received: ending === '' ? 'no ending' : ending,
  });
}

async function renderSvg({ job, chosen, projection }: MapParts): Promise<string> {
  const { set, pixels, images } = chosen;
  const thumbnails = job.thumbnails ? await drawThumbnails(pixels, images) : undefined;
  return scatterMap({
    title: titleOf(set, projection, images.length),
    points: projection.points,
    labels: Array.from(images, (index) => set.labels[index]),
    classNames: set.classNames,
    isColored: job.colorBy !== 'none',
    images: thumbnails,
  });
}

async function renderPage({ job, model, chosen, projection, products }: MapParts): Promise<string> {
  const { set, pixels, images, embeddings } = chosen;
  const isComparable = model.config.distance === 'euclidean';
  const neighbours = isComparable ? await nearestOf(embeddings, images.length, products) : null;
  return renderMapPage({
    title: `${basename(set.name)}: the map`,
    subtitle: titleOf(set, projection, images.length),
    method: projection.method,
    points: projection.points,
    labels: Array.from(images, (index) => set.labels[index]),
    classNames: set.classNames,
    names: Array.from(images, (index) => set.id(index)),
    sprites: await createSpriteSheets(await gatherAll(pixels, images), pixels.shape),
    neighbours,
    isColored: job.colorBy !== 'none',
  });
}

/** The frames that the run kept, of the images that it held out. */
async function renderAnimation(
  { job, model, chosen }: MapParts,
  format: 'gif' | 'webp',
): Promise<Uint8Array> {
  const { encoder, provenance } = model.config;
  if (chosen.part !== 'held-out') {
    throw new SamesameError('E_CONFIG', {
      what: 'frames show the images that a run held out, and these are others',
      expected: 'the data that the run was trained on, without --split all',
      help: 'name that data, or ask for .html, .svg or .png',
    });
  }
  const frames = await paintFrames({
    run: job.model,
    set: chosen.set,
    pixels: chosen.pixels,
    images: chooseFrameImages(chosen.found, provenance.seed),
    embeddingSize: encoder.embeddingSize,
    onEvent: job.onEvent,
  });
  return animate(frames, { format });
}

/** By the distance that the model was trained with; a learned one would have to be asked for every pair. */
async function nearestOf(
  embeddings: Float32Array,
  numImages: number,
  products: Products,
): Promise<Neighbour[][]> {
  const k = Math.min(NUM_NEIGHBOURS, numImages - 1);
  return findNearestOthers({ embeddings, numRows: numImages, k, products });
}

async function gatherAll(pixels: PixelStore, images: Int32Array): Promise<Uint8Array> {
  const { height, width, channels } = pixels.shape;
  const all = new Uint8Array(images.length * height * width * channels);
  await pixels.gather(images, all);
  return all;
}

async function drawThumbnails(pixels: PixelStore, images: Int32Array): Promise<string[]> {
  const all = await gatherAll(pixels, images);
  const imageBytes = all.length / images.length;
  return Promise.all(
    Array.from(images, (_, i) =>
      createThumbnail(all.subarray(i * imageBytes, (i + 1) * imageBytes), pixels.shape, { size: 56 }),
    ),
  );
}

const METHOD: Readonly<Record<Projection['method'], string>> = {
  embedding: 'the embedding itself',
  pca: 'PCA of the embeddings',
  umap: 'UMAP of the embeddings',
  tsne: 't-SNE of the embeddings',
};

/** A name without its path: a map is made to be shown. */
function titleOf({ name }: ImageSet, { method }: Projection, numImages: number): string {
  return `${formatCount(numImages)} images of ${basename(name)}, placed by ${METHOD[method]}`;
}
