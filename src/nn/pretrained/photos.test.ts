import { existsSync, readdirSync, readFileSync } from 'node:fs';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { nodeRuntime } from '../../../test/gradcheck.ts';
import { fileOutput, runPretrained } from '../../../test/pretrained.ts';
import { readOnnx } from '../../graph/read.ts';
import { openPretrained } from './pretrained.ts';

const weights = new URL('../../../../shared/weights/mobilenet_v2_1.0_224.onnx', import.meta.url);
const photos = new URL('../../../../shared/data/clothing-small/test/', import.meta.url);
const isHere = existsSync(weights) && existsSync(photos);

const numPhotos = process.env.SAMESAME_SLOW === '1' ? 50 : 10;

describe.skipIf(!isHere)('photos (skipped: no ../shared/weights and clothing-small here)', () => {
  test(`frozen features of ${numPhotos} photos are those of onnxruntime`, async () => {
    const files = readdirSync(photos).flatMap((folder) =>
      readdirSync(new URL(`${folder}/`, photos)).map((name) => new URL(`${folder}/${name}`, photos)),
    );
    const chosen = files.filter((_, i) => i % Math.floor(files.length / numPhotos) === 0).slice(0, numPhotos);
    expect(chosen).toHaveLength(numPhotos);
    const bytes = readFileSync(weights);
    const image = { height: 224, width: 224 };
    const network = openPretrained(readOnnx(bytes), { name: 'mobilenet-v2', image, freeze: 'all' });
    const size = 3 * 224 * 224;
    const planes = new Float32Array(numPhotos * size);
    for (const [n, file] of chosen.entries()) {
      const pixels = await sharp(readFileSync(file))
        .resize(224, 224, { fit: 'fill' })
        .removeAlpha()
        .raw()
        .toBuffer();
      for (let i = 0; i < size; i++)
        planes[n * size + (i % 3) * 224 * 224 + Math.floor(i / 3)] = pixels[i] / 127.5 - 1;
    }
    for (let start = 0; start < numPhotos; start += 10) {
      const part = planes.slice(start * size, (start + 10) * size);
      const expected = await fileOutput(bytes, 'conv51', part, [10, 3, 224, 224]);
      const received = await runPretrained(nodeRuntime, network, part, 10);
      expect(network.cut).toBe('conv51');
      expect(meanOfMaps(received)).toBeAllClose(meanOfMaps(expected.data), { rtol: 1e-4, atol: 1e-4 });
    }
  });
});

/** `[N, C, 7, 7] → [N, C]`: what a global average pool makes of the maps. */
function meanOfMaps(maps: readonly number[]): number[] {
  const means: number[] = [];
  for (let start = 0; start < maps.length; start += 49) {
    let sum = 0;
    for (let i = start; i < start + 49; i++) sum += maps[i];
    means.push(sum / 49);
  }
  return means;
}
