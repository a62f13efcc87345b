// Teaching in a tab of headless Chromium, on photos as people have them: of all sizes, as JPEG, WebP and PNG, one of them
// damaged. What is taught is then asked about the photos of the data's own test part, which the tab never had.
//   npm run bench:teach -- --groups pants,shoes --per-group 24
//   npm run bench:teach -- --groups pants,shoes --per-group 24 --base runs/others/model
//     (samesame train others --backbone mobilenet_v2_0.35_224.onnx --pixel-scale symmetric --views 0 --out runs/others, where
//     others holds 70 photos of each of t-shirt, shirt, shorts, skirt and outwear)
//   npm run bench:teach -- --groups pants,shoes --per-group 24 --node      (samesame train on the same files)
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { createRandom } from '../../dist/base/random.js';
import { decodeImage, drawBalancedPairs } from '../../dist/data/index.js';
import { loadModel } from '../../dist/model/index.js';
import { findChromium } from '../../scripts/ensure-chromium.mjs';
import { openSite } from '../web/site.mjs';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/clothing-small' },
    groups: { type: 'string', default: 'pants,shoes' },
    'per-group': { type: 'string', default: '24' },
    seeds: { type: 'string', default: '1,2,3' },
    base: { type: 'string' },
    node: { type: 'boolean', default: false },
  },
});
const groups = values.groups.split(',');
const perGroup = Number(values['per-group']);
const seeds = values.seeds.split(',').map(Number);
/** Photos of each group that the model is asked about, at most. */
const MAX_ASKED = 40;
const NUM_PAIRS = 4000;
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

console.log(
  `Node ${process.version}, ${availableParallelism()} cores, load ${loadavg()[0].toFixed(1)}; ${groups.join(', ')}: ` +
    `${perGroup} photos each, ${values.node ? 'samesame train' : values.base ? `from ${values.base}` : 'from nothing'}`,
);
const work = await mkdtemp(join(tmpdir(), 'samesame-bench-teach-'));
const results = [];
try {
  for (const seed of seeds) {
    const photos = join(work, `photos-${seed}`);
    await writePhotos(photos, seed);
    const model = join(work, `model-${seed}`);
    const told = values.node ? await trainInNode(photos, model) : await teachInTab(photos, model, seed);
    results.push({ ...told, ...(await ask(model, photos)) });
    console.log(JSON.stringify(results.at(-1)));
  }
  for (const key of Object.keys(results[0])) {
    const column = results.map((result) => result[key]);
    if (column.every((value) => typeof value === 'number'))
      console.log(`${key.padEnd(14)} ${spread(column)}`);
  }
} finally {
  await rm(work, { recursive: true, force: true });
}

/** Photos of the training part as a shop has them. */
async function writePhotos(folder, seed) {
  for (const group of groups) {
    await mkdir(join(folder, group), { recursive: true });
    const from = join(values.data, 'train', group);
    const random = createRandom(`photos/${seed}`).fork(group);
    const names = random.shuffle((await readdir(from)).sort()).slice(0, perGroup);
    for (const [i, name] of names.entries()) {
      const image = sharp(join(from, name));
      const to = (extension) => join(folder, group, name.replace(/\.\w+$/, extension));
      // A camera's size, a messenger's, and what an editor leaves.
      if (i % 4 === 0) await image.resize({ width: 2400 }).jpeg({ quality: 90 }).toFile(to('.jpg'));
      else if (i % 4 === 1) await image.resize({ width: 300 }).webp({ quality: 75 }).toFile(to('.webp'));
      else if (i % 4 === 2) await image.resize({ width: 700 }).ensureAlpha().png().toFile(to('.png'));
      else await cp(join(from, name), to(extname(name)));
    }
  }
  await writeFile(
    join(folder, groups[0], 'damaged.jpg'),
    (
      await sharp({ create: { width: 300, height: 400, channels: 3, background: '#888' } })
        .jpeg()
        .toBuffer()
    ).subarray(0, 200),
  );
}

