import { extname } from 'node:path';
import sharp from 'sharp';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { writeFileAtomic } from '../base/files.ts';
import { suggest } from '../base/suggest.ts';
import type { PixelShape } from '../data/types.ts';
import { escapeHtml } from './escape.ts';
import { formatDistance, formatPercent } from './format.ts';
import { createThumbnail } from './thumbnails.ts';

/** An image and its name. */
export interface NamedImage {
  /** uint8 `[height, width, channels]`. */
  readonly pixels: Uint8Array;
  readonly shape: PixelShape;
  readonly name: string;
}

export interface PairPicture {
  readonly left: NamedImage;
  readonly right: NamedImage;
  readonly distance: number;
  /** The distance below which two images are the same. */
  readonly threshold: number;
  /** That both show the same thing. */
  readonly probability: number;
  readonly verdict: 'same' | 'different' | 'unsure';
}

/** Longest side of an image in the picture. */
const SIDE = 336;
const GAP = 16;
const MARGIN = 24;
const WIDTH = 2 * SIDE + GAP + 2 * MARGIN;
const HEIGHT = MARGIN + SIDE + 116;
const MAX_NAME = 40;
/** Blue and vermilion are told apart with every common colour blindness (Okabe & Ito 2008). */
export const LOOK = {
  same: { color: '#0969b0', mark: '=', words: 'similar' },
  different: { color: '#c24e00', mark: '≠', words: 'not similar' },
  unsure: { color: '#6a675f', mark: '~', words: 'unsure' },
} as const;

const FORMATS = ['.png', '.jpg', '.jpeg', '.webp', '.svg'] as const;
type Format = (typeof FORMATS)[number];

/**
 * Two images side by side as one SVG, marked similar, not similar or unsure, with distance, threshold and probability. Small
 * images are enlarged by a whole factor without smoothing.
 */
export async function drawPairPicture(pair: PairPicture): Promise<string> {
  const { verdict, distance, threshold, probability } = pair;
  const { color, mark, words } = LOOK[verdict];
  const bottom = MARGIN + SIDE;
  const facts = `distance ${formatDistance(distance)}, the same below ${formatDistance(threshold)} · probability of being the same ${formatPercent(probability)}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif">` +
    `<title>${escapeHtml(`${pair.left.name} and ${pair.right.name}: ${words}`)}</title>` +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/><rect width="${WIDTH}" height="6" fill="${color}"/>` +
    (await drawSide(pair.left, MARGIN)) +
    (await drawSide(pair.right, MARGIN + SIDE + GAP)) +
    `<text x="${MARGIN}" y="${bottom + 68}" font-size="28" font-weight="bold" fill="${color}">${mark} ${words}</text>` +
    `<text x="${MARGIN}" y="${bottom + 96}" font-size="15" fill="#55524b">${escapeHtml(facts)}</text></svg>`
  );
}

async function drawSide({ pixels, shape, name }: NamedImage, left: number): Promise<string> {
  const thumbnail = await createThumbnail(pixels, shape, { size: SIDE });
  return (
    `<rect x="${left}" y="${MARGIN}" width="${SIDE}" height="${SIDE}" fill="#f1efea"/>` +
    `<image x="${left}" y="${MARGIN}" width="${SIDE}" height="${SIDE}" href="${thumbnail}"/>` +
    `<text x="${left}" y="${MARGIN + SIDE + 22}" font-size="14" fill="#55524b">${escapeHtml(shorten(name))}</text>`
  );
}

/** The end of a long name, where files differ. */
export function shorten(name: string): string {
  return name.length <= MAX_NAME ? name : `…${name.slice(1 - MAX_NAME)}`;
}

/**
 * Draws two images side by side into a file: PNG, JPEG or WebP, or the SVG itself, by its extension.
 * @throws E_USAGE where the extension is another one; E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function writePairPicture(path: string, pair: PairPicture): Promise<void> {
  const format = checkPicturePath(path);
  const svg = await drawPairPicture(pair);
  await writeFileAtomic(path, format === '.svg' ? svg : await rasterize(svg, format, path));
}

/** @returns the extension of a picture's path. @throws E_USAGE where no picture can be written to it */
export function checkPicturePath(path: string): Format {
  const extension = extname(path).toLowerCase();
  const format = FORMATS.find((known) => known === extension);
  if (format !== undefined) return format;
  throw new SamesameError('E_USAGE', {
    what: `a picture cannot be written to ${path}`,
    expected: `a name that ends with ${FORMATS.join(', ')}`,
    received: extension === '' ? 'no extension' : extension,
    help: `did you mean ${suggest(extension, FORMATS) ?? '.png'}?`,
    details: { path },
  });
}

/** An SVG as the bytes of a picture file. @throws E_IO */
export async function rasterize(svg: string, format: Exclude<Format, '.svg'>, path: string): Promise<Buffer> {
  const image = sharp(Buffer.from(svg));
  try {
    if (format === '.png') return await image.png().toBuffer();
    if (format === '.webp') return await image.webp({ quality: 90 }).toBuffer();
    return await image.jpeg({ quality: 92 }).toBuffer();
  } catch (error) {
    throw errorFromSystem(error, `drawing ${path}`);
  }
}
