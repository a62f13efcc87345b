import type { ModelConfig } from '../src/model/config.ts';

/** D of the model. */
export const QUARTERS_SIZE = 4;

/** Of the model below; another `sha256` makes it another model. */
export function quartersConfig(sha256 = 'e'.repeat(64)): ModelConfig {
  return {
    encoder: { name: 'quarters', embeddingSize: QUARTERS_SIZE, normalized: false, sha256 },
    input: { height: 8, width: 8, channels: 1, resize: 'stretch' },
    distance: 'euclidean',
  } as unknown as ModelConfig;
}

/** An "embedding" that anybody can check: the mean of each quarter of the rows. Counts what it was asked. */
export function createQuartersModel(config = quartersConfig()) {
  let numEmbedded = 0;
  return {
    config,
    numEmbedded: () => numEmbedded,
    async embed(pixels: Uint8Array) {
      const numImages = pixels.length / 64;
      numEmbedded += numImages;
      return Float32Array.from({ length: numImages * QUARTERS_SIZE }, (_, i) => {
        const quarter = pixels.subarray(i * 16, (i + 1) * 16);
        return quarter.reduce((sum, value) => sum + value, 0) / 16;
      });
    },
  };
}
