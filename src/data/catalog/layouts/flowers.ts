import { join } from 'node:path';
import { splitByImage } from '../../splits.ts';
import type { SplitName } from '../../types.ts';
import { extractTar } from '../extract.ts';
import { type MatMatrix, readMat } from '../mat.ts';
import {
  type LaidOut,
  type LayoutJob,
  type ManifestRow,
  unexpectedContent,
  writeManifest,
} from './layout.ts';

/** Of each class, as the experiment on these photos has it. */
const VALIDATION_SHARE = 0.2;
/** What the makers' own split calls its parts. */
const OFFICIAL: readonly (readonly [name: string, split: SplitName])[] = [
  ['trnid', 'train'],
  ['valid', 'validation'],
  ['tstid', 'test'],
];

/**
 * The flowers as `jpg/image_00001.jpg` …, with two manifests; a class is its number, 1 to 102.
 * - `manifest.csv`: 80 % of each class `train`, 20 % `validation`, drawn by `seed`. A run takes its test images from
 *   `train`, so that the number it reports is of images that chose nothing.
 * - `manifest-official.csv`: the makers' split, 10 images of each class to train, 10 for validation, the rest test.
 * @source Nilsback & Zisserman 2008, "Automated flower classification over a large number of classes"
 */
export async function layOutFlowers({
  file,
  folder,
  entry,
  seed,
  signal,
  onProgress,
}: LayoutJob): Promise<LaidOut> {
  const classes = matrixOf(await readMat(file('imagelabels.mat')), 'labels', 'imagelabels.mat');
  const setid = await readMat(file('setid.mat'));
  const found = new Set(
    await extractTar(file('102flowers.tgz'), folder, entry.numImages, {
      signal,
      onFile: (done, total) => onProgress?.({ kind: 'unpack', file: '102flowers.tgz', done, total }),
    }),
  );
  const rowOf = (number: number, split: SplitName): ManifestRow => {
    const path = `jpg/image_${String(number).padStart(5, '0')}.jpg`;
    const label = classes[number - 1];
    if (label !== undefined && found.has(path)) return { path, label: String(label), split };
    throw unexpectedContent(
      'the photos and their labels do not belong together',
      `a photo and a label for each of 1 to ${classes.length}`,
      `number ${number} without a ${label === undefined ? 'label' : 'photo'}`,
    );
  };

  const drawn = splitByImage(
    { labels: Int32Array.from(classes) },
    { validation: VALIDATION_SHARE, test: 0, seed },
  );
  const isValidation = new Set(drawn.validation);
  await writeManifest(
    join(folder, 'manifest.csv'),
    Array.from(classes, (_, i) => rowOf(i + 1, isValidation.has(i) ? 'validation' : 'train')),
  );
  await writeManifest(
    join(folder, 'manifest-official.csv'),
    OFFICIAL.flatMap(([name, split]) =>
      Array.from(matrixOf(setid, name, 'setid.mat'), (number) => rowOf(number, split)),
    ),
  );
  return { data: ['manifest.csv', 'manifest-official.csv'], seed };
}

function matrixOf(matrices: ReadonlyMap<string, MatMatrix>, name: string, file: string): Float64Array {
  const matrix = matrices.get(name);
  if (matrix !== undefined) return matrix.values;
  throw unexpectedContent(
    `${file} has no matrix "${name}"`,
    name,
    [...matrices.keys()].join(', ') || 'no matrix of numbers',
  );
}
