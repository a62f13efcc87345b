// A model and its vectors in a headless Chromium: what is sent, and how long answers take.
//   npm run bench:web
//   npm run bench:web -- --model runs/photos --images ../shared/data/clothing-small/test
//
// Without --model the search alone is measured, on 100,000 random vectors of 128 numbers; with --sizes nothing is.
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { basename, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { findChromium } from '../../scripts/ensure-chromium.mjs';
import { openSite } from './site.mjs';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    images: { type: 'string', default: '../shared/data/clothing-small/test' },
    count: { type: 'string', default: '64' },
    rows: { type: 'string', default: '100000' },
    size: { type: 'string', default: '128' },
    searches: { type: 'string', default: '100' },
    sizes: { type: 'boolean', default: false },
  },
});
const executablePath = findChromium();
if (executablePath === undefined) {
  console.error('no Chromium here: install one, or set SAMESAME_CHROMIUM to its path');
  process.exit(1);
}
console.log(`Node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}`);

const site = await openSite();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
try {
  console.log(`Chromium ${browser.version()}\n`);
  const page = await browser.newPage();
  await page.goto(site.url);
  await page.waitForFunction('window.samesame');

  printSizes();
  if (values.model !== undefined && !values.sizes) await measureModel(page);
  if (!values.sizes) await measureSearch(page);
} finally {
  await browser.close();
  await site.close();
}

/** What a page that compares loads, and what else there is. */
function printSizes() {
  const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  const assets = join(site.bundle, 'assets');
  for (const name of readdirSync(assets).sort()) {
    const bytes = readFileSync(join(assets, name));
    console.log(
      `${name.padEnd(56)} ${kb(bytes.length).padStart(12)}  gzip ${kb(gzipSync(bytes).length).padStart(11)}`,
    );
  }
  console.log();
}

async function measureModel(page) {
  cpSync(values.model, join(site.files, 'model'), { recursive: true });
  const names = readdirSync(values.images, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(jpe?g|png|webp)$/i.test(extname(name)))
    .slice(0, Number(values.count));
  for (const [i, name] of names.entries()) cpSync(join(values.images, name), join(site.files, `${i}.image`));
  const found = await page.evaluate(async (count) => {
    const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];
    const start = performance.now();
    const model = await window.samesame.openModel('/files/model/');
    const openMs = performance.now() - start;
    const images = await Promise.all(
      Array.from({ length: count }, async (_, i) => (await fetch(`/files/${i}.image`)).blob()),
    );
    await model.embed([images[0]]);
    const compareMs = [];
    for (let i = 0; i + 1 < count; i += 2) {
      const from = performance.now();
      await model.compare(images[i], images[i + 1]);
      compareMs.push(performance.now() - from);
    }
    const from = performance.now();
    await model.embed(images);
    const embedMs = performance.now() - from;
    const fromExplain = performance.now();
    await model.explain(images[0], images[1]);
    const explainMs = performance.now() - fromExplain;
    const { runtime, numThreads, input } = model.info;
    await model.close();
    return {
      runtime,
      numThreads,
      input,
      openMs,
      compareMs: median(compareMs),
      perImageMs: embedMs / count,
      explainMs,
    };
  }, names.length);
  const { height, width, channels } = found.input;
  console.log(
    `${basename(values.model)} (${height}×${width}×${channels}) on ${found.runtime}, ${found.numThreads} thread(s), ${names.length} images`,
  );
  for (const what of ['openMs', 'compareMs', 'perImageMs', 'explainMs'])
    console.log(`  ${what.padEnd(12)} ${found[what].toFixed(1)}`);
  console.log();
}

async function measureSearch(page) {
  const options = { rows: Number(values.rows), size: Number(values.size), searches: Number(values.searches) };
  const found = await page.evaluate(async ({ rows, size, searches }) => {
    const vectors = new Float32Array(rows * size);
    for (let i = 0; i < vectors.length; i++) vectors[i] = Math.random() - 0.5;
    const items = Array.from({ length: rows }, (_, i) => ({
      id: `image-${i}.jpg`,
      label: `class ${i % 10}`,
    }));
    const open = () =>
      window.samesame.openVectors('bench', { embeddingSize: size, modelFingerprint: 'bench' });
    const timed = async (work) => {
      const from = performance.now();
      const result = await work();
      return [result, performance.now() - from];
    };
    let store = await open();
    const [, addMs] = await timed(() => store.add(items, vectors));
    await store.close();
    const [opened, openMs] = await timed(open);
    store = opened;
    const [, upsertMs] = await timed(() => store.upsert([items[7]], vectors.slice(0, size)));
    const p50 = async (filter) => {
      const times = [];
      for (let i = 0; i < searches; i++) {
        const query = Float32Array.from({ length: size }, () => Math.random() - 0.5);
        times.push((await timed(() => store.search(query, { k: 10, filter })))[1]);
      }
      return times.sort((a, b) => a - b)[searches >> 1];
    };
    await p50();
    const searchMs = await p50();
    const filteredMs = await p50({ labels: ['class 3'] });
    await store.close();
    await window.samesame.deleteVectors('bench');
    return { addMs, openMs, upsertMs, searchMs, filteredMs };
  }, options);
  console.log(
    `${options.rows} vectors of ${options.size}: ten nearest, median of ${options.searches} searches`,
  );
  for (const [what, ms] of Object.entries(found)) console.log(`  ${what.padEnd(12)} ${ms.toFixed(1)}`);
}
