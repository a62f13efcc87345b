import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findNearest } from './nearest.ts';
import { createProducts } from './products.ts';
import { type RetrieveOptions, retrieve } from './retrieve.ts';

interface PlainMetrics {
  numQueries: number;
  recallAt: number[];
  precisionAt: number[];
  rPrecision: number;
  mapAtR: number;
  mrr: number;
  ndcgAt10: number;
  knnAt: number[];
}

/** Sorts the whole gallery for each query, as the definitions read. */
function plainRetrieve(
  queries: readonly number[][],
  labels: readonly number[],
  gallery: readonly number[][] | null,
  galleryLabels: readonly number[],
  ks: readonly number[],
): PlainMetrics {
  const rows: {
    recall: number[];
    precision: number[];
    r: number;
    map: number;
    rank: number;
    ndcg: number;
    knn: number[];
  }[] = [];
  for (let q = 0; q < queries.length; q++) {
    const others = (gallery ?? queries)
      .map((point, index) => ({ index, distance: Math.hypot(...point.map((x, d) => x - queries[q][d])) }))
      .filter(({ index }) => gallery !== null || index !== q)
      .sort((a, b) => a.distance - b.distance || a.index - b.index);
    const right = others.map(({ index }) => galleryLabels[index] === labels[q]);
    const relevant = right.filter(Boolean).length;
    if (relevant === 0 || labels[q] < 0) continue;
    const hitsIn = (k: number) => right.slice(0, k).filter(Boolean).length;
    let map = 0;
    for (let i = 1; i <= relevant; i++) if (right[i - 1]) map += hitsIn(i) / i / relevant;
    rows.push({
      recall: ks.map((k) => (hitsIn(k) > 0 ? 1 : 0)),
      precision: ks.map((k) => hitsIn(k) / Math.min(k, others.length)),
      r: hitsIn(relevant) / relevant,
      map,
      rank: 1 / (right.indexOf(true) + 1),
      ndcg: gainOf(right.slice(0, 10)) / gainOf(new Array(Math.min(10, relevant)).fill(true)),
      knn: ks.map((k) => {
        const names = others
          .slice(0, k)
          .map(({ index }) => galleryLabels[index])
          .filter((name) => name >= 0);
        const countOf = (name: number) => names.filter((other) => other === name).length;
        const most = Math.max(...names.map(countOf));
        return names.find((name) => countOf(name) === most) === labels[q] ? 1 : 0;
      }),
    });
  }
  const mean = (pick: (row: (typeof rows)[number]) => number) =>
    rows.reduce((sum, row) => sum + pick(row), 0) / rows.length;
  return {
    numQueries: rows.length,
    recallAt: ks.map((_, i) => mean((row) => row.recall[i])),
    precisionAt: ks.map((_, i) => mean((row) => row.precision[i])),
    rPrecision: mean((row) => row.r),
    mapAtR: mean((row) => row.map),
    mrr: mean((row) => row.rank),
    ndcgAt10: mean((row) => row.ndcg),
    knnAt: ks.map((_, i) => mean((row) => row.knn[i])),
  };
}

const gainOf = (right: readonly boolean[]) =>
  right.reduce((sum, isRight, i) => sum + (isRight ? 1 / Math.log2(i + 2) : 0), 0);

/** Integer coordinates: distances are exact in float32, so ties are ties. */
const points = (min: number, max: number) =>
  fc.array(
    fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: -1, max: 3 })),
    {
      minLength: min,
      maxLength: max,
    },
  );

const flat = (rows: readonly number[][]) => Float32Array.from(rows.flat());

async function expectPlain(
  options: RetrieveOptions,
  expected: PlainMetrics,
  ks: readonly number[],
): Promise<void> {
  const result = await retrieve({ ...options, ks, numResamples: 4 });
  expect(result.numQueries).toBe(expected.numQueries);
  expect(result.numSkippedQueries).toBe(options.labels.length - expected.numQueries);
  if (expected.numQueries === 0) {
    expect(result.mapAtR).toEqual({ value: null, low: null, high: null });
    expect(result.recallAt[ks[0]].value).toBeNull();
    return;
  }
  expect(ks.map((k) => result.recallAt[k].value!)).toBeAllClose(expected.recallAt, { rtol: 1e-12 });
  expect(ks.map((k) => result.precisionAt[k].value!)).toBeAllClose(expected.precisionAt, { rtol: 1e-12 });
  expect([result.rPrecision.value!, result.mapAtR.value!]).toBeAllClose(
    [expected.rPrecision, expected.mapAtR],
    {
      rtol: 1e-12,
    },
  );
  expect([result.mrr.value!, result.ndcgAt10.value!]).toBeAllClose([expected.mrr, expected.ndcgAt10], {
    rtol: 1e-12,
  });
  expect(ks.map((k) => result.knnAt[k].value!)).toBeAllClose(expected.knnAt, { rtol: 1e-12 });
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
}

