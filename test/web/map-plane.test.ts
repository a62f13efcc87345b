import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadAtlas, MAX_PICTURES } from '../../web/plane/atlas.ts';
import { paintDots, pixelOf } from '../../web/plane/dots.ts';
import { choosePictures, MAX_SHOWN } from '../../web/views/map/choose-pictures.ts';
import { findWithin, lengthenLasso } from '../../web/views/map/lasso.ts';

/** Places on a grid, row by row, from 0 to 1. */
function gridOf(side: number): Float64Array {
  return Float64Array.from({ length: 2 * side * side }, (_, at) => {
    const i = at >> 1;
    return (at % 2 === 0 ? i % side : Math.floor(i / side)) / (side - 1);
  });
}
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('which images are shown as pictures', () => {
  it('is all of them where they are few', () => {
    const places = new Float64Array(2 * 500); // all at one place
    expect(choosePictures(upTo(500), places, 0.1)).toEqual(upTo(500));
  });

  it('leaves none without a picture near by, and fits the screen', () => {
    const places = gridOf(150);
    for (const side of [0.05, 0.03]) {
      const chosen = choosePictures(upTo(150 * 150), places, side);
      expect(chosen.length).toBeLessThanOrEqual(MAX_SHOWN);
      expect(chosen.length * side * side).toBeLessThan(2.5);
      for (let i = 0; i < 150 * 150; i += 370) {
        const distances = chosen.map((c) =>
          Math.hypot(places[2 * c] - places[2 * i], places[2 * c + 1] - places[2 * i + 1]),
        );
        expect(Math.min(...distances)).toBeLessThan(2.1 * side);
      }
    }
    expect(choosePictures(upTo(150 * 150), places, 1e-4)).toHaveLength(MAX_SHOWN);
  });

  it('stays while the map is dragged: what is still on the screen is still chosen', () => {
    const places = gridOf(80);
    const all = new Set(choosePictures(upTo(6400), places, 0.05));
    const half = choosePictures(upTo(6400).slice(0, 3200), places, 0.05);
    expect(half.every((index) => all.has(index))).toBe(true);
  });
});

describe('the lasso', () => {
  const square = [
    [0, 0],
    [10, 0],
    [10, 10],
    [0, 10],
  ] as const;

  it('finds what lies inside, by even and odd', () => {
    const points = Float64Array.from([5, 5, 15, 5, -1, 5, 9.9, 0.1, 5, 11]);
    expect(findWithin(square, points)).toEqual([0, 3]);
    const bow = [square[0], square[2], square[1], square[3]];
    expect(findWithin(bow, Float64Array.from([5, 2, 2, 5, 5, 8]))).toEqual([1]);
    expect(findWithin([], Float64Array.from([5, 5]))).toEqual([]);
  });

  it('takes no corner where the last one was', () => {
    expect(lengthenLasso(square, [1, 11])).toBe(square);
    expect(lengthenLasso(square, [0, 14])).toHaveLength(5);
    expect(lengthenLasso([], [1, 1])).toEqual([[1, 1]]);
  });

  it('of 240 corners finds those of 1,000 points within its circle', () => {
    const circle = upTo(240).map(
      (i) => [50 + 50 * Math.cos((i * Math.PI) / 120), 50 + 50 * Math.sin((i * Math.PI) / 120)] as const,
    );
    const points = Float64Array.from({ length: 2000 }, (_, i) => (i * 0.618034 * 100) % 100);
    const inside = findWithin(circle, points);
    const expected = upTo(20_000).filter(
      (i) => Math.hypot(points[2 * i] - 50, points[2 * i + 1] - 50) < 49.9,
    );
    expect(inside).toEqual(expect.arrayContaining(expected));
    expect(inside.length - expected.length).toBeLessThan(150);
  });
});

