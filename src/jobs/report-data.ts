import { createRandom } from '../base/random.ts';
import { VERSION } from '../base/version.ts';
import type { PixelStore } from '../data/pixels/store.ts';
import type { ImageSet, PairList } from '../data/types.ts';
import {
  accuracyByClass,
  distanceHistogram,
  findNearest,
  precisionRecallCurve,
  rocCurve,
} from '../evaluate/index.ts';
import { judge } from '../model/judge.ts';
import type { Model } from '../model/model.ts';
import type { ClassResult, GalleryPair, ReportData, ReportImage, RetrievalExample } from '../report/index.ts';
import { createThumbnail } from '../report/thumbnails.ts';
import type { TrainConfig } from '../train/config.ts';
import { lossNameOf } from '../train/custom-loss.ts';
import type { EpochRecord } from '../train/progress.ts';
import { composeImageMap } from './image-map.ts';
import { describeMachine } from './machine.ts';
import type { Measurement } from './measure.ts';
import { measureAnswers } from './measure-answers.ts';
import type { PreparedData } from './prepare.ts';
import { configurationOf } from './report-configuration.ts';
import { bestEpochOf, epochMetrics } from './report-epochs.ts';

export interface ReportInput {
  readonly config: TrainConfig;
  readonly data: PreparedData;
  /** Empty where a model is only measured. */
  readonly records: readonly EpochRecord[];
  readonly trainSeconds: number | null;
  readonly model: Pick<Model, 'config'>;
  readonly measurement: Measurement;
  readonly imagesPerSecond: number | null;
  readonly numParameters: number;
  readonly modelBytes: number;
}

/** Everything that the report of a run shows. */
export async function composeReport(input: ReportInput): Promise<ReportData> {
  const { config, data, records, measurement } = input;
  const { encoder, distance, calibration } = input.model.config;
  const { verification, retrieval, rawPixels, frozenFeatures, distances } = measurement;
  const { set, splits, testPairs, validationPairs, target } = data;
  const { image: _image, ...settings } = config;
  return {
    title: `${set.name}: is it the same?`,
    createdAt: null,
    data: {
      name: set.name,
      numImages: set.numImages,
      classNames: set.classNames,
      fingerprint: data.fingerprint,
      splits: [
        { name: 'train', numImages: splits.train.length, numPairs: data.trainPairs?.numPairs ?? null },
        { name: 'validation', numImages: splits.validation.length, numPairs: validationPairs.numPairs },
        { name: 'test', numImages: splits.test.length, numPairs: testPairs.numPairs },
      ],
    },
    model: {
      network: encoder.name,
      loss: lossNameOf(config),
      numParameters: input.numParameters,
      inputShape: [target.height, target.width, target.channels],
      embeddingDim: encoder.embeddingSize,
      distance: distance === 'euclidean' ? distance : 'learned',
      ...(encoder.backbone && { backbone: encoder.backbone }),
    },
    configuration: configurationOf(settings),
    seed: config.seed,
    versions: { samesame: VERSION },
    epochs: epochMetrics(records),
    bestEpoch: bestEpochOf(records),
    verification,
    calibration,
    retrieval,
    rawPixels,
    frozenFeatures,
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
    hardestClasses: findHardestClasses(input),
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

const NUM_HARDEST = 8;

/** The classes whose test pairs are judged least well. Empty where images have no class. */
function findHardestClasses({ data, model, measurement }: ReportInput): ClassResult[] {
  const { set, testPairs } = data;
  if (set.classNames.length < 2) return [];
  const labelsOf = (images: Int32Array) => Int32Array.from(images, (image) => set.labels[image]);
  const classes = accuracyByClass({
    distances: measurement.distances,
    similar: testPairs.similar,
    left: labelsOf(testPairs.left),
    right: labelsOf(testPairs.right),
    threshold: model.config.threshold,
  });
  const nameOf = (label: number) => set.classNames[label] ?? 'none';
  return classes.slice(0, NUM_HARDEST).map(({ label, mistakenFor, ...counts }) => ({
    name: nameOf(label),
    ...counts,
    mistakenFor: mistakenFor && { name: nameOf(mistakenFor.label), numPairs: mistakenFor.numPairs },
  }));
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
