import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { fitPca } from './pca.ts';
import { type ProjectionName, projectEmbeddings } from './project.ts';

const random = createRandom('projection');
const NUM_CLASSES = 4;

/** Gaussian clusters around far centres; image `i` is of class `i % 4`. */
function blobs(numImages: number, size: number): Float32Array {
  const centres = Array.from({ length: NUM_CLASSES * size }, () => 3 * random.normal());
  return Float32Array.from(
    { length: numImages * size },
    (_, i) => centres[(Math.floor(i / size) % NUM_CLASSES) * size + (i % size)] + 0.3 * random.normal(),
  );
}

/** Share of points that lie nearest to the centroid of their own class: a plain loop. */
function centroidAgreement(points: readonly (readonly number[])[]): number {
  const centroids = Array.from({ length: NUM_CLASSES }, (_, c) => {
    const own = points.filter((__, i) => i % NUM_CLASSES === c);
    return [0, 1].map((d) => own.reduce((sum, point) => sum + point[d], 0) / own.length);
  });
  const right = points.filter(([x, y], i) => {
    const distances = centroids.map(([cx, cy]) => Math.hypot(x - cx, y - cy));
    return distances.indexOf(Math.min(...distances)) === i % NUM_CLASSES;
  });
  return right.length / points.length;
}

describe('projectEmbeddings', () => {
  const embeddings = blobs(240, 12);

  it.each<[ProjectionName, number]>([
    ['pca', 0.9],
    ['umap', 0.99],
    ['tsne', 0.99],
  ])('keeps clusters together by %s, and gives the same map for the same seed', async (method, agreement) => {
    const copy = embeddings.slice();
    const first = await projectEmbeddings(embeddings, 240, { method, seed: 7 });
    expect(first.method).toBe(method);
    expect(centroidAgreement(first.points)).toBeGreaterThanOrEqual(agreement);
    expect((await projectEmbeddings(embeddings, 240, { method, seed: 7 })).points).toEqual(first.points);
    expect(embeddings).toEqual(copy);
    const other = await projectEmbeddings(embeddings, 240, { method, seed: 8 });
    if (method === 'pca') expect(other.points).toEqual(first.points);
    else expect(other.points).not.toEqual(first.points);
  });

  it('chooses by itself', async () => {
    const methodOf = async (numImages: number, size: number) =>
      (await projectEmbeddings(blobs(numImages, size), numImages)).method;
    expect(await methodOf(40, 2)).toBe('embedding');
    expect(await methodOf(14, 3)).toBe('pca');
    expect(await methodOf(15, 3)).toBe('umap');
  });

  it('takes an embedding of two numbers as it is', async () => {
    const { points } = await projectEmbeddings(Float32Array.of(1, 2, -3, 4), 2);
    expect(points).toEqual([
      [1, 2],
      [-3, 4],
    ]);
  });

  const METHODS = ['pca', 'umap', 'tsne'] as const;
  it.each(METHODS)('places few images, equal images and a single number by %s', async (method) => {
    for (const numImages of [0, 1, 2, 3, 4, 5, 9]) {
      const { points } = await projectEmbeddings(blobs(numImages, 5), numImages, { method });
      expect(points).toHaveLength(numImages);
      expect(points.flat().every(Number.isFinite), `${numImages} images`).toBe(true);
    }
    const equal = await projectEmbeddings(new Float32Array(60).fill(0.3), 20, { method });
    expect(equal.points).toEqual(new Array(20).fill([0, 0]));
    const narrow = await projectEmbeddings(blobs(20, 1), 20, { method });
    expect(narrow.points.flat().every(Number.isFinite)).toBe(true);
    // Two places, ten images at each.
    const pairs = Float32Array.from({ length: 60 }, (_, i) => Math.floor(i / 3) % 2);
    const { points } = await projectEmbeddings(pairs, 20, { method });
    expect(points.flat().every(Number.isFinite)).toBe(true);
  });

  it('refuses what it cannot draw', async () => {
    const failure = (method: string, size = 3, numImages = 20) =>
      projectEmbeddings(blobs(numImages, size), numImages, { method: method as ProjectionName });
    await expect(failure('umpa')).rejects.toMatchObject({
      code: 'E_CONFIG',
      message: expect.stringContaining('did you mean "umap"?'),
    });
    await expect(failure('embedding')).rejects.toMatchObject({ code: 'E_CONFIG' });
    await expect(failure('tsne', 1, 5001)).rejects.toMatchObject({ code: 'E_CONFIG' });
    await expect(projectEmbeddings(new Float32Array(7), 2)).rejects.toMatchObject({ code: 'E_SHAPE' });
    await expect(projectEmbeddings(Float32Array.of(1, Number.NaN), 1)).rejects.toMatchObject({
      code: 'E_NAN',
    });
  });

  it('tells how far it is, and stops when asked to', async () => {
    for (const method of ['umap', 'tsne'] as const) {
      const shares: number[] = [];
      await projectEmbeddings(blobs(40, 3), 40, { method, onProgress: (share) => shares.push(share) });
      expect(shares.at(-1)).toBe(1);
      const stop = new AbortController();
      const onProgress = () => stop.abort(new Error('enough'));
      await expect(
        projectEmbeddings(blobs(40, 3), 40, { method, onProgress, signal: stop.signal }),
      ).rejects.toThrow('enough');
    }
  });
});

