import sharp from 'sharp';
import type { GalleryPair } from '../report-data.ts';
import type { PngImage } from './event.ts';

// In pixels.
const SIDE = 112;
const GAP = 28;
const FRAME = 6;
const SPACE = 14;
const CARD = { width: 2 * SIDE + GAP + 2 * FRAME, height: SIDE + 2 * FRAME };
const COLUMNS = 2;

/** The report's colours, which tell apart for colour-blind eyes too. */
const COLORS = { right: '#0969b0', wrong: '#c24e00', unsure: '#8a867c' } as const;

/** What the model says, between the two images. Paths, so that a machine without fonts draws them too. */
const MARKS = {
  same: 'M-8 -5H8M-8 5H8',
  different: 'M-8 -5H8M-8 5H8M5 -13L-5 13',
  unsure: 'M-9 3C-5 -7 -2 -4 0 0S5 7 9 -3',
} as const;

/**
 * A picture of pairs, two in a row, each in a frame: blue where the verdict is right, orange where it is wrong, grey
 * where it is *unsure*. Between the two images stands the verdict: `=` same, `≠` different, `~` unsure. Node only.
 * @returns undefined without a pair
 */
export async function drawGalleryImage(pairs: readonly GalleryPair[]): Promise<PngImage | undefined> {
  if (pairs.length === 0) return undefined;
  const columns = Math.min(COLUMNS, pairs.length);
  const width = columns * (CARD.width + SPACE) + SPACE;
  const height = Math.ceil(pairs.length / columns) * (CARD.height + SPACE) + SPACE;
  const cards = pairs.map((pair, i) => {
    const x = SPACE + (i % columns) * (CARD.width + SPACE);
    const y = SPACE + Math.floor(i / columns) * (CARD.height + SPACE);
    return `<g transform="translate(${x} ${y})">${drawCard(pair)}</g>`;
  });
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">` +
    `<rect width="100%" height="100%" fill="#fff"/>${cards.join('')}</svg>`;
  // Thumbnails hold whole pixels already; without a palette the frames keep their colours.
  const png = await sharp(Buffer.from(svg), { density: 72 })
    .removeAlpha()
    .png({ compressionLevel: 9 })
    .toBuffer();
  return { png, width, height };
}

function drawCard(pair: GalleryPair): string {
  const color = COLORS[judge(pair)];
  const picture = ({ image }: GalleryPair['left'], x: number) =>
    `<rect x="${x}" y="${FRAME}" width="${SIDE}" height="${SIDE}"/>` +
    `<image x="${x}" y="${FRAME}" width="${SIDE}" height="${SIDE}" href="${image}"/>`;
  return (
    `<rect width="${CARD.width}" height="${CARD.height}" rx="5" fill="${color}"/>` +
    picture(pair.left, FRAME) +
    picture(pair.right, FRAME + SIDE + GAP) +
    `<path transform="translate(${CARD.width / 2} ${CARD.height / 2})" d="${MARKS[pair.verdict]}" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round"/>`
  );
}

function judge({ verdict, similar }: GalleryPair): keyof typeof COLORS {
  if (verdict === 'unsure') return 'unsure';
  return (verdict === 'same') === (similar === 1) ? 'right' : 'wrong';
}
