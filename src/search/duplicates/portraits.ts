import type { ImageFacts } from '../../data/inspect/index.ts';
import { examineSet } from '../../data/inspect/index.ts';
import { decodeOne } from '../../data/pixels/decode-one.ts';
import type { ImageSet, ProgressEvent } from '../../data/types.ts';
import type { WindowPlace, WindowTable } from './candidates.ts';
import type { KeptThumbnails } from './kept-thumbnails.ts';
import { readThumbnail, thumbnailTarget } from './thumbnails.ts';
import { type ContentWindow, findWindows } from './windows.ts';

/** What is kept of every image while copies are looked for: about 2 kB. */
export interface Portraits {
  /** In the order of the set. */
  readonly facts: readonly ImageFacts[];
  readonly windows: WindowTable;
}

export interface PortraitOptions {
  /** Images, from the first, to read. Default: all. */
  readonly numImages?: number;
  /** Whether windows are wanted. Default true. */
  readonly windows?: boolean;
  /** Whether to be ready for mirror images. Default false. */
  readonly mirrored?: boolean;
  /** Gets the thumbnails that windows are found in. */
  readonly thumbnails?: Pick<KeptThumbnails, 'add'>;
  /** Stage `inspect`. */
  readonly onProgress?: (event: ProgressEvent) => void;
  readonly signal?: AbortSignal;
}

/** Reads every image once. No file stops it: what cannot be read has a `problem`. */
export async function paintPortraits(set: ImageSet, options: PortraitOptions = {}): Promise<Portraits> {
  const {
    numImages = set.numImages,
    windows = true,
    mirrored = false,
    thumbnails,
    onProgress,
    signal,
  } = options;
  const packed = new Array<PackedWindows | undefined>(set.numImages);
  const facts = await examineSet(set, {
    indices: Int32Array.from({ length: numImages }, (_, i) => i),
    onProgress,
    signal,
    ...(windows && {
      onBytes: async (bytes, { index, header }) => {
        const image = await readThumbnail(bytes, header!);
        thumbnails?.add(index, image);
        packed[index] = pack(image, mirrored);
      },
    }),
  });
  if (windows && set.pixels.kind === 'decoded') {
    const target = thumbnailTarget(set.pixels);
    for (let i = 0; i < numImages; i++) {
      signal?.throwIfAborted();
      packed[i] = pack({ ...target, data: await decodeOne(set, i, target) }, mirrored);
    }
  }
  return { facts, windows: joinWindows(packed, set.numImages, mirrored) };
}

interface PackedWindows {
  readonly hashes: Uint32Array;
  readonly places: Float32Array;
  readonly mirrored?: Uint32Array;
}

function pack(image: Parameters<typeof findWindows>[0], mirrored: boolean): PackedWindows {
  const found = findWindows(image, { mirrored });
  return {
    hashes: Uint32Array.from(found.flatMap(({ hash }) => hash)),
    places: Float32Array.from(found.flatMap((window) => placeOf(window, image))),
    ...(mirrored && { mirrored: Uint32Array.from(found.flatMap((window) => window.mirrored!)) }),
  };
}

/** A window's place in its image's own measure. */
export function placeOf(
  { x, y, half }: ContentWindow,
  { height, width }: { readonly height: number; readonly width: number },
): WindowPlace {
  return [(x + 0.5) / width, (y + 0.5) / height, (half + 0.5) / width, (half + 0.5) / height];
}

function joinWindows(
  packed: readonly (PackedWindows | undefined)[],
  numImages: number,
  mirrored: boolean,
): WindowTable {
  const starts = new Int32Array(numImages + 1);
  for (let i = 0; i < numImages; i++) starts[i + 1] = starts[i] + (packed[i]?.hashes.length ?? 0) / 2;
  const numWindows = starts[numImages];
  const table = {
    starts,
    hashes: new Uint32Array(2 * numWindows),
    places: new Float32Array(4 * numWindows),
    ...(mirrored && { mirrored: new Uint32Array(2 * numWindows) }),
  };
  for (let i = 0; i < numImages; i++) {
    const each = packed[i];
    if (each === undefined) continue;
    table.hashes.set(each.hashes, 2 * starts[i]);
    table.places.set(each.places, 4 * starts[i]);
    if (each.mirrored !== undefined) table.mirrored?.set(each.mirrored, 2 * starts[i]);
  }
  return table;
}
