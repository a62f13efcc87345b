export { type AddCall, type Client, type CompareCall, createClient, type SearchCall } from './client.ts';
export type { CallOptions, ClientOptions } from './send.ts';
export type {
  AddedImages,
  ClientImage,
  EmbeddedImage,
  Embeddings,
  ImageProblem,
  ModelDescription,
  SearchResults,
  ServedComparison,
  ServiceProblem,
  ServiceStats,
  StoredNeighbour,
} from './types.ts';
