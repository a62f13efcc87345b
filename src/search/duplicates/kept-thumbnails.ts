import type { GreyImage } from '../../data/hash/shrink.ts';

/** Some 20,000 photos, or 60,000 images of 64×64. */
const DEFAULT_MAX_BYTES = 2 ** 28;

/** Thumbnails that need not be decoded again: those that came first, as many as fit. */
export interface KeptThumbnails {
  add(index: number, image: GreyImage): void;
  get(index: number): GreyImage | undefined;
}

export function createKeptThumbnails(maxBytes = DEFAULT_MAX_BYTES): KeptThumbnails {
  const kept = new Map<number, GreyImage>();
  let numBytes = 0;
  return {
    add(index, image) {
      const size = image.height * image.width;
      if (numBytes + size > maxBytes) return;
      numBytes += size;
      kept.set(index, image);
    },
    get: (index) => kept.get(index),
  };
}
