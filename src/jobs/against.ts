import { fingerprintOf } from '../data/fingerprint.ts';
import { preparePixels } from '../data/pixels/prepare.ts';
import type { Dataset } from '../data/sources/open.ts';
import {
  bootstrap,
  comparePaired,
  type Estimate,
  findNearest,
  type PairedComparison,
} from '../evaluate/index.ts';
import type { Runtime } from '../graph/runtime/types.ts';
import { createGalleryProducts, loadModel, type Model } from '../model/index.ts';
import { embedStore, measurePairs } from './embed-store.ts';
import type { EvaluationData } from './evaluation-data.ts';
import { prepareEvaluation } from './evaluation-data.ts';
import type { Measurement } from './measure.ts';
import type { PrepareDataOptions } from './prepare.ts';

/** A model against another one on the same pairs and images. Differences are the model's number minus the other's. */
export interface AgainstMeasurement extends PairedComparison {
  /** Folder of the other model. */
  readonly other: string;
  /** Null where images have no labels, or where one of the models compares with a learned head. */
  readonly recallAt1Difference: Estimate | null;
  readonly warnings: readonly string[];
}

export interface AgainstInput {
  readonly other: string;
  readonly dataset: Dataset;
  readonly model: Pick<Model, 'config'>;
  readonly evaluated: EvaluationData;
  readonly measurement: Measurement;
  readonly seed: string | number;
  readonly runtime: Runtime;
  readonly options: PrepareDataOptions;
}

/** Fewer classes than this say too little when drawn again, so queries are drawn. */
const MIN_CLASSES = 20;

/** Measures another model on what a model was measured on, and compares the two. @throws E_NOT_FOUND, E_MODEL… */
export async function measureAgainst(input: AgainstInput): Promise<AgainstMeasurement> {
  const { other: folder, dataset, model, evaluated, measurement, seed, runtime, options } = input;
  const { testPairs, set } = evaluated.data;
  const other = await loadModel(folder, { runtime });
  try {
    const warnings = await leakWarnings(input, other);
    const pixels = await preparePixels(dataset.set, { ...other.config.input, ...options });
    try {
      const distances = await measurePairs(other, pixels, testPairs);
      const paired = comparePaired({
        first: { distances: measurement.distances, threshold: model.config.threshold },
        second: { distances, threshold: other.config.threshold },
        similar: testPairs.similar,
        groups: { left: testPairs.left, right: testPairs.right },
        seed,
      });
      const canSearch = [model, other].every(({ config }) => config.distance === 'euclidean');
      const images = measurement.retrievalImages;
      const labels = Int32Array.from(images, (image) => set.labels[image]);
      const recallAt1Difference =
        canSearch && labels.some((label) => label >= 0)
          ? await compareRecall(
              [measurement.embeddings, await embedStore(other.embed, pixels, images)],
              labels,
              seed,
              runtime,
            )
          : null;
      return { other: folder, ...paired, recallAt1Difference, warnings };
    } finally {
      await pixels.close();
    }
  } finally {
    await other.close();
  }
}

/** Difference of Recall@1 over the same queries, each searched for among the others. */
async function compareRecall(
  embeddings: readonly [Float32Array, Float32Array],
  labels: Int32Array,
  seed: string | number,
  runtime: Runtime,
): Promise<Estimate> {
  const sizes = new Map<number, number>();
  for (const label of labels) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const asked = Array.from(labels.keys()).filter((i) => labels[i] >= 0 && sizes.get(labels[i])! > 1);
  const hits: Uint8Array[] = [];
  for (const rows of embeddings) {
    const gallery = await createGalleryProducts(rows, labels.length, runtime);
    const found = await findNearest({
      queries: rows,
      numQueries: labels.length,
      gallery: rows,
      numGallery: labels.length,
      k: 1,
      exclude: Int32Array.from(labels.keys()),
      products: gallery.products,
    });
    await gallery.close();
    hits.push(
      Uint8Array.from(found, ([nearest], i) =>
        nearest !== undefined && labels[nearest.index] === labels[i] ? 1 : 0,
      ),
    );
  }
  const classes = new Map<number, number>();
  for (const i of asked) if (!classes.has(labels[i])) classes.set(labels[i], classes.size);
  const byClass = classes.size >= MIN_CLASSES;
  const numUnits = byClass ? classes.size : asked.length;
  const sums = new Float64Array(numUnits);
  const counts = new Float64Array(numUnits);
  for (const [query, i] of asked.entries()) {
    const unit = byClass ? classes.get(labels[i])! : query;
    sums[unit] += hits[0][i] - hits[1][i];
    counts[unit]++;
  }
  return bootstrap(sums, counts, { seed });
}

/** Whether the other model has seen what is measured. */
async function leakWarnings(
  { other: folder, dataset, evaluated, options }: AgainstInput,
  other: Model,
): Promise<string[]> {
  const fingerprint = await fingerprintOf(dataset.set, options.signal);
  if (fingerprint !== other.config.provenance.fingerprint) return [];
  const own = await prepareEvaluation(dataset, other.config, {}, options);
  await own.data.pixels.close();
  const heldOut = new Set(own.data.splits.test);
  const numSeen = evaluated.data.splits.test.filter((image) => !heldOut.has(image)).length;
  if (numSeen === 0) return [];
  return [
    `${folder} did not hold out ${numSeen} of the ${evaluated.data.splits.test.length} images that are measured, so it may be flattered: compare models that were trained with one seed and one split`,
  ];
}
