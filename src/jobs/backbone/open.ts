import { basename, join } from 'node:path';
import { openBackbone as openFile } from '../../backbones/open-backbone.ts';
import type { CatalogEvent } from '../../data/catalog/types.ts';
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
import { preprocessingOptions, targetOf } from './preprocessing.ts';

/** A pretrained network, read, cut and frozen as a configuration says. */
export interface OpenedBackbone {
  readonly encoder: Encoder;
  /** The same network without a head and before training: its features, of length 1. */
  readonly untrained: Encoder;
  /** The same with its features as long as they are: what a head that begins as `within-class` is fitted to. */
  readonly features: Encoder;
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
  options: OpenBackboneOptions = {},
): Promise<OpenedBackbone> {
  const { onEvent } = options;
  const opened = await openBackboneFile(config, options);
  const { preprocessing, source } = opened;
  for (const message of opened.notes) onEvent?.({ kind: 'note', message });
  const name = source.kind === 'named' ? source.backbone.name : basename(opened.path);
  const target = config.image ?? targetOf(preprocessing);
  const pretrained = openPretrained(readOnnx(opened.bytes), {
    name,
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
    features: layers({ pool: config.pool, head: 'none', normalize: false }),
    target,
    pixelScale: preprocessing.scale,
    identity: file,
    provenance: {
      name,
      sha256: file,
      cut,
      frozenUpTo: frozenUpTo ?? null,
      numFrozenParameters,
      numTrainableParameters,
      licence: source.kind === 'named' ? source.backbone.licence.text : null,
      source: source.kind === 'named' ? `https://huggingface.co/${source.backbone.file.repo}` : null,
    },
  };
}

/** The file of a configuration's backbone, fetched where its name is known and it is not here. */
export function openBackboneFile(config: TrainConfig, { cache, signal, onEvent }: OpenBackboneOptions = {}) {
  return openFile(config.backbone, {
    ...preprocessingOptions(config.pixels, config.image),
    cache: cache && join(cache, 'backbones'),
    signal,
    onProgress: (event) => tell(event, onEvent),
  });
}

function freezeOf({ freeze }: TrainConfig): Freeze {
  return typeof freeze === 'number' || freeze === 'all' || freeze === 'none' ? freeze : { upTo: freeze };
}

/** A download, told as a stage of the run. */
function tell(event: CatalogEvent, onEvent: OpenBackboneOptions['onEvent']): void {
  if (event.kind === 'download' && event.totalBytes !== undefined)
    onEvent?.({ kind: 'stage', stage: 'download', done: event.doneBytes, total: event.totalBytes });
  if (event.kind === 'retry')
    onEvent?.({ kind: 'warning', message: `${event.file}: ${event.reason}; trying again` });
}
