// A thread that runs a frozen graph on batches of pixels, one at a time, for the thread that started it.
import { parentPort, workerData } from 'node:worker_threads';
import { createRuntime } from '#runtime';
import { toFailure } from '../failure.ts';
import type { FromWorker, ToWorker, WorkerStart } from './messages.ts';
import { loadTrunk } from './run-trunk.ts';

const { model, shape } = workerData as WorkerStart;
const port = parentPort!;
const tell = (message: FromWorker, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

const loading = loadTrunk(createRuntime({ numThreads: 1 }), model, shape);
loading.then(
  () => tell({ kind: 'ready' }),
  (error) => tell({ kind: 'failed', failure: toFailure(error) }),
);

let last: Promise<void> = Promise.resolve();
port.on('message', (message: ToWorker) => {
  last = last.then(() => (message === undefined ? end() : work(message)));
});

async function work({ pixels, numImages }: NonNullable<ToWorker>): Promise<void> {
  try {
    const rows = await (await loading).run(pixels, numImages);
    tell({ kind: 'rows', rows }, [rows.buffer as ArrayBuffer]);
  } catch (error) {
    tell({ kind: 'failed', failure: toFailure(error) });
  }
}

async function end(): Promise<void> {
  await loading.then((trunk) => trunk.close()).catch(() => {});
  port.close();
}
