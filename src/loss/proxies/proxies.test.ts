import { describe, expect, test } from 'vitest';
import {
  checkBatchLoss,
  checkDegenerate,
  contextOf,
  cosineOf,
  dotOf,
  meanOf,
  measureBatch,
} from '../../../test/loss-checks.ts';
import { createRandom } from '../../base/random.ts';
import { input } from '../../graph/ops/source.ts';
import type { BatchLoss } from '../types.ts';
import { arcFace, subCenterArcFace } from './arc-face.ts';
import { unitRows } from './class-context.ts';
import { cosFace } from './cos-face.ts';
import { proxyAnchor } from './proxy-anchor.ts';
import { proxyNca, proxyNcaPlusPlus } from './proxy-nca.ts';
import { softTriple } from './soft-triple.ts';
import { largeMarginSoftmax, sphereFace } from './sphere-face.ts';

const LABELS = [2, 0, 1, 2, 0, 2];
const NUM_CLASSES = 4;
type Rows = readonly (readonly number[])[];
type Oracle = (rows: number[][], labels: number[], proxies: Rows) => number;

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
const lengthOf = (a: readonly number[]) => Math.sqrt(dotOf(a, a));

const check = (loss: BatchLoss, oracle: Oracle, { centers = 1, seed = 0 } = {}) =>
  checkBatchLoss({
    loss,
    oracle: (rows, labels, proxies) => oracle(rows, labels, proxies),
    labels: LABELS,
    parameters: { proxies: [NUM_CLASSES * centers, 3] },
    numClasses: NUM_CLASSES,
    seed,
    degenerate: seed === 0,
  });

/** Cross-entropy over the logits of each image, whose own one is `own(θ)` and the others `cos θ`. */
const chooseClass =
  (
    own: (angle: number) => number,
    scale: number,
    {
      factor = (_x: readonly number[], _w: readonly number[]): number => 1,
      weights = [1, 1, 1, 1],
      gamma = 0,
    } = {},
  ): Oracle =>
  (rows, labels, proxies) => {
    const costs = rows.map((row, i) => {
      const logits = proxies.map((proxy, c) => {
        const angle = Math.acos(cosineOf(row, [...proxy]));
        return scale * factor(row, proxy) * (c === labels[i] ? own(angle) : Math.cos(angle));
      });
      const p = Math.exp(logits[labels[i]]) / sumOf(logits.map(Math.exp));
      return weights[labels[i]] * (1 - p) ** gamma * -Math.log(p);
    });
    return sumOf(costs) / sumOf(labels.map((label) => weights[label]));
  };

const arc = (margin: number) => (angle: number) =>
  angle + margin <= Math.PI ? Math.cos(angle + margin) : Math.cos(angle) - margin * Math.sin(margin);

const psi = (m: number) => (angle: number) => {
  const k = Math.floor((angle * m) / Math.PI);
  return (-1) ** k * Math.cos(m * angle) - 2 * k;
};

describe('arcface', () => {
  test('the default', () => check(arcFace(), chooseClass(arc(0.5), 64)));
  test('a margin that passes π', () =>
    check(arcFace({ margin: 2, scale: 5 }), chooseClass(arc(2), 5), { seed: 2 }));
  test('class weights and focal weighting', () =>
    check(
      arcFace({ margin: 0.3, scale: 4, classWeights: [1, 0.5, 3, 2], focalGamma: 2 }),
      chooseClass(arc(0.3), 4, { weights: [1, 0.5, 3, 2], gamma: 2 }),
    ));
  test('worked by hand: on its proxy, the other across', async () => {
    const { loss, activeShare } = await measureBatch(
      arcFace({ margin: 0.5, scale: 2 }),
      [[3, 0]],
      [0],
      {
        proxies: [
          [2, 0],
          [-1, 0],
        ],
      },
      2,
    );
    expect(loss).toBeAllClose([Math.log1p(Math.exp(-2 - 2 * Math.cos(0.5)))], { rtol: 1e-3 });
    expect(activeShare).toEqual([0]);
  });
});

