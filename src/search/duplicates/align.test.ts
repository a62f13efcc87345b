import { describe, expect, it } from 'vitest';
import { createRandom } from '../../base/random.ts';
import type { GreyImage } from '../../data/hash/shrink.ts';
import { align, type Placement } from './align.ts';
import { createPyramid } from './pyramid.ts';

/** A smooth function of the plane like no other, 0 … 255, so that any part of it can be drawn at any size. */
function createScene(seed: string): (x: number, y: number) => number {
  const random = createRandom(seed);
  const waves = Array.from({ length: 30 }, () => ({
    u: 24 * random.uniform() - 12,
    v: 24 * random.uniform() - 12,
    phase: 6.3 * random.uniform(),
  }));
  return (x, y) => {
    let sum = 0;
    for (const { u, v, phase } of waves) sum += Math.sin(u * x + v * y + phase);
    return 128 + 9 * sum;
  };
}

/** The image that shows at its place `(x, y)` (in shares of its sides) what the scene has at `place(x, y)`. */
function draw(
  scene: (x: number, y: number) => number,
  place: (x: number, y: number) => readonly [number, number] = (x, y) => [x, y],
  [height, width] = [96, 128],
): GreyImage {
  const data = Float64Array.from({ length: height * width }, (_, i) =>
    scene(...place(((i % width) + 0.5) / width, (Math.floor(i / width) + 0.5) / height)),
  );
  return { height, width, data };
}

const WHOLE: Placement = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };
const scene = createScene('scene');
const whole = createPyramid(draw(scene));

describe('align', () => {
  it('finds where a crop was cut, from a guess beside it', () => {
    const crop = createPyramid(draw(scene, (x, y) => [0.1 + 0.8 * x, 0.15 + 0.8 * y]));
    const found = align(crop, whole, { ...WHOLE, xx: 0.76, yy: 0.84, x0: 0.13, y0: 0.12 })!;
    const { xx, xy, x0, yx, yy, y0 } = found.placement;
    expect([xx, xy, x0, yx, yy, y0]).toBeAllClose([0.8, 0, 0.1, 0, 0.8, 0.15], { atol: 0.01 });
    expect(found.detail).toBeGreaterThan(0.95);
    expect([found.coveredA, found.coveredB]).toBeAllClose([1, 0.64], { atol: 0.03 });
  });

  it('finds a turn by three degrees, and does not mind brightness and contrast', () => {
    const angle = (3 * Math.PI) / 180;
    const turned = draw(scene, (x, y) => {
      const [u, v] = [(x - 0.5) * 4, (y - 0.5) * 3];
      return [
        0.5 + (u * Math.cos(angle) - v * Math.sin(angle)) / 4,
        0.5 + (u * Math.sin(angle) + v * Math.cos(angle)) / 3,
      ];
    });
    const dim = { ...turned, data: Float64Array.from(turned.data, (value) => 20 + value / 3) };
    const found = align(createPyramid(dim), whole, WHOLE)!;
    const { xx, xy, yx, yy } = found.placement;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    expect([xx, xy, yx, yy]).toBeAllClose([c, (-s * 3) / 4, (s * 4) / 3, c], { atol: 0.01 });
    expect(found.correlation).toBeGreaterThan(0.98);
  });

  it('does not make one of two scenes, and is defined where there is nothing', () => {
    const other = createPyramid(draw(createScene('other')));
    expect(align(whole, other, WHOLE)?.detail ?? 0).toBeLessThan(0.5);
    const blank = createPyramid({ height: 96, width: 128, data: new Uint8Array(96 * 128) });
    expect(align(blank, whole, WHOLE)).toBeUndefined();
    expect(align(whole, blank, WHOLE)?.detail ?? 0).toBe(0);
    const tiny = createPyramid({ height: 1, width: 1, data: [3] });
    expect(align(tiny, tiny, WHOLE)).toBeUndefined();
  });

  it('gives up on guesses that put one beside the other', () => {
    expect(align(whole, whole, { ...WHOLE, x0: 3 })).toBeUndefined();
  });
});
