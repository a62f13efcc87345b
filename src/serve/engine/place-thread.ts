// A thread that draws maps: UMAP of some thousand images takes seconds, and is over when the map is.
import { projectEmbeddings } from '../../projection/index.ts';
import { answerJobs } from './answer.ts';
import type { PlaceJob } from './messages.ts';

answerJobs<PlaceJob>(
  {
    ready: Promise.resolve(),
    async work({ embeddings, numImages, method }) {
      const { points } = await projectEmbeddings(embeddings, numImages, { method });
      return Float32Array.from(points.flat());
    },
    close: async () => {},
  },
  { isParallel: false },
);
