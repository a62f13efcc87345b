import { createRandom } from '../base/random.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { ImageSet, PairList } from '../data/types.ts';
import { distanceHistogram, findNearest, precisionRecallCurve, rocCurve } from '../evaluate/index.ts';
import { judge } from '../model/judge.ts';
import type { Model } from '../model/model.ts';
import type { GalleryPair, ReportData, ReportImage, RetrievalExample } from '../report/index.ts';
import { createThumbnail } from '../report/thumbnails.ts';
import { type CardInput, composeCard } from './card-data.ts';
import { composeImageMap } from './image-map.ts';
import { describeMachine } from './machine.ts';
import { measureAnswers } from './measure-answers.ts';
import type { PreparedData } from './prepare.ts';

export interface ReportInput extends CardInput {
  readonly trainSeconds: number | null;
  readonly imagesPerSecond: number | null;
  readonly modelBytes: number;
}

/** Everything that the report of a run shows. */
export async function composeReport(input: ReportInput): Promise<ReportData> {
  const { config, data, measurement } = input;
  const { distances } = measurement;
  const { splits, testPairs } = data;
  return {
    ...composeCard(input),
    createdAt: null,
    byNegatives: measurement.byNegatives,
    roc: rocCurve(distances, testPairs.similar),
    precisionRecall: precisionRecallCurve(distances, testPairs.similar),
    histogram: distanceHistogram(distances, testPairs.similar),
    reliability:
      measureAnswers({
        distances,
        similar: testPairs.similar,
        numImages: splits.test.length,
        config: input.model.config,
      })?.probability.reliability ?? null,
    galleries: await pickGalleries(input),
    retrievalExamples: await pickRetrievals(input),
    map: await composeImageMap(data, measurement, config.seed),
    cost: {
      trainSeconds: input.trainSeconds,
      trainImagesPerSecond: input.imagesPerSecond,
      embedImagesPerSecond: measurement.embedImagesPerSecond,
      modelBytes: input.modelBytes,
      machine: describeMachine(),
    },
  };
}

/** Pairs drawn without looking, and the worst mistakes of both kinds. */
async function pickGalleries({
  data,
  model,
  measurement,
  config,
}: ReportInput): Promise<ReportData['galleries']> {
  const { testPairs } = data;
  const { distances } = measurement;
  const drawn = exampleIndices(testPairs, 10, config.seed);
  const order = Array.from(distances.keys()).sort((a, b) => distances[a] - distances[b]);
  const { threshold } = model.config;
  const isSimilar = (pair: number) => testPairs.similar[pair] > 0.5;
  const tooClose = order.filter((pair) => !isSimilar(pair) && distances[pair] < threshold);
  const tooFar = order.filter((pair) => isSimilar(pair) && distances[pair] >= threshold).reverse();
  const draw = (pairs: readonly number[]) =>
    Promise.all(pairs.map((pair) => drawPair(data, pair, distances[pair], model)));
  return [
    { title: 'Pairs drawn at random', pairs: await draw(drawn) },
    {
      title: 'Different, but taken for the same',
      pairs: await draw(withoutRepeats(tooClose, testPairs, 10)),
    },
    { title: 'The same, but taken for different', pairs: await draw(withoutRepeats(tooFar, testPairs, 10)) },
  ];
}

/** Indices of a few pairs, half of them similar. */
export function exampleIndices(
  { numPairs, similar }: PairList,
  count: number,
  seed: string | number,
): number[] {
  const order = createRandom(seed)
    .fork('examples')
    .shuffle(Array.from({ length: numPairs }, (_, i) => i));
  const pick = (kind: boolean) => order.filter((i) => similar[i] > 0.5 === kind).slice(0, count / 2);
  const [same, different] = [pick(true), pick(false)];
  return same.flatMap((pair, i) => [pair, different[i]]).filter((pair) => pair !== undefined);
}

/** The first `count` pairs such that no image is seen twice: one odd image spoils many pairs. */
function withoutRepeats(order: readonly number[], { left, right }: PairList, count: number): number[] {
  const seen = new Set<number>();
  const kept: number[] = [];
  for (const pair of order) {
    if (kept.length === count) break;
    if (seen.has(left[pair]) || seen.has(right[pair])) continue;
    seen.add(left[pair]).add(right[pair]);
    kept.push(pair);
  }
  return kept;
}

async function drawPair(
  { set, pixels, testPairs }: PreparedData,
  pair: number,
  distance: number,
  model: Pick<Model, 'config'>,
): Promise<GalleryPair> {
  const { probability, verdict } = judge(distance, model.config);
  return {
    left: await drawImage(set, pixels, testPairs.left[pair]),
    right: await drawImage(set, pixels, testPairs.right[pair]),
    distance,
    probability,
    verdict,
    similar: testPairs.similar[pair] > 0.5 ? 1 : 0,
  };
}

async function drawImage(set: ImageSet, pixels: PixelStore, index: number): Promise<ReportImage> {
  const { height, width, channels } = pixels.shape;
  const image = new Uint8Array(height * width * channels);
  await pixels.gather(Int32Array.of(index), image);
  return {
    image: await createThumbnail(image, pixels.shape),
    label: set.classNames[set.labels[index]] ?? set.id(index),
  };
}

/** Queries of as many classes as there are, and what lies nearest to them. */
async function pickRetrievals({ data, measurement, config }: ReportInput): Promise<RetrievalExample[]> {
  const { retrievalImages: images, embeddings, retrieval } = measurement;
  if (retrieval === null || images.length < 2) return [];
  const { set, pixels } = data;
  const size = embeddings.length / images.length;
  const places = createRandom(config.seed).fork('retrieval').shuffle(Array.from(images.keys()));
  const seen = new Set<number>();
  const queries = places.filter((place) => {
    const label = set.labels[images[place]];
    return seen.size < 8 && !seen.has(label) && seen.add(label);
  });
  const examples: RetrievalExample[] = [];
  for (const place of queries) {
    const [nearest] = await findNearest({
      queries: embeddings.subarray(place * size, (place + 1) * size),
      gallery: embeddings,
      numQueries: 1,
      numGallery: images.length,
      k: 7,
      exclude: [place],
    });
    examples.push({
      query: await drawImage(set, pixels, images[place]),
      neighbours: await Promise.all(
        nearest.map(async ({ index, distance }) => ({
          ...(await drawImage(set, pixels, images[index])),
          distance,
          isRight: set.labels[images[index]] === set.labels[images[place]],
        })),
      ),
    });
  }
  return examples;
}
