// Indexing and searching Fashion-MNIST's 60,000 training images with a `compact` model.
//   npm run bench:search -- --model runs/fashion --data ../shared/data/fashion-mnist
//   … --store postgres://…      another engine than LanceDB
//
// One process does everything, and ours and the peer's searches take turns query by query. Indexing is timed between two
// runs of the model's own batch embedding over the same pixels: the ratio is what matters, not the speed of the machine.
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { openDataset } from '../../dist/data/index.js';
import { findNearest } from '../../dist/evaluate/index.js';
import { createRuntime, createThreadedRuntime } from '../../dist/index.js';
import { indexImages } from '../../dist/jobs/indexing/index-images.js';
import { createGalleryProducts, loadModel } from '../../dist/model/index.js';
import { storeIdentity } from '../../dist/search/store/identity.js';
import { openStore } from '../../dist/search/store/open.js';
import { buildPeer, diskOf, inMs, loadPeer, p50, peerSearch, recallOf, timeEach } from './lib.mjs';

const K = 10;
const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'runs/fashion-mnist' },
    data: { type: 'string', default: '../shared/data/fashion-mnist' },
    queries: { type: 'string', default: '300' },
    store: { type: 'string' },
  },
});
const numQueries = Number(values.queries);
console.log(`Node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}`);

