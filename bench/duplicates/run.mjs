/**
 * How well copies are found: every photo of a folder with its edits, ours beside plain pHash and dHash.
 * node bench/duplicates/run.mjs PHOTOS [--photos N] [--seed S] [--backbone FILE] [--model FOLDER] [--skip a.jpg,b.jpg]
 *   [--keep FOLDER] [--first N] [--only ours,plain,embedding,both,model,mirrored] [--mirrored-photos N]
 *
 * A pair is two images of one group. pHash and dHash call two images copies within 10 of 64 bits, the customary cut
 * (Krawetz 2013; imagededup's default); their pairs are counted as they are, and by connected groups. Mirror images are left
 * out of all numbers but the last: those are of the first 100 photos with them, and `--mirrored`. `embedding` is that tier
 * alone with the backbone, `both` all tiers, `model` the tier alone with a trained and calibrated model. A folder to
 * `--keep` that is there already is taken as it is; `--first` leaves out all but so many of its photos.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { differenceHash, hammingDistance, perceptualHash } from '../../dist/data/hash/perceptual.js';
import { createJoins } from '../../dist/data/inspect/groups.js';
import { decodeImage } from '../../dist/data/pixels/decode.js';
import { findDuplicates } from '../../dist/jobs/duplicates/find.js';
import { judgeDuplicates } from '../../dist/search/duplicates/index.js';
import { makeSet } from './make-set.mjs';

const CUSTOMARY_BITS = 10;
const [photos, ...rest] = process.argv.slice(2);
const flag = (/** @type {string} */ name) => (rest.includes(name) ? rest[rest.indexOf(name) + 1] : undefined);
const [backbone, model] = [flag('--backbone'), flag('--model')];
const only = flag('--only')?.split(',');
const wants = (/** @type {string} */ part) => only === undefined || only.includes(part);
const seed = flag('--seed') ?? '0';
const folder = flag('--keep') ?? mkdtempSync(join(tmpdir(), 'samesame-bench-duplicates-'));
const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(1)} %`;

try {
  const numFirst = Number(flag('--first') ?? 1e9);
  const whole = existsSync(join(folder, 'truth.csv'))
    ? readSet(folder)
    : await makeSet(photos, folder, {
        numPhotos: Number(flag('--photos') ?? 1e9),
        seed,
        skip: (flag('--skip') ?? '').split(','),
      });
  const rows = whole.filter(({ group }) => Number(group) < numFirst);
  const byPath = new Map(rows.map((row) => [join(folder, 'photos', row.path), row]));
  const plain = rows.filter(({ edit }) => edit !== 'flip').map(({ path }) => join(folder, 'photos', path));
  const all = rows.map(({ path }) => join(folder, 'photos', path));
  console.log(
    `${rows.length} images of ${rows.length / new Set(rows.map(({ edit }) => edit)).size} photos, seed ${seed}\n`,
  );

  const pixels = { scale: /** @type {const} */ ('symmetric') };
  const embedding = /** @type {const} */ (['embedding']);
  if (wants('ours')) report('without a network', await findDuplicates({ paths: plain }));
  if (wants('plain')) await baselines(plain);
  if (wants('embedding') && backbone !== undefined)
    report(
      `the tier embedding alone, by ${backbone}`,
      await findDuplicates({ paths: plain, tiers: embedding, backbone, pixels }),
    );
  if (wants('both') && backbone !== undefined)
    report(`all tiers, with ${backbone}`, await findDuplicates({ paths: plain, backbone, pixels }));
  if (wants('model') && model !== undefined)
    for (const maxError of [0.01, 0.001, 0.0001])
      report(
        `the tier embedding alone, by ${model}, --max-error ${maxError}`,
        await findDuplicates({ paths: plain, tiers: embedding, model, maxError }),
      );
  if (wants('mirrored')) await mirroredToo();

  async function mirroredToo() {
    const numMirrored = Number(flag('--mirrored-photos') ?? 100);
    const some = all.filter((path) => Number(byPath.get(path)?.group) < numMirrored);
    const mirrored = await findDuplicates({ paths: some, mirrored: true });
    report(`mirror images too (--mirrored), the first ${numMirrored} photos`, mirrored);
    const isFlip = (/** @type {number} */ i) => rowOf(mirrored, i).edit === 'flip';
    const joins = joinsOf(mirrored);
    const originals = new Map(
      some
        .map((_, i) => i)
        .filter((i) => rowOf(mirrored, i).edit === 'original')
        .map((i) => [rowOf(mirrored, i).group, i]),
    );
    const flips = some.map((_, i) => i).filter(isFlip);
    const found = flips.filter((i) =>
      joins.areJoined(i, /** @type {number} */ (originals.get(rowOf(mirrored, i).group))),
    );
    console.log(
      `mirror images found: ${found.length} of ${flips.length} (${percent(found.length / flips.length)})`,
    );
  }

  /** @param {{ set: { id(i: number): string } }} found @param {number} i */
  function rowOf(found, i) {
    return /** @type {{ path: string, group: string, edit: string }} */ (byPath.get(found.set.id(i)));
  }

  /** @param {{ set: { numImages: number }, links: readonly { a: number, b: number }[] }} found */
  function joinsOf({ set, links }) {
    const joins = createJoins(set.numImages);
    for (const { a, b } of links) joins.join(a, b);
    return joins;
  }

  /** @param {string} name @param {Awaited<ReturnType<typeof findDuplicates>>} found */
  function report(name, found) {
    const truth = new Map(Array.from({ length: found.set.numImages }, (_, i) => [i, rowOf(found, i).group]));
    const { upTo, meanAveragePrecision, ...whole } = judgeDuplicates(found.set.numImages, found.links, truth);
    console.log(`${name}: ${found.seconds.toFixed(0)} s`);
    for (const each of [
      ...upTo.map((each) => ({ ...each, tier: `up to ${each.tier}` })),
      { ...whole, tier: 'overall' },
    ]) {
      const { tier, precision, recall, f1 } = each;
      console.log(
        `  ${tier.padEnd(16)} precision ${precision.toFixed(4)}  recall ${recall.toFixed(4)}  F1 ${f1.toFixed(4)}`,
      );
    }
    console.log(`  mAP ${meanAveragePrecision?.toFixed(4)}`);
    const joins = joinsOf(found);
    byEdit(
      found.set.numImages,
      (i) => rowOf(found, i),
      (a, b) => joins.areJoined(a, b),
    );
    for (const { a, b, reason } of found.links)
      if (rowOf(found, a).group !== rowOf(found, b).group)
        console.log(`  wrong: ${rowOf(found, a).path} ${rowOf(found, b).path}: ${reason}`);
    console.log();
  }

  /** @param {number} numImages @param {(i: number) => { group: string, edit: string }} rowOf @param {(a: number, b: number) => boolean} areCopies */
  function byEdit(numImages, rowOf, areCopies) {
    const originals = new Map();
    for (let i = 0; i < numImages; i++) if (rowOf(i).edit === 'original') originals.set(rowOf(i).group, i);
    /** @type {Map<string, [number, number]>} */
    const counts = new Map();
    for (let i = 0; i < numImages; i++) {
      const { edit, group } = rowOf(i);
      if (edit === 'original') continue;
      const count = counts.get(edit) ?? [0, 0];
      counts.set(edit, count);
      count[1]++;
      if (areCopies(i, originals.get(group))) count[0]++;
    }
    console.log(
      `  found with its original: ${[...counts].map(([edit, [n, of]]) => `${edit} ${percent(n / of)}`).join(', ')}`,
    );
  }

  /** @param {readonly string[]} paths */
  async function baselines(paths) {
    /** @type {ReturnType<typeof perceptualHash>[][]} */
    const hashes = [[], []];
    for (const path of paths) {
      const data = await decodeImage(path, { height: 32, width: 32, channels: 1, resize: 'stretch' });
      for (const [k, hashOf] of [perceptualHash, differenceHash].entries())
        hashes[k].push(hashOf({ height: 32, width: 32, data }));
    }
    for (const [k, name] of ['pHash', 'dHash'].entries()) baseline(name, hashes[k], paths);
  }

  /** @param {string} name @param {readonly ReturnType<typeof perceptualHash>[]} hashes @param {readonly string[]} paths */
  function baseline(name, hashes, paths) {
    const groups = paths.map((path) => byPath.get(path)?.group);
    const joins = createJoins(paths.length);
    let [right, found, numTrue] = [0, 0, 0];
    for (let i = 0; i < paths.length; i++) {
      for (let j = 0; j < i; j++) {
        const isTrue = groups[i] === groups[j];
        if (isTrue) numTrue++;
        if (hammingDistance(hashes[i], hashes[j]) > CUSTOMARY_BITS) continue;
        joins.join(i, j);
        found++;
        if (isTrue) right++;
      }
    }
    let [rightJoined, foundJoined] = [0, 0];
    for (const group of joins.groups()) {
      for (const [k, i] of group.entries()) {
        for (const j of group.slice(0, k)) {
          foundJoined++;
          if (groups[i] === groups[j]) rightJoined++;
        }
      }
    }
    const line = (/** @type {string} */ how, /** @type {number} */ n, /** @type {number} */ of) =>
      console.log(
        `  ${how.padEnd(16)} precision ${(n / Math.max(1, of)).toFixed(4)}  recall ${(n / numTrue).toFixed(4)}  F1 ${((2 * n) / (numTrue + of)).toFixed(4)}`,
      );
    console.log(`plain ${name} within ${CUSTOMARY_BITS} bits:`);
    line('pairs', right, found);
    line('groups', rightJoined, foundJoined);
    byEdit(
      paths.length,
      (i) => /** @type {{ group: string, edit: string }} */ (byPath.get(paths[i])),
      (a, b) => hammingDistance(hashes[a], hashes[b]) <= CUSTOMARY_BITS,
    );
    console.log();
  }
} finally {
  if (flag('--keep') === undefined) rmSync(folder, { recursive: true, force: true });
}

/** @param {string} folder */
function readSet(folder) {
  const [, ...lines] = readFileSync(join(folder, 'truth.csv'), 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [path, group, edit] = line.split(',');
    return { path, group, edit };
  });
}
