import type { DecodedPixels } from '../types.ts';

/** The pixels of one image that lies in memory: uint8 `[height, width, channels]`, a view of the set's own. */
export function imageAt({ height, width, channels, data }: DecodedPixels, index: number): Uint8Array {
  const imageBytes = height * width * channels;
  return data.subarray(index * imageBytes, (index + 1) * imageBytes);
}
