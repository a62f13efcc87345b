import { SamesameError } from '../../base/errors.ts';
import type { PixelTarget } from '../../data/pixels/decode.ts';
import type { Runtime } from '../../graph/runtime/types.ts';
import { euclideanComparer } from '../../model/comparator.ts';
import type { ModelConfig } from '../../model/config.ts';
import { createEmbedder } from '../../model/embedder.ts';
import { buildEncoderModel } from '../../model/encoder-graph.ts';
import { loadModel } from '../../model/load.ts';
import { readTrainConfig, type TrainOptions } from '../../train/config.ts';
import type { TrainEvent } from '../../train/progress.ts';
import { initialValues } from '../backbone/initial-values.ts';
import { openBackbone } from '../backbone/open.ts';
import { readBackboneTarget } from '../backbone/preprocessing.ts';

/** What turns images into embeddings: a trained model, or a pretrained network as it came. */
export interface EncoderChoice {
  /** Folder of a model, or of a run. */
  readonly model?: string;
  /** Name or `.onnx` file of a pretrained network; its features, scaled to length 1, are the embeddings. */
  readonly backbone?: string;
  /** What the backbone's pixels are, where nothing beside its file says it. */
  readonly pixels?: TrainOptions['pixels'];
  /** Height and width of the backbone's input, where its file leaves them open. */
  readonly size?: readonly [height: number, width: number];
  /** Folder of downloaded networks. Default: samesame's own, of this user. */
  readonly cache?: string;
}

/** An open encoder. */
export interface OpenEncoder {
  /** For people. */
  readonly name: string;
  readonly kind: 'model' | 'backbone';
  readonly target: PixelTarget;
  readonly embeddingSize: number;
  /** Of a trained model. */
  readonly config?: ModelConfig;
  /** @param pixels uint8 `[N, H, W, C]` @returns float32 `[N, D]` */
  embed(pixels: Uint8Array): Promise<Float32Array>;
  /** Distances of pairs of embeddings: float32 `[P, D]` twice → float32 `[P]`. */
  distances(left: Float32Array, right: Float32Array): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Opens a model or a pretrained network to embed with.
 * @throws E_CONFIG where both or neither is named; what opening them throws
 */
export async function openEncoder(
  { model, backbone, pixels, size, cache }: EncoderChoice,
  runtime: Runtime,
  onEvent?: (event: TrainEvent) => void,
  signal?: AbortSignal,
): Promise<OpenEncoder> {
  if ((model === undefined) === (backbone === undefined)) {
    throw new SamesameError('E_CONFIG', {
      what: 'what images are to be embedded with is not clear',
      expected: 'a trained model (--model), or a pretrained network (--backbone)',
      received: model === undefined ? 'neither' : 'both',
      help: 'samesame backbones lists pretrained networks; samesame train makes a model',
    });
  }
  if (model !== undefined) {
    const opened = await loadModel(model, { runtime });
    const { config } = opened;
    return {
      name: model,
      kind: 'model',
      target: config.input,
      embeddingSize: config.encoder.embeddingSize,
      config,
      embed: opened.embed,
      distances: opened.distances,
      close: opened.close,
    };
  }
  const target = size && {
    ...(await readBackboneTarget(backbone!, pixels, size)),
    height: size[0],
    width: size[1],
  };
  const config = readTrainConfig({
    backbone,
    freeze: 'all',
    ...(pixels && { pixels }),
    ...(target && { image: target }),
  });
  const { untrained, pixelScale, provenance, ...opened } = await openBackbone(config, {
    cache,
    onEvent,
    signal,
  });
  const file = buildEncoderModel(
    untrained,
    opened.target,
    pixelScale,
    initialValues(untrained, opened.target),
  );
  const embedder = await createEmbedder(file, runtime);
  const comparer = euclideanComparer(embedder.embeddingSize);
  return {
    name: provenance.name,
    kind: 'backbone',
    target: opened.target,
    embeddingSize: embedder.embeddingSize,
    embed: embedder.embed,
    distances: comparer.distances,
    close: async () => {
      await embedder.close();
      await comparer.close();
    },
  };
}
