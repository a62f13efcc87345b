import { SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import type { ImageSet } from './types.ts';

/**
 * The images at `indices`, in that order, as a set of their own; labels and class names stay as they are.
 * Files are only pointed to; pixels in memory are copied, but for a contiguous run, which is a view.
 * @throws E_DATA for an index outside the set
 */
export function subset(set: ImageSet, indices: Int32Array, name = set.name): ImageSet {
  const beyond = indices.find((index) => !(index >= 0 && index < set.numImages));
  if (beyond !== undefined) {
    throw new SamesameError('E_DATA', {
      what: `taking a subset of ${set.name} failed`,
      expected: `indices from 0 to ${set.numImages - 1}`,
      received: String(beyond),
    });
  }
  const { pixels, splits, classNames } = set;
  return {
    name,
    numImages: indices.length,
    labels: Int32Array.from(indices, (index) => set.labels[index]),
    classNames,
    splits: splits && Array.from(indices, (index) => splits[index]),
    skipped: set.skipped,
    id: (index) => set.id(indices[index]),
    pixels:
      pixels.kind === 'encoded'
        ? { kind: 'encoded', path: (index) => pixels.path(indices[index]) }
        : { ...pixels, data: takeRows(pixels.data, pixels.height * pixels.width * pixels.channels, indices) },
  };
}

/**
 * The images of some classes; classes are numbered anew, in the order of `classNames`.
 * @param which names of classes, or a test of each: `selectClasses(set, (name) => Number(name) % 50 === 0)`.
 * @throws E_CONFIG for a name that the set does not have, E_DATA_EMPTY where nothing is left
 */
export function selectClasses(
  set: ImageSet,
  which: readonly string[] | ((name: string, label: number) => boolean),
): ImageSet {
  const isChosen = typeof which === 'function' ? which : chooseByName(set, which);
  const newLabel = new Int32Array(set.classNames.length).fill(-1);
  const classNames: string[] = [];
  for (const [label, name] of set.classNames.entries()) {
    if (isChosen(name, label)) newLabel[label] = classNames.push(name) - 1;
  }
  const indices: number[] = [];
  for (let i = 0; i < set.numImages; i++)
    if (set.labels[i] >= 0 && newLabel[set.labels[i]] >= 0) indices.push(i);
  if (indices.length === 0) {
    throw new SamesameError('E_DATA_EMPTY', {
      what: `no image of ${set.name} is left after choosing classes`,
      received: `${classNames.length} of ${set.classNames.length} classes chosen`,
    });
  }
  const chosen = subset(set, Int32Array.from(indices));
  return { ...chosen, classNames, labels: chosen.labels.map((label) => newLabel[label]) };
}

function chooseByName(set: ImageSet, names: readonly string[]): (name: string) => boolean {
  for (const name of names) {
    if (set.classNames.includes(name)) continue;
    const near = suggest(name, set.classNames);
    throw new SamesameError('E_CONFIG', {
      what: `${set.name} has no class "${name}"`,
      expected: set.classNames.slice(0, 20).join(', '),
      help: near === undefined ? undefined : `did you mean "${near}"?`,
      details: { class: name },
    });
  }
  const chosen = new Set(names);
  return (name) => chosen.has(name);
}

function takeRows(data: Uint8Array, rowBytes: number, indices: Int32Array): Uint8Array {
  const first = indices[0] ?? 0;
  if (indices.every((index, i) => index === first + i)) {
    return data.subarray(first * rowBytes, (first + indices.length) * rowBytes);
  }
  const rows = new Uint8Array(indices.length * rowBytes);
  for (const [i, index] of indices.entries()) {
    rows.set(data.subarray(index * rowBytes, (index + 1) * rowBytes), i * rowBytes);
  }
  return rows;
}
