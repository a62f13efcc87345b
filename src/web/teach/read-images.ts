/// <reference lib="dom" />
import { SamesameError } from '../../base/errors.ts';
import { labelByName } from '../../data/class-names.ts';
import { groupByClass } from '../../data/classes.ts';
import { contentLine, FILES_LINE, namesLine, UNREADABLE_LINE } from '../../data/fingerprint-lines.ts';
import type { PixelTarget } from '../../data/pixels/decode.ts';
import { createStore, type PixelStore } from '../../data/pixels/store.ts';
import type { BadImage, ImageSet } from '../../data/types.ts';
import { toNetwork } from '../pixels/to-network.ts';
import { sha256 } from '../sha256.ts';
import { type ListedImage, tooFew } from './list-images.ts';

/** Images of groups, decoded. Index i is `listed[i]`. */
export interface TaughtImages {
  readonly set: ImageSet;
  readonly pixels: PixelStore;
  readonly target: PixelTarget;
  /** That of a folder with the same groups and files. */
  readonly fingerprint: string;
  readonly warnings: readonly string[];
}

/**
 * Decodes every image once. What cannot be read is left out and listed in the store.
 * @param onProgress called after each image
 * @throws E_IMAGES_BAD where too few can be read, E_DATA and E_DATA_FEW_IMAGES where images are all the same
 */
export async function readImages(
  listed: readonly ListedImage[],
  target: PixelTarget,
  { name, onProgress }: { readonly name: string; readonly onProgress: (done: number) => void },
): Promise<TaughtImages> {
  const { height, width, channels } = target;
  const rowBytes = height * width * channels;
  const memory = new Uint8Array(listed.length * rowBytes);
  const isUsable = new Uint8Array(listed.length);
  const bad: BadImage[] = [];
  const { labels, classNames } = labelByName(listed.map(({ group }) => group));
  const set: ImageSet = {
    name,
    numImages: listed.length,
    labels,
    classNames,
    id: (index) => listed[index].id,
    pixels: { kind: 'decoded', height, width, channels, data: memory },
  };
  const lines = [FILES_LINE];
  for (const [i, { image, id }] of listed.entries()) {
    lines.push(namesLine(set, i), await contentOf(image));
    try {
      const { pixels } = await toNetwork(image, target);
      memory.set(pixels, i * rowBytes);
      isUsable[i] = 1;
    } catch (error) {
      bad.push({ id, reason: error instanceof Error ? error.message : String(error) });
    }
    onProgress(i + 1);
  }
  const pixels = createStore({
    shape: { height, width, channels },
    numImages: listed.length,
    bad,
    isUsable,
    memory,
  });
  const fingerprint = await sha256(new TextEncoder().encode(lines.join('')));
  return { set, pixels, target, fingerprint, warnings: await checkImages(set, pixels, memory) };
}

async function contentOf(image: Blob | ImageData): Promise<string> {
  try {
    const bytes =
      image instanceof ImageData
        ? new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength)
        : new Uint8Array(await image.arrayBuffer());
    return contentLine(bytes.length, await sha256(bytes));
  } catch {
    return UNREADABLE_LINE;
  }
}

/** @returns warnings @throws E_IMAGES_BAD, E_DATA, E_DATA_FEW_IMAGES */
async function checkImages(
  { labels, classNames, id }: ImageSet,
  { usable, bad, rowBytes }: PixelStore,
  memory: Uint8Array,
): Promise<string[]> {
  // Equal for equal pixels.
  const looks = new Map<number, string>();
  for (const i of usable) looks.set(i, await sha256(memory.subarray(i * rowBytes, (i + 1) * rowBytes)));
  const { classes, members } = groupByClass(labels, usable);
  const groups = classNames.map((name, label) => {
    const images = members[classes.indexOf(label)] ?? new Int32Array();
    return { name, images, numDifferent: new Set(Array.from(images, (i) => looks.get(i))).size };
  });
  const unreadable = groups.filter(({ images }) => images.length < 2);
  if (unreadable.length > 0) throw notReadable(unreadable, bad);
  const numDifferent = new Set(looks.values()).size;
  if (numDifferent === 1) {
    throw new SamesameError('E_DATA', {
      what: 'all the images are the same picture',
      expected: 'different pictures of each thing: from other sides, in other light, other ones of its kind',
      received: `one picture, ${usable.length} times`,
      help: 'add other images',
    });
  }
  const same = groups.filter((group) => group.numDifferent < 2);
  if (same.length > 0) throw tooFew(same.map(({ name }) => ({ name, numImages: 1 })));
  const warnings: string[] = [];
  if (bad.length > 0) {
    const [{ id: first }] = bad;
    const which = bad.length === 1 ? first : `${first} and ${bad.length - 1} more`;
    warnings.push(
      `${bad.length} of ${labels.length} images cannot be read in this browser and are left out: ${which}`,
    );
  }
  const firstOf = new Map<string, number>();
  const conflicts: [number, number][] = [];
  let numRepeated = 0;
  for (const [i, look] of looks) {
    const first = firstOf.get(look);
    if (first === undefined) firstOf.set(look, i);
    else if (labels[first] !== labels[i]) conflicts.push([first, i]);
    else numRepeated++;
  }
  if (conflicts.length > 0) {
    const [[a, b]] = conflicts;
    warnings.push(
      `${conflicts.length === 1 ? 'one picture is' : `${conflicts.length} pictures are`} in two groups: ${id(a)} is the same as ${id(b)}; take it out of one of them`,
    );
  }
  if (numRepeated > 0) {
    warnings.push(
      `${numRepeated} ${numRepeated === 1 ? 'image is' : 'images are'} there more than once, which makes the numbers come out too good`,
    );
  }
  return warnings;
}

function notReadable(
  groups: readonly { readonly name: string; readonly images: Int32Array }[],
  bad: readonly BadImage[],
): SamesameError {
  const [{ name, images }] = groups;
  const shown = bad.slice(0, 3).map(({ id, reason }) => `${id}: ${reason.split('\n')[0]}`);
  return new SamesameError('E_IMAGES_BAD', {
    what: `too few images of ${name} can be read in this browser`,
    expected: 'at least 2 in each group, as JPEG, PNG, WebP, GIF or AVIF',
    received: `${images.length} that can be read; ${shown.join('; ')}`,
    help: 'save the images as PNG or JPEG, or replace them',
    details: { groups: groups.map((group) => group.name), bad: bad.slice(0, 10) },
  });
}