const root = mkdtempSync(join(tmpdir(), 'samesame-bench-search-'));
const model = await loadModel(values.model, { runtime: createRuntime() });
/** As `samesame index` opens it. */
const indexer = await loadModel(values.model, { runtime: createThreadedRuntime() });
try {
  const train = join(root, 'train');
  const { mkdir } = await import('node:fs/promises');
  await mkdir(train);
  for (const name of ['train-images-idx3-ubyte.gz', 'train-labels-idx1-ubyte.gz'])
    symlinkSync(resolve(values.data, name), join(train, name));
  const { set } = await openDataset(train);
  const pixels = set.pixels.data;
  const D = model.config.encoder.embeddingSize;
  const imageBytes = pixels.length / set.numImages;

  const cpu = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  const embedAll = async () => {
    const [start, cpuStart] = [performance.now(), cpu()];
    const embeddings = new Float32Array(set.numImages * D);
    for (let from = 0; from < set.numImages; from += 512)
      embeddings.set(
        await model.embed(pixels.subarray(from * imageBytes, (from + 512) * imageBytes)),
        from * D,
      );
    return { seconds: (performance.now() - start) / 1000, cpuSeconds: cpu() - cpuStart };
  };
  const before = await embedAll();
  const address = values.store ?? join(root, 'fashion.store');
  const store = await openStore(address, { identity: storeIdentity(model.config) });
  let embeddedAt = 0;
  let embeddedCpu = 0;
  const reading = performance.now();
  await openDataset(train);
  const readSeconds = (performance.now() - reading) / 1000;
  const [start, cpuStart] = [performance.now(), cpu()];
  const result = await indexImages(indexer, store, [train], {
    onProgress: ({ done, total }) => {
      if (done < total) return;
      embeddedAt = (performance.now() - start) / 1000;
      embeddedCpu = cpu() - cpuStart;
    },
  });
  const seconds = (performance.now() - start) / 1000;
  const after = await embedAll();
  const embedSeconds = (before.seconds + after.seconds) / 2;
  const perSecond = (s) => `${Math.round(set.numImages / s)} images/s`;
  console.log(
    `\nembedding alone    ${before.seconds.toFixed(1)} s before, ${after.seconds.toFixed(1)} s after: ${perSecond(embedSeconds)}`,
  );
  console.log(
    `indexing           ${embeddedAt.toFixed(1)} s until every row was kept: ${perSecond(embeddedAt)}, ${(embedSeconds / embeddedAt).toFixed(2)} of embedding alone`,
  );
  console.log(
    `                   of them ${readSeconds.toFixed(1)} s to unpack the archive, which embedding alone found unpacked: ${(embedSeconds / (embeddedAt - readSeconds)).toFixed(2)} without`,
  );
  console.log(
    `processor time     ${((before.cpuSeconds + after.cpuSeconds) / 2).toFixed(1)} s embedding alone, ${embeddedCpu.toFixed(1)} s indexing: ${((before.cpuSeconds + after.cpuSeconds) / 2 / embeddedCpu).toFixed(2)}`,
  );
  console.log(
    `with tidying up    ${seconds.toFixed(1)} s, ${(embedSeconds / seconds).toFixed(2)} of embedding alone; index of recall ${result.recall?.recall ?? '1 (none: exact)'}`,
  );
  const againStart = performance.now();
  await indexImages(indexer, store, [train]);
  console.log(`again, unchanged   ${((performance.now() - againStart) / 1000).toFixed(1)} s`);
  if (values.store === undefined)
    console.log(
      `disk               ${(diskOf(address) / 1e6).toFixed(1)} MB for ${((set.numImages * D * 4) / 1e6).toFixed(1)} MB of embeddings`,
    );

  // Queries: test images that the store has never seen.
  const test = (await openDataset(resolve(values.data))).set;
  const first = test.splits.indexOf('test');
  const queryPixels = test.pixels.data.subarray(first * imageBytes, (first + numQueries) * imageBytes);
  const queries = await model.embed(queryPixels);
  const queryOf = (i) => queries.slice(i * D, (i + 1) * D);
  const places = new Map();
  for await (const rows of store.scan()) for (const { id, path } of rows.records) places.set(id, path);
  const order = [...places.keys()];
  const numberOf = new Map(order.map((id, i) => [id, i]));
  const gallery = new Float32Array(order.length * D);
  for await (const { records, vectors } of store.scan())
    for (const [i, { id }] of records.entries())
      gallery.set(vectors.subarray(i * D, (i + 1) * D), numberOf.get(id) * D);
  const products = await createGalleryProducts(gallery, order.length, createRuntime());
  const bruteForce = (query) =>
    findNearest({
      queries: query,
      numQueries: 1,
      gallery,
      numGallery: order.length,
      k: K,
      products: products.products,
    });
  const truth = [];
  for (let i = 0; i < numQueries; i++)
    truth.push((await bruteForce(queryOf(i)))[0].map(({ index }) => index));

  const usearch = loadPeer();
  const peer = usearch && buildPeer(usearch, gallery, D);
  const found = { store: [], exact: [], peer: [] };
  const search = async (query, method) =>
    (await store.search(query, { k: K, method })).answers[0].neighbours.map(({ record }) =>
      numberOf.get(record.id),
    );
  for (let i = 0; i < 20; i++) await search(queryOf(i), 'auto');
  const sides = {
    'store, auto': async (i) => void found.store.push(await search(queryOf(i), 'auto')),
    'store, exact': async (i) => void found.exact.push(await search(queryOf(i), 'exact')),
    'brute force': async (i) => void (await bruteForce(queryOf(i))),
    ...(peer && {
      'usearch (HNSW)': async (i) => void found.peer.push(peerSearch(peer.index, queryOf(i), K)),
    }),
    'embed one image': async (i) =>
      void (await model.embed(queryPixels.subarray(i * imageBytes, (i + 1) * imageBytes))),
    'embed and search': async (i) =>
      void (await search(
        await model.embed(queryPixels.subarray(i * imageBytes, (i + 1) * imageBytes)),
        'auto',
      )),
  };
  const times = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let i = 0; i < numQueries; i++)
    for (const [name, work] of Object.entries(sides)) times[name].push(...(await timeEach(1, () => work(i))));
  for (const row of Object.values(times)) row.sort((a, b) => a - b);
  console.log(`\n${numQueries} searches for ${K} among ${order.length} × ${D}, ours and the others in turn`);
  const recalls = {
    'store, auto': recallOf(found.store, truth),
    'store, exact': recallOf(found.exact, truth),
    'usearch (HNSW)': peer && recallOf(found.peer, truth),
  };
  for (const [name, row] of Object.entries(times)) {
    const recall = recalls[name] === undefined ? '' : `  recall@10 ${recalls[name].toFixed(4)}`;
    console.log(
      `${name.padEnd(18)} ${inMs(row)}  ×${(p50(row) / p50(times['brute force'])).toFixed(2)} of brute force${recall}`,
    );
  }
  if (peer)
    console.log(`usearch built its index in ${peer.seconds.toFixed(1)} s, without keeping anything on disk`);
  else console.log('no peer: npm ci --prefix bench/peers');
  await products.close();
  await store.close();
} finally {
  await indexer.close();
  await model.close();
  rmSync(root, { recursive: true, force: true });
}
