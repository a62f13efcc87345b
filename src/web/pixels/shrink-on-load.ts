import type { PixelTarget } from '../../data/pixels/decode.ts';
import type { RawImage } from '../../data/pixels/netpbm.ts';
import { sniffFormat } from '../../data/pixels/sniff.ts';
import { averageArea } from './average-area.ts';
import { factorsOf } from './factors.ts';
import { colourGrainOf, shareColours } from './jpeg-chroma.ts';

/**
 * What libvips has decoders do in Node when a photo is to become much smaller: libjpeg gives means of 2, 4 or 8 pixels a
 * side, libwebp means over the area of each new pixel. Browsers decode whole images, so it is done here.
 * @param file its bytes
 */
export function shrinkAsOnLoad(image: RawImage, file: Uint8Array, target: PixelTarget): RawImage {
  const format = sniffFormat(file);
  const { across, down } = factorsOf(image, target);
  const shrink = Math.min(across, down);
  if (format === 'JPEG') {
    const factor = jpegFactor(shrink);
    if (factor === 1) return image;
    const small = averageArea(
      image,
      Math.floor(image.height / factor),
      Math.floor(image.width / factor),
      factor,
    );
    const grain = colourGrainOf(file, image);
    // Colours that are coarser along one axis only libjpeg does not make finer again, and at an eighth it repeats them.
    if (factor === 8 && grain.across !== grain.down) shareColours(small, grain);
    return small;
  }
  if (format === 'WebP' && shrink > 1) {
    const [height, width] = [image.height, image.width].map((side) => Math.max(1, Math.round(side / shrink)));
    return averageArea(image, height, width);
  }
  return image;
}

/** As sharp chooses it: the largest that fits, and the next smaller one where it would fit just so. */
function jpegFactor(shrink: number): number {
  const factor = [8, 4, 2].find((factor) => shrink >= factor) ?? 1;
  return factor > 1 && Math.trunc(shrink) === factor ? factor / 2 : factor;
}
