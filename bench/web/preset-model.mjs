// A preset's network as it is before training, as a model folder: weights are no matter for times.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRandom } from '../../dist/base/random.js';
import { input } from '../../dist/graph/ops/source.js';
import { openBackbone } from '../../dist/jobs/backbone/open.js';
import { readPreset } from '../../dist/jobs/presets.js';
import { buildEncoderModel, saveModel } from '../../dist/model/index.js';
import { createEncoder, createScope } from '../../dist/nn/index.js';
import { readTrainConfig } from '../../dist/train/config.js';

const MOBILENET = fileURLToPath(
  new URL('../../../shared/weights/mobilenet_v2_1.0_224.onnx', import.meta.url),
);

/** @param {string} folder @param {string} name of a preset without a learned head */
export async function savePresetModel(folder, name) {
  const { config: settings } = await readPreset(name);
  // Weights that lie beside the project need no download.
  const isHere = settings.backbone === 'mobilenet-v2' && existsSync(MOBILENET);
  const config = readTrainConfig({
    ...settings,
    ...(isHere && { backbone: MOBILENET, pixels: { scale: 'symmetric' } }),
  });
  const { encoder, target, pixelScale } =
    config.backbone === 'none'
      ? {
          encoder: createEncoder(config.network, config),
          target: config.image,
          pixelScale: { mean: 0.4, deviation: 0.3 },
        }
      : await openBackbone(config);
  const collected = createScope({ training: false });
  const planes = input('x', 'float32', [1, target.channels, target.height, target.width]);
  encoder.layer(encoder.trunk?.layer(planes, collected.scope) ?? planes, collected.scope);
  const values = new Map(
    collected.parameters.map(({ name, shape, initializer }) => [
      name,
      initializer(shape, createRandom(name)),
    ]),
  );
  const shape = { height: target.height, width: target.width, channels: target.channels };
  await saveModel(folder, {
    encoder: buildEncoderModel(encoder, shape, pixelScale, values),
    card: `# ${name}, untrained\n`,
    config: {
      encoder: {
        name: encoder.name,
        embeddingSize: encoder.embeddingSize,
        normalized: encoder.normalized,
      },
      input: target,
      distance: 'euclidean',
      threshold: 0.5,
      calibration: { slope: 8, intercept: -4, prior: 0.5 },
      classes: [],
      provenance: {
        dataset: 'none',
        fingerprint: 'none',
        numImages: 0,
        seed: 1,
        samesame: '0.0.0',
        runtime: 'node/cpu',
        training: {},
      },
    },
  });
}