describe('retrieve', () => {
  it('agrees with numbers worked by hand', async () => {
    // On a line: query 0 of class 7; classes by distance 7, 1, 7, 1, 7 → R = 3, hits at ranks 1 and 3.
    const result = await retrieve({
      embeddings: new Float32Array([0]),
      labels: [7],
      galleryEmbeddings: new Float32Array([5, 1, 2, 4, 3]),
      galleryLabels: [7, 7, 1, 1, 7],
      ks: [1, 2, 5],
    });
    expect(result.recallAt[1].value).toBe(1);
    expect(result.precisionAt[2].value).toBe(0.5);
    expect(result.precisionAt[5].value).toBe(0.6);
    expect(result.rPrecision.value).toBeCloseTo(2 / 3, 12);
    expect(result.mapAtR.value).toBeCloseTo((1 + 2 / 3) / 3, 12);
    expect(result).toMatchObject({
      numQueries: 1,
      numSkippedQueries: 0,
      numGallery: 5,
      distance: 'euclidean',
    });
  });

  it('agrees with plain sorting, leave-one-out', async () => {
    await fc.assert(
      fc.asyncProperty(points(1, 24), fc.integer({ min: 1, max: 9 }), async (drawn, blockSize) => {
        const rows = drawn.map(([x, y]) => [x, y]);
        const labels = drawn.map(([, , label]) => label);
        const ks = [1, 3, 30];
        await expectPlain(
          { embeddings: flat(rows), labels, blockSize },
          plainRetrieve(rows, labels, null, labels, ks),
          ks,
        );
      }),
    );
  });

  it('agrees with plain sorting of another gallery', async () => {
    await fc.assert(
      fc.asyncProperty(points(1, 12), points(1, 24), async (drawn, others) => {
        const rows = drawn.map(([x, y]) => [x, y]);
        const labels = drawn.map(([, , label]) => label);
        const gallery = others.map(([x, y]) => [x, y]);
        const galleryLabels = others.map(([, , label]) => label);
        const ks = [1, 5];
        await expectPlain(
          { embeddings: flat(rows), labels, galleryEmbeddings: flat(gallery), galleryLabels },
          plainRetrieve(rows, labels, gallery, galleryLabels, ks),
          ks,
        );
      }),
    );
  });

  it('does the same with products from outside as with its own', async () => {
    const embeddings = Float32Array.from(
      { length: 90 * 5 },
      (_, i) => Math.sin(i * i) + (Math.floor(i / 5) % 30),
    );
    const labels = Array.from({ length: 90 }, (_, i) => i % 30);
    const products = createProducts(embeddings, 90, 5);
    const own = await retrieve({ embeddings, labels });
    expect(await retrieve({ embeddings, labels, blockSize: 7, products })).toEqual(own);
    expect(own.mapAtR.low).toBeLessThan(own.mapAtR.value!);
  });

  it('ranks by angle when asked to', async () => {
    const embeddings = new Float32Array([1, 0, 100, 1, 0.25, 0.5, 0, 3, 0, 0]);
    const labels = [0, 0, 1, 1, 2];
    expect((await retrieve({ embeddings, labels, ks: [1], distance: 'cosine' })).recallAt[1].value).toBe(1);
    expect((await retrieve({ embeddings, labels, ks: [1] })).recallAt[1].value).toBeLessThan(1);
  });

  it('is perfect on embeddings that are their labels, and defined where all are one point', async () => {
    const labels = Array.from({ length: 40 }, (_, i) => i % 4);
    const perfect = await retrieve({ embeddings: Float32Array.from(labels), labels });
    expect([perfect.recallAt[1].value, perfect.rPrecision.value, perfect.mapAtR.value]).toEqual([1, 1, 1]);
    const collapsed = await retrieve({ embeddings: new Float32Array(40).fill(1), labels });
    expect(collapsed.rPrecision.value).toBeGreaterThan(0);
    expect(collapsed.rPrecision.value).toBeLessThan(0.5);
  });

  it('skips queries that nothing can be found for', async () => {
    const alone = await retrieve({ embeddings: new Float32Array([1, 2, 3]), labels: [0, 1, 2] });
    expect(alone).toMatchObject({ numQueries: 0, numSkippedQueries: 3 });
    expect(alone.mapAtR.value).toBeNull();
    const none = await retrieve({ embeddings: new Float32Array(0), labels: [] });
    expect(none).toMatchObject({ numQueries: 0, numSkippedQueries: 0 });
  });

  it('refuses shapes and numbers that make no sense', async () => {
    const code = (name: string) => expect.objectContaining({ code: name });
    await expect(retrieve({ embeddings: new Float32Array(5), labels: [0, 1] })).rejects.toEqual(
      code('E_SHAPE'),
    );
    await expect(retrieve({ embeddings: new Float32Array([1, Number.NaN]), labels: [0, 0] })).rejects.toEqual(
      code('E_NAN'),
    );
    const embeddings = new Float32Array(4);
    await expect(retrieve({ embeddings, labels: [0, 0], ks: [0] })).rejects.toEqual(code('E_CONFIG'));
    await expect(retrieve({ embeddings, labels: [0, 0], galleryEmbeddings: embeddings })).rejects.toEqual(
      code('E_DATA_LENGTH'),
    );
    await expect(
      retrieve({ embeddings, labels: [0, 0], galleryEmbeddings: embeddings, galleryLabels: [0, 0, 0, 0] }),
    ).rejects.toEqual(code('E_SHAPE'));
    await expect(
      retrieve({ embeddings, labels: [0, 0], products: async () => new Float32Array(1) }),
    ).rejects.toEqual(code('E_SHAPE'));
  });

  it('tells how far it is', async () => {
    const seen: number[] = [];
    await retrieve({
      embeddings: new Float32Array(10),
      labels: new Int32Array(10),
      blockSize: 4,
      onProgress: ({ done }) => seen.push(done),
    });
    expect(seen).toEqual([4, 8, 10]);
  });
});

