// A model and its vectors in a headless Chromium: what is sent, and how long answers take, beside Node.
//   npm run bench:web
//   npm run bench:web -- --model runs/photos --images photos/
//   npm run bench:web -- --only sizes
//
// Without --model, the networks of two presets with weights that nobody trained: a small one for 28×28, and MobileNetV2. Then
// the search in a full store of random vectors, after a reload of the page. --only takes some of sizes, model and search.
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { choosePhotos, MANY, measureModel } from './model.mjs';
import { openBench } from './open-bench.mjs';
import { savePresetModel } from './preset-model.mjs';
import { measureSearch } from './search.mjs';
import { openSite } from './site.mjs';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    presets: { type: 'string', default: 'protocol-a-ours-fashion-mnist,photos' },
    images: { type: 'string', default: '../shared/data/clothing-small/test' },
    rounds: { type: 'string', default: '3' },
    rows: { type: 'string', default: '100000' },
    size: { type: 'string', default: '128' },
    searches: { type: 'string', default: '200' },
    only: { type: 'string', default: 'sizes,model,search' },
    json: { type: 'boolean', default: false },
  },
});
const parts = values.only.split(',');
const executablePath = openBench();

const site = await openSite();
// Threads, and asking for memory, need a page that shares nothing with others.
site.isIsolated = true;
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--enable-blink-features=ForceEagerMeasureMemory'],
});
/** @type {Record<string, unknown>} */
const result = {};
try {
  console.log(`Chromium ${browser.version()}\n`);
  const page = await browser.newPage();
  const show = async () => {
    await page.goto(site.url);
    await page.waitForFunction('window.samesame');
  };
  await show();
  if (parts.includes('sizes')) printSizes();
  if (parts.includes('model')) result.models = await measureModels(page);
  if (parts.includes('search')) result.search = await search(page, show);
} finally {
  await browser.close();
  await site.close();
}
if (values.json) console.log(JSON.stringify(result));

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

async function measureModels(page) {
  const names = values.model === undefined ? values.presets.split(',') : [basename(values.model)];
  const photos = choosePhotos(values.images, site);
  const models = [];
  for (const name of names) {
    const folder = join(site.files, name);
    if (values.model === undefined) await savePresetModel(folder, name);
    else cpSync(values.model, folder, { recursive: true });
    const rounds = Number(values.rounds);
    const { about, rows } = await measureModel({ page, folder, address: `/files/${name}/`, photos, rounds });
    const { height, width, channels } = about.input;
    console.log(
      `${name}: ${height}×${width}×${channels}, ${(about.sizeBytes / 1e6).toFixed(1)} MB, on ${about.runtime} with ${about.numThreads} threads`,
    );
    console.log('| | Chromium, ms | Node, ms | Chromium / Node |\n| --- | --: | --: | --: |');
    for (const { kind, chromiumMs, nodeMs } of rows)
      console.log(
        `| ${kind} | ${chromiumMs.toFixed(1)} | ${nodeMs.toFixed(1)} | ${(chromiumMs / nodeMs).toFixed(2)} |`,
      );
    console.log();
    models.push({ name, about, rows });
  }
  console.log(
    `Medians over ${values.rounds} rounds, the sides in turns; ${MANY} photos of ${values.images}.\n`,
  );
  return models;
}

async function search(page, show) {
  const [rows, size, searches] = [values.rows, values.size, values.searches].map(Number);
  const found = await measureSearch({ page, show, rows, size, searches });
  const ms = (number) => `${number.toFixed(1)} ms`;
  console.log(`${rows} vectors of ${size} numbers:`);
  console.log(`  added and kept in IndexedDB    ${ms(found.addMs)}`);
  console.log(`  opened again after a reload    ${ms(found.openMs)}`);
  for (const [what, times] of [
    ['ten nearest of all', found.plain],
    ['of one label in ten', found.filtered],
  ])
    console.log(`  ${what.padEnd(30)} p50 ${ms(times.p50)}, p95 ${ms(times.p95)} of ${searches} searches`);
  console.log(`  one row changed and kept       ${ms(found.upsertMs)}`);
  console.log(`  memory while it is open        ${found.memoryMb.toFixed(0)} MB`);
  return found;
}
