import type { ImageSet } from '../types.ts';

/** Image files without classes, named by their paths. */
export function fileSet(paths: readonly string[], name = 'images'): ImageSet {
  return {
    name,
    numImages: paths.length,
    labels: new Int32Array(paths.length).fill(-1),
    classNames: [],
    id: (index) => paths[index],
    pixels: { kind: 'encoded', path: (index) => paths[index] },
  };
}
