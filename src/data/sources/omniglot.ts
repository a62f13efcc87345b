import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { joinParts, type SetPart } from '../join.ts';
import type { ImageSet } from '../types.ts';
import { readNpz } from './npz.ts';

const ALPHABETS = 'alphabets.json';
const PARTS = [
  { key: 'background', split: 'train' },
  { key: 'evaluation', split: 'test' },
] as const;

const alphabetSchema = z.object({ name: z.string().min(1), first: z.int().min(0), last: z.int().min(0) });
const alphabetsSchema = z.object({
  background: z.array(alphabetSchema),
  evaluation: z.array(alphabetSchema),
});

/** Whether a folder with these file names holds Omniglot as arrays. */
export function looksLikeOmniglot(fileNames: readonly string[]): boolean {
  return fileNames.includes(ALPHABETS) && fileNames.includes('images_background.npz');
}

/**
 * Omniglot as arrays: `images_background.npz` and `images_evaluation.npz` (bool `[classes, drawings, H, W]`, true is
 * paper), with `alphabets.json` naming the alphabet of each range of classes.
 * Classes are `alphabet/character01`; background alphabets are `train`, evaluation alphabets `test`, as in Lake's
 * protocol. Vinyals' protocol pools both: split by class.
 * @throws E_NOT_FOUND, E_DATA where the file of alphabets does not fit the arrays, and what `readNpz` throws
 * @source Lake, Salakhutdinov & Tenenbaum 2015, "Human-level concept learning through probabilistic program induction"
 * @example
 * const set = await readOmniglot('omniglot');
 * [set.numImages, set.classNames.length, set.classNames[0]]; // [32460, 1623, 'Arcadian/character01']
 */
export async function readOmniglot(folder: string, name = folder): Promise<ImageSet> {
  const alphabets = await readAlphabets(join(folder, ALPHABETS));
  const classNames = PARTS.flatMap(({ key }) =>
    alphabets[key].flatMap(({ name: alphabet, first, last }) =>
      Array.from(
        { length: last - first + 1 },
        (_, i) => `${alphabet}/character${String(i + 1).padStart(2, '0')}`,
      ),
    ),
  );
  const parts: SetPart[] = [];
  let numClasses = 0;
  for (const { key, split } of PARTS) {
    const path = join(folder, `images_${key}.npz`);
    const set = await readNpz(path);
    checkRanges(alphabets[key], set.classNames.length, path);
    const before = numClasses;
    const labels = set.labels.map((label) => label + before);
    numClasses += set.classNames.length;
    parts.push({ split, set: { ...set, classNames, labels } });
  }
  const joined = joinParts(name, parts);
  const places = placesInClass(joined.labels);
  return {
    ...joined,
    id: (index) => `${classNames[joined.labels[index]]}/${String(places[index] + 1).padStart(2, '0')}`,
  };
}

async function readAlphabets(path: string): Promise<z.infer<typeof alphabetsSchema>> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
  try {
    return alphabetsSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SamesameError('E_DATA', {
      what: `${path} does not name the alphabets of Omniglot`,
      expected: '{"background": [{"name": "Greek", "first": 0, "last": 23}, …], "evaluation": […]}',
      received: cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause),
      details: { path },
      cause,
    });
  }
}

/** The ranges follow each other without a gap and end with the last class. @throws E_DATA */
function checkRanges(
  ranges: readonly z.infer<typeof alphabetSchema>[],
  numClasses: number,
  path: string,
): void {
  let next = 0;
  for (const { name, first, last } of ranges) {
    if (first !== next || last < first) {
      throw new SamesameError('E_DATA', {
        what: `the alphabets of ${path} do not follow each other`,
        expected: `${name} from class ${next}`,
        received: `classes ${first} to ${last}`,
      });
    }
    next = last + 1;
  }
  if (next === numClasses) return;
  throw new SamesameError('E_DATA', {
    what: `the alphabets do not fit ${path}`,
    expected: `${numClasses} classes`,
    received: `${next} classes in ${ALPHABETS}`,
  });
}

/** How many images of its class come before each image. */
function placesInClass(labels: Int32Array): Int32Array {
  const counts = new Map<number, number>();
  return labels.map((label) => {
    const count = counts.get(label) ?? 0;
    counts.set(label, count + 1);
    return count;
  });
}
