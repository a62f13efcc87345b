import { access, readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { checkOptionNames } from '../../base/suggest.ts';
import { labelByName } from '../class-names.ts';
import { badLine, parseTable } from '../csv.ts';
import type { ImageSet, SplitName } from '../types.ts';

const SPLIT_NAMES: Readonly<Record<string, SplitName>> = {
  train: 'train',
  val: 'validation',
  validation: 'validation',
  test: 'test',
};
/** A wrong base folder shows in the first few files; asking for all of 100,000 would take longer than it helps. */
const NUM_PROBED = 16;

export interface ManifestOptions {
  /** Names of the columns. Default `path`, `label`, `split`. */
  readonly columns?: { readonly path?: string; readonly label?: string; readonly split?: string };
  /**
   * `required` (default): an image without a label is an error. `optional`: the column may be missing or empty, and the
   * image gets label −1, for embedding and searching.
   */
  readonly labels?: 'required' | 'optional';
  /** Folder that the paths are relative to. Default: the folder of the CSV file. */
  readonly baseFolder?: string;
  /** For people. Default: the path of the CSV file. */
  readonly name?: string;
}

/**
 * The images that a CSV file lists, in its order: header `path,label[,split]`, split being `train`, `validation` (or
 * `val`), `test` or nothing. Whether each file can be read shows when it is decoded.
 * @throws E_DATA_MANIFEST naming the line: no such column, an empty path or label, an unknown split, a path twice, or
 *   no file where the first paths point; E_NOT_FOUND, E_PERMISSION
 */
export async function readManifest(csvPath: string, options: ManifestOptions = {}): Promise<ImageSet> {
  checkOptionNames('readManifest', options, ['columns', 'labels', 'baseFolder', 'name']);
  checkOptionNames('readManifest columns', options.columns ?? {}, ['path', 'label', 'split']);
  const { path = 'path', label = 'label', split = 'split' } = options.columns ?? {};
  const baseFolder = options.baseFolder ?? dirname(csvPath);
  const isOptional = options.labels === 'optional';
  const [required, optional] = isOptional ? [[path], [label, split]] : [[path, label], [split]];
  const { columns, records } = parseTable(await readText(csvPath), csvPath, required, optional);
  const paths: string[] = [];
  const names: (string | undefined)[] = [];
  const splits: (SplitName | undefined)[] = [];
  const lineOf = new Map<string, number>();
  for (const { line, cells } of records) {
    const file = cells[columns[path]];
    if (file === '') throw badLine(csvPath, line, `the column "${path}" is empty`);
    const name = cells[columns[label]] || undefined;
    if (name === undefined && !isOptional) throw badLine(csvPath, line, `the column "${label}" is empty`);
    const former = lineOf.get(file);
    if (former !== undefined) throw badLine(csvPath, line, `${file} is already on line ${former}`);
    lineOf.set(file, line);
    paths.push(file);
    names.push(name);
    splits.push(readSplit(columns[split] < 0 ? '' : cells[columns[split]], csvPath, line));
  }
  await probeFiles(csvPath, baseFolder, paths);
  return {
    name: options.name ?? csvPath,
    numImages: paths.length,
    ...labelByName(names),
    splits: splits.some((name) => name !== undefined) ? splits : undefined,
    id: (index) => paths[index],
    pixels: { kind: 'encoded', path: (index) => resolvePath(baseFolder, paths[index]) },
  };
}

/** The text of a CSV file. */
export async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
}

/** Where a path of a manifest points. */
export function resolvePath(baseFolder: string, path: string): string {
  return isAbsolute(path) ? path : join(baseFolder, path);
}

/** @throws E_DATA_MANIFEST when none of the first few files exists */
export async function probeFiles(
  csvPath: string,
  baseFolder: string,
  paths: readonly string[],
): Promise<void> {
  const probed = paths.slice(0, NUM_PROBED);
  const exists = await Promise.all(
    probed.map((path) =>
      access(resolvePath(baseFolder, path)).then(
        () => true,
        () => false,
      ),
    ),
  );
  if (exists.includes(true)) return;
  throw new SamesameError('E_DATA_MANIFEST', {
    what: `the files that ${csvPath} lists are not there`,
    expected: `paths relative to ${baseFolder}`,
    received: `${probed[0]} and ${probed.length - 1} more after it, none of which exists`,
    help: 'move the CSV file beside the images, or name their folder as baseFolder',
    details: { path: csvPath, baseFolder },
  });
}

function readSplit(text: string, csvPath: string, line: number): SplitName | undefined {
  if (text === '') return undefined;
  const split = SPLIT_NAMES[text.toLowerCase()];
  if (split === undefined)
    throw badLine(csvPath, line, 'the split is unknown', 'train, validation, test', text);
  return split;
}