/** Drops the photos on a page, and takes what it gives for download. */
async function teachInTab(photos, model, seed) {
  const site = await openSite();
  site.isIsolated = true;
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    await cp(photos, join(site.files, 'photos'), { recursive: true });
    if (values.base) await cp(values.base, join(site.files, 'base'), { recursive: true });
    const list = await Promise.all(
      groups.map(async (name) => ({ name, files: await readdir(join(photos, name)) })),
    );
    const page = await browser.newPage();
    await page.goto(site.url);
    await page.waitForFunction('window.samesame');
    const { zip, summary, warnings } = await page.evaluate(
      async ({ list, seed, base }) => {
        const { teach } = await window.importTeach();
        const groups = [];
        for (const { name, files } of list) {
          const images = [];
          for (const file of files)
            images.push(new File([await (await fetch(`files/photos/${name}/${file}`)).blob()], file));
          groups.push({ name, images });
        }
        const warnings = [];
        const onEvent = (event) => event.kind === 'warning' && warnings.push(event.message);
        const model = await teach({ groups, seed, base, numThreads: 1, onEvent }).done;
        const bytes = new Uint8Array(await model.toZip().arrayBuffer());
        let text = '';
        for (let start = 0; start < bytes.length; start += 4096)
          text += String.fromCharCode(...bytes.subarray(start, start + 4096));
        return { zip: btoa(text), summary: model.summary, warnings };
      },
      { list, seed, base: values.base && 'files/base/' },
    );
    await mkdir(model);
    for (const [name, bytes] of Object.entries(unzipSync(Buffer.from(zip, 'base64'))))
      await writeFile(join(model, name), bytes);
    const { accuracy, validation, seconds, numEpochs, words } = summary;
    if (accuracy !== null) await compareWithNode(model, photos, accuracy.value);
    return {
      seconds,
      numEpochs,
      told: accuracy?.value ?? validation.accuracy.value,
      low: accuracy?.low,
      high: accuracy?.high,
      toldRaw: accuracy?.rawPixels,
      toldBase: accuracy?.base ?? undefined,
      words,
      warnings,
    };
  } finally {
    await browser.close();
    await site.close();
  }
}

/** What `samesame evaluate` says of the same model and the same files. */
async function compareWithNode(model, photos, told) {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [cli, 'evaluate', model, photos, '--json', '--quiet'],
    { maxBuffer: 2 ** 26 },
  );
  const { part, verification } = JSON.parse(stdout.trim().split('\n').at(-1));
  console.log(
    `samesame evaluate (${part}): ${verification.accuracy.value.toFixed(4)}; the tab: ${told.toFixed(4)}`,
  );
}

async function trainInNode(photos, model) {
  const run = `${model}-run`;
  const start = performance.now();
  await promisify(execFile)(process.execPath, [cli, 'train', photos, '--out', run, '--quiet'], {
    maxBuffer: 2 ** 26,
  });
  const seconds = (performance.now() - start) / 1000;
  await cp(join(run, 'model'), model, { recursive: true });
  return { seconds };
}

/** Photos of the test part: are two of one kind, and of which kind is the nearest of the photos that it was taught with? */
async function ask(folder, photos) {
  const model = await loadModel(folder);
  const asked = await listPhotos(join(values.data, 'test'), MAX_ASKED);
  const taught = (await listPhotos(photos, Number.POSITIVE_INFINITY)).filter(
    ({ path }) => !path.endsWith('damaged.jpg'),
  );
  const pixels = await Promise.all([asked, taught].map((list) => decodeAll(list, model.config.input)));
  const { embeddingSize } = model.config.encoder;
  const embedded = [];
  for (const images of pixels) embedded.push(await embedAll(model, images));
  const labels = Int32Array.from(asked, ({ label }) => label);
  const pairs = drawBalancedPairs(labels, Int32Array.from(labels.keys()), {
    numPairs: NUM_PAIRS,
    random: createRandom('pairs'),
  });
  const rows = (data, size) => (i) => data.subarray(i * size, (i + 1) * size);
  const judge = (one, other) => {
    let right = 0;
    for (const [i, { label }] of asked.entries()) {
      let best = Number.POSITIVE_INFINITY;
      let found;
      for (const [j, photo] of taught.entries()) {
        const distance = distanceOf(one(i), other(j));
        if (distance < best) [best, found] = [distance, photo.label];
      }
      if (found === label) right++;
    }
    return right / asked.length;
  };
  const embedding = rows(embedded[0], embeddingSize);
  const { threshold } = model.config;
  const isRight = (_, p) =>
    distanceOf(embedding(pairs.left[p]), embedding(pairs.right[p])) < threshold === pairs.similar[p] > 0.5;
  const size = pixels[0].length / asked.length;
  await model.close();
  return {
    pairs: Array.from(pairs.similar, isRight).filter(Boolean).length / pairs.numPairs,
    nearest: judge(embedding, rows(embedded[1], embeddingSize)),
    nearestRaw: judge(rows(pixels[0], size), rows(pixels[1], size)),
  };
}

async function listPhotos(folder, most) {
  const lists = await Promise.all(
    groups.map(async (group, label) => {
      const names = createRandom('asked')
        .fork(group)
        .shuffle((await readdir(join(folder, group))).sort());
      return names.slice(0, most).map((name) => ({ path: join(folder, group, name), label }));
    }),
  );
  return lists.flat();
}

async function decodeAll(list, target) {
  const size = target.height * target.width * target.channels;
  const pixels = new Uint8Array(list.length * size);
  for (const [i, { path }] of list.entries()) pixels.set(await decodeImage(path, target), i * size);
  return pixels;
}

async function embedAll(model, pixels) {
  const { height, width, channels } = model.config.input;
  const size = 16 * height * width * channels;
  const parts = [];
  for (let start = 0; start < pixels.length; start += size)
    parts.push(await model.embed(pixels.subarray(start, start + size)));
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

function distanceOf(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}

function spread(numbers) {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const variance =
    numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, numbers.length - 1);
  return `${mean.toFixed(3)} ± ${Math.sqrt(variance).toFixed(3)}`;
}
