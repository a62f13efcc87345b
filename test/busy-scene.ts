import sharp, { type Sharp } from 'sharp';
import { createRandom } from '../src/base/random.ts';

/** A picture like no other, with enough in it to be known again in a part: rectangles of random colours, a little blurred. */
export function drawBusyScene(seed: string, { width = 200, height = 160 } = {}): Sharp {
  const random = createRandom(`busy/${seed}`);
  const pixels = new Uint8Array(width * height * 3);
  const fill = (left: number, top: number, right: number, bottom: number) => {
    const colour = [random.integer(256), random.integer(256), random.integer(256)];
    for (let y = top; y < Math.min(height, bottom); y++)
      for (let x = left; x < Math.min(width, right); x++) pixels.set(colour, 3 * (y * width + x));
  };
  fill(0, 0, width, height);
  for (let i = 0; i < 60; i++) {
    const [x, y] = [random.integer(width), random.integer(height)];
    fill(x, y, x + 8 + random.integer(50), y + 8 + random.integer(40));
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** The same as a file's bytes, for edits that need one: `sharp(await busyScene('a')).extract(…)`. */
export function busyScene(seed: string, size?: { width: number; height: number }): Promise<Buffer> {
  return drawBusyScene(seed, size).png().toBuffer();
}
