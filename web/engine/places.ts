import { projectEmbeddings } from '../../src/projection/index.ts';
import type { Embeddings, Places } from './api.ts';
import type { CallContext } from './protocol.ts';

export async function placeEmbeddings(
  { values, numImages }: Embeddings,
  { emit, signal }: CallContext,
): Promise<Places> {
  return projectEmbeddings(values, numImages, { onProgress: (share) => emit({ share }), signal });
}
