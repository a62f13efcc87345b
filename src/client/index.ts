export {
  type AddCall,
  type Client,
  type CompareCall,
  createClient,
  type DuplicatesCall,
  type SearchCall,
} from './client.ts';
export type { CallOptions, ClientOptions } from './send.ts';
export type {
  AddedImages,
  ClientImage,
  DuplicateGroups,
  DuplicateImage,
  EmbeddedImage,
  Embeddings,
  ImageProblem,
  ModelDescription,
  PlacedImage,
  SearchResults,
  ServedComparison,
  ServiceProblem,
  ServiceStats,
  StoredImage,
  StoredNeighbour,
  StoreMap,
} from './types.ts';
