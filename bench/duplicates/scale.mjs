/**
 * Many small images deduplicated from end to end: files are listed, read, compared and grouped, in one process.
 * node bench/duplicates/scale.mjs [--images 100000] [--keep FOLDER] [--draw]
 *
 * 64×64 JPEGs of drawn scenes. One in twenty is a copy of the scene before it: the same file, recompressed, made darker,
 * or cut by a tenth of each side. Images that are in FOLDER already are not drawn again; with --draw that is all. Prints the time of each stage, the memory that was used, and what was found.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { createRandom } from '../../dist/base/random.js';
import { findDuplicates } from '../../dist/jobs/duplicates/find.js';
import { judgeDuplicates } from '../../dist/search/duplicates/index.js';

const SIDE = 64;
const args = process.argv.slice(2);
const flag = (/** @type {string} */ name) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
const numImages = Number(flag('--images') ?? 100_000);
const folder = flag('--keep') ?? mkdtempSync(join(tmpdir(), 'samesame-bench-scale-'));
const EDITS = ['bytes', 'recompressed', 'darker', 'cropped'];

/** A scene like no other: patches of colour, and a dozen rectangles on them. @param {number} i */
function drawScene(i) {
  const random = createRandom(`scene/${i}`);
  const pixels = new Uint8Array(SIDE * SIDE * 3);
  const fill = (
    /** @type {number} */ left,
    /** @type {number} */ top,
    /** @type {number} */ width,
    /** @type {number} */ height,
  ) => {
    const colour = [random.integer(256), random.integer(256), random.integer(256)];
    for (let y = top; y < Math.min(SIDE, top + height); y++)
      for (let x = left; x < Math.min(SIDE, left + width); x++) pixels.set(colour, 3 * (y * SIDE + x));
  };
  fill(0, 0, SIDE, SIDE);
  for (let k = 0; k < 24; k++)
    fill(random.integer(SIDE), random.integer(SIDE), 4 + random.integer(24), 4 + random.integer(24));
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } });
}

/** @param {number} i @param {string | undefined} edit */
function drawImage(i, edit) {
  const scene = drawScene(i);
  if (edit === 'recompressed') return scene.jpeg({ quality: 40 }).toBuffer();
  if (edit === 'darker') return scene.linear(0.7, 0).jpeg({ quality: 90 }).toBuffer();
  if (edit === 'cropped')
    return scene.extract({ left: 3, top: 4, width: 58, height: 58 }).jpeg({ quality: 90 }).toBuffer();
  return scene.jpeg({ quality: 90 }).toBuffer();
}

const nameOf = (/** @type {number} */ i) => join(String(i % 100).padStart(2, '0'), `${i}.jpg`);
/** What image `i` shows, and what was done to it. @param {number} i */
const originOf = (i) =>
  i % 20 === 19
    ? { scene: i - 1, edit: EDITS[Math.floor(i / 20) % EDITS.length] }
    : { scene: i, edit: undefined };

try {
  const start = performance.now();
  sharp.concurrency(1);
  for (let i = 0; i < 100; i++) mkdirSync(join(folder, String(i).padStart(2, '0')), { recursive: true });
  let numDrawn = 0;
  const lanes = Array.from({ length: 4 }, async (_, lane) => {
    for (let i = lane; i < numImages; i += 4) {
      if (existsSync(join(folder, nameOf(i)))) continue;
      const { scene, edit } = originOf(i);
      numDrawn++;
      writeFileSync(join(folder, nameOf(i)), await drawImage(scene, edit));
    }
  });
  await Promise.all(lanes);
  console.log(`${numDrawn} images drawn in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  if (!args.includes('--draw')) await deduplicate();
} finally {
  if (flag('--keep') === undefined) rmSync(folder, { recursive: true, force: true });
}

async function deduplicate() {
  const before = process.cpuUsage();
  const begin = performance.now();
  let stage = '';
  let mostBytes = 0;
  let nextMark = 0;
  const found = await findDuplicates({
    paths: [folder],
    onEvent(event) {
      mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
      if (event.kind !== 'stage') return;
      const isNew = event.stage !== stage;
      if (!isNew && event.done < nextMark) return;
      stage = event.stage;
      nextMark = (isNew ? 0 : nextMark) + 10_000;
      console.log(
        `  ${((performance.now() - begin) / 1000).toFixed(0)} s: ${stage} ${event.done} of ${event.total}`,
      );
    },
  });
  const { user, system } = process.cpuUsage(before);
  const truth = new Map(
    Array.from({ length: found.set.numImages }, (_, index) => {
      const [, i] = /(\d+)\.jpg$/.exec(found.set.id(index)) ?? [];
      return [index, originOf(Number(i)).scene];
    }),
  );
  const { precision, recall, f1 } = judgeDuplicates(found.set.numImages, found.links, truth);
  console.log(
    `${found.set.numImages} images of ${SIDE}×${SIDE} deduplicated in ${found.seconds.toFixed(0)} s (${((user + system) / 1e6).toFixed(0)} s of processor time), ` +
      `at most ${(mostBytes / 2 ** 20).toFixed(0)} MiB of memory`,
  );
  console.log(
    `${found.groups.length} groups: precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)}, F1 ${f1.toFixed(4)}`,
  );
}
