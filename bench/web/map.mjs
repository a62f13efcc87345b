// The page's map of thousands of images: frame times while it is zoomed, dragged and circled, tasks that hold the page up,
// small pictures asked for, memory. Processor time is that of the page's own thread: it does not depend on who else is busy.
//   npm run bench:map
//   npm run bench:map -- --service 20000 --tab 0 --page OTHER/dist/page
//
// Chromium draws without a graphics card. The service is a stand-in whose map has as many images as are asked for; the tab's
// images are put into the browser's store as the page keeps them, and the page places them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { readModelFiles } from '../../dist/model/index.js';
import { modelFingerprint } from '../../dist/search/store/identity.js';
import { drive, PARTS, watchPage } from './map-drive.mjs';
import { fillTab } from './map-fill.mjs';
import { openBench } from './open-bench.mjs';
import { NUM_LABELS, servePage } from './page-server.mjs';
import { savePresetModel } from './preset-model.mjs';
import { p50, p95 } from './times.mjs';

const { values } = parseArgs({
  options: {
    service: { type: 'string', default: '5000,20000' },
    tab: { type: 'string', default: '5000' },
    page: { type: 'string', default: 'dist/page' },
    json: { type: 'boolean', default: false },
  },
});
const executablePath = openBench();

const numbers = (text) =>
  text
    .split(',')
    .map(Number)
    .filter((number) => number > 0);
const folder = await mkdtemp(join(tmpdir(), 'samesame-bench-map-'));
const model = join(folder, 'model');
await savePresetModel(model, 'protocol-a-ours-fashion-mnist');
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--enable-blink-features=ForceEagerMeasureMemory'],
});
const results = [];
try {
  console.log(`Chromium ${browser.version()}\n`);
  console.log('| images | doing | frames | p50, ms | p95, ms | longest task, ms | processor ms a frame |');
  console.log('| --- | --- | --: | --: | --: | --: | --: |');
  for (const count of numbers(values.service)) results.push(await measure('service', count));
  for (const count of numbers(values.tab)) results.push(await measure('tab', count));
  console.log();
  for (const { kind, count, readyMs, readyTaskMs, numThumbnails, memoryMb, inLasso } of results)
    console.log(
      `${count} of the ${kind}: ready after ${(readyMs / 1000).toFixed(1)} s, longest task meanwhile ${readyTaskMs.toFixed(0)} ms; ` +
        `${kind === 'service' ? `${numThumbnails} small pictures asked for, ` : ''}${memoryMb.toFixed(0)} MB; ${inLasso} in the lasso`,
    );
} finally {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
}
if (values.json) console.log(JSON.stringify(results));

async function measure(kind, count) {
  const site = await servePage({ folder: values.page, model, numImages: kind === 'service' ? count : 0 });
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  page.setDefaultTimeout(240_000);
  try {
    await page.addInitScript(watchPage);
    if (kind === 'tab') {
      const { config } = await readModelFiles(model);
      const size = config.encoder.embeddingSize;
      await page.goto(`${site.url}icon.svg`);
      await page.evaluate(fillTab, { fingerprint: modelFingerprint(config), size, count, NUM_LABELS });
    }
    const startMs = performance.now();
    await page.goto(`${site.url}#/map`);
    await page.locator('.map-surface canvas').waitFor();
    const readyMs = performance.now() - startMs;
    // With the model, the page makes the collection and the view anew.
    await page.locator('.model-chip.is-ready').waitFor();
    await page.locator('.map-surface canvas').waitFor();
    const readyTaskMs = await page.evaluate(() => window.bench.longestTask());
    const processor = await watchProcessor(page);
    const parts = [];
    for (const name of PARTS) {
      await processor.take();
      const { frames, longestTaskMs } = await page.evaluate(drive, name);
      const processorMs = (await processor.take()) / frames.length;
      parts.push({ name, frames, longestTaskMs, processorMs });
      console.log(
        `| ${count} of the ${kind} | ${name} | ${frames.length} | ${p50(frames).toFixed(1)} | ${p95(frames).toFixed(1)} | ${longestTaskMs.toFixed(0)} | ${processorMs.toFixed(1)} |`,
      );
    }
    const memoryMb = await page.evaluate(
      async () => (await performance.measureUserAgentSpecificMemory()).bytes / 1e6,
    );
    const inLasso = await page.locator('.map-card-name b').textContent();
    return { kind, count, readyMs, readyTaskMs, parts, numThumbnails: site.numThumbnails, memoryMb, inLasso };
  } finally {
    await page.close();
    await site.close();
  }
}

/** Processor time of the page's own thread: it does not depend on who else is busy. */
async function watchProcessor(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  let last = 0;
  return {
    /** Milliseconds since this was asked last. */
    async take() {
      const { metrics } = await session.send('Performance.getMetrics');
      const now = 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
      const spent = now - last;
      last = now;
      return spent;
    },
  };
}
