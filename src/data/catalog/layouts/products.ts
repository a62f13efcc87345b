import { join } from 'node:path';
import { badLine, parseTable } from '../../csv.ts';
import { readText } from '../../sources/manifest.ts';
import type { SplitName } from '../../types.ts';
import { extractZip } from '../extract.ts';
import { type LaidOut, type LayoutJob, unexpectedContent, writeManifest } from './layout.ts';

/** One in so many classes is trained on: a manifest each. */
const TRAIN_EVERY = [50, 100] as const;
/** One in so many is for validation: the published choice. */
const VALIDATION_EVERY = 197;
/** Another prime, so that another few classes, which nothing was chosen on, give the number that is reported. */
const TEST_EVERY = 199;

/**
 * Products-10K as the published experiments cut it, without the images that they leave out: `train/…jpg` with
 * `train-50.csv` and `train-100.csv`, which train on the classes that 50 (or 100) divides. Validation is on the classes
 * that 197 divides, without class 0; test on those that 199 divides. No class is in two parts.
 * @source Bai et al. 2020, "Products-10K: A large-scale product recognition dataset"
 */
export async function layOutProducts({ file, folder, signal, onProgress }: LayoutJob): Promise<LaidOut> {
  const images = await readClasses(file('train.csv'));
  const needed = new Set(
    images
      .filter(({ number }) => TRAIN_EVERY.some((every) => partOf(number, every) !== undefined))
      .map(({ name }) => name),
  );
  const paths = await extractZip(
    file('train.zip'),
    folder,
    (name) => {
      const base = name.slice(name.lastIndexOf('/') + 1);
      return needed.has(base) ? `train/${base}` : undefined;
    },
    { signal, onFile: (done, total) => onProgress?.({ kind: 'unpack', file: 'train.zip', done, total }) },
  );
  if (paths.length !== needed.size) {
    throw unexpectedContent(
      'train.zip does not hold the images that train.csv names',
      `${needed.size} images of the classes that are trained and measured on`,
      `${paths.length} of them`,
    );
  }
  const data: string[] = [];
  for (const every of TRAIN_EVERY) {
    const rows = images.flatMap(({ name, number }) => {
      const split = partOf(number, every);
      return split === undefined ? [] : [{ path: `train/${name}`, label: String(number), split }];
    });
    data.push(`train-${every}.csv`);
    await writeManifest(join(folder, `train-${every}.csv`), rows);
  }
  return { data };
}

/** The part of a class; training comes first, so that validation and test stay unseen. */
function partOf(number: number, trainEvery: number): SplitName | undefined {
  if (number % trainEvery === 0) return 'train';
  // By the smallest of the training rules, so that both manifests measure on the same classes.
  if (TRAIN_EVERY.some((every) => number % every === 0)) return undefined;
  if (number % VALIDATION_EVERY === 0) return 'validation';
  return number % TEST_EVERY === 0 ? 'test' : undefined;
}

async function readClasses(path: string): Promise<{ readonly name: string; readonly number: number }[]> {
  const { columns, records } = parseTable(await readText(path), path, ['name', 'class']);
  return records.map(({ line, cells }) => {
    const [name, text] = [cells[columns.name], cells[columns.class]];
    const number = Number(text);
    if (text !== '' && Number.isInteger(number) && number >= 0 && !/[/\\]/.test(name))
      return { name, number };
    throw badLine(
      path,
      line,
      'not an image and its class',
      'a file name without folders, and a whole number from 0',
      `${name},${text}`,
    );
  });
}
