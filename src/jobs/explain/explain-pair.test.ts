import { describe, expect, it } from 'vitest';
import { nodeRuntime } from '../../../test/gradcheck.ts';
import { createRandom } from '../../base/random.ts';
import { compile } from '../../graph/compile.ts';
import { abs } from '../../graph/ops/abs.ts';
import { add } from '../../graph/ops/add.ts';
import { conv2d } from '../../graph/ops/conv2d.ts';
import { globalAveragePool } from '../../graph/ops/global-average-pool.ts';
import { l2Normalize } from '../../graph/ops/l2-normalize.ts';
import { matmul } from '../../graph/ops/matmul.ts';
import { multiply } from '../../graph/ops/multiply.ts';
import { reduceSum } from '../../graph/ops/reduce-sum.ts';
import { relu } from '../../graph/ops/relu.ts';
import { reshape } from '../../graph/ops/reshape.ts';
import { sigmoid } from '../../graph/ops/sigmoid.ts';
import { constant, input } from '../../graph/ops/source.ts';
import { subtract } from '../../graph/ops/subtract.ts';
import {
  createEmbedder,
  createHeadComparer,
  createModel,
  euclideanComparer,
  type ModelConfig,
} from '../../model/index.ts';
import { fromPixels } from '../../nn/layers/pixels.ts';
import { measureCarried } from './carried.ts';
import { explainPair } from './explain-pair.ts';
import { meansInCells, spreadOver } from './grid.ts';
import type { View } from './hide.ts';

const SIDE = 16;
const CELLS = 4;
const CHANNELS = 6;
const shape = { height: SIDE, width: SIDE, channels: 3 } as const;
const whole = { left: 0, top: 0, width: SIDE, height: SIDE };
const random = createRandom('explain');
const draw = (...dims: number[]) =>
  constant(
    Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => random.normal()),
    dims,
  );

/** Sees nothing but the upper left quarter: convolutions that do not overlap, and a map of 4 × 4 of which 4 cells count. */
function quarterEncoder(): Uint8Array {
  const pixels = fromPixels(input('images', 'uint8', ['batch', SIDE, SIDE, 3]), {
    mean: 0.5,
    deviation: 0.5,
  });
  const map = relu(conv2d(pixels, draw(CHANNELS, 3, 4, 4), { stride: 4 }));
  const gate = Float32Array.from({ length: CELLS * CELLS }, (_, i) =>
    i % CELLS < 2 && i < 2 * CELLS ? 1 : 0,
  );
  const seen = multiply(map, constant(gate, [1, 1, CELLS, CELLS]));
  const pooled = reshape(globalAveragePool(seen), ['batch', CHANNELS]);
  return compile({ embedding: l2Normalize(matmul(pooled, draw(CHANNELS, 4))) }).bytes;
}

/** One convolution over the whole image: a map of 1 × 1. */
function oneCellEncoder(): Uint8Array {
  const pixels = fromPixels(input('images', 'uint8', ['batch', SIDE, SIDE, 3]), {
    mean: 0.5,
    deviation: 0.5,
  });
  const embedding = reshape(conv2d(pixels, draw(4, 3, SIDE, SIDE)), ['batch', 4]);
  return compile({ embedding: l2Normalize(embedding) }).bytes;
}

/** `sigmoid(2 − Σ|l − r|)`. */
function comparatorBytes(): Uint8Array {
  const [left, right] = ['left', 'right'].map((name) => input(name, 'float32', ['batch', 4]));
  return compile({ similarity: sigmoid(add(multiply(reduceSum(abs(subtract(left, right)), [1]), -1), 2)) })
    .bytes;
}

const config = {
  distance: 'euclidean',
  threshold: 0.5,
  calibration: { slope: 8, intercept: -4 },
} as ModelConfig;

async function explainWith(
  encoder: Uint8Array,
  [left, right]: readonly [Uint8Array, Uint8Array],
  { hasComparator = false, part = whole } = {},
) {
  const comparer = hasComparator
    ? await createHeadComparer(comparatorBytes(), { embeddingSize: 4, bothWays: false }, nodeRuntime)
    : euclideanComparer(4);
  const about = hasComparator ? { ...config, distance: 'comparator' as const } : config;
  const model = createModel(about, await createEmbedder(encoder, nodeRuntime), comparer);
  const views = [left, right].map((pixels): View => ({ pixels, shape, part }));
  const done: number[] = [];
  const explanation = await explainPair(model, encoder, [views[0], views[1]], {
    runtime: nodeRuntime,
    onProgress: (event) => done.push(event.done / event.total),
  });
  await model.close();
  return { ...explanation, done };
}