test('sub-center arcface: the nearest of a class counts', () => {
  const margin = arc(0.5);
  return check(
    subCenterArcFace({ centers: 2, scale: 8 }),
    (rows, labels, proxies) =>
      meanOf(
        rows.map((row, i) => {
          const logits = [0, 1, 2, 3].map((c) => {
            const nearest = Math.max(
              cosineOf(row, [...proxies[2 * c]]),
              cosineOf(row, [...proxies[2 * c + 1]]),
            );
            return 8 * (c === labels[i] ? margin(Math.acos(nearest)) : nearest);
          });
          return Math.log(sumOf(logits.map(Math.exp))) - logits[labels[i]];
        }),
      ),
    { centers: 2 },
  );
});

describe('cosface', () => {
  test('the default', () =>
    check(
      cosFace(),
      chooseClass((angle) => Math.cos(angle) - 0.35, 64),
    ));
  test('without a margin it is the normalised softmax', () =>
    check(cosFace({ margin: 0, scale: 10 }), chooseClass(Math.cos, 10)));
});

describe('sphereface and large-margin softmax', () => {
  const lengthOfImage = (x: readonly number[]) => lengthOf(x);
  test.each([1, 2, 3, 4])('sphereface, %d times the angle', (margin) =>
    check(sphereFace({ margin, scale: 2 }), chooseClass(psi(margin), 2, { factor: lengthOfImage }), {
      seed: margin,
    }),
  );
  test.each([2, 4])('large-margin softmax, %d times the angle', (margin) =>
    check(
      largeMarginSoftmax({ margin, scale: 1 }),
      chooseClass(psi(margin), 1, { factor: (x, w) => lengthOf(x) * lengthOf(w) }),
    ),
  );
  test('the defaults', async () => {
    await check(sphereFace(), chooseClass(psi(2), 30, { factor: lengthOfImage }));
    await check(
      largeMarginSoftmax({ focalGamma: 1 }),
      chooseClass(psi(2), 30, {
        factor: (x, w) => lengthOf(x) * lengthOf(w),
        gamma: 1,
      }),
    );
  });
});

describe('proxy-nca', () => {
  const squared = (row: readonly number[], proxy: readonly number[]) => 2 - 2 * cosineOf(row, proxy);
  const nca =
    (temperature: number, hasOwn: boolean): Oracle =>
    (rows, labels, proxies) =>
      meanOf(
        rows.map((row, i) => {
          const terms = proxies.map((proxy) => Math.exp(-squared(row, proxy) / temperature));
          const all = sumOf(terms.filter((_, c) => hasOwn || c !== labels[i]));
          return -Math.log(terms[labels[i]] / all);
        }),
      );
  test('the first one leaves the own proxy out of the sum', () => check(proxyNca(), nca(1, false)));
  test('a temperature', () => check(proxyNca({ temperature: 0.2 }), nca(0.2, false)));
  test('++ has it in the sum, and a low temperature', () => check(proxyNcaPlusPlus(), nca(1 / 9, true)));
  test('worked by hand: right between two proxies', async () => {
    const { loss } = await measureBatch(
      proxyNca(),
      [[1, 1]],
      [0],
      {
        proxies: [
          [1, 0],
          [0, 1],
        ],
      },
      2,
    );
    expect(loss).toBeAllClose([0], { atol: 1e-6 });
  });
});

test.each([
  [0.1, 32],
  [0, 4],
])('proxy anchor, margin %d, scale %d', (margin, scale) =>
  check(proxyAnchor({ margin, scale }), (rows, labels, proxies) => {
    const ofProxies = proxies.map((proxy, c) => {
      const own = rows.filter((_, i) => labels[i] === c).map((row) => cosineOf(row, [...proxy]));
      const others = rows.filter((_, i) => labels[i] !== c).map((row) => cosineOf(row, [...proxy]));
      return {
        isShown: own.length > 0,
        pull: Math.log1p(sumOf(own.map((s) => Math.exp(-scale * (s - margin))))),
        push: Math.log1p(sumOf(others.map((s) => Math.exp(scale * (s + margin))))),
      };
    });
    return (
      meanOf(ofProxies.filter(({ isShown }) => isShown).map(({ pull }) => pull)) +
      meanOf(ofProxies.map(({ push }) => push))
    );
  }),
);

