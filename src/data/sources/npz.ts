import { SamesameError } from '../../base/errors.ts';
import { labelByName } from '../class-names.ts';
import { joinParts } from '../join.ts';
import type { ImageSet } from '../types.ts';
import { type NpyArray, npyToNames, parseNpy } from './npy.ts';
import { openZip, type ZipArchive } from './zip.ts';

const EXPECTED =
  'arrays "images" [N, H, W], [N, H, W, 1 or 3] or [classes, per class, H, W] of uint8 or bool, and "labels" ' +
  '[N] or [classes, per class]; or Keras’s x_train, y_train, x_test, y_test';

/**
 * The images of a NumPy archive: `images` and `labels`, or Keras's `x_train`, `y_train`, `x_test`, `y_test`.
 * - uint8 is taken as it is; bool becomes grey, true = 255 (Omniglot: true is paper) and false = 0;
 * - `[classes, perClass, H, W]` is read in that order and needs labels of the same two dimensions, or none: then the
 *   first axis is the class.
 * Classes that are numbers come in numeric order, others in code-point order.
 * @throws E_DATA for arrays of another shape or type, E_DATA_LENGTH, E_DATA_EMPTY, E_DATA_TRUNCATED, E_NOT_FOUND
 * @example
 * const set = await readNpz('omniglot/images_evaluation.npz');
 * [set.numImages, set.classNames.length]; // [13180, 659]
 */
export async function readNpz(path: string, name = path): Promise<ImageSet> {
  const zip = await openZip(path);
  try {
    return await readArchive(zip, path, name);
  } finally {
    zip.close();
  }
}

async function readArchive(zip: ZipArchive, path: string, name: string): Promise<ImageSet> {
  const has = (array: string) => zip.names.includes(`${array}.npy`);
  if (has('images')) return readPart(zip, path, 'images', has('labels') ? 'labels' : undefined, name);
  if (has('x_train') && has('y_train')) {
    const train = await readPart(zip, path, 'x_train', 'y_train', `${name} train`);
    if (!has('x_test') || !has('y_test')) return train;
    const test = await readPart(zip, path, 'x_test', 'y_test', `${name} test`);
    return joinParts(name, alignClasses(train, test));
  }
  throw new SamesameError('E_DATA', {
    what: `${path} holds no images`,
    expected: EXPECTED,
    received: zip.names.join(', ') || 'an empty archive',
    details: { path, entries: zip.names },
  });
}

async function readPart(
  zip: ZipArchive,
  path: string,
  imagesName: string,
  labelsName: string | undefined,
  name: string,
): Promise<ImageSet> {
  const read = async (array: string) => parseNpy(await zip.read(`${array}.npy`), `${array} of ${path}`);
  const images = await read(imagesName);
  const labels = labelsName === undefined ? undefined : await read(labelsName);
  const byClass = images.shape.length === 4 && isClassMajor(images, labels);
  const [numImages, height, width, channels = 1] = byClass
    ? [images.shape[0] * images.shape[1], images.shape[2], images.shape[3]]
    : images.shape;
  const isBool = images.dtype === '|b1';
  const isGreyOrRgb = channels === 1 || channels === 3;
  if (
    !(isBool || images.dtype === '|u1') ||
    images.shape.length < 3 ||
    images.shape.length > 4 ||
    !isGreyOrRgb
  ) {
    throw new SamesameError('E_DATA', {
      what: `reading ${imagesName} of ${path} failed`,
      expected: EXPECTED,
      received: `${images.dtype} [${images.shape.join(', ')}]`,
      details: { path, shape: images.shape, dtype: images.dtype },
    });
  }
  if (images.data.length === 0) {
    throw new SamesameError('E_DATA_EMPTY', {
      what: `${imagesName} of ${path} holds no image`,
      details: { path },
    });
  }
  const names = labels === undefined ? undefined : npyToNames(labels, `${labelsName} of ${path}`);
  if (names !== undefined && names.length !== numImages) {
    throw new SamesameError('E_DATA_LENGTH', {
      what: `the labels of ${path} do not belong to its images`,
      expected: `${numImages} labels`,
      received: `${names.length} labels`,
      details: { path, numImages, numLabels: names.length },
    });
  }
  if (isBool) for (let i = 0; i < images.data.length; i++) images.data[i] = images.data[i] === 0 ? 0 : 255;
  const classes =
    byClass && names === undefined ? firstAxis(images.shape) : labelNumerically(names, numImages);
  return {
    name,
    numImages,
    ...classes,
    id: byClass ? (index) => `${Math.floor(index / images.shape[1])}/${index % images.shape[1]}` : String,
    pixels: { kind: 'decoded', height, width, channels: channels as 1 | 3, data: images.data },
  };
}

function isClassMajor(images: NpyArray, labels: NpyArray | undefined): boolean {
  if (labels !== undefined) {
    return (
      labels.shape.length === 2 && labels.shape[0] === images.shape[0] && labels.shape[1] === images.shape[1]
    );
  }
  return images.shape[3] !== 1 && images.shape[3] !== 3;
}

function firstAxis(shape: readonly number[]): { labels: Int32Array; classNames: string[] } {
  return {
    labels: Int32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.floor(i / shape[1])),
    classNames: Array.from({ length: shape[0] }, (_, i) => String(i)),
  };
}

function labelNumerically(names: readonly string[] | undefined, numImages: number) {
  if (names === undefined) return { labels: new Int32Array(numImages).fill(-1), classNames: [] };
  const { labels, classNames } = labelByName(names);
  if (!classNames.every((name) => /^\d+$/.test(name))) return { labels, classNames };
  const order = classNames.map((_, i) => i).sort((a, b) => Number(classNames[a]) - Number(classNames[b]));
  const rank = new Int32Array(order.length);
  for (const [position, i] of order.entries()) rank[i] = position;
  return { labels: labels.map((label) => rank[label]), classNames: order.map((i) => classNames[i]) };
}

/** Both parts with the classes of the first; a class that only the second has is added behind them. */
function alignClasses(train: ImageSet, test: ImageSet) {
  const classNames = [...new Set([...train.classNames, ...test.classNames])];
  const labels = test.labels.map((label) => classNames.indexOf(test.classNames[label]));
  return [
    { set: { ...train, classNames }, split: 'train' as const },
    { set: { ...test, classNames, labels }, split: 'test' as const },
  ];
}
