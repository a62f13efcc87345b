import { SamesameError } from '../base/errors.ts';
import type { ModelConfig } from '../model/config.ts';

/** Files of a hub folder that say what its network is and wants, as objects for JSON. */
export interface HubConfigs {
  /** `config.json` */
  readonly config: Readonly<Record<string, unknown>>;
  /** `preprocessor_config.json` */
  readonly preprocessor: Readonly<Record<string, unknown>>;
}

/** Pillow's number of the Lanczos filter, which is also the one that images are decoded with here. */
const LANCZOS = 1;

/**
 * The configuration that transformers.js reads, made from a model's own: the resize rule in its words, bytes divided by 255,
 * and under `samesame` what it does not ask for: distance, threshold, calibration.
 * @throws E_CONFIG for a resize rule that it has no words for: `fit` or `cover` to a size that is not square
 */
export function hubConfigs({ encoder, input, ...rest }: ModelConfig): HubConfigs {
  const { distance, threshold, calibration, answers, classes, provenance } = rest;
  return {
    config: {
      // The class of transformers.js that is taken: one that adds nothing to the graph.
      model_type: 'resnet',
      architectures: ['ResNetModel'],
      hidden_size: encoder.embeddingSize,
      // In a browser it would else ask for 8 bits, which are not always there.
      'transformers.js_config': { dtype: 'fp32' },
      samesame: {
        network: encoder.name,
        normalized: encoder.normalized,
        input,
        distance,
        threshold,
        calibration,
        ...(answers && { answers }),
        classes,
        provenance: { dataset: provenance.dataset, seed: provenance.seed, samesame: provenance.samesame },
      },
    },
    preprocessor: {
      image_processor_type: 'ViTImageProcessor',
      do_convert_rgb: true,
      ...resizeRule(input),
      resample: LANCZOS,
      do_rescale: true,
      rescale_factor: 1 / 255,
      // Mean and deviation are inside the network.
      do_normalize: false,
    },
  };
}

function resizeRule({ height, width, resize }: ModelConfig['input']): Record<string, unknown> {
  if (resize === 'stretch') return { do_resize: true, size: { height, width }, do_center_crop: false };
  if (height !== width) {
    throw new SamesameError('E_CONFIG', {
      what: 'the pre-processing of this model cannot be said in a preprocessor_config.json',
      expected: 'square images, or images that are stretched',
      received: `images of ${height}×${width} by the rule ${resize}`,
      help: 'export it as onnx, or train it with square images or --resize stretch',
    });
  }
  // A crop that is larger than the image pads it with black, as `fit` does.
  const size = resize === 'cover' ? { shortest_edge: height } : { longest_edge: height };
  return { do_resize: true, size, do_center_crop: true, crop_size: { height, width } };
}