describe('dots', () => {
  const paint = (dots: readonly (readonly [x: number, y: number, color: number])[], radius = 3) => {
    const [width, height] = [20, 10];
    const buffer = { width, height, data: new Uint8ClampedArray(width * height * 4) } as ImageData;
    let isPut = false;
    const context = { putImageData: () => (isPut = true) } as unknown as CanvasRenderingContext2D;
    paintDots(
      context,
      {
        x: Float32Array.from(dots, ([x]) => x),
        y: Float32Array.from(dots, ([, y]) => y),
        colors: Uint32Array.from(dots, ([, , color]) => color),
        count: dots.length,
        radius,
      },
      buffer,
    );
    expect(isPut).toBe(true);
    return (x: number, y: number) => [...buffer.data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)];
  };

  it('are round, in their colour, and cut at the edge', () => {
    const at = paint([[10, 5, pixelOf('#ff8001', 1)]]);
    expect(at(10, 5)).toEqual([255, 128, 1, 255]);
    expect(at(7, 2)).toEqual([0, 0, 0, 0]); // a corner of the square around it
    expect(at(12, 5)[3]).toBeGreaterThan(200);
    expect(at(14, 5)).toEqual([0, 0, 0, 0]);
    const cut = paint([[0, 0, pixelOf('#ffffff', 1)]]);
    expect(cut(0, 0)[3]).toBe(255);
    expect(cut(19, 0)[3]).toBe(0);
  });

  it('cover about the area of their radius wherever in a pixel their middle lies', () => {
    for (const part of [0, 0.3, 0.5, 0.9]) {
      const at = paint([[10 + part, 5 + part, pixelOf('#ffffff', 1)]]);
      let covered = 0;
      for (let y = 0; y < 10; y++) for (let x = 0; x < 20; x++) covered += at(x, y)[3] / 255;
      expect(Math.abs(covered - 9 * Math.PI)).toBeLessThan(0.08 * 9 * Math.PI);
    }
  });

  it('lie over those before them, the faint ones under all', () => {
    const [red, green] = [pixelOf('#ff0000', 1), pixelOf('#00ff00', 0.18)];
    expect(
      paint([
        [10, 5, red],
        [10, 5, green],
      ])(10, 5),
    ).toEqual([255, 0, 0, 255]);
    expect(paint([[10, 5, green]])(10, 5)[3]).toBeCloseTo(46, -1);
  });
});

describe('the atlas', () => {
  /** Addresses that were asked for, and what lets them arrive. */
  let asked: string[] = [];
  let arrive: (() => void)[] = [];
  beforeEach(() => {
    asked = [];
    arrive = [];
    vi.stubGlobal(
      'Image',
      class {
        naturalWidth = 0;
        naturalHeight = 0;
        set src(address: string) {
          asked.push(address);
          if (address !== 'broken') [this.naturalWidth, this.naturalHeight] = [200, 100];
        }
        decode() {
          return new Promise<void>((resolve) => arrive.push(resolve));
        }
      },
    );
    const context = { clearRect: () => {}, drawImage: () => {} };
    vi.stubGlobal('document', { createElement: () => ({ getContext: () => context }) });
  });
  afterEach(() => vi.unstubAllGlobals());
  const settle = async () => {
    do {
      for (const resolve of arrive.splice(0)) resolve();
      await new Promise((resolve) => setTimeout(resolve, 0));
    } while (arrive.length > 0);
  };
  const open = (addresses: readonly string[]) => loadAtlas(addresses, () => {}, new AbortController().signal);

  it('loads what is wanted and nothing else', async () => {
    const atlas = open(upTo(1000).map(String));
    expect(asked).toEqual([]);
    atlas.want([7, 8]);
    atlas.want([7, 8]); // a frame later
    await settle();
    expect(asked).toEqual(['7', '8']);
    expect(atlas.proportions(7)).toEqual([1, 0.5]);
    expect(atlas.proportions(9)).toBeUndefined();
  });

  it('lets go of what waits when something else is wanted', async () => {
    const atlas = open(upTo(1000).map(String));
    atlas.want(upTo(500));
    expect(asked.length).toBeLessThan(10);
    atlas.want([900]);
    await settle();
    expect(asked.length).toBeLessThan(10);
    expect(asked).toContain('900');
  });

  it('holds so many and no more, and asks once for what cannot be shown', async () => {
    const atlas = open([...upTo(2 * MAX_PICTURES - 1).map(String), 'broken']);
    atlas.want(upTo(MAX_PICTURES));
    await settle();
    const later = upTo(MAX_PICTURES).map((i) => MAX_PICTURES + i);
    atlas.want(later);
    await settle();
    atlas.want(later);
    await settle();
    const held = upTo(2 * MAX_PICTURES).filter((index) => atlas.proportions(index) !== undefined);
    expect(held).toHaveLength(MAX_PICTURES);
    expect(later.slice(0, -1).every((index) => atlas.proportions(index) !== undefined)).toBe(true);
    expect(asked.filter((address) => address === 'broken')).toHaveLength(1);
  });
});