describe('fitPca', () => {
  it('finds the plane of an ellipsoid that was turned by hand', () => {
    // Variance 9 along (.6, .8, 0), 4 along (0, 0, 1), a little along (−.8, .6, 0).
    const rows = Array.from({ length: 4000 }, () => {
      const [a, b, c] = [3 * random.normal(), 2 * random.normal(), 0.1 * random.normal()];
      return [5 + 0.6 * a - 0.8 * c, -2 + 0.8 * a + 0.6 * c, b];
    });
    const { axes, mean } = fitPca(Float32Array.from(rows.flat()), rows.length);
    expect(axes[0]).toBeAllClose([0.6, 0.8, 0], { rtol: 0, atol: 0.03 });
    expect(axes[1].map(Math.abs)).toBeAllClose([0, 0, 1], { rtol: 0, atol: 0.04 });
    expect(mean).toBeAllClose([5, -2, 0], { rtol: 0, atol: 0.25 });
  });

  it('agrees with the eigenvectors that deflation finds, close eigenvalues included', () => {
    const [numImages, size] = [300, 6];
    const embeddings = Float32Array.from(
      { length: numImages * size },
      (_, i) => (1.3 - 0.1 * (i % size)) * random.normal(),
    );
    const { axes, project } = fitPca(embeddings, numImages);
    const expected = eigenvectorsByDeflation(embeddings, numImages, size);
    for (const c of [0, 1]) {
      const cosine = axes[c].reduce((sum, value, d) => sum + value * expected[c][d], 0);
      expect(Math.abs(cosine)).toBeCloseTo(1, 4);
    }
    const points = project(embeddings, numImages);
    expect(points.reduce((sum, [x, y]) => sum + x * y, 0) / numImages).toBeCloseTo(0, 3);
  });

  it('has no second axis where embeddings lie on a line, and applies to others', () => {
    const { axes, project } = fitPca(Float32Array.of(0, 0, 1, 2, 2, 4, 3, 6), 4);
    expect(axes[0]).toBeAllClose([1 / Math.sqrt(5), 2 / Math.sqrt(5)], { rtol: 1e-6, atol: 0 });
    expect(axes[1]).toEqual([0, 0]);
    expect(project(Float32Array.of(1.5, 3), 1)[0]).toBeAllClose([0, 0], { rtol: 0, atol: 1e-6 });
  });
});

/** Power iteration on a float64 covariance, one vector at a time, each taken out before the next. */
function eigenvectorsByDeflation(values: Float32Array, numImages: number, size: number): number[][] {
  const at = (i: number, d: number) => values[i * size + d];
  const indices = Array.from({ length: size }, (_, d) => d);
  const images = Array.from({ length: numImages }, (_, i) => i);
  const mean = indices.map((d) => images.reduce((sum, i) => sum + at(i, d), 0) / numImages);
  let matrix = indices.map((a) =>
    indices.map((b) => images.reduce((sum, i) => sum + (at(i, a) - mean[a]) * (at(i, b) - mean[b]), 0)),
  );
  return [0, 1].map(() => {
    let vector = indices.map((d) => d + 1);
    for (let step = 0; step < 20_000; step++) {
      const next = matrix.map((row) => row.reduce((sum, value, d) => sum + value * vector[d], 0));
      const length = Math.hypot(...next);
      vector = next.map((value) => value / length);
    }
    const product = matrix.map((row) => row.reduce((sum, value, d) => sum + value * vector[d], 0));
    const value = product.reduce((sum, entry, d) => sum + entry * vector[d], 0);
    matrix = matrix.map((row, a) => row.map((entry, b) => entry - value * vector[a] * vector[b]));
    return vector;
  });
}
