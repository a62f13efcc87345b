export { type BuiltModel, buildModelFiles, type ModelParts, type ModelSettings } from './build.ts';
export { createHeadComparer, euclideanComparer, type PairComparer } from './comparator.ts';
export { buildComparatorModel, COMPARATOR_SCOPE } from './comparator-graph.ts';
export { MODEL_VERSION, type ModelConfig, modelConfigSchema, parseModelConfig } from './config.ts';
export { createEmbedder, type Embedder } from './embedder.ts';
export { buildEncoderModel, type ParameterValues } from './encoder-graph.ts';
export { type EmbeddedMaps, type FeatureMap, openFeatureMap } from './feature-map.ts';
export { type Comparison, checkPrior, type JudgeOptions, judge } from './judge.ts';
export {
  type Artefact,
  loadModel,
  type ModelFiles,
  openArtefact,
  readArtefact,
  readEncoder,
  readModelFiles,
} from './load.ts';
export { createModel, type Model } from './model.ts';
export { createGalleryProducts, type GalleryProducts } from './products.ts';
export { saveModel, sha256 } from './save.ts';
export { type Agreement, type SpatialProduct, spatialProduct } from './spatial-product.ts';
