// Trains on a folder for one short epoch and prints, as JSON, what it took.
//   node train.mjs FOLDER OUT MEMORY_BYTES
import { openDataset, train } from '../../dist/index.js';

const MAX_TRAINED_IMAGES = 32_000;

const [folder, out, memoryBytes] = process.argv.slice(2);
const start = clock();
let decodeStart = start;
let decodeEnd = start;
let epochStart = start;
let epochEnd = start;
let numSteps = 0;
await train({
  dataset: await openDataset(folder),
  out,
  memoryBytes: Number(memoryBytes),
  config: {
    image: { height: 32, width: 32, channels: 3 },
    epochs: 1,
    maxImages: MAX_TRAINED_IMAGES,
    validation: 0.02,
    test: 0.02,
    validationPairs: 2000,
    testPairs: 2000,
  },
  onEvent(event) {
    if (event.kind === 'stage' && event.stage === 'decode') {
      if (decodeStart === start) decodeStart = clock();
      decodeEnd = clock();
    } else if (event.kind === 'step') {
      // The first step is where the clock starts: it also loads the graph's memory.
      if (numSteps++ === 0) epochStart = clock();
      epochEnd = clock();
    }
  },
});
const end = clock();

console.log(
  JSON.stringify({
    totalSeconds: (end.wallMs - start.wallMs) / 1000,
    decodeSeconds: (decodeEnd.wallMs - decodeStart.wallMs) / 1000,
    /** Seconds of processor for each second of decoding. */
    decodeCores: (decodeEnd.cpuMs - decodeStart.cpuMs) / (decodeEnd.wallMs - decodeStart.wallMs),
    numSteps,
    stepMs: (epochEnd.wallMs - epochStart.wallMs) / (numSteps - 1),
    peakMebibytes: process.resourceUsage().maxRSS / 1024,
  }),
);

function clock() {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
}