describe('soft-triple', () => {
  const oracle =
    (centers: number, [margin, scale, temperature, mergeWeight]: number[]): Oracle =>
    (rows, labels, proxies) => {
      const ofClass = (c: number) => proxies.slice(c * centers, (c + 1) * centers).map((row) => [...row]);
      const costs = rows.map((row, i) => {
        const logits = [0, 1, 2, 3].map((c) => {
          const cosines = ofClass(c).map((proxy) => cosineOf(row, proxy));
          const shares = cosines.map((s) => Math.exp(s / temperature));
          const soft = sumOf(cosines.map((s, k) => (s * shares[k]) / sumOf(shares)));
          return scale * (soft - (c === labels[i] ? margin : 0));
        });
        return Math.log(sumOf(logits.map(Math.exp))) - logits[labels[i]];
      });
      let spread = 0;
      for (let c = 0; c < 4; c++)
        for (let k = 0; k < centers; k++)
          for (let l = k + 1; l < centers; l++)
            spread += Math.sqrt(2 - 2 * cosineOf(ofClass(c)[k], ofClass(c)[l]));
      return meanOf(costs) + (centers > 1 ? (mergeWeight * spread) / (4 * centers * (centers - 1)) : 0);
    };
  test('three centers', () =>
    check(softTriple({ centers: 3 }), oracle(3, [0.01, 20, 0.1, 0.2]), { centers: 3 }));
  test('options of its own', () =>
    check(
      softTriple({ centers: 2, margin: 0.3, scale: 5, temperature: 0.5, mergeWeight: 0 }),
      oracle(2, [0.3, 5, 0.5, 0]),
      { centers: 2 },
    ));
  test('one center', () => check(softTriple({ centers: 1 }), oracle(1, [0.01, 20, 0.1, 0.2])));
});

describe('degenerate batches', () => {
  const proxies = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
    [0.6, 0.8],
    [0, 0],
    [1, 0],
    [-0.6, 0.8],
  ];
  const twice = [...proxies, ...proxies];
  test.each<[string, BatchLoss, number[][]]>([
    ['arcface', arcFace(), proxies],
    ['arcface, focal', arcFace({ focalGamma: 1 }), proxies],
    ['sub-center arcface', subCenterArcFace({ centers: 2 }), twice],
    ['cosface', cosFace(), proxies],
    ['sphereface', sphereFace(), proxies],
    ['large-margin softmax', largeMarginSoftmax({ margin: 4 }), proxies],
    ['proxy-nca', proxyNca(), proxies],
    ['proxy-nca++', proxyNcaPlusPlus(), proxies],
    ['proxy anchor', proxyAnchor(), proxies],
    ['soft-triple', softTriple({ centers: 2 }), twice],
  ])('%s gives numbers', async (_, loss, rows) => {
    await checkDegenerate(loss, { proxies: rows }, 8);
  });
});

test('proxies begin at length 1', () => {
  const rows = unitRows([5, 7], createRandom('proxies'));
  for (let row = 0; row < 5; row++)
    expect(Math.hypot(...rows.subarray(7 * row, 7 * row + 7))).toBeCloseTo(1, 6);
});

describe('refused', () => {
  const x = input('x', 'float32', [4, 2]);
  const y = input('y', 'int32', [4]);
  const context = contextOf({ proxies: input('p', 'float32', [3, 2]) }, 3);
  test.each([
    () => arcFace({ margin: -0.1 }),
    () => arcFace({ scale: 0 }),
    () => subCenterArcFace({ centers: 0 }),
    () => cosFace({ margin: 2 }),
    () => sphereFace({ margin: 1.5 }),
    () => proxyNca({ temperature: 0 }),
    () => proxyAnchor({ margin: 1 }),
    () => softTriple({ mergeWeight: -1 }),
    () => cosFace({ focalGamma: 0.5 }),
    () => cosFace({ classWeights: [1, -1] }),
    () => arcFace()(x, y),
    () => arcFace()(x, y, { ...context, numClasses: 1 }),
    () => arcFace({ classWeights: [1, 2] })(x, y, context),
  ])('%s', (action) => expect(action).toThrow(expect.objectContaining({ code: 'E_CONFIG' })));
});
