// What a model takes in Chromium and in Node: both in one run, in turns, on the same photos.
import { cpSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { decodeImage, readImageShape } from '../../dist/data/pixels/decode.js';
import { visiblePart } from '../../dist/data/pixels/visible.js';
import { heatRegion } from '../../dist/evaluate/index.js';
import { createRuntime } from '../../dist/graph/runtime/node.js';
import { embedFiles } from '../../dist/jobs/embed.js';
import { measureCarried } from '../../dist/jobs/explain/carried.js';
import { distancesOfRows } from '../../dist/jobs/explain/distances.js';
import { multiplyMaps } from '../../dist/jobs/explain/product.js';
import { loadModel, readEncoder } from '../../dist/model/index.js';
import { p50, timed } from './times.mjs';

/** Photos that are embedded at once. */
export const MANY = 32;
/** Compared, one after the other, in a round. */
const NUM_PAIRS = 8;
const NUM_EXPLAINED = 2;
const KINDS = ['open', 'embed 1', `embed ${MANY}`, 'compare', 'explain'];

/** Photos from all over a folder, and copies of them for the page. */
export function choosePhotos(folder, site) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(jpe?g|png|webp)$/i.test(extname(name)))
    .sort();
  if (names.length < MANY) throw new Error(`${folder} has ${names.length} photos; it takes ${MANY}`);
  return Array.from({ length: MANY }, (_, i) => {
    const path = join(folder, names[Math.floor((i * names.length) / MANY)]);
    cpSync(path, join(site.files, `${i}.image`));
    return path;
  });
}

/**
 * Median milliseconds of each kind of work, reading and decoding included.
 * @param {string} options.folder of the model, which lies at `options.address` for the page
 */
export async function measureModel({ page, folder, address, photos, rounds }) {
  const found = { chromium: [], node: [] };
  let about;
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 === 0 ? ['chromium', 'node'] : ['node', 'chromium']) {
      const result =
        side === 'node'
          ? await inNode(folder, photos)
          : await page.evaluate(inPage, { address, MANY, NUM_PAIRS, NUM_EXPLAINED });
      about = result.about ?? about;
      found[side].push(result.times);
    }
  const middle = (rounds, kind) => p50(rounds.flatMap((times) => times[kind]));
  const rows = KINDS.map((kind) => ({
    kind,
    chromiumMs: middle(found.chromium, kind),
    nodeMs: middle(found.node, kind),
  }));
  return { about, rows };
}

async function inNode(folder, photos) {
  const runtime = createRuntime();
  const [openMs, model] = await timed(() => loadModel(folder, { runtime }));
  const encoder = await readEncoder(folder);
  await model.embedFile(photos[0]);
  const each = async (count, work) => {
    const times = [];
    for (let i = 0; i < count; i++) times.push((await timed(() => work(2 * i)))[0]);
    return times;
  };
  const times = {
    open: [openMs],
    'embed 1': await each(NUM_PAIRS, (i) => model.embedFile(photos[i])),
    [`embed ${MANY}`]: await each(1, () => embedFiles(model, photos)),
    compare: await each(NUM_PAIRS, (i) => model.compareFiles(photos[i], photos[i + 1])),
    explain: await each(NUM_EXPLAINED, (i) =>
      explainInNode(model, encoder, [photos[i], photos[i + 1]], runtime),
    ),
  };
  await model.close();
  return { times };
}

/** What the browser explains: the spatial product and what its parts carry, without the second opinion by occlusion. */
async function explainInNode(model, encoder, paths, runtime) {
  const { input } = model.config;
  const views = await Promise.all(
    paths.map(async (path) => ({
      pixels: await decodeImage(path, input),
      shape: input,
      part: visiblePart(await readImageShape(path), input).input,
    })),
  );
  const embedded = [await model.embed(views[0].pixels), await model.embed(views[1].pixels)];
  const [distance] = await model.distances(embedded[0], embedded[1]);
  const products = await multiplyMaps(model, encoder, views, runtime);
  if (products === undefined) return;
  const sides = views.map((view, i) => ({
    view,
    mask: heatRegion(products[i].heat).mask,
    distancesTo: async (changed) =>
      distancesOfRows(await model.embed(changed), embedded[1 - i], model.distances),
  }));
  await measureCarried(distance, sides);
}

/** Runs in the page. */
async function inPage({ address, MANY, NUM_PAIRS, NUM_EXPLAINED }) {
  const timed = async (work) => {
    const start = performance.now();
    const result = await work();
    return [performance.now() - start, result];
  };
  const each = async (count, work) => {
    const times = [];
    for (let i = 0; i < count; i++) times.push((await timed(() => work(2 * i)))[0]);
    return times;
  };
  const photos = await Promise.all(
    Array.from({ length: MANY }, async (_, i) => (await fetch(`/files/${i}.image`)).blob()),
  );
  const [openMs, model] = await timed(() => window.samesame.openModel(address, { runtime: 'wasm' }));
  await model.embed([photos[0]]);
  const times = {
    open: [openMs],
    'embed 1': await each(NUM_PAIRS, (i) => model.embed([photos[i]])),
    [`embed ${MANY}`]: await each(1, () => model.embed(photos)),
    compare: await each(NUM_PAIRS, (i) => model.compare(photos[i], photos[i + 1])),
    explain: await each(NUM_EXPLAINED, (i) => model.explain(photos[i], photos[i + 1])),
  };
  const { runtime, numThreads, input, sizeBytes } = model.info;
  await model.close();
  return { about: { runtime, numThreads, input, sizeBytes }, times };
}
