// A thread that answers 1, and ends when it is asked for distances.
import { parentPort } from 'node:worker_threads';

parentPort.postMessage({ id: 0, answer: undefined });
parentPort.on('message', (message) => {
  if (message === undefined) parentPort.close();
  else if (message.job.kind === 'distances') process.exit(1);
  else parentPort.postMessage({ id: message.id, answer: Float32Array.of(1) });
});