const noise = () => Uint8Array.from({ length: SIDE * SIDE * 3 }, () => random.integer(256));
/** The same in the quarter that is seen up to a little noise, anything elsewhere. */
function similarPair(): [Uint8Array, Uint8Array] {
  const [left, right] = [noise(), noise()];
  for (let i = 0; i < left.length; i++) {
    const [x, y] = [Math.floor(i / 3) % SIDE, Math.floor(i / 3 / SIDE)];
    if (x < SIDE / 2 && y < SIDE / 2) right[i] = Math.max(0, Math.min(255, left[i] + 10 * random.normal()));
  }
  return [left, right];
}
/** Of the heat above 0, the share in the upper left part of that side. */
function shareInCorner(heat: Float32Array, side: number): number {
  let [inside, total] = [0, 0];
  for (const [i, value] of heat.entries()) {
    const isInside = i % SIDE < side && Math.floor(i / SIDE) < side;
    total += Math.max(0, value);
    if (isInside) inside += Math.max(0, value);
  }
  return inside / total;
}

describe('an encoder that sees one quarter', () => {
  it.each([false, true])('is explained by that quarter; with a comparator: %s', async (hasComparator) => {
    const result = await explainWith(quarterEncoder(), similarPair(), { hasComparator });
    expect(result.method).toBe('path');
    for (const { product, occlusion, areaShare } of result.sides) {
      // Heat is spread half a cell over the edge of the quarter, and patches reach over it.
      expect(shareInCorner(product!, SIDE / 2)).toBeGreaterThan(0.7);
      expect(shareInCorner(product!, SIDE / 2 + 2)).toBeGreaterThan(0.999);
      expect(shareInCorner(occlusion, SIDE / 2 + 4)).toBeGreaterThan(0.999);
      expect(areaShare).toBeLessThan(0.3);
    }
    expect(result.rankCorrelation!).toBeGreaterThan(0.5);
    const { whole: distance, alone, without, nothing, lost } = result.carried;
    expect(distance).toBe(result.comparison.distance);
    expect(alone).toBeLessThan(nothing);
    expect(without).toBeGreaterThan(distance);
    expect(lost!).toBeGreaterThan(0.3);
    expect(result.done.at(-1)).toBe(1);
  });

  it('loses nothing with what lies outside it', async () => {
    const pair = similarPair();
    const encoder = quarterEncoder();
    const { carried } = await explainWith(encoder, pair);
    const elsewhere = pair.map((pixels) => pixels.slice()) as [Uint8Array, Uint8Array];
    for (const pixels of elsewhere) pixels.fill(7, (SIDE * SIDE * 3) / 2);
    expect((await explainWith(encoder, elsewhere)).carried.whole).toBeCloseTo(carried.whole, 6);
  });
});

describe('what the marked part carries', () => {
  it('is all of the similarity where it is all that the model sees, and none where the model is blind', async () => {
    const embedder = await createEmbedder(quarterEncoder(), nodeRuntime);
    const [left, right] = await Promise.all(
      similarPair().map(async (pixels) => ({ pixels, shape, part: whole })),
    );
    const embeddings = [await embedder.embed(left.pixels), await embedder.embed(right.pixels)];
    const distanceTo = (other: Float32Array) => async (images: Uint8Array) => {
      const rows = await embedder.embed(images);
      return Float32Array.from({ length: rows.length / 4 }, (_, n) =>
        Math.hypot(...other.map((value, k) => value - rows[n * 4 + k])),
      );
    };
    const [distance] = await distanceTo(embeddings[1])(left.pixels);
    const quarter = Uint8Array.from({ length: SIDE * SIDE }, (_, i) =>
      i % SIDE < SIDE / 2 && i < (SIDE * SIDE) / 2 ? 1 : 0,
    );
    const carriedBy = (mask: Uint8Array) =>
      measureCarried(distance, [
        { view: left, mask, distancesTo: distanceTo(embeddings[1]) },
        { view: right, mask, distancesTo: distanceTo(embeddings[0]) },
      ]);
    const seen = await carriedBy(quarter);
    expect([seen.share, seen.lost]).toBeAllClose([1, 1], { atol: 1e-5 });
    const unseen = await carriedBy(quarter.map((inside) => 1 - inside));
    expect([unseen.share, unseen.lost]).toBeAllClose([0, 0], { atol: 1e-5 });
    expect(unseen.nothing).toBe(seen.nothing);
  });

  it('is found by occlusion where the last map is one cell', async () => {
    const result = await explainWith(oneCellEncoder(), similarPair());
    expect(result).toMatchObject({ method: 'occlusion', rankCorrelation: null });
    expect(result.sides[0].product).toBeUndefined();
    expect(result.sentence).not.toMatch(/NaN|undefined|null/);
  });
});

