import type { PixelStore } from '../data/pixels/store.ts';
import type { PixelScale } from '../nn/layers/pixels.ts';

/** Images that the statistics are taken from: enough for three digits. */
const NUM_SAMPLES = 2000;

/** Mean and deviation of the brightness of training images, so that the network reads numbers around 0. */
export async function measurePixelScale(pixels: PixelStore, indices: Int32Array): Promise<PixelScale> {
  const { height, width, channels } = pixels.shape;
  const stride = Math.max(1, Math.ceil(indices.length / NUM_SAMPLES));
  const sample = indices.filter((_, i) => i % stride === 0);
  const image = new Uint8Array(height * width * channels);
  let sum = 0;
  let sumOfSquares = 0;
  for (const index of sample) {
    await pixels.gather(Int32Array.of(index), image);
    for (const byte of image) {
      sum += byte;
      sumOfSquares += byte * byte;
    }
  }
  const count = sample.length * image.length * 255;
  const mean = sum / count;
  // Rounding can leave a hair less than 0 of images without any contrast.
  const variance = Math.max(0, sumOfSquares / (count * 255) - mean * mean);
  // Rounded, so that the numbers in config.json are the numbers in the graph.
  return {
    mean: Math.round(mean * 1e4) / 1e4,
    deviation: Math.max(0.01, Math.round(Math.sqrt(variance) * 1e4) / 1e4),
  };
}
