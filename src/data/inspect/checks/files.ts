import { extname } from 'node:path';
import type { ImageFormat } from '../../pixels/sniff.ts';
import type { Check, Finding, ImageFacts } from '../types.ts';
import { countOf } from '../words.ts';

const ENDINGS: Partial<Record<ImageFormat, RegExp>> = {
  JPEG: /^\.(jpe?g|jfif)$/,
  PNG: /^\.png$/,
  GIF: /^\.gif$/,
  WebP: /^\.webp$/,
  TIFF: /^\.tiff?$/,
  AVIF: /^\.avif$/,
  BMP: /^\.bmp$/,
  Netpbm: /^\.p[bgpn]m$/,
};

/** Files that other programs may read in another way than this one. */
export const checkFiles: Check = ({ set, images }) => {
  const read = images.filter(({ header, problem }) => header !== undefined && problem === undefined);
  return [
    ...note(
      'turned',
      read.filter(({ header }) => header!.orientation > 1),
      {
        title: (count) =>
          `${countOf(count, 'image is', 'images are')} stored turned, with a mark that says how to hold them`,
        advice:
          'Nothing need be done: they are read upright here. Programs that overlook the mark see them lying.',
        caption: ({ header }) => `orientation ${header!.orientation}`,
      },
    ),
    ...note(
      'animations',
      read.filter(({ header }) => header!.numFrames > 1),
      {
        title: (count) => `${countOf(count, 'image has', 'images have')} several frames or pages`,
        advice: 'Only the first is read: save the others as images of their own if they matter.',
        caption: ({ header }) => `${header!.numFrames} frames`,
      },
    ),
    ...note(
      'misnamed',
      read.filter(({ index, header }) => isMisnamed(set.id(index), header!.format)),
      {
        title: (count) => `${countOf(count, 'file is', 'files are')} not what the name says`,
        advice: 'Nothing need be done: the content is gone by here. Rename them for other programs.',
        caption: ({ header }) => `really ${header!.format}`,
      },
    ),
  ];
};

function isMisnamed(id: string, format: ImageFormat): boolean {
  const ending = ENDINGS[format];
  return ending !== undefined && !ending.test(extname(id).toLowerCase());
}

function note(
  check: Finding['check'],
  found: readonly ImageFacts[],
  words: {
    readonly title: (count: number) => string;
    readonly advice: string;
    readonly caption: (facts: ImageFacts) => string;
  },
): Finding[] {
  if (found.length === 0) return [];
  const groups = found.map((facts) => ({ images: [facts.index], caption: words.caption(facts) }));
  return [{ check, severity: 'note', title: words.title(found.length), advice: words.advice, groups }];
}
