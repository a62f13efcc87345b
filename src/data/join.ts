import { SamesameError } from '../base/errors.ts';
import type { ImageSet, SplitName } from './types.ts';

/** A set and the split that all of its images belong to. */
export interface SetPart {
  readonly set: ImageSet;
  readonly split: SplitName;
}

/**
 * One set out of parts that were read from separate files, each part marked with its split.
 * All parts hold decoded pixels of one size, and label the same classes by the same numbers. The pixels are copied
 * once. Ids become `train/0`, `test/0`, ….
 * @throws E_SHAPE where the sizes differ
 */
export function joinParts(name: string, parts: readonly SetPart[]): ImageSet {
  const numImages = parts.reduce((sum, part) => sum + part.set.numImages, 0);
  const shapes = parts.map(({ set }) => decodedPixels(set));
  const { height, width, channels } = shapes[0];
  const imageBytes = height * width * channels;
  const data = new Uint8Array(numImages * imageBytes);
  const labels = new Int32Array(numImages);
  const splits: SplitName[] = [];
  const starts: number[] = [];
  for (const [i, { set, split }] of parts.entries()) {
    const pixels = shapes[i];
    if (pixels.height !== height || pixels.width !== width || pixels.channels !== channels) {
      throw new SamesameError('E_SHAPE', {
        what: `the parts of ${name} hold images of different sizes`,
        expected: `${height}×${width}×${channels} as in ${parts[0].set.name}`,
        received: `${pixels.height}×${pixels.width}×${pixels.channels} in ${set.name}`,
      });
    }
    starts.push(splits.length);
    labels.set(set.labels, splits.length);
    data.set(pixels.data, splits.length * imageBytes);
    for (let k = 0; k < set.numImages; k++) splits.push(split);
  }
  const longest = parts.reduce((a, b) => (b.set.classNames.length > a.set.classNames.length ? b : a));
  return {
    name,
    numImages,
    labels,
    classNames: longest.set.classNames,
    splits,
    id(index) {
      const part = starts.findLastIndex((start) => start <= index);
      return `${parts[part].split}/${parts[part].set.id(index - starts[part])}`;
    },
    pixels: { kind: 'decoded', height, width, channels, data },
  };
}

function decodedPixels(set: ImageSet) {
  if (set.pixels.kind === 'decoded') return set.pixels;
  throw new SamesameError('E_DATA', { what: `${set.name} holds files, which cannot be joined as arrays` });
}
