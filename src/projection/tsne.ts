import { TSNE } from '@saehrimnir/druidjs';
import { SamesameError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import { breathe, type MapPoint, type OnShare, rowsOf, sizeOf } from './points.ts';

/** The method holds three tables of N × N numbers: 600 MB at this many images. */
export const MAX_TSNE_IMAGES = 5000;
const NUM_ITERATIONS = 500;
/** Neighbours that count, in effect. 30 is van der Maaten's own default. */
const PERPLEXITY = 30;

/**
 * t-SNE: near neighbours stay near and clusters come apart; neither the size of a cluster nor the room between two
 * means anything. The start is drawn from `random`: the same stream gives the same map.
 * @param embeddings float32 `[N, D]`, N from 3 to 5,000
 * @param onShare told the share that is done, from 0 to 1; gives false to stop
 * @throws E_SHAPE, E_NAN, E_CONFIG for more images
 * @source van der Maaten & Hinton 2008
 */
export async function projectTsne(
  embeddings: Float32Array,
  numImages: number,
  random: Random,
  onShare: OnShare = () => true,
): Promise<MapPoint[]> {
  const size = sizeOf(embeddings, numImages);
  if (numImages > MAX_TSNE_IMAGES) {
    throw new SamesameError('E_CONFIG', {
      what: `t-SNE compares every image with every other: ${numImages} are too many`,
      expected: `at most ${MAX_TSNE_IMAGES} images`,
      received: String(numImages),
      help: 'draw fewer (--images), or use --method umap',
    });
  }
  // Widths of neighbourhoods are searched from 1 by doubling: distances should be of that order.
  const scale = meanNorm(embeddings, size);
  // The library's buffers are as wide as the input, and two numbers a point go into them: a single one gets a zero.
  const rows = rowsOf(embeddings, numImages).map((row) => [...row.map((value) => value / scale), 0]);
  const tsne = new TSNE(rows, {
    d: 2,
    perplexity: Math.min(PERPLEXITY, (numImages - 1) / 3),
    seed: random.integer(2 ** 31),
  });
  const steps = tsne.generator(NUM_ITERATIONS);
  for (let i = 1; i <= NUM_ITERATIONS; i++) {
    steps.next();
    if (i % 10 > 0) continue;
    await breathe();
    if (!onShare(i / NUM_ITERATIONS)) break;
  }
  return Array.from(tsne.projection, ([x, y]) => [x, y]);
}

/** Root mean square length of the embeddings around their mean; 1 where they are all equal. */
function meanNorm(embeddings: Float32Array, size: number): number {
  const numImages = embeddings.length / size;
  let total = 0;
  for (let d = 0; d < size; d++) {
    let [sum, squares] = [0, 0];
    for (let i = d; i < embeddings.length; i += size) {
      sum += embeddings[i];
      squares += embeddings[i] ** 2;
    }
    total += squares / numImages - (sum / numImages) ** 2;
  }
  return total > 1e-20 ? Math.sqrt(total) : 1;
}
