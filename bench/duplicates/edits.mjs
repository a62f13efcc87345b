/** The edits that a copy may have gone through: each takes a photo's bytes and gives an image file's. */
import sharp from 'sharp';

/**
 * @typedef {{ width: number, height: number }} Size
 * @typedef {{ integer(below: number): number, uniform(): number }} Random
 * @typedef {{ name: string, ending: string, apply(photo: Buffer, size: Size, random: Random): Promise<Buffer> }} Edit
 */

const JPEG = { quality: 90 };

/** A crop takes `share` off the width and as much off the height; where it lies is drawn. @param {number} share @returns {Edit} */
const crop = (share) => ({
  name: `crop-${Math.round(100 * share)}`,
  ending: '.jpg',
  apply(photo, { width, height }, random) {
    const inside = { width: Math.round(width * (1 - share)), height: Math.round(height * (1 - share)) };
    const left = random.integer(width - inside.width + 1);
    const top = random.integer(height - inside.height + 1);
    return sharp(photo)
      .extract({ left, top, ...inside })
      .jpeg(JPEG)
      .toBuffer();
  },
});

/** @type {readonly Edit[]} */
export const EDITS = [
  { name: 'copy', ending: '.jpg', apply: async (photo) => photo },
  { name: 'format', ending: '.png', apply: (photo) => sharp(photo).png().toBuffer() },
  {
    name: 'webp',
    ending: '.webp',
    apply: (photo) => sharp(photo).webp({ quality: 80 }).toBuffer(),
  },
  {
    name: 'resize',
    ending: '.jpg',
    apply: (photo, { width }, random) =>
      sharp(photo)
        .resize(Math.round(width * (random.integer(2) === 0 ? 0.4 : 1.6)))
        .jpeg(JPEG)
        .toBuffer(),
  },
  { name: 'jpeg-20', ending: '.jpg', apply: (photo) => sharp(photo).jpeg({ quality: 20 }).toBuffer() },
  {
    name: 'rotate-3',
    ending: '.jpg',
    apply: (photo, _size, random) =>
      sharp(photo)
        .rotate(random.integer(2) === 0 ? 3 : -3, { background: random.integer(2) === 0 ? 'white' : 'black' })
        .jpeg(JPEG)
        .toBuffer(),
  },
  {
    name: 'brightness',
    ending: '.jpg',
    apply: (photo, _size, random) =>
      sharp(photo)
        .modulate({ brightness: random.integer(2) === 0 ? 0.65 : 1.35 })
        .jpeg(JPEG)
        .toBuffer(),
  },
  {
    name: 'watermark',
    ending: '.jpg',
    apply(photo, { width, height }, random) {
      const y = Math.round(height * (0.25 + 0.5 * random.uniform()));
      const size = Math.round(width / 6);
      const text =
        `<text x="50%" y="${y}" font-size="${size}" font-family="sans-serif" font-weight="bold" text-anchor="middle" ` +
        `fill="white" stroke="black" opacity="0.6">© SAMPLE</text>`;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${text}</svg>`;
      return sharp(photo)
        .composite([{ input: Buffer.from(svg) }])
        .jpeg(JPEG)
        .toBuffer();
    },
  },
  {
    name: 'border',
    ending: '.jpg',
    apply(photo, { width }, random) {
      const edge = Math.round(width * (0.04 + 0.08 * random.uniform()));
      const background = ['white', 'black', '#c8102e'][random.integer(3)];
      return sharp(photo)
        .extend({ top: edge, bottom: edge, left: edge, right: edge, background })
        .jpeg(JPEG)
        .toBuffer();
    },
  },
  crop(0.05),
  crop(0.1),
  crop(0.2),
  crop(0.3),
  { name: 'flip', ending: '.jpg', apply: (photo) => sharp(photo).flop().jpeg(JPEG).toBuffer() },
];
