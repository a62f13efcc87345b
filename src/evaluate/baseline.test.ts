import { describe, expect, it } from 'vitest';
import { majorityBaseline, pixelEmbeddings, rawPixelDistances } from './baseline.ts';
import { distanceHistogram } from './histogram.ts';
import { embeddingSpread } from './spread.ts';

describe('majorityBaseline', () => {
  it('is the share of the commoner kind', () => {
    expect(majorityBaseline([1, 0, 0, 0])).toBe(0.75);
    expect(majorityBaseline([1, 1])).toBe(1);
    expect(majorityBaseline([])).toBe(0);
  });
});

describe('raw pixels', () => {
  const pixels = new Uint8Array([0, 255, 0, 0, 3, 4, 255, 255]); // four images of two pixels

  it('are as far apart as by hand', () => {
    const distances = rawPixelDistances({ pixels, imageSize: 2, left: [0, 1, 3, 2], right: [1, 2, 0, 2] });
    expect(distances).toBeAllClose([1, 5 / 255, 1, 0]);
  });

  it('become embeddings at the same distance', () => {
    const embeddings = pixelEmbeddings(pixels, 4, 2);
    expect(embeddings).toBeAllClose([0, 1, 0, 0, 3 / 255, 4 / 255, 1, 1]);
    expect([Math.hypot(embeddings[4] - embeddings[2], embeddings[5] - embeddings[3])]).toBeAllClose([
      5 / 255,
    ]);
  });

  it('refuse images that are not there', () => {
    expect(() => rawPixelDistances({ pixels, imageSize: 2, left: [0], right: [4] })).toThrow(
      expect.objectContaining({ code: 'E_SHAPE' }),
    );
    expect(() => rawPixelDistances({ pixels, imageSize: 2, left: [0], right: [] })).toThrow(
      expect.objectContaining({ code: 'E_DATA_LENGTH' }),
    );
    expect(() => pixelEmbeddings(pixels, 3, 2)).toThrow(expect.objectContaining({ code: 'E_SHAPE' }));
  });
});

describe('distanceHistogram', () => {
  it('counts each pair once, in its bin', () => {
    const histogram = distanceHistogram([0, 0.5, 1, 1.5, 2, 2], [1, 1, 0, 1, 0, 0], 4);
    expect(histogram.edges).toEqual([0, 0.5, 1, 1.5, 2]);
    expect(histogram.similar).toEqual([1, 1, 0, 1]);
    expect(histogram.dissimilar).toEqual([0, 0, 1, 2]);
  });

  it('takes equal and negative distances', () => {
    expect(distanceHistogram([0, 0], [1, 0], 2)).toEqual({
      edges: [0, 0.5, 1],
      similar: [1, 0],
      dissimilar: [1, 0],
    });
    expect(distanceHistogram([-1, 1], [1, 0], 2).edges).toEqual([-1, 0, 1]);
  });
});

describe('embeddingSpread', () => {
  it('agrees with numbers worked by hand', () => {
    const spread = embeddingSpread(new Float32Array([3, 0, 1, 0]), 2);
    expect(spread).toEqual({
      numEmbeddings: 2,
      dim: 2,
      rmsNorm: Math.sqrt(5),
      meanStd: 0.5,
      numDeadDimensions: 1,
      meanDistance: 2,
      isCollapsed: false,
    });
  });

  it('estimates the mean distance of all pairs', () => {
    const embeddings = Float32Array.from({ length: 300 }, (_, i) => Math.sin(i * i) * 2);
    let sum = 0;
    for (let a = 0; a < 100; a++) {
      for (let b = 0; b < a; b++) {
        sum += Math.hypot(...[0, 1, 2].map((d) => embeddings[a * 3 + d] - embeddings[b * 3 + d]));
      }
    }
    expect([embeddingSpread(embeddings, 100).meanDistance]).toBeAllClose([sum / 4950], { rtol: 0.03 });
  });

  it('notices one point, and is defined on little', () => {
    expect(embeddingSpread(new Float32Array(20).fill(0.3), 10)).toMatchObject({
      isCollapsed: true,
      numDeadDimensions: 2,
      meanDistance: 0,
    });
    expect(embeddingSpread(new Float32Array(10), 5).isCollapsed).toBe(true);
    expect(embeddingSpread(new Float32Array([1, 2]), 1)).toMatchObject({
      isCollapsed: false,
      meanDistance: 0,
    });
    expect(embeddingSpread(new Float32Array(0), 0)).toMatchObject({ isCollapsed: false, rmsNorm: 0 });
  });
});
