import type { Check, Finding, ImageFacts } from '../types.ts';
import { countOf } from '../words.ts';

/** The smallest side that a network here takes. */
const MIN_SIDE = 8;
/** What is so much smaller than the others was meant for an icon. */
const TINY_PART = 8;
const HUGE_PIXELS = 50e6;
const HUGE_BYTES = 50e6;
const EXTREME_RATIO = 3;

/** Images far from the size or the shape of the others. */
export const checkSizes: Check = ({ images }) => {
  const read = images.filter(({ header, problem }) => header !== undefined && problem === undefined);
  const shorter = read.map((facts) => Math.min(...sidesOf(facts))).sort((a, b) => a - b);
  const least = Math.max(MIN_SIDE, (shorter[shorter.length >> 1] ?? 0) / TINY_PART);
  return [
    ...finding(
      'tiny',
      'warning',
      read.filter((facts) => Math.min(...sidesOf(facts)) < least),
      {
        what: `smaller than ${Math.ceil(least)} pixels`,
        advice: 'Remove them, or find the originals: enlarged, they are a blur.',
      },
    ),
    ...finding('huge', 'note', read.filter(isHuge), {
      what: 'larger than 50 megapixels or 50 MB',
      advice: 'Make them smaller: decoding them takes long, and training sees them small anyway.',
    }),
    ...finding('extreme-shapes', 'note', read.filter(isExtreme), {
      what: 'three times as long as wide, or more',
      advice: 'Crop them to the thing: fitted into a square, most of it stays empty.',
    }),
  ];
};

function finding(
  check: Finding['check'],
  severity: Finding['severity'],
  found: readonly ImageFacts[],
  { what, advice }: { readonly what: string; readonly advice: string },
): Finding[] {
  if (found.length === 0) return [];
  const title = `${countOf(found.length, 'image is', 'images are')} ${what}`;
  const groups = found.map((facts) => ({ images: [facts.index], caption: sidesOf(facts).join('×') }));
  return [{ check, severity, title, advice, groups }];
}

/** Height and width. */
function sidesOf({ header }: ImageFacts): [number, number] {
  return [header!.height, header!.width];
}

function isHuge(facts: ImageFacts): boolean {
  const [height, width] = sidesOf(facts);
  return height * width > HUGE_PIXELS || facts.sizeBytes > HUGE_BYTES;
}

function isExtreme(facts: ImageFacts): boolean {
  const sides = sidesOf(facts);
  return Math.max(...sides) >= EXTREME_RATIO * Math.min(...sides);
}
