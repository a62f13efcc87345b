import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { decodeImage, readImageShape } from '../pixels/decode.ts';
import type { ImageSet } from '../types.ts';
import { openZip, type ZipArchive } from './zip.ts';

const ARCHIVE = /^(official_)?all_runs\.zip$/;
const LABELS = /^(?:.*\/)?run\d+\/class_labels\.txt$/;

/** One run: an image of each class to learn from, then images to be named. Rows of the set. */
export interface OneShotRun {
  /** int32 `[ways]`. */
  readonly support: Int32Array;
  /** int32 `[Q]`. */
  readonly queries: Int32Array;
  /** int32 `[Q]`: the place in `support` of each query's class. */
  readonly answers: Int32Array;
}

/**
 * The 20 official within-alphabet runs of Omniglot, with their own images: in each, 20 characters of one evaluation
 * alphabet by one drawer, and another drawer's 20 drawings of them to be named.
 * @param path `all_runs.zip` (or `official_all_runs.zip`), or a folder that holds it, or a manifest beside it
 * @returns the images, unlabelled, and the runs over them
 * @throws E_NOT_FOUND, E_DATA where the archive is of another kind, E_IMAGE, E_DATA_TRUNCATED
 * @source Lake, Salakhutdinov & Tenenbaum 2015; github.com/brendenlake/omniglot, python/one-shot-classification
 * @example
 * const { set, runs } = await readOmniglotRuns('omniglot');
 * [set.numImages, runs.length, runs[0].support.length]; // [800, 20, 20]
 */
export async function readOmniglotRuns(path: string): Promise<{ set: ImageSet; runs: OneShotRun[] }> {
  const archive = await findArchive(path);
  const zip = await openZip(archive);
  try {
    return await readRuns(zip, archive);
  } finally {
    zip.close();
  }
}

async function findArchive(path: string): Promise<string> {
  const found = await stat(path).catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
  if (!found.isDirectory() && !path.endsWith('.csv')) return path;
  const folder = found.isDirectory() ? path : dirname(path);
  const name = (await readdir(folder)).find((entry) => ARCHIVE.test(entry));
  if (name !== undefined) return join(folder, name);
  throw new SamesameError('E_NOT_FOUND', {
    what: `${folder} does not hold the official runs of Omniglot`,
    expected: 'all_runs.zip, or official_all_runs.zip',
    help: 'it lies in python/one-shot-classification of github.com/brendenlake/omniglot',
    details: { path },
  });
}

async function readRuns(zip: ZipArchive, archive: string) {
  const tables = zip.names.filter((name) => LABELS.test(name)).sort();
  if (tables.length === 0) {
    throw new SamesameError('E_DATA', {
      what: `${archive} holds no one-shot runs`,
      expected: 'run01/class_labels.txt, run01/training/class01.png, run01/test/item01.png, …',
      received: zip.names.slice(0, 5).join(', '),
      details: { path: archive },
    });
  }
  const names: string[] = [];
  const runs: OneShotRun[] = [];
  for (const table of tables) {
    const root = table.slice(0, table.lastIndexOf('run'));
    const text = new TextDecoder().decode(await zip.read(table));
    runs.push(parseRun(text, root, names, `${table} of ${archive}`));
  }
  const first = await zip.read(names[0]);
  const shape = { ...(await readImageShape(first)), channels: 1 as const };
  const imageBytes = shape.height * shape.width;
  const data = new Uint8Array(names.length * imageBytes);
  for (const [row, name] of names.entries()) {
    const pixels = await decodeImage(await zip.read(name), { ...shape, resize: 'stretch' });
    data.set(pixels, row * imageBytes);
  }
  const set: ImageSet = {
    name: archive,
    numImages: names.length,
    labels: new Int32Array(names.length).fill(-1),
    classNames: [],
    id: (index) => names[index],
    pixels: { kind: 'decoded', ...shape, data },
  };
  return { set, runs };
}

/** One line a query: its image, and the training image of its class. New names go to the end of `names`. */
function parseRun(text: string, root: string, names: string[], source: string): OneShotRun {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const pairs = lines.map((line) => line.trim().split(/\s+/));
  const isWhole = pairs.length > 0 && pairs.every((pair) => pair.length === 2);
  if (!isWhole) {
    throw new SamesameError('E_DATA', {
      what: `${source} is not a table of one-shot answers`,
      expected: 'lines such as run01/test/item01.png run01/training/class08.png',
      received: lines.find((_, i) => pairs[i].length !== 2) ?? 'no line',
    });
  }
  const add = (name: string) => names.push(root + name) - 1;
  const classes = [...new Set(pairs.map(([, learned]) => learned))].sort();
  const support = Int32Array.from(classes, add);
  const queries = Int32Array.from(pairs, ([query]) => add(query));
  return { support, queries, answers: Int32Array.from(pairs, ([, learned]) => classes.indexOf(learned)) };
}
