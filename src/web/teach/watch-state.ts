import { createRandom } from '../../base/random.ts';
import { groupByClass } from '../../data/classes.ts';
import type { PairList } from '../../data/types.ts';
import { chooseThreshold } from '../../evaluate/index.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import { type ModelDesign, openParts } from '../../jobs/design.ts';
import { embedStore, measureEmbedded } from '../../jobs/embed-store.ts';
import { rowsOf } from '../../jobs/feature-rows.ts';
import type { PreparedData } from '../../jobs/prepare.ts';
import { validationOf } from '../../jobs/validate.ts';
import type { ParameterValues } from '../../model/encoder-graph.ts';
import { fitPca } from '../../projection/pca.ts';
import type { Validation } from '../../train/progress.ts';
import { modelValues } from '../../train/weight-average.ts';
import { alignPlaces, type Places } from './align-places.ts';

/** What a person watches: how good a state of the network is, where it puts images, and what it gets wrong. */
export interface WatchedState {
  readonly validation: Validation;
  /** By index in the set, in the order of `watched`. */
  readonly places: Places;
  readonly mistakes: readonly WatchedMistake[];
}

export interface WatchedMistake {
  readonly left: number;
  readonly right: number;
  readonly distance: number;
  readonly threshold: number;
  readonly similar: boolean;
}

export interface StateWatcher {
  /** int32, ascending: the images on the map. */
  readonly watched: Int32Array;
  watch(state: ParameterValues): Promise<WatchedState>;
}

/** A map of more is a cloud, and takes longer to draw than an epoch. */
const MAX_WATCHED = 240;
const MAX_MISTAKES = 8;

/** Measures states on the validation pairs, and maps the same images each time: those and as many of the trained ones. */
export function createWatcher(
  design: ModelDesign,
  data: PreparedData,
  runtime: Runtime,
  seed: string | number,
): StateWatcher {
  const { set, splits, validationPairs } = data;
  const rowsOfImages = rowsOf(data);
  const pick = (images: Int32Array, name: string) =>
    spread(set.labels, images, MAX_WATCHED / 2, `${seed}/map/${name}`);
  const watched = Int32Array.from([
    ...pick(splits.train, 'train'),
    ...pick(splits.validation, 'validation'),
  ]).sort();
  const indices = Int32Array.from(
    new Set([...watched, ...validationPairs.left, ...validationPairs.right]),
  ).sort();
  let former: Places | undefined;
  return {
    watched,
    async watch(state) {
      const parts = await openParts(design, modelValues(state), runtime);
      try {
        const embeddings = await embedStore(parts.embed, rowsOfImages, indices);
        const distances = await measureEmbedded(parts, embeddings, indices, validationPairs);
        const threshold = chooseThreshold(distances, validationPairs.similar);
        const size = embeddings.length / indices.length;
        const rows = new Float32Array(watched.length * size);
        const place = new Map(Array.from(indices, (index, i) => [index, i]));
        for (const [row, index] of watched.entries()) {
          const at = place.get(index)! * size;
          rows.set(embeddings.subarray(at, at + size), row * size);
        }
        const points = fitPca(rows, watched.length).project(rows, watched.length);
        const places = former === undefined ? points : alignPlaces(points, former);
        former = places;
        return {
          validation: validationOf(distances, validationPairs.similar, threshold),
          places,
          mistakes: worstMistakes(distances, validationPairs, threshold),
        };
      } finally {
        await parts.close();
      }
    },
  };
}

/** At most `maxCount` of the images, as many of each class as there are, drawn by the seed. */
function spread(labels: Int32Array, images: Int32Array, maxCount: number, seed: string): number[] {
  const random = createRandom(seed);
  const decks = groupByClass(labels, images).members.map((members) => random.shuffle(members.slice()));
  const drawn: number[] = [];
  for (let round = 0; drawn.length < Math.min(maxCount, images.length); round++) {
    for (const deck of decks) if (round < deck.length && drawn.length < maxCount) drawn.push(deck[round]);
  }
  return drawn;
}

/** The pairs that are farthest on the wrong side of the threshold; no image twice, for one odd image spoils many pairs. */
function worstMistakes(
  distances: Float32Array,
  { left, right, similar }: PairList,
  threshold: number,
): WatchedMistake[] {
  const wrongBy = (pair: number) => (similar[pair] > 0.5 ? 1 : -1) * (distances[pair] - threshold);
  const order = Array.from(distances.keys())
    .filter((pair) => distances[pair] < threshold !== similar[pair] > 0.5)
    .sort((a, b) => wrongBy(b) - wrongBy(a));
  const seen = new Set<number>();
  const found: WatchedMistake[] = [];
  for (const pair of order) {
    if (found.length === MAX_MISTAKES) break;
    if (seen.has(left[pair]) || seen.has(right[pair])) continue;
    seen.add(left[pair]).add(right[pair]);
    found.push({
      left: left[pair],
      right: right[pair],
      distance: distances[pair],
      threshold,
      similar: similar[pair] > 0.5,
    });
  }
  return found;
}
