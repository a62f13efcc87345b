import { createRuntime } from '#runtime';
import { createRandom } from '../base/random.ts';
import type { BadImage } from '../data/types.ts';
import { type Drift, energyDrift, strangeness } from '../evaluate/index.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { loadModel } from '../model/load.ts';
import type { TrainEvent } from '../train/progress.ts';
import { describeBad } from './bad-images.ts';
import { embedFiles } from './embed.ts';
import { MAX_REFERENCE } from './make-reference.ts';
import { type Reference, readReference } from './reference.ts';

export interface DriftJob {
  /** Folder of the model, or of a run. */
  readonly model: string;
  /** Image files, and folders of them. */
  readonly images: readonly string[];
  /** Controls which images are sampled and the permutations. Default 0. */
  readonly seed?: string | number;
  /** Images to name as farthest from the reference. Default 10. */
  readonly numFarthest?: number;
  readonly runtime?: Runtime;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

/** Whether a calibration may be trusted on new images. */
export type Trust =
  /** They look like those it was made on, as far as so many images can tell. */
  | 'yes'
  /** They differ, but little, and hardly any is strange. */
  | 'doubtful'
  | 'no';

/** How new images compare with those that a model was calibrated on. */
export interface DriftResult extends Drift {
  readonly numImages: number;
  /** New images in the test: at most 500, drawn by the seed. */
  readonly numTested: number;
  readonly numReference: number;
  readonly reference: Reference['data'];
  readonly trust: Trust;
  /** Share of the new images that lie farther out than 99 % of the reference images do. About .01 without drift. */
  readonly strangeShare: number;
  /** The new images farthest from the reference, the farthest first. */
  readonly farthest: readonly FarImage[];
  readonly bad: readonly BadImage[];
  readonly warnings: readonly string[];
}

export interface FarImage {
  readonly path: string;
  /** Mean distance to its five nearest reference images. */
  readonly distance: number;
  /** Share of reference images that lie as far out. */
  readonly pValue: number;
}

/** Below this p-value a difference is taken for real. */
const SIGNIFICANT = 0.05;
/** An image is strange when at most this share of the reference lies as far out. */
const STRANGE = 0.01;
/**
 * A real difference is small while the energy distance is below this share of the mean distance between the two, and
 * fewer than this share of the images are strange. Halves of one data set stay near .002 and .01.
 */
const SMALL_EFFECT = 0.02;
const SMALL_STRANGE_SHARE = 0.05;
/** With fewer images only a great difference would be seen. */
const FEW_IMAGES = 30;

/**
 * Says whether new images still look like those that a model was calibrated on: the energy distance of their embeddings
 * with a permutation p-value, its size, and the images that lie farthest out.
 *
 * It needs no labels, and so sees only what moves embeddings: other things, other cameras, other light, and other shares
 * of the same things as well. It does not see whether two things that the model holds for one became more common.
 * @throws E_NOT_FOUND, E_MODEL, E_DATA_EMPTY for fewer than two images, E_IMAGES_BAD; what `signal` aborts with
 * @example
 * (await drift({ model: 'runs/photos', images: ['new/'] })).trust; // 'yes'
 */
export async function drift(job: DriftJob): Promise<DriftResult> {
  const { images, seed = 0, numFarthest = 10, signal, onEvent = () => {} } = job;
  const model = await loadModel(job.model, { runtime: job.runtime ?? createRuntime() });
  try {
    const reference = await readReference(job.model, model.config);
    const embedded = await embedFiles(model, images, {
      signal,
      onProgress: (event) => onEvent({ kind: 'stage', ...event }),
    });
    const { paths, embeddings, embeddingSize, bad } = embedded;
    const warnings: string[] = [];
    if (bad.length > 0) {
      const all = { bad, numImages: paths.length + bad.length };
      warnings.push(describeBad(all, 'the list that --json prints'));
    }
    if (paths.length < FEW_IMAGES) {
      warnings.push(
        `${paths.length === 1 ? '1 image is' : `${paths.length} images are`} few: only a great difference would be seen`,
      );
    }
    for (const message of warnings) onEvent({ kind: 'warning', message });

    const random = createRandom(seed).fork('drift');
    const tested = sample(embeddings, paths.length, embeddingSize, random.fork('sample'));
    const sides = { reference: reference.embeddings, numReference: reference.numRows };
    const found = energyDrift({
      ...sides,
      fresh: tested,
      numFresh: tested.length / embeddingSize,
      random: random.fork('permutations'),
    });
    const { distances, pValues } = strangeness({ ...sides, fresh: embeddings, numFresh: paths.length });
    // With fewer than a hundred reference rows none of them is rarer than the rarest.
    const limit = Math.max(STRANGE, 1 / (reference.numRows + 1));
    const strangeShare = pValues.filter((pValue) => pValue <= limit).length / paths.length;
    const order = Array.from(paths.keys()).sort((a, b) => distances[b] - distances[a] || a - b);
    return {
      ...found,
      numImages: paths.length,
      numTested: tested.length / embeddingSize,
      numReference: reference.numRows,
      reference: reference.data,
      trust: trustOf(found, strangeShare),
      strangeShare,
      farthest: order.slice(0, numFarthest).map((i) => ({
        path: paths[i],
        distance: distances[i],
        pValue: pValues[i],
      })),
      bad,
      warnings,
    };
  } finally {
    await model.close();
  }
}

function trustOf({ pValue, effect }: Drift, strangeShare: number): Trust {
  if (pValue > SIGNIFICANT) return 'yes';
  return effect < SMALL_EFFECT && strangeShare < SMALL_STRANGE_SHARE ? 'doubtful' : 'no';
}

/** At most `MAX_REFERENCE` rows, drawn by chance. */
function sample(
  embeddings: Float32Array,
  numRows: number,
  size: number,
  random: ReturnType<typeof createRandom>,
): Float32Array {
  if (numRows <= MAX_REFERENCE) return embeddings;
  const drawn = random.shuffle(Int32Array.from({ length: numRows }, (_, i) => i)).subarray(0, MAX_REFERENCE);
  const rows = new Float32Array(drawn.length * size);
  for (const [row, i] of drawn.entries()) rows.set(embeddings.subarray(i * size, (i + 1) * size), row * size);
  return rows;
}