describe('pairs of little use', () => {
  it('identical images: everything agrees', async () => {
    const image = noise();
    const result = await explainWith(quarterEncoder(), [image, image]);
    expect(result.comparison).toMatchObject({ verdict: 'same', distance: 0 });
    expect(result.sides[0].product).toEqual(result.sides[1].product);
    expect(result.sides[0].barShare).toBe(0);
    expect(result.sentence).toMatch(/^The marked parts, \d+\u202f% of each photo, carry/);
  });

  it('one colour each: nothing to place', async () => {
    const flat = new Uint8Array(SIDE * SIDE * 3).fill(200);
    const result = await explainWith(quarterEncoder(), [flat, flat.slice().fill(190)]);
    expect(result.carried).toMatchObject({ share: null, lost: null });
    expect(result.sides[0].occlusion.every((value) => value === 0)).toBe(true);
    expect(result.sentence).toMatch(/^There is (no|hardly any) similarity to place/);
  });

  it('no heat at all: nothing is marked', async () => {
    const flat = new Uint8Array(SIDE * SIDE * 3).fill(200);
    const result = await explainWith(oneCellEncoder(), [flat, flat]);
    expect(result.sides.map(({ areaShare }) => areaShare)).toEqual([0, 0]);
    expect(result.sentence).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('a photo between bars: heat lies on the photo alone', async () => {
    const part = { left: 4, top: 0, width: 7, height: SIDE };
    const result = await explainWith(quarterEncoder(), similarPair(), { part });
    expect(result.sides[0]).toMatchObject({ width: 7, height: SIDE });
    expect(result.sides[0].occlusion).toHaveLength(7 * SIDE);
    // Of the two cells that are seen in a row, the first lies left of the photo.
    expect(result.sides[0].barShare).toBeGreaterThan(0.2);
    expect(result.sides[0].barShare).toBeLessThan(0.9);
    // Column 4 of the input is the photo's first: the last cell that is seen.
    const { occlusion } = result.sides[0];
    const columns = Array.from({ length: 7 }, (_, x) => Math.max(...occlusion.filter((_, i) => i % 7 === x)));
    expect(columns[6]).toBeLessThan(Math.max(...columns));
  });
});

describe('grids', () => {
  it('are spread smoothly between the middles of cells', () => {
    const input = { height: 4, width: 4 };
    const grid = { rows: 2, columns: 2, values: [0, 4, 8, 12] };
    const heat = spreadOver(grid, input, { left: 0, top: 0, width: 4, height: 4 });
    // Pixels 1 and 2 lie a quarter and three quarters of the way: 3s² − 2s³ is .15625 and .84375 there.
    expect([...heat.subarray(0, 4)]).toEqual([0, 0.625, 3.375, 4]);
    expect([...heat.subarray(4, 8)]).toEqual([1.25, 1.875, 4.625, 5.25]);
    expect([...spreadOver(grid, input, { left: 1, top: 1, width: 2, height: 1 })]).toEqual([1.875, 4.625]);
  });

  it('are averaged in coarser cells', () => {
    expect(meansInCells([1, 3, 5, 7, 9, 11, 13, 15], { height: 2, width: 4 }, 2)).toEqual([2, 6, 10, 14]);
    expect(meansInCells([1, 3], { height: 1, width: 2 }, 3)).toEqual([1, 3]);
  });
});
