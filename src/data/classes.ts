import { SamesameError } from '../base/errors.ts';
import type { ImageSet } from './types.ts';

/** Images by class. Unlabelled images (label −1) are in no group. */
export interface ClassGroups {
  /** int32 `[numClasses]`: the labels that occur, ascending. */
  readonly classes: Int32Array;
  /** The images of `classes[c]`, in the order in which they were given. */
  readonly members: readonly Int32Array[];
}

/**
 * The images of each class that occurs among `indices`.
 * @param labels int32 `[numImages]`
 * @param indices int32: the images to look at. Default: all.
 */
export function groupByClass(labels: Int32Array, indices?: Int32Array): ClassGroups {
  const counts = new Map<number, number>();
  const numIndices = indices?.length ?? labels.length;
  for (let i = 0; i < numIndices; i++) {
    const label = labels[indices === undefined ? i : indices[i]];
    if (label >= 0) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const classes = Int32Array.from(counts.keys()).sort();
  const slot = new Map<number, number>();
  for (const [c, label] of classes.entries()) slot.set(label, c);
  const members = Array.from(classes, (label) => new Int32Array(counts.get(label)!));
  const filled = new Int32Array(classes.length);
  for (let i = 0; i < numIndices; i++) {
    const image = indices === undefined ? i : indices[i];
    const c = slot.get(labels[image]);
    if (c !== undefined) members[c][filled[c]++] = image;
  }
  return { classes, members };
}

/**
 * Whether a set can train a similarity: it needs two classes, and two images in at least one of them.
 * @param indices the images that will be used. Default: all.
 * @returns warnings for people: what can be used, but not fully. Empty when all is well.
 * @throws E_DATA_EMPTY, E_DATA for a set without labels, E_DATA_ONE_CLASS, E_DATA_FEW_IMAGES where no class has two images
 */
export function checkTrainable(
  set: Pick<ImageSet, 'name' | 'labels' | 'classNames'>,
  indices?: Int32Array,
): string[] {
  const { name, labels, classNames } = set;
  const numImages = indices?.length ?? labels.length;
  if (numImages === 0) {
    throw new SamesameError('E_DATA_EMPTY', { what: `${name} has no image to train on` });
  }
  const { classes, members } = groupByClass(labels, indices);
  const numLabelled = members.reduce((sum, images) => sum + images.length, 0);
  if (classes.length === 0) {
    throw new SamesameError('E_DATA', {
      what: `${name} has no labels to train on`,
      expected: 'images in one folder per class, a CSV with a column label, or a list of pairs',
      received: `${numImages} images without a class`,
    });
  }
  if (classes.length === 1) {
    throw new SamesameError('E_DATA_ONE_CLASS', {
      what: `${name} has one class: nothing in it is different from anything else`,
      expected: 'at least two classes',
      received: `${numLabelled} images of "${classNames[classes[0]]}"`,
      help: 'add a folder with images of something else, or point one level higher if this is one class of a set',
      details: { classes: Array.from(classes, (label) => classNames[label]) },
    });
  }
  const lonely = Array.from(classes, (label, c) => ({
    name: classNames[label],
    numImages: members[c].length,
  }))
    .filter((entry) => entry.numImages === 1)
    .map((entry) => entry.name);
  if (lonely.length === classes.length) {
    throw new SamesameError('E_DATA_FEW_IMAGES', {
      what: `no class of ${name} has two images, so there is no pair of the same thing`,
      expected: 'at least two images in a class, better ten or more',
      received: `${classes.length} classes of one image: ${listNames(lonely)}`,
      help: 'add images to the classes; if the file names hold the class, group the files by it',
      details: { classes: lonely },
    });
  }
  const warnings: string[] = [];
  if (lonely.length > 0) {
    warnings.push(
      `${lonely.length} of ${classes.length} classes have one image and make only dissimilar pairs: ${listNames(lonely)}; ` +
        'add a second image of each to learn what is the same in them',
    );
  }
  if (numLabelled < numImages) {
    warnings.push(`${numImages - numLabelled} of ${numImages} images have no class and are not trained on`);
  }
  return warnings;
}

/** Up to ten names, and how many more there are. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${shown} and ${names.length - 10} more` : shown;
}
