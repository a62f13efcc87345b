import { dirname } from 'node:path';
import { badLine, parseTable } from '../csv.ts';
import type { ImageSet, PairList } from '../types.ts';
import { probeFiles, readText, resolvePath } from './manifest.ts';

/** Images and the pairs between them. */
export interface PairedSet {
  /** Every image once, unlabelled, in the order in which the pairs first name it. */
  readonly set: ImageSet;
  readonly pairs: PairList;
}

/**
 * The pairs of a CSV file `left,right,similar`: two paths (relative to the file) and a number from 0 (not the same) to 1
 * (the same).
 * @throws E_DATA_MANIFEST naming the line: no such column, an empty path, a number outside 0 … 1; E_NOT_FOUND,
 *   E_PERMISSION
 */
export async function readPairList(csvPath: string, name = csvPath): Promise<PairedSet> {
  const { columns, records } = parseTable(await readText(csvPath), csvPath, ['left', 'right', 'similar']);
  const paths: string[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (path: string, line: number): number => {
    if (path === '') throw badLine(csvPath, line, 'a path is empty');
    const known = numbers.get(path);
    if (known !== undefined) return known;
    numbers.set(path, paths.length);
    return paths.push(path) - 1;
  };
  const numPairs = records.length;
  const pairs = {
    numPairs,
    left: new Int32Array(numPairs),
    right: new Int32Array(numPairs),
    similar: new Float32Array(numPairs),
  };
  for (const [i, { line, cells }] of records.entries()) {
    const text = cells[columns.similar];
    const similar = text === '' ? Number.NaN : Number(text);
    if (!(similar >= 0 && similar <= 1)) {
      throw badLine(
        csvPath,
        line,
        '"similar" is not a number from 0 to 1',
        '1 for the same thing, 0 for not',
        text,
      );
    }
    pairs.left[i] = numberOf(cells[columns.left], line);
    pairs.right[i] = numberOf(cells[columns.right], line);
    pairs.similar[i] = similar;
  }
  const baseFolder = dirname(csvPath);
  await probeFiles(csvPath, baseFolder, paths);
  const set: ImageSet = {
    name,
    numImages: paths.length,
    labels: new Int32Array(paths.length).fill(-1),
    classNames: [],
    id: (index) => paths[index],
    pixels: { kind: 'encoded', path: (index) => resolvePath(baseFolder, paths[index]) },
  };
  return { set, pairs };
}
