import type { ProjectionName } from '../projection/index.ts';

/** How to read a map, by how it was made. */
export const MAP_READING: Readonly<Record<ProjectionName, string>> = {
  embedding:
    'Each image lies where the model puts it: the closer two are, the more alike the model holds them. Tight heaps of one colour are what training is for.',
  pca: 'The two directions in which the embeddings differ most. Heaps that overlap here may still be apart in the others.',
  umap: 'Images that the model holds for alike lie together. Heaps of one colour are good; how far apart two heaps lie says little.',
  tsne: 'Images that the model holds for alike lie together. Heaps of one colour are good; their sizes and the room between them mean nothing.',
};