describe('createProducts', () => {
  it('agrees with a plain triple loop at every remainder of its tiles', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 10 }),
        fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 250, max: 260 })),
        fc.integer({ min: 1, max: 7 }),
        async (numRows, numGallery, dim) => {
          const gallery = Float32Array.from({ length: numGallery * dim }, (_, i) => Math.sin(i * 1.7) * 3);
          const block = Float32Array.from({ length: numRows * dim }, (_, i) => Math.cos(i * 2.3));
          const expected: number[] = [];
          for (let r = 0; r < numRows; r++) {
            for (let g = 0; g < numGallery; g++) {
              let sum = 0;
              for (let d = 0; d < dim; d++) sum += block[r * dim + d] * gallery[g * dim + d];
              expected.push(sum);
            }
          }
          expect(await createProducts(gallery, numGallery, dim)(block, numRows)).toBeAllClose(expected, {
            rtol: 1e-6,
            atol: 1e-6,
          });
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('findNearest', () => {
  it('gives exact neighbours in order, ties by index, itself left out', async () => {
    const gallery = new Float32Array([0, 3, 1, 3, 6]);
    const found = await findNearest({
      queries: new Float32Array([3, 0]),
      numQueries: 2,
      gallery,
      numGallery: 5,
      k: 3,
      exclude: [1, -1],
    });
    expect(found).toEqual([
      [
        { index: 3, distance: 0 },
        { index: 2, distance: 2 },
        { index: 0, distance: 3 },
      ],
      [
        { index: 0, distance: 0 },
        { index: 2, distance: 1 },
        { index: 1, distance: 3 },
      ],
    ]);
  });

  it('gives all there are where more are asked for', async () => {
    const gallery = new Float32Array([1, 2]);
    const [found] = await findNearest({
      queries: gallery.subarray(0, 1),
      numQueries: 1,
      gallery,
      numGallery: 2,
      k: 9,
      exclude: [0],
    });
    expect(found).toEqual([{ index: 1, distance: 1 }]);
    expect(
      await findNearest({
        queries: gallery,
        numQueries: 2,
        gallery: new Float32Array(0),
        numGallery: 0,
        k: 1,
      }),
    ).toEqual([[], []]);
  });
});

it('ranks the first hit although it lies beyond what was sorted', async () => {
  // 40 strangers between the query and the only image of its class, two of them as near as it, one of these before it.
  const gallery = Float32Array.from({ length: 43 }, (_, i) => (i < 40 ? i + 1 : 41));
  const galleryLabels = Array.from(gallery, (_, i) => (i === 41 ? 7 : 1));
  const result = await retrieve({
    embeddings: new Float32Array([0]),
    labels: [7],
    galleryEmbeddings: gallery,
    galleryLabels,
    ks: [1],
  });
  expect(result.mrr.value).toBeCloseTo(1 / 42, 12);
  expect(result.ndcgAt10.value).toBe(0);
});
