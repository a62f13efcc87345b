export { type ErrorCode, SamesameError } from '../base/errors.ts';
export type { ModelConfig } from '../model/config.ts';
export type { Comparison, JudgeOptions } from '../model/judge.ts';
export { openModel } from './open-model.ts';
export { deleteVectors, openVectors } from './open-vectors.ts';
export type {
  CompareOptions,
  EmbedOptions,
  ExplainOptions,
  HeatMap,
  ModelInfo,
  ModelSource,
  OpenModelOptions,
  WebExplanation,
  WebImage,
  WebModel,
  WebProgress,
  WebRuntimeName,
  WorkerOptions,
} from './types.ts';
export type {
  OpenVectorsOptions,
  SearchVectorsOptions,
  StoredItem,
  VectorFilter,
  VectorItem,
  VectorNeighbour,
  WebVectors,
  WriteOptions,
} from './vectors/types.ts';
