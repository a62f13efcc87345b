import { decodeImage } from '../data/pixels/decode.ts';
import type { PairComparer } from './comparator.ts';
import type { ModelConfig } from './config.ts';
import type { Embedder } from './embedder.ts';
import { type Comparison, type JudgeOptions, judge } from './judge.ts';

/** A trained similarity model, ready to answer. */
export interface Model {
  readonly config: ModelConfig;
  /**
   * @param pixels uint8 `[N, H, W, C]`, of the size that `config.input` names
   * @returns float32 `[N, D]`, owned by the caller
   */
  embed(pixels: Uint8Array): Promise<Float32Array>;
  /** Distances of pairs of embeddings: float32 `[P, D]` twice → float32 `[P]`, lower is closer. */
  distances(left: Float32Array, right: Float32Array): Promise<Float32Array>;
  /** Whether two decoded images show the same thing. */
  compare(left: Uint8Array, right: Uint8Array, options?: JudgeOptions): Promise<Comparison>;
  /** Whether two image files show the same thing. @throws E_IMAGE, E_NOT_FOUND, E_CONFIG for a prior out of range */
  compareFiles(left: string, right: string, options?: JudgeOptions): Promise<Comparison>;
  /** Decodes and embeds one image file: float32 `[D]`. @throws E_IMAGE, E_NOT_FOUND */
  embedFile(path: string): Promise<Float32Array>;
  close(): Promise<void>;
}

/** A model from its loaded parts. */
export function createModel(
  config: ModelConfig,
  embedder: Pick<Embedder, 'embed' | 'close'>,
  comparer: PairComparer,
): Model {
  const decode = (path: string) => decodeImage(path, config.input);
  const compare = async (left: Uint8Array, right: Uint8Array, options?: JudgeOptions) => {
    const [distance] = await comparer.distances(await embedder.embed(left), await embedder.embed(right));
    return judge(distance, config, options);
  };
  return {
    config,
    embed: embedder.embed,
    distances: comparer.distances,
    compare,
    compareFiles: async (left, right, options) => compare(await decode(left), await decode(right), options),
    embedFile: async (path) => embedder.embed(await decode(path)),
    async close() {
      await embedder.close();
      await comparer.close();
    },
  };
}
