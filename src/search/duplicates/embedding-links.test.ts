import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { createJoins } from '../../data/inspect/groups.ts';
import { addEmbeddingLinks, type EmbeddingLinksOptions } from './embedding-links.ts';
import { createMemoryIndex } from './memory-index.ts';
import type { Link } from './types.ts';

const DIM = 3;
const noViews = {
  get: async () => {
    throw new Error('no pixels are wanted');
  },
};

/** Links among rows `[N, 3]`, image `i` being row `i`, below a distance of 1. */
async function linksOf(rows: Float32Array, options: Partial<EmbeddingLinksOptions> = {}) {
  const images = Array.from({ length: rows.length / DIM }, (_, i) => i);
  const joins = createJoins(images.length);
  const links: Link[] = [];
  const asked: string[] = [];
  const distanceOf = (a: number, b: number) =>
    Math.hypot(...[0, 1, 2].map((d) => rows[DIM * a + d] - rows[DIM * b + d]));
  await addEmbeddingLinks({
    index: createMemoryIndex({ embeddings: rows, images, distance: 'euclidean' }),
    queries: rows,
    queryImages: images,
    distancesOf: async (pairs) => {
      asked.push(...pairs.map(([a, b]) => [a, b].sort((p, q) => p - q).join(' ')));
      return pairs.map(([a, b]) => distanceOf(a, b));
    },
    decide: (distance) => (distance < 1 ? 'near' : undefined),
    confirmed: false,
    views: noViews,
    add(link) {
      joins.join(link.a, link.b);
      links.push(link);
    },
    areJoined: joins.areJoined,
    ...options,
  });
  return { links, asked, groups: joins.groups(), distanceOf };
}

const random = createRandom('embedding links');
/** Twelve places far from each other; two to four rows near each, in no order. */
const placeOf = Array.from({ length: 40 }, (_, i) => (i * 7) % 12);
const rows = Float32Array.from(
  placeOf.flatMap((place) => [
    10 * (place % 3) + 0.1 * random.normal(),
    10 * Math.floor(place / 3) + 0.1 * random.normal(),
    0.1 * random.normal(),
  ]),
);

describe('addEmbeddingLinks', () => {
  it('joins what is within the threshold, as comparing all pairs does', async () => {
    const { links, groups, asked, distanceOf } = await linksOf(rows);
    const expected = createJoins(40);
    for (let b = 0; b < 40; b++) for (let a = 0; a < b; a++) if (distanceOf(a, b) < 1) expected.join(a, b);
    expect(groups).toEqual(expected.groups());
    // A group of n hangs together by n − 1 links, each true to its distance, and no pair is asked about twice.
    expect(links).toHaveLength(40 - 12);
    for (const { a, b, distance, tier, reason } of links) {
      expect([a < b, tier, reason]).toEqual([true, 'embedding', 'near']);
      expect(distance).toBe(distanceOf(a, b));
    }
    expect(new Set(asked).size).toBe(asked.length);
  });

  it('looks at so many neighbours only, and compares only what may be compared', async () => {
    const line = Float32Array.from({ length: 4 * DIM }, (_, i) =>
      i % DIM === 0 ? 0.4 * (i / DIM) ** 1.1 : 0,
    );
    expect((await linksOf(line, { k: 1 })).links.map(({ a, b }) => `${a} ${b}`)).toEqual([
      '0 1',
      '1 2',
      '2 3',
    ]);
    const crossing = await linksOf(rows, { pairing: (a, b) => a < 20 !== b < 20 });
    expect(crossing.links.length).toBeGreaterThan(5);
    expect(crossing.links.every(({ a, b }) => a < 20 && b >= 20)).toBe(true);
  });

  it('does not ask about what is joined already, and is defined where nothing is there', async () => {
    const { links, asked } = await linksOf(rows, { areJoined: () => true });
    expect([links, asked]).toEqual([[], []]);
    expect((await linksOf(new Float32Array(0))).links).toEqual([]);
  });
});
