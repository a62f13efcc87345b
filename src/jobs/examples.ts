import type { PixelShape } from '../data/types.ts';
import { type Comparison, judge } from '../model/judge.ts';
import type { Model } from '../model/model.ts';
import type { Measurement } from './measure.ts';
import type { PreparedData } from './prepare.ts';
import { exampleIndices } from './report-data.ts';

/** A test pair and what the model says of it. */
export interface ExamplePair extends Comparison {
  /** uint8 `[height, width, channels]`. */
  readonly left: Uint8Array;
  /** uint8 `[height, width, channels]`. */
  readonly right: Uint8Array;
  readonly shape: PixelShape;
  /** Class of each image, or its name where it has none. */
  readonly names: readonly [string, string];
  readonly similar: boolean;
}

const NUM_DRAWN = 4;

/** Four test pairs drawn without looking, half of them similar; then the worst mistake of each kind, where there is one. */
export async function pickExamples(
  { set, pixels, testPairs }: Pick<PreparedData, 'set' | 'pixels' | 'testPairs'>,
  { config }: Pick<Model, 'config'>,
  { distances }: Pick<Measurement, 'distances'>,
  seed: string | number,
): Promise<ExamplePair[]> {
  const drawn = exampleIndices(testPairs, NUM_DRAWN, seed);
  const mistakes = worstMistakes(distances, testPairs.similar, config.threshold);
  const pairs = [...new Set([...drawn, ...mistakes])];
  const { height, width, channels } = pixels.shape;
  const nameOf = (index: number) => set.classNames[set.labels[index]] ?? set.id(index);
  return Promise.all(
    pairs.map(async (pair) => {
      const sides = [testPairs.left[pair], testPairs.right[pair]] as const;
      const both = new Uint8Array(2 * height * width * channels);
      await pixels.gather(Int32Array.from(sides), both);
      return {
        ...judge(distances[pair], config),
        left: both.subarray(0, both.length / 2),
        right: both.subarray(both.length / 2),
        shape: pixels.shape,
        names: [nameOf(sides[0]), nameOf(sides[1])],
        similar: testPairs.similar[pair] > 0.5,
      };
    }),
  );
}

/** The closest dissimilar pair and the farthest similar one, where the threshold gets them wrong. */
function worstMistakes(distances: Float32Array, similar: Float32Array, threshold: number): number[] {
  let closest = -1;
  let farthest = -1;
  for (let i = 0; i < distances.length; i++) {
    if (similar[i] > 0.5) {
      if (distances[i] >= threshold && !(distances[i] <= distances[farthest])) farthest = i;
    } else if (distances[i] < threshold && !(distances[i] >= distances[closest])) closest = i;
  }
  return [closest, farthest].filter((pair) => pair >= 0);
}
