import { hash } from 'node:crypto';
import type { AugmentOptions } from '../augment/options.ts';
import { readAugmentOptions } from '../augment/options.ts';
import type { PixelTarget } from '../pixels/decode.ts';

/** Part of every key: another number makes every kept row unknown. To be raised when decoding or augmenting changes. */
const VERSION = 1;

/** SHA-256 in hex over the parts, none of which can pass for two. */
function hashOf(...parts: readonly (string | number)[]): string {
  return hash('sha256', JSON.stringify(parts));
}

/** SHA-256 of bytes: of a file's, or of an image's pixels after what says their shape. */
export function contentHash(bytes: Uint8Array, shape = ''): string {
  return hash('sha256', shape === '' ? bytes : Buffer.concat([Buffer.from(shape), bytes]));
}

/** Name of the folder that holds the rows of a trunk. */
export function folderNameOf(trunkKey: string, rowLength: number): string {
  return hashOf('trunk', VERSION, trunkKey, rowLength).slice(0, 32);
}

/** How a view is varied: options with their defaults filled in, so that two spellings of the same are the same. */
export interface ViewSource {
  readonly augment: AugmentOptions;
  readonly seed: string | number;
}

/** Makes the keys of the rows of one trunk, one pixel target and one kind of views. */
export interface RowKeys {
  /** Key of what is computed from an image: view 0 is the image as it is. */
  row(content: string, view: number): string;
  /** The seed of a view. It does not depend on the trunk, so two trunks are compared on the same views. */
  viewSeed(content: string, view: number): string;
}

/** A row's key is a SHA-256 over all that decides about its values: image, pixel target, view, trunk. */
export function createRowKeys(trunkKey: string, target: PixelTarget, views?: ViewSource): RowKeys {
  const { height, width, channels, resize } = target;
  const pixels = hashOf('pixels', VERSION, height, width, channels, resize);
  const varied = views === undefined ? '' : variationOf(views);
  const viewSeed = (content: string, view: number) => hashOf('view', content, pixels, varied, view);
  return {
    viewSeed,
    row: (content, view) =>
      hashOf('row', trunkKey, view === 0 ? hashOf('image', content, pixels) : viewSeed(content, view)),
  };
}

function variationOf({ augment, seed }: ViewSource): string {
  const sorted = Object.entries(readAugmentOptions(augment)).sort(([a], [b]) => (a < b ? -1 : 1));
  return hashOf('augment', VERSION, JSON.stringify(sorted), JSON.stringify(seed));
}
