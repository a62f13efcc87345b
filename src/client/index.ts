export { type Client, type CompareCall, createClient } from './client.ts';
export type { CallOptions, ClientOptions } from './send.ts';
export type {
  ClientImage,
  EmbeddedImage,
  Embeddings,
  ImageProblem,
  ModelDescription,
  ServedComparison,
  ServiceProblem,
  ServiceStats,
} from './types.ts';
