export { createHeadComparer, euclideanComparer, type PairComparer } from './comparator.ts';
export { buildComparatorModel, COMPARATOR_SCOPE } from './comparator-graph.ts';
export { MODEL_VERSION, type ModelConfig, modelConfigSchema, parseModelConfig } from './config.ts';
export { createEmbedder, type Embedder } from './embedder.ts';
export { buildEncoderModel, type ParameterValues } from './encoder-graph.ts';
export { type Comparison, judge } from './judge.ts';
export { loadModel } from './load.ts';
export { createModel, type Model } from './model.ts';
export { type ModelParts, type ModelSettings, saveModel, sha256 } from './save.ts';
