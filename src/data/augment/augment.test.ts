import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../base/random.ts';
import type { PixelShape } from '../types.ts';
import { createAugmenter } from './augmenter.ts';
import { createAffineMover, createShifter, type Movement } from './geometry.ts';
import { fillLightTable } from './light.ts';
import { addNoise } from './noise.ts';

const STILL: Movement = {
  flipHorizontal: false,
  flipVertical: false,
  stretch: 1,
  shear: 0,
  angleRad: 0,
  scale: 1,
  shiftX: 0,
  shiftY: 0,
};
const ramp = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 37 + 11) % 251);

function moved(
  mover: 'shift' | 'affine',
  image: readonly number[],
  shape: PixelShape,
  movement: Partial<Movement>,
  border: 'edge' | number = 'edge',
): number[] {
  const to = new Uint8Array(image.length + 2).fill(99);
  const move = mover === 'shift' ? createShifter(shape) : createAffineMover(shape);
  move(Uint8Array.from(image), to, 1, { ...STILL, ...movement }, border);
  expect([to[0], to.at(-1)]).toEqual([99, 99]);
  return [...to.subarray(1, -1)];
}

const grey = { height: 3, width: 3, channels: 1 } as const;
const NINE = [10, 20, 30, 40, 50, 60, 70, 80, 90];

describe.each(['shift', 'affine'] as const)('moving by %s', (mover) => {
  it.each([
    ['nothing', {}, NINE, NINE],
    ['left for right', { flipHorizontal: true }, [30, 20, 10, 60, 50, 40, 90, 80, 70], undefined],
    ['top for bottom', { flipVertical: true }, [70, 80, 90, 40, 50, 60, 10, 20, 30], undefined],
    ['right', { shiftX: 1 }, [10, 10, 20, 40, 40, 50, 70, 70, 80], [5, 10, 20, 5, 40, 50, 5, 70, 80]],
    ['up', { shiftY: -1 }, [40, 50, 60, 70, 80, 90, 70, 80, 90], [40, 50, 60, 70, 80, 90, 5, 5, 5]],
    ['out of sight', { shiftX: 4 }, [10, 10, 10, 40, 40, 40, 70, 70, 70], new Array(9).fill(5)],
    [
      'mirrored, then right',
      { flipHorizontal: true, shiftX: 1 },
      [30, 30, 20, 60, 60, 50, 90, 90, 80],
      [5, 30, 20, 5, 60, 50, 5, 90, 80],
    ],
  ] as const)('%s', (_, movement, edge, constant) => {
    expect(moved(mover, NINE, grey, movement)).toEqual([...edge]);
    if (constant) expect(moved(mover, NINE, grey, movement, 5)).toEqual([...constant]);
  });

  it('moves channels together, in images that are not square', () => {
    const shape = { height: 1, width: 3, channels: 3 } as const;
    const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(moved(mover, image, shape, { flipHorizontal: true })).toEqual([7, 8, 9, 4, 5, 6, 1, 2, 3]);
    expect(moved(mover, image, shape, { shiftX: -1 }, 0)).toEqual([4, 5, 6, 7, 8, 9, 0, 0, 0]);
  });
});

