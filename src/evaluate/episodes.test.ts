import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { drawEpisodes, judgeEpisodes } from './episodes.ts';

/** Ten classes of six rows, of two groups, and some rows without a class. */
const labels = Int32Array.from({ length: 66 }, (_, i) => (i < 60 ? i % 10 : -1));
const counts = { ways: 4, shots: 2, queriesPerClass: 3, numEpisodes: 20 } as const;

describe('drawEpisodes', () => {
  it('takes different images of different classes, as many as asked for', () => {
    fc.assert(
      fc.property(
        fc.record({
          ways: fc.integer({ min: 2, max: 5 }),
          shots: fc.integer({ min: 1, max: 3 }),
          queriesPerClass: fc.integer({ min: 1, max: 3 }),
          seed: fc.nat(),
          grouped: fc.boolean(),
        }),
        ({ seed, grouped, ...options }) => {
          const groupOf = (label: number) => label % 2;
          const random = createRandom(seed);
          const episodes = drawEpisodes({
            labels,
            ...options,
            numEpisodes: 7,
            random,
            groupOf: grouped ? groupOf : undefined,
          });
          expect(episodes).toHaveLength(7);
          for (const { ways, shots, support, queries, answers } of episodes) {
            const classes = Array.from({ length: ways }, (_, way) => labels[support[way * shots]]);
            expect(new Set(classes).size).toBe(options.ways);
            if (grouped) expect(new Set(classes.map(groupOf)).size).toBe(1);
            for (const [i, row] of support.entries())
              expect(labels[row]).toBe(classes[Math.floor(i / shots)]);
            for (const [q, row] of queries.entries()) expect(labels[row]).toBe(classes[answers[q]]);
            expect(queries).toHaveLength(ways * options.queriesPerClass);
            expect(new Set([...support, ...queries]).size).toBe(support.length + queries.length);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is decided by its stream', () => {
    const draw = (seed: number) => drawEpisodes({ labels, ...counts, random: createRandom(seed) });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it.each([{ ways: 1 }, { shots: 0 }, { queriesPerClass: 0.5 }, { numEpisodes: 0 }])(
    'refuses %j',
    (option) => {
      const draw = () => drawEpisodes({ labels, ...counts, ...option, random: createRandom(1) });
      expect(draw).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
    },
  );

  it.each([
    ['ways', { ways: 11 }],
    ['images', { queriesPerClass: 5 }],
    ['classes in a group', { ways: 6, groupOf: (label: number) => label % 2 }],
  ])('says when there are too few %s', (_name, option) => {
    const draw = () => drawEpisodes({ labels, ...counts, ...option, random: createRandom(1) });
    expect(draw).toThrow(expect.objectContaining({ code: 'E_DATA_FEW_IMAGES' }));
  });
});

describe('judgeEpisodes', () => {
  /** Rows on a line; class 0 is learnt from 0 and 2 (mean 1), class 1 from 10 and 4 (mean 7): the border is at 4. */
  const line = Float32Array.of(0, 2, 10, 4, 3.9, 4.1, 100, 4);
  const support = Int32Array.of(0, 1, 2, 3);
  const episode = (queries: number[], answers: number[]) => ({
    ways: 2,
    shots: 2,
    support,
    queries: Int32Array.from(queries),
    answers: Int32Array.from(answers),
  });

  it('names queries after the nearest mean, equal ones after the first', () => {
    const { shares } = judgeEpisodes(line, 1, [
      episode([4, 5, 6], [0, 1, 1]),
      episode([4, 5, 6], [1, 1, 0]),
      episode([7], [0]),
    ]);
    expect([...shares]).toBeAllClose([1, 1 / 3, 1]);
  });

  it('gives the mean over episodes with its interval', () => {
    const episodes = [episode([4], [0]), episode([4], [1]), episode([4], [0]), episode([4], [0])];
    const { accuracy } = judgeEpisodes(line, 1, episodes);
    // Shares 1, 0, 1, 1: s² = .25, error = .25.
    expect([accuracy.value, accuracy.low, accuracy.high]).toBeAllClose([0.75, 0.75 - 0.489991, 1], {
      rtol: 1e-5,
    });
    const sure = judgeEpisodes(line, 1, [episodes[0]]).accuracy;
    expect(sure).toEqual({ value: 1, low: 1, high: 1 });
  });

  it('reads bytes as they are', () => {
    const pixels = Uint8Array.of(0, 2, 10, 4, 3, 5);
    expect(judgeEpisodes(pixels, 1, [episode([4, 5], [0, 1])]).accuracy.value).toBe(1);
  });

  it('agrees with a search that goes query by query over random points', () => {
    const random = createRandom('episodes');
    const points = Float32Array.from({ length: 66 * 3 }, () => random.normal());
    const episodes = drawEpisodes({ labels, ...counts, shots: 1, random });
    const expected = episodes.map(({ support: learned, queries, answers }) => {
      const right = Array.from(queries).filter((row, q) => {
        const distances = Array.from(learned, (other) =>
          Math.hypot(...[0, 1, 2].map((d) => points[row * 3 + d] - points[other * 3 + d])),
        );
        return distances.indexOf(Math.min(...distances)) === answers[q];
      });
      return right.length / queries.length;
    });
    expect([...judgeEpisodes(points, 3, episodes).shares]).toBeAllClose(expected);
  });

  it('refuses no episode and embeddings that are no numbers', () => {
    expect(() => judgeEpisodes(line, 1, [])).toThrow(expect.objectContaining({ code: 'E_CONFIG' }));
    const broken = Float32Array.from(line, () => Number.NaN);
    expect(() => judgeEpisodes(broken, 1, [episode([4], [0])])).toThrow(
      expect.objectContaining({ code: 'E_NAN' }),
    );
  });
});
