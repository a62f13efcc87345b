// One process that indexes: by itself, or as a worker of a queue. Prints what it did and the processor time it took.
import { createThreadedRuntime } from '../../dist/index.js';
import { indexImages } from '../../dist/jobs/indexing/index-images.js';
import { openQueue } from '../../dist/jobs/queue/open.js';
import { work } from '../../dist/jobs/queue/work.js';
import { loadModel } from '../../dist/model/index.js';
import { storeIdentity } from '../../dist/search/store/identity.js';
import { openStore } from '../../dist/search/store/open.js';

const {
  kind,
  model: folder,
  list,
  store: address,
  queue: queueAddress,
  threads,
} = JSON.parse(process.argv[2]);
const model = await loadModel(folder, { runtime: createThreadedRuntime({ numThreads: threads }) });
const store = await openStore(address, { identity: storeIdentity(model.config) });
const queue = kind === 'work' ? await openQueue(queueAddress) : undefined;
// Begin together, and without the time that a process takes to start.
process.stdout.write('ready\n');
await new Promise((resolve) => process.stdin.once('data', resolve));
const [startMs, start] = [performance.now(), process.cpuUsage()];
let numImages = 0;
if (kind === 'index') {
  const { numEmbedded } = await indexImages(model, store, [], { filesFrom: [list] });
  numImages = numEmbedded;
} else {
  const { numEmbedded } = await work(queue, model, store, { untilDone: true, idleMs: 50 });
  numImages = numEmbedded;
}
const { user, system } = process.cpuUsage(start);
const seconds = (performance.now() - startMs) / 1000;
process.stdout.write(`${JSON.stringify({ numImages, seconds, cpuSeconds: (user + system) / 1e6 })}\n`);
await queue?.close();
await store.close();
await model.close();
process.exit();
