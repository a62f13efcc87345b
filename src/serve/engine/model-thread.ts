// A thread that runs the model: ONNX Runtime blocks the thread that calls it.
import { workerData } from 'node:worker_threads';
import { createRuntime } from '#runtime';
import { openArtefact } from '../../model/load.ts';
import { answerJobs } from './answer.ts';
import type { ModelJob, ModelThreadStart } from './messages.ts';

const { artefact, provider } = workerData as ModelThreadStart;
const loading = open();

/** One processor thread: several such threads, each with a batch, are faster than one batch spread over all cores. */
async function open() {
  const model = await openArtefact(artefact, createRuntime({ numThreads: 1, provider }));
  const { height, width, channels } = artefact.config.input;
  // The first run is the slowest: it is over before the first request.
  await model.embed(new Uint8Array(height * width * channels));
  return model;
}

answerJobs<ModelJob>(
  {
    ready: loading,
    async work(job) {
      const model = await loading;
      return job.kind === 'embed' ? model.embed(job.pixels) : model.distances(job.left, job.right);
    },
    close: async () => {
      await loading.then((model) => model.close()).catch(() => {});
    },
  },
  { isParallel: false },
);
