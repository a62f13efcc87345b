import { SamesameError } from '../../base/errors.ts';
import { sha256InScript } from '../../base/sha256.ts';
import { readOnnx } from '../../graph/read.ts';
import type { OpenedBackbone } from '../../jobs/backbone/open.ts';
import type { ModelConfig } from '../../model/config.ts';
import { type BackboneOptions, backboneEncoder } from '../../nn/networks/backbone.ts';
import { openPretrained } from '../../nn/pretrained/index.ts';

/** A model that a training starts from: what its files say, and what a new head stands on. */
export interface BaseFiles {
  readonly config: ModelConfig;
  /** The bytes of `encoder.onnx`. */
  readonly encoder: Uint8Array;
}

/** A frozen network under a head that is learned. */
export interface BaseModel extends OpenedBackbone {
  /** Numbers that the frozen part gives for an image. */
  readonly numFeatures: number;
}

/** Bytes as they are: the encoder of a model scales them itself. */
const BYTES = { mean: 0, deviation: 1 / 255 } as const;
/** Numbers of the new embedding. Where there are fewer features, they are as many. */
const EMBEDDING_SIZE = 64;

/**
 * The encoder of a model, frozen up to what its embedding is made of, and a new dense layer on it. Few photos teach that
 * layer what they could never teach a whole network.
 * @throws E_MODEL for an encoder that cannot be taken apart: of 8 bits, or with operations that are not known
 */
export function openBase({ config, encoder: bytes }: BaseFiles): BaseModel {
  const { input, encoder: about, provenance } = config;
  const name = about.backbone?.name ?? `${about.name} of ${provenance.dataset}`;
  const pretrained = openPretrained(readOnnx(bytes), { name, image: input, isEncoder: true, freeze: 'all' });
  const { cut, outputShape, numFrozenParameters } = pretrained;
  if (outputShape.length !== 1 && outputShape.length !== 3) {
    throw new SamesameError('E_MODEL', {
      what: `${name} gives no features to start from`,
      expected: 'a row [D] or a map [C, H, W] for each image',
      received: `[${outputShape.join(', ')}] at ${cut}`,
      help: 'start from another model, or from none',
    });
  }
  const [numFeatures] = outputShape;
  const layers = (options: BackboneOptions) => backboneEncoder(pretrained, options);
  const identity = sha256InScript(bytes);
  return {
    numFeatures,
    encoder: layers({ embeddingSize: Math.min(EMBEDDING_SIZE, numFeatures) }),
    untrained: layers({ head: 'none' }),
    features: layers({ head: 'none', normalize: false }),
    target: input,
    pixelScale: BYTES,
    identity,
    provenance: {
      name,
      // The name, the licence and the source are those of the weights that it stands on, where it does.
      sha256: about.backbone?.sha256 ?? identity,
      cut,
      frozenUpTo: cut,
      numFrozenParameters,
      numTrainableParameters: 0,
      licence: about.backbone?.licence ?? null,
      source: about.backbone?.source ?? null,
    },
  };
}