describe('createAffineMover', () => {
  it('turns counter-clockwise about the centre', () => {
    const quarter = { angleRad: Math.PI / 2 };
    expect(moved('affine', NINE, grey, quarter)).toEqual([30, 60, 90, 20, 50, 80, 10, 40, 70]);
    expect(moved('affine', NINE, grey, { angleRad: Math.PI })).toEqual([...NINE].reverse());
    // Mirror first, then turn.
    const both = { ...quarter, flipHorizontal: true };
    expect(moved('affine', NINE, grey, both)).toEqual([10, 40, 70, 20, 50, 80, 30, 60, 90]);
  });

  it('slants what lies below the centre to the right, and widens while it flattens', () => {
    const column = [0, 1, 0, 0, 1, 0, 0, 1, 0].map((v) => v * 200);
    expect(moved('affine', column, grey, { shear: 1 })).toEqual([200, 0, 0, 0, 200, 0, 0, 0, 200]);
    const row = { height: 1, width: 5, channels: 1 } as const;
    expect(moved('affine', [0, 0, 200, 0, 0], row, { stretch: 2 })).toEqual([0, 100, 200, 100, 0]);
  });

  it('zooms about the centre, between pixels', () => {
    // Scale 2: output −1, 0, 1 from the centre shows source −½, 0, ½.
    expect(moved('affine', NINE, grey, { scale: 2 })).toEqual([30, 35, 40, 45, 50, 55, 60, 65, 70]);
    // Scale ½: source −2, 0, 2, outside but for the centre.
    expect(moved('affine', NINE, grey, { scale: 0.5 })).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(moved('affine', NINE, grey, { scale: 0.5 }, 5)).toEqual([5, 5, 5, 5, 50, 5, 5, 5, 5]);
  });

  it('agrees with a bilinear map in floating point to one grey level', () => {
    fc.assert(
      fc.property(
        fc.record({
          flipHorizontal: fc.boolean(),
          flipVertical: fc.boolean(),
          stretch: fc.double({ min: 0.6, max: 1.6, noNaN: true }),
          shear: fc.double({ min: -0.8, max: 0.8, noNaN: true }),
          angleRad: fc.double({ min: -3, max: 3, noNaN: true }),
          scale: fc.double({ min: 0.3, max: 1.9, noNaN: true }),
          shiftX: fc.integer({ min: -3, max: 3 }),
          shiftY: fc.integer({ min: -3, max: 3 }),
        }),
        fc.constantFrom('edge' as const, 0, 200),
        (movement, border) => {
          const shape = { height: 5, width: 7, channels: 3 } as const;
          // A smooth image: where the slope is 10 levels a pixel, 1/256 of weight cannot show.
          const image = Array.from(
            { length: 105 },
            (_, i) => 20 + 9 * ((Math.floor(i / 3) % 7) + Math.floor(i / 21)) + (i % 3),
          );
          const expected = slowMove(image, shape, movement, border);
          expect(moved('affine', image, shape, movement, border)).toBeAllClose(expected, {
            rtol: 0,
            atol: 2,
          });
        },
      ),
      { numRuns: 60 },
    );
  });
});

/** The movement as its description says, step by step from the output back to the source, in float64. */
function slowMove(image: number[], shape: PixelShape, m: Movement, border: 'edge' | number): number[] {
  const { height, width, channels } = shape;
  const at = (x: number, y: number, c: number): number => {
    if (border !== 'edge' && (x < 0 || y < 0 || x >= width || y >= height)) return border;
    const clamp = (v: number, size: number) => Math.max(0, Math.min(size - 1, v));
    return image[(clamp(y, height) * width + clamp(x, width)) * channels + c];
  };
  const result: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = (x - (width - 1) / 2 - m.shiftX) / m.scale;
      const dy = (y - (height - 1) / 2 - m.shiftY) / m.scale;
      // Counter-clockwise on a screen, whose y points down, undone: clockwise by the same angle.
      let sx = Math.cos(m.angleRad) * dx - Math.sin(m.angleRad) * dy;
      let sy = Math.sin(m.angleRad) * dx + Math.cos(m.angleRad) * dy;
      sx -= m.shear * sy;
      sx /= m.stretch;
      sy *= m.stretch;
      if (m.flipHorizontal) sx = -sx;
      if (m.flipVertical) sy = -sy;
      sx += (width - 1) / 2;
      sy += (height - 1) / 2;
      const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
      const [fx, fy] = [sx - x0, sy - y0];
      for (let c = 0; c < channels; c++) {
        result.push(
          (1 - fy) * ((1 - fx) * at(x0, y0, c) + fx * at(x0 + 1, y0, c)) +
            fy * ((1 - fx) * at(x0, y0 + 1, c) + fx * at(x0 + 1, y0 + 1, c)),
        );
      }
    }
  }
  return result;
}

