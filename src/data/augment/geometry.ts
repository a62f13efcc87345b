import type { Random } from '../../base/random.ts';
import type { PixelShape } from '../types.ts';
import type { AugmentOptions } from './options.ts';

/** How one image is moved. Applied to the image in the order of the fields. */
export interface Movement {
  flipHorizontal: boolean;
  flipVertical: boolean;
  /** Above 1 widens, and flattens by as much: the area stays. */
  stretch: number;
  /** How far a point moves to the right for each pixel that it lies below the centre. */
  shear: number;
  /** Counter-clockwise as seen, about the centre. */
  angleRad: number;
  /** Above 1 enlarges. */
  scale: number;
  /** To the right, whole pixels. */
  shiftX: number;
  /** Downwards, whole pixels. */
  shiftY: number;
}

/** Draws a movement; an option that is off draws nothing. */
export function drawMovement(options: Required<AugmentOptions>, shape: PixelShape, random: Random): Movement {
  const { shiftPixels, shiftFraction, rotateDegrees, zoom, shearDegrees, stretch } = options;
  const shift = (side: number): number => {
    const largest = shiftPixels > 0 ? shiftPixels : Math.round(shiftFraction * side);
    return largest > 0 ? random.integer(2 * largest + 1) - largest : 0;
  };
  return {
    flipHorizontal: options.flipHorizontal > 0 && random.uniform() < options.flipHorizontal,
    flipVertical: options.flipVertical > 0 && random.uniform() < options.flipVertical,
    stretch: stretch > 0 ? (1 + stretch) ** (random.uniform() * 2 - 1) : 1,
    shear: shearDegrees > 0 ? Math.tan(((random.uniform() * 2 - 1) * shearDegrees * Math.PI) / 180) : 0,
    angleRad: rotateDegrees > 0 ? ((random.uniform() * 2 - 1) * rotateDegrees * Math.PI) / 180 : 0,
    scale: zoom > 0 ? 1 + (random.uniform() * 2 - 1) * zoom : 1,
    shiftX: shift(shape.width),
    shiftY: shift(shape.height),
  };
}

/**
 * Moves one image.
 * @param from uint8 `[H, W, C]`: the image; not `to` itself
 * @param to uint8 batch that the result is written into, at byte `at`
 * @param border `edge`, or the value outside the image
 */
export type Mover = (
  from: Uint8Array,
  to: Uint8Array,
  at: number,
  movement: Movement,
  border: 'edge' | number,
) => void;

/** Whole-pixel moves and mirror images: each output column and row has one source column and row. */
export function createShifter({ height, width, channels }: PixelShape): Mover {
  const rowBytes = width * channels;
  // Where each byte of a row comes from: the same for all rows of an image.
  const columns = new Int32Array(rowBytes);
  return (from, to, at, { flipHorizontal, flipVertical, shiftX, shiftY }, border) => {
    const isEdge = border === 'edge';
    for (let i = 0, x = 0; x < width; x++) {
      const column = sourceOf(x - shiftX, width, flipHorizontal, isEdge);
      for (let c = 0; c < channels; c++) columns[i++] = column < 0 ? -1 : column * channels + c;
    }
    for (let y = 0; y < height; y++, at += rowBytes) {
      const row = sourceOf(y - shiftY, height, flipVertical, isEdge);
      const start = row * rowBytes;
      if (isEdge) for (let i = 0; i < rowBytes; i++) to[at + i] = from[start + columns[i]];
      else if (row < 0) to.fill(border, at, at + rowBytes);
      else for (let i = 0; i < rowBytes; i++) to[at + i] = columns[i] < 0 ? border : from[start + columns[i]];
    }
  };
}

/** Where `position` comes from along one axis; −1 from outside. */
function sourceOf(position: number, size: number, isFlipped: boolean, isEdge: boolean): number {
  if (!isEdge && (position < 0 || position >= size)) return -1;
  const inside = Math.min(Math.max(position, 0), size - 1);
  return isFlipped ? size - 1 - inside : inside;
}

const ONE = 1 << 16;

/**
 * Any movement, as one affine map from output to source, sampled bilinearly in 16.16 fixed point: positions are exact to
 * 1/65,536 of a pixel and weights to 1/256, and results are the same on every machine.
 * Sides up to 1,800 pixels: with the widest zoom and shift, positions then stay below 2³¹; up to 470 with the widest
 * shear and stretch, too.
 */
export function createAffineMover({ height, width, channels }: PixelShape): Mover {
  const rowBytes = width * channels;
  return (from, to, at, movement, border) => {
    const { angleRad, scale, shiftX, shiftY, shear, stretch } = movement;
    const flipX = movement.flipHorizontal ? -1 : 1;
    const flipY = movement.flipVertical ? -1 : 1;
    const cos = Math.cos(angleRad) / scale;
    const sin = Math.sin(angleRad) / scale;
    // source = centre + flip · stretch back · shear back · turn back · (output − centre − shift) / scale; y points down.
    const xx = Math.round(((flipX * (cos - shear * sin)) / stretch) * ONE);
    const xy = Math.round(((flipX * (-sin - shear * cos)) / stretch) * ONE);
    const yx = Math.round(flipY * sin * stretch * ONE);
    const yy = Math.round(flipY * cos * stretch * ONE);
    const centreX = (width - 1) / 2;
    const centreY = (height - 1) / 2;
    const left = -centreX - shiftX;
    const top = -centreY - shiftY;
    const isEdge = border === 'edge';
    const fill = isEdge ? 0 : border;
    const pick = (x: number, y: number, c: number) =>
      x < 0 || y < 0 || x >= width || y >= height ? fill : from[y * rowBytes + x * channels + c];
    for (let y = 0; y < height; y++) {
      let sourceX = Math.round(centreX * ONE + xx * left + xy * (top + y));
      let sourceY = Math.round(centreY * ONE + yx * left + yy * (top + y));
      for (let x = 0; x < width; x++, sourceX += xx, sourceY += yx) {
        let x0 = sourceX >> 16;
        let y0 = sourceY >> 16;
        let x1 = x0 + 1;
        let y1 = y0 + 1;
        const weightX = (sourceX >> 8) & 255;
        const weightY = (sourceY >> 8) & 255;
        const isInside = x0 >= 0 && y0 >= 0 && x1 < width && y1 < height;
        if (!isInside && !isEdge) {
          for (let c = 0; c < channels; c++) {
            const upper = pick(x0, y0, c) * (256 - weightX) + pick(x1, y0, c) * weightX;
            const lower = pick(x0, y1, c) * (256 - weightX) + pick(x1, y1, c) * weightX;
            to[at++] = (upper * (256 - weightY) + lower * weightY + 32768) >> 16;
          }
          continue;
        }
        if (!isInside) {
          x0 = clamp(x0, width);
          x1 = clamp(x1, width);
          y0 = clamp(y0, height);
          y1 = clamp(y1, height);
        }
        let p00 = y0 * rowBytes + x0 * channels;
        let p10 = y1 * rowBytes + x0 * channels;
        const toRight = (x1 - x0) * channels;
        for (let c = 0; c < channels; c++, p00++, p10++) {
          const upper = from[p00] * (256 - weightX) + from[p00 + toRight] * weightX;
          const lower = from[p10] * (256 - weightX) + from[p10 + toRight] * weightX;
          to[at++] = (upper * (256 - weightY) + lower * weightY + 32768) >> 16;
        }
      }
    }
  };
}

function clamp(position: number, size: number): number {
  return position < 0 ? 0 : position >= size ? size - 1 : position;
}
