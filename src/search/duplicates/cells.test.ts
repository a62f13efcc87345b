import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { measure, type Placement } from './align.ts';
import { medianOfCells } from './cells.ts';
import { createPyramid, createTexture, type Grey } from './pyramid.ts';

const SIDE = 128;
const WHOLE: Placement = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };

function draw(value: (x: number, y: number) => number): Grey {
  const data = Float64Array.from({ length: SIDE * SIDE }, (_, i) =>
    Math.max(0, Math.min(255, value(i % SIDE, Math.floor(i / SIDE)))),
  );
  return { height: SIDE, width: SIDE, data };
}

/** Weaves of a scale that survives the blur. */
function createWeave(seed: string) {
  const random = createRandom(seed);
  const waves = Array.from({ length: 12 }, () =>
    [0.3, 0.3, Math.PI].map((most) => most * (2 * random.uniform() - 1)),
  );
  return (x: number, y: number) =>
    waves.reduce((sum, [u, v, phase]) => sum + Math.sin(u * x + v * y + phase), 0);
}

const median = (a: Grey, b: Grey, placement = WHOLE) =>
  medianOfCells(createTexture(a), createTexture(b), placement);

describe('medianOfCells', () => {
  it('is the median of plain correlations over the cells', () => {
    const random = createRandom('cells');
    const a = draw(() => 60 * random.normal());
    const b = { ...a, data: a.data.map((value, i) => value + 90 * (i / a.data.length) * random.normal()) };
    const cells: number[] = [];
    for (let top = 0; top < SIDE; top += 16) {
      for (let left = 0; left < SIDE; left += 16) {
        const pixels: [number, number][] = [];
        for (let y = Math.max(2, top); y < Math.min(SIDE - 2, top + 16); y++)
          for (let x = Math.max(2, left); x < Math.min(SIDE - 2, left + 16); x++)
            pixels.push([a.data[y * SIDE + x], b.data[y * SIDE + x]]);
        const mean = (side: 0 | 1) => pixels.reduce((sum, each) => sum + each[side], 0) / pixels.length;
        const [meanA, meanB] = [mean(0), mean(1)];
        const about = (p: 0 | 1, q: 0 | 1) =>
          pixels.reduce(
            (sum, each) => sum + (each[p] - (p ? meanB : meanA)) * (each[q] - (q ? meanB : meanA)),
            0,
          );
        cells.push(about(0, 1) / Math.sqrt(about(0, 0) * about(1, 1)));
      }
    }
    cells.sort((p, q) => p - q);
    expect([medianOfCells(a, b, WHOLE)!]).toBeAllClose([cells[32]], { rtol: 1e-9 });
  });

  it('does not take an outline for the picture', () => {
    const [one, other] = [createWeave('one'), createWeave('other')];
    const isShirt = (x: number, y: number) => Math.hypot((x - 64) / 1.2, y - 64) < 40;
    const shirt = (weave: typeof one) => draw((x, y) => (isShirt(x, y) ? 30 : 200) + 8 * weave(x, y));
    const [a, b] = [shirt(one), shirt(other)];
    expect(measure(createPyramid(a), createPyramid(b), WHOLE)!.detail).toBeGreaterThan(0.75);
    expect(median(a, b)).toBeLessThan(0.8);
    expect(median(a, a)).toBeCloseTo(1, 9);
  });

  it('does not mind a text across the picture, nor where it was cut', () => {
    const weave = createWeave('photo');
    const photo = draw((x, y) => 120 + 9 * weave(x, y));
    const marked = draw((x, y) => (y > 50 && y < 75 && (x >> 3) % 2 === 0 ? 255 : 120 + 9 * weave(x, y)));
    expect(measure(createPyramid(photo), createPyramid(marked), WHOLE)!.detail).toBeLessThan(0.8);
    expect(median(photo, marked)).toBeGreaterThan(0.95);
    const crop = draw((x, y) => 120 + 9 * weave(12.8 + 0.8 * (x + 0.5) - 0.5, 12.8 + 0.8 * (y + 0.5) - 0.5));
    const placement = { xx: 0.8, xy: 0, x0: 0.1, yx: 0, yy: 0.8, y0: 0.1 };
    expect(median(crop, photo, placement)).toBeGreaterThan(0.95);
    expect(median(crop, photo)).toBeLessThan(0.8);
  });

  it('says nothing where there is no texture, or nothing in common', () => {
    const blank = draw(() => 90);
    expect(median(blank, blank)).toBeUndefined();
    const photo = draw(createWeave('photo'));
    expect(median(photo, photo, { ...WHOLE, x0: 2 })).toBeUndefined();
  });
});