describe('fillLightTable', () => {
  it('stretches from mid-grey, adds, clamps, then takes the negative', () => {
    const table = new Uint8Array(256);
    fillLightTable(table, 1, 0, false);
    expect([...table]).toEqual(Array.from({ length: 256 }, (_, v) => v));
    fillLightTable(table, 1.5, 0.1, false);
    // 28 → −150 + 128 + 25.5; 100 → −42 + 153.5 = 111.5; 128 → 153.5; 228 → 150 + 153.5
    expect([table[28], table[100], table[128], table[228]]).toEqual([4, 112, 154, 255]);
    fillLightTable(table, 0, -1, true);
    expect([table[0], table[255]]).toEqual([255, 255]);
    fillLightTable(table, 1, 0, true);
    expect([table[0], table[100], table[255]]).toEqual([255, 155, 0]);
  });
});

describe('addNoise', () => {
  it('has the asked standard deviation, no bias, and stays in its range', () => {
    const values = new Uint8Array(100_002).fill(128);
    addNoise(values, 1, values.length - 1, 0.05, createRandom(1));
    expect([values[0], values.at(-1)]).toEqual([128, 128]);
    const inner = values.subarray(1, -1);
    const mean = inner.reduce((sum, value) => sum + value, 0) / inner.length;
    const variance = inner.reduce((sum, value) => sum + (value - mean) ** 2, 0) / inner.length;
    expect(Math.abs(mean - 128)).toBeLessThan(0.2);
    // 12.75 and the twelfth of rounding to whole levels.
    expect(Math.abs(Math.sqrt(variance - 1 / 12) - 12.75)).toBeLessThan(0.2);
    const black = new Uint8Array(1000);
    addNoise(black, 0, 1000, 1, createRandom(2));
    expect(black.some((value) => value === 0)).toBe(true);
    expect(black.some((value) => value === 255)).toBe(true);
  });
});

