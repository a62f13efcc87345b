import { contours } from 'd3-contour';
import sharp from 'sharp';
import { num } from '../figures/frame.ts';
import type { NamedImage } from '../pair-picture.ts';
import { createThumbnail } from '../thumbnails.ts';
import { inferno } from './inferno.ts';

/** A rectangle in shares of a photo. */
export interface Share {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Heat on a part of a photo. */
export interface Heat {
  readonly height: number;
  readonly width: number;
  /** `[height · width]`; what is not above 0 stays cold. */
  readonly values: ArrayLike<number>;
}

export interface HeatPanel {
  readonly photo: NamedImage;
  /** The part of the photo that the network saw, on which the heat lies. */
  readonly seen: Share;
  readonly heat: Heat;
  /** The heat that has the lightest colour. */
  readonly hottest: number;
  /** What the marked part is outlined by: a heat map of the same size, and its level. */
  readonly marked: { readonly heat: Heat; readonly level: number };
}

/** How strongly the hottest place covers the photo. */
const MAX_OPACITY = 0.82;
const MIN_OPACITY = 0.3;

/** A photo with heat on it, in its own proportions inside a square. Node only. */
export async function drawHeatPanel(
  { photo, seen, heat, hottest, marked }: HeatPanel,
  { left, top, side }: { readonly left: number; readonly top: number; readonly side: number },
): Promise<string> {
  const { height, width } = photo.shape;
  const scale = side / Math.max(height, width);
  const size = { width: width * scale, height: height * scale };
  const [x, y] = [left + (side - size.width) / 2, top + (side - size.height) / 2];
  const place = {
    x: x + seen.left * size.width,
    y: y + seen.top * size.height,
    width: seen.width * size.width,
    height: seen.height * size.height,
  };
  const picture = await createThumbnail(photo.pixels, photo.shape, { size: side });
  const overlay = await paintHeat(heat, hottest, place);
  const box = `x="${num(place.x)}" y="${num(place.y)}" width="${num(place.width)}" height="${num(place.height)}"`;
  const outline = outlineOf(marked.heat, marked.level, place);
  return (
    `<rect x="${left}" y="${top}" width="${side}" height="${side}" fill="#f1efea"/>` +
    `<image x="${num(x)}" y="${num(y)}" width="${num(size.width)}" height="${num(size.height)}" preserveAspectRatio="none" href="${picture}"/>` +
    drawUnseen(seen, { x, y, ...size }) +
    `<image ${box} preserveAspectRatio="none" href="${overlay}"/>` +
    `<g fill="none" stroke-linejoin="round"><path d="${outline}" stroke="#000" stroke-opacity=".55" stroke-width="4.5"/>` +
    `<path d="${outline}" stroke="#fff" stroke-width="2"/></g>`
  );
}

/** A PNG data URI of the heat, at the size at which it is drawn: the colder, the more of the photo shows. */
async function paintHeat(
  { height, width, values }: Heat,
  hottest: number,
  place: { readonly width: number; readonly height: number },
): Promise<string> {
  const rgba = new Uint8Array(height * width * 4);
  for (let i = 0; i < height * width; i++) {
    const share = hottest > 0 ? Math.max(0, Math.min(1, values[i] / hottest)) : 0;
    rgba.set(inferno(share), i * 4);
    rgba[i * 4 + 3] = Math.round(255 * (MIN_OPACITY + (MAX_OPACITY - MIN_OPACITY) * share));
  }
  const png = await sharp(rgba, { raw: { height, width, channels: 4 } })
    .resize({
      width: Math.max(1, Math.round(place.width)),
      height: Math.max(1, Math.round(place.height)),
      fit: 'fill',
      kernel: 'cubic',
    })
    .png({ compressionLevel: 9 })
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

/** Path around what is at least as hot as `level`. */
function outlineOf(
  { height, width, values }: Heat,
  level: number,
  place: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): string {
  if (!Number.isFinite(level)) return '';
  const { coordinates } = contours().size([width, height]).contour(Array.from(values), level);
  const rings = coordinates.flat();
  return rings
    .map((ring) => {
      const points = ring.map(
        ([column, row]) =>
          `${num(place.x + (column / width) * place.width)} ${num(place.y + (row / height) * place.height)}`,
      );
      return `M${points.slice(0, -1).join('L')}Z`;
    })
    .join('');
}

/** A veil over what a cropping resize rule keeps from the network. */
function drawUnseen(
  seen: Share,
  {
    x,
    y,
    width,
    height,
  }: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): string {
  const bars = [
    [0, 0, 1, seen.top],
    [0, seen.top + seen.height, 1, 1 - seen.top - seen.height],
    [0, seen.top, seen.left, seen.height],
    [seen.left + seen.width, seen.top, 1 - seen.left - seen.width, seen.height],
  ];
  return bars
    .filter(([, , across, down]) => across > 1e-6 && down > 1e-6)
    .map(
      ([left, top, across, down]) =>
        `<rect x="${num(x + left * width)}" y="${num(y + top * height)}" width="${num(across * width)}" height="${num(down * height)}" fill="#fff" fill-opacity=".7"/>`,
    )
    .join('');
}
