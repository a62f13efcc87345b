import { openBackboneFile } from '../../backbones/index.ts';
import type { PixelTarget } from '../../data/pixels/decode.ts';
import { readOnnx } from '../../graph/read.ts';
import type { ModelConfig } from '../../model/config.ts';
import { sha256 } from '../../model/save.ts';
import type { PixelScale } from '../../nn/layers/pixels.ts';
import { type BackboneOptions, backboneEncoder } from '../../nn/networks/backbone.ts';
import type { Encoder } from '../../nn/networks/encoder.ts';
import { mirrored } from '../../nn/networks/mirrored.ts';
import { type Freeze, openPretrained } from '../../nn/pretrained/index.ts';
import type { TrainConfig } from '../../train/config.ts';
import type { TrainEvent } from '../../train/progress.ts';

/** A pretrained network, read, cut and frozen as a configuration says. */
export interface OpenedBackbone {
  readonly encoder: Encoder;
  /** The same network without a head and before training: its features, of length 1. */
  readonly untrained: Encoder;
  readonly target: PixelTarget;
  readonly pixelScale: PixelScale;
  /** What it is, for a run that goes on later. */
  readonly identity: string;
  /** What a model's config says of it. */
  readonly provenance: NonNullable<ModelConfig['encoder']['backbone']>;
}

export interface OpenBackboneOptions {
  /** Folder of downloaded networks. Default: samesame's own, of this user. */
  readonly cache?: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TrainEvent) => void;
}

/**
 * Opens the backbone of a configuration, fetching it where its name is known and it is not here.
 * @throws E_CONFIG for a name that is not known; E_MODEL for a network that cannot be cut or frozen so; E_DOWNLOAD,
 *   E_NOT_FOUND
 */
export async function openBackbone(
  config: TrainConfig,
  { cache, signal, onEvent }: OpenBackboneOptions = {},
): Promise<OpenedBackbone> {
  const opened = await openBackboneFile(config.backbone, { cache, signal });
  const target = config.image ?? opened.target;
  const pretrained = openPretrained(readOnnx(opened.bytes), {
    name: opened.name,
    image: target,
    cut: config.cut === 'auto' ? undefined : config.cut,
    freeze: freezeOf(config),
  });
  const { frozenUpTo, cut, numFrozenParameters, numTrainableParameters } = pretrained;
  const file = sha256(opened.bytes);
  const layers = (options: BackboneOptions) => backboneEncoder(pretrained, options);
  const encoder = layers({ ...config, rate: config.backboneRate });
  return {
    encoder: config.mirror ? mirrored(encoder) : encoder,
    untrained: layers({ pool: config.pool, head: 'none' }),
    target,
    pixelScale: opened.pixelScale,
    identity: file,
    provenance: {
      name: opened.name,
      sha256: file,
      cut,
      frozenUpTo: frozenUpTo ?? null,
      numFrozenParameters,
      numTrainableParameters,
      licence: opened.licence,
      source: opened.source,
    },
  };
}

function freezeOf({ freeze }: TrainConfig): Freeze {
  return typeof freeze === 'number' || freeze === 'all' || freeze === 'none' ? freeze : { upTo: freeze };
}
