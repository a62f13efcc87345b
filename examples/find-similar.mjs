// Finds the images of a folder that are most like a given one, with a model that you have trained.
//
//   node examples/find-similar.mjs runs/own-folder photos photos/cats/1.jpg
//
// Prints the nearest images, nearest first, each with its distance; `--count 5` says how many.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { embedFiles, loadModel } from 'samesame';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '10' } },
});
const [modelFolder, imageFolder, query] = positionals;
if (query === undefined) {
  console.error('usage: node examples/find-similar.mjs MODEL FOLDER IMAGE [--count N]');
  process.exit(2);
}

const model = await loadModel(modelFolder);
const { paths, embeddings, embeddingSize, bad } = await embedFiles(model, [imageFolder]);
for (const { id, reason } of bad) console.error(`left out ${id}: ${reason}`);

// The model knows its own distance, so the query is put beside each image: [paths.length, embeddingSize] twice.
const embedding = await model.embedFile(query);
const repeated = new Float32Array(embeddings.length);
for (let i = 0; i < paths.length; i++) repeated.set(embedding, i * embeddingSize);
const distances = await model.distances(repeated, embeddings);

const nearest = paths
  .map((path, i) => ({ path, distance: distances[i] }))
  .filter(({ path }) => resolve(path) !== resolve(query))
  .sort((a, b) => a.distance - b.distance)
  .slice(0, Number(values.count));
for (const { path, distance } of nearest) {
  const verdict = distance < model.config.threshold ? 'same' : 'different';
  console.log(`${distance.toFixed(4)}  ${verdict.padEnd(9)}  ${path}`);
}
await model.close();
