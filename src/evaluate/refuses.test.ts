import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import {
  accuracyByClass,
  calibrateIsotonic,
  calibrateLogistic,
  chooseCuts,
  chooseThreshold,
  comparePaired,
  curveQuality,
  distanceHistogram,
  embeddingSpread,
  energyDrift,
  falseMatchRate,
  findNearest,
  fitCalibration,
  identifyOpenSet,
  judgeEpisodes,
  kMeans,
  linearProbe,
  missesAt,
  precisionRecallCurve,
  reliability,
  retrieve,
  rocCurve,
  silhouette,
  strangeness,
  verify,
} from './index.ts';

const nan = Number.NaN;
const distances = [0.1, nan, 0.8, 0.9];
const similar = [1, 1, 0, 0];
const sides = { left: [0, 1, 2, 3], right: [1, 2, 3, 0] };
const embeddings = Float32Array.of(0, 1, nan, 3, 4, 5, 6, 7);
const labels = [0, 0, 1, 1];
const drifted = { reference: new Float32Array(8), numReference: 4, fresh: embeddings, numFresh: 4 };
const random = createRandom('not a number');
const fine = { distances: [0.1, 0.2, 0.8, 0.9], threshold: 0.5 };
const episode = {
  ways: 2,
  shots: 1,
  support: Int32Array.of(0, 2),
  queries: Int32Array.of(1, 3),
  answers: Int32Array.of(0, 1),
};

describe('a distance that is no number is refused by', () => {
  it.each<[string, () => unknown]>([
    ['verify', () => verify({ distances, similar, threshold: 0.5 })],
    ['chooseThreshold', () => chooseThreshold(distances, similar)],
    ['rocCurve', () => rocCurve(distances, similar)],
    ['precisionRecallCurve', () => precisionRecallCurve(distances, similar)],
    ['distanceHistogram', () => distanceHistogram(distances, similar)],
    ['missesAt', () => missesAt(distances, similar)],
    ['falseMatchRate', () => falseMatchRate({ distances, similar, threshold: 0.5 })],
    ['accuracyByClass', () => accuracyByClass({ distances, similar, ...sides, threshold: 0.5 })],
    ['comparePaired', () => comparePaired({ first: { distances, threshold: 0.5 }, second: fine, similar })],
    ['calibrateLogistic', () => calibrateLogistic(distances, similar)],
    ['calibrateIsotonic', () => calibrateIsotonic(distances, similar)],
    ['fitCalibration', () => fitCalibration({ distances, similar })],
    ['chooseCuts', () => chooseCuts({ distances, similar, maxError: 0.5, threshold: 0.5 })],
    ['reliability', () => reliability(distances, similar)],
    ['curveQuality', () => curveQuality(distances, similar)],
  ])('%s', (_, action) => {
    expect(action).toThrow(expect.objectContaining({ code: 'E_NAN' }));
  });
});

describe('an embedding that is no number is refused by', () => {
  it.each<[string, () => unknown]>([
    ['retrieve', () => retrieve({ embeddings, labels })],
    [
      'findNearest',
      () => findNearest({ queries: embeddings, gallery: embeddings, numQueries: 4, numGallery: 4, k: 1 }),
    ],
    ['kMeans', () => kMeans({ embeddings, numRows: 4, numClusters: 2 })],
    ['silhouette', () => silhouette({ embeddings, labels })],
    ['linearProbe', () => linearProbe({ embeddings, labels, random })],
    ['identifyOpenSet', () => identifyOpenSet({ embeddings, labels, threshold: 1, random })],
    ['judgeEpisodes', () => judgeEpisodes(embeddings, 2, [episode])],
    ['energyDrift', () => energyDrift({ ...drifted, random })],
    ['strangeness', () => strangeness(drifted)],
    ['embeddingSpread', () => embeddingSpread(embeddings, 4)],
  ])('%s', async (_, action) => {
    await expect((async () => action())()).rejects.toEqual(expect.objectContaining({ code: 'E_NAN' }));
  });
});
