import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { busyScene } from '../../../test/busy-scene.ts';
import { hammingDistance } from '../../data/hash/perceptual.ts';
import type { GreyImage } from '../../data/hash/shrink.ts';
import { findWindows, mirror } from './windows.ts';

async function grey(image: Buffer, longest = 128): Promise<GreyImage> {
  const { data, info } = await sharp(image)
    .resize({ width: longest, height: longest, fit: 'inside' })
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { height: info.height, width: info.width, data };
}

/** Windows of one image that are within 7 bits of one of the other's, and in the place that they should be. */
function countFound(
  of: GreyImage,
  inside: GreyImage,
  toPlace: (x: number, y: number) => readonly [number, number],
): { near: number; placed: number } {
  let [near, placed] = [0, 0];
  const others = findWindows(inside);
  for (const window of findWindows(of)) {
    const match = others.find(({ hash }) => hammingDistance(hash, window.hash) <= 7);
    if (match === undefined) continue;
    near++;
    const [x, y] = toPlace((window.x + 0.5) / of.width, (window.y + 0.5) / of.height);
    const [u, v] = [(match.x + 0.5) / inside.width, (match.y + 0.5) / inside.height];
    if (Math.hypot(u - x, v - y) < 0.05) placed++;
  }
  return { near, placed };
}

describe('findWindows', () => {
  it('finds windows of a crop again, where they should be', async () => {
    const scene = await busyScene('crop');
    const crop = await sharp(scene).extract({ left: 30, top: 12, width: 150, height: 120 }).toBuffer();
    const [whole, part] = [await grey(scene), await grey(crop)];
    const { near, placed } = countFound(part, whole, (x, y) => [(30 + 150 * x) / 200, (12 + 120 * y) / 160]);
    expect(near).toBeGreaterThanOrEqual(3);
    expect(placed).toBeGreaterThanOrEqual(0.7 * near);
  });

  it('finds none of them in another scene', async () => {
    const [one, other] = [await grey(await busyScene('one')), await grey(await busyScene('other'))];
    expect(countFound(one, other, (x, y) => [x, y]).near).toBeLessThanOrEqual(1);
  });

  it('hashes mirror images as the mirrored image has them', async () => {
    const image = await grey(await busyScene('mirror'));
    const windows = findWindows(image, { mirrored: true });
    expect(windows.length).toBeGreaterThan(8);
    const there = findWindows(mirror(image));
    for (const { x, y, mirrored } of windows.slice(0, 8)) {
      const match = there.find((other) => Math.hypot(other.x - (image.width - 1 - x), other.y - y) < 0.01);
      // Of equally strong places either may be kept.
      if (match !== undefined) expect(hammingDistance(match.hash, mirrored!)).toBeLessThanOrEqual(2);
    }
    expect(there.map(({ y }) => y).slice(0, 4)).toBeAllClose(windows.map(({ y }) => y).slice(0, 4), {
      atol: 1e-6,
    });
  });

  it('has nothing to find in one colour, in a ramp, and in what is too small', () => {
    expect(findWindows({ height: 64, width: 64, data: new Uint8Array(4096).fill(9) })).toEqual([]);
    const ramp = Float64Array.from({ length: 4096 }, (_, i) => i % 64);
    expect(findWindows({ height: 64, width: 64, data: ramp })).toEqual([]);
    expect(findWindows({ height: 2, width: 2, data: [0, 255, 255, 0] })).toEqual([]);
  });
});