describe('createAugmenter', () => {
  const shape = { height: 4, width: 5, channels: 3 } as const;
  const size = 60;

  it('changes nothing when nothing is asked for, and draws nothing', () => {
    const batch = ramp(3 * size);
    const random = createRandom(1);
    createAugmenter({}, shape)(batch, random);
    expect([...batch]).toEqual([...ramp(3 * size)]);
    expect(random.bits()).toBe(createRandom(1).bits());
  });

  it('gives the same for the same stream, and varies each image by itself', () => {
    const options = {
      flipHorizontal: 0.5,
      rotateDegrees: 20,
      shearDegrees: 15,
      stretch: 0.2,
      zoom: 0.2,
      shiftPixels: 1,
      brightness: 0.2,
    } as const;
    const all = { ...options, contrast: 0.3, invert: 0.3, noise: 0.02, erase: 0.5 };
    const run = (seed: number) => {
      const one = ramp(size);
      const batch = new Uint8Array(4 * size);
      for (let i = 0; i < 4; i++) batch.set(one, i * size);
      createAugmenter(all, shape)(batch, createRandom(seed));
      return batch;
    };
    expect([...run(1)]).toEqual([...run(1)]);
    expect([...run(1)]).not.toEqual([...run(2)]);
    const images = Array.from({ length: 4 }, (_, i) =>
      run(1)
        .subarray(i * size, (i + 1) * size)
        .join(),
    );
    expect(new Set(images).size).toBe(4);
  });

  it('flips and inverts with the asked probability', () => {
    const pair = { height: 1, width: 2, channels: 1 } as const;
    const numImages = 4000;
    const flipped = Uint8Array.from({ length: 2 * numImages }, (_, i) => i % 2);
    createAugmenter({ flipHorizontal: 0.25 }, pair)(flipped, createRandom(3));
    const numFlipped = flipped.filter((value, i) => i % 2 === 0 && value === 1).length;
    // 1,000 expected, five standard deviations are 137.
    expect(Math.abs(numFlipped - 1000)).toBeLessThan(137);
    const inverted = new Uint8Array(2 * numImages);
    createAugmenter({ invert: 1 }, pair)(inverted, createRandom(3));
    expect(inverted.every((value) => value === 255)).toBe(true);
  });

  it('moves by every whole number of pixels up to the asked one, equally often', () => {
    const line = { height: 1, width: 9, channels: 1 } as const;
    const seen = new Map<number, number>();
    for (const options of [{ shiftPixels: 2 }, { shiftFraction: 0.22 }]) {
      const batch = new Uint8Array(9 * 1000);
      for (let i = 0; i < 1000; i++) batch[9 * i + 4] = 255;
      createAugmenter({ ...options, border: 0 }, line)(batch, createRandom(8));
      for (let i = 0; i < 1000; i++) {
        const place = batch.subarray(9 * i, 9 * i + 9).indexOf(255);
        seen.set(place, (seen.get(place) ?? 0) + 1);
      }
    }
    // Up or down by one hides the only row: fraction .22 of height 1 rounds to 0, two pixels hide four fifths.
    expect([...seen.keys()].sort()).toEqual([-1, 2, 3, 4, 5, 6]);
    for (let place = 2; place <= 6; place++) expect(Math.abs(seen.get(place)! - 240)).toBeLessThan(75);
  });

  it('stays within the asked ranges of brightness and contrast', () => {
    const dot = { height: 1, width: 1, channels: 1 } as const;
    const light = new Uint8Array(3000).fill(100);
    createAugmenter({ brightness: 0.1 }, dot)(light, createRandom(1));
    expect(Math.abs(light.reduce((a, b) => Math.min(a, b)) - 75)).toBeLessThanOrEqual(1);
    expect(Math.abs(light.reduce((a, b) => Math.max(a, b)) - 125)).toBeLessThanOrEqual(1);
    const stretched = new Uint8Array(3000).fill(228);
    createAugmenter({ contrast: 0.2 }, dot)(stretched, createRandom(1));
    expect(Math.abs(stretched.reduce((a, b) => Math.min(a, b)) - 208)).toBeLessThanOrEqual(1);
    expect(Math.abs(stretched.reduce((a, b) => Math.max(a, b)) - 248)).toBeLessThanOrEqual(1);
  });

  it('erases one rectangle of the asked area and leaves the rest', () => {
    const large = { height: 20, width: 30, channels: 1 } as const;
    const batch = new Uint8Array(200 * 600).fill(7);
    createAugmenter({ erase: 1, eraseArea: [0.1, 0.2] }, large)(batch, createRandom(4));
    for (let i = 0; i < 200; i++) {
      const image = batch.subarray(i * 600, (i + 1) * 600);
      const changed = Array.from(image, (_, p) => p).filter((p) => image[p] !== 7);
      const rows = changed.map((p) => Math.floor(p / 30));
      const columns = changed.map((p) => p % 30);
      const tall = Math.max(...rows) - Math.min(...rows) + 1;
      const wide = Math.max(...columns) - Math.min(...columns) + 1;
      // One in 256 random bytes is 7 by chance; a side rounds by half a pixel.
      expect(changed.length).toBeGreaterThan(0.9 * tall * wide);
      expect(tall * wide).toBeLessThan(0.2 * 600 * 1.15);
      expect(tall * wide).toBeGreaterThan(0.1 * 600 * 0.8);
    }
  });

  it.each([
    [{ flipHorizontl: 1 }, 'did you mean "flipHorizontal"?'],
    [{ flipVertical: 2 }, 'flipVertical is out of range'],
    [{ rotateDegrees: 270 }, 'from 0 to 180'],
    [{ shearDegrees: 60 }, 'from 0 to 45'],
    [{ stretch: 1 }, 'from 0 to 0.9'],
    [{ shiftPixels: 1.5 }, 'a whole number'],
    [{ shiftPixels: 1, shiftFraction: 0.1 }, 'either shiftPixels or shiftFraction'],
    [{ zoom: Number.NaN }, 'from 0 to 0.9'],
    [{ border: 300 }, '"edge" or a whole number'],
    [{ border: 'reflect' }, '"edge" or a whole number'],
    [{ eraseArea: [0.5, 0.1] }, 'two shares'],
    [{ noise: '0.1' }, 'noise is out of range'],
  ])('refuses %j', (options, message) => {
    expect(() => createAugmenter(options as object, shape)).toThrow(message);
    expect(() => createAugmenter(options as object, shape)).toThrow(
      expect.objectContaining({ code: 'E_CONFIG' }),
    );
  });

  it('refuses part of an image', () => {
    const augment = createAugmenter({}, shape);
    expect(() => augment(new Uint8Array(61), {} as Random)).toThrow(
      expect.objectContaining({ code: 'E_SHAPE' }),
    );
    augment(new Uint8Array(0), {} as Random);
  });
});
