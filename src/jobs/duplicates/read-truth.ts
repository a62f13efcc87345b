import { readFile, realpath } from 'node:fs/promises';
import { dirname, extname, isAbsolute, join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { badLine, parseCsv, parseTable } from '../../data/csv.ts';
import { createJoins } from '../../data/inspect/groups.ts';

/** Which images are copies of each other, by people. */
export interface Truth {
  /** The group of each image that the file names, by index. */
  readonly groups: ReadonlyMap<number, number | string>;
  /** Names in the file that are none of the images. */
  readonly unknown: readonly string[];
}

/**
 * Reads a ground truth:
 * - a `.csv` with columns `path,group`: images of one group are copies;
 * - a `.csv` with columns `left,right[,similar]`: the pairs that are copies (`similar` above 0.5, where there is such a
 *   column), and what follows from them;
 * - a `.json` with an object of name → list of names of its copies.
 *
 * Paths are relative to the file, to one of `bases`, or to the working folder.
 * @param paths of the images
 * @throws E_DATA_MANIFEST, E_DATA, E_NOT_FOUND, E_PERMISSION, E_CONFIG for another ending
 */
export async function readTruth(
  file: string,
  paths: readonly string[],
  bases: readonly string[],
): Promise<Truth> {
  const text = await readFile(file, 'utf8').catch((error) => {
    throw errorFromSystem(error, `reading ${file}`);
  });
  const indexOf = await createFinder(paths, [dirname(file), ...bases, '.']);
  const unknown = new Set<string>();
  const find = async (name: string) => {
    const index = await indexOf(name);
    if (index === undefined) unknown.add(name);
    return index;
  };
  const groups = new Map<number, number | string>();
  const ending = extname(file).toLowerCase();
  if (ending !== '.csv' && ending !== '.json') {
    throw new SamesameError('E_CONFIG', {
      what: `${file} is not a ground truth`,
      expected: 'a .csv file with path,group or left,right[,similar], or a .json file',
      received: ending === '' ? 'a name without an ending' : ending,
    });
  }
  const header = ending === '.csv' ? (parseCsv(text.split('\n', 1)[0], file)[0]?.cells ?? []) : [];
  if (header.includes('path')) {
    const { columns, records } = parseTable(text, file, ['path', 'group']);
    for (const { line, cells } of records) {
      const [path, group] = [cells[columns.path], cells[columns.group]];
      if (path === '' || group === '') throw badLine(file, line, 'a path or a group is empty');
      const index = await find(path);
      if (index !== undefined) groups.set(index, group);
    }
    return { groups, unknown: [...unknown] };
  }
  const joins = createJoins(paths.length);
  const named = new Set<number>();
  for (const { left, right, similar } of ending === '.csv' ? readPairs(text, file) : readLists(text, file)) {
    const [a, b] = [await find(left), right === undefined ? undefined : await find(right)];
    for (const index of [a, b]) if (index !== undefined) named.add(index);
    if (a !== undefined && b !== undefined && similar) joins.join(a, b);
  }
  for (const index of named) groups.set(index, index);
  for (const images of joins.groups()) for (const index of images) groups.set(index, images[0]);
  return { groups, unknown: [...unknown] };
}

interface TruePair {
  readonly left: string;
  readonly right?: string;
  readonly similar: boolean;
}

function readPairs(text: string, file: string): TruePair[] {
  const { columns, records } = parseTable(text, file, ['left', 'right'], ['similar']);
  return records.map(({ line, cells }) => {
    const value = columns.similar < 0 ? 1 : Number(cells[columns.similar] || Number.NaN);
    if (!(value >= 0 && value <= 1)) throw badLine(file, line, 'similar is not a number from 0 to 1');
    return { left: cells[columns.left], right: cells[columns.right], similar: value > 0.5 };
  });
}

function readLists(text: string, file: string): TruePair[] {
  const wrong = (received: string, cause?: unknown) =>
    new SamesameError('E_DATA', {
      what: `${file} is not a ground truth`,
      expected: '{ "a.jpg": ["b.jpg", "c.jpg"], "d.jpg": [] }',
      received,
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw wrong('no JSON', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong('no object');
  return Object.entries(value).flatMap(([left, copies]) => {
    if (!Array.isArray(copies) || copies.some((copy) => typeof copy !== 'string'))
      throw wrong(`no list of names at "${left}"`);
    return [{ left, similar: false }, ...copies.map((right: string) => ({ left, right, similar: true }))];
  });
}

async function createFinder(paths: readonly string[], bases: readonly string[]) {
  const real = (path: string) => realpath(path).catch(() => undefined);
  const indices = new Map<string, number>();
  for (const [index, path] of paths.entries()) indices.set((await real(path)) ?? path, index);
  return async (name: string): Promise<number | undefined> => {
    for (const base of isAbsolute(name) ? [''] : bases) {
      const path = await real(join(base, name));
      const index = path === undefined ? undefined : indices.get(path);
      if (index !== undefined) return index;
    }
    return undefined;
  };
}
