import type { TaughtAccuracy, TaughtValidation } from './types.ts';

/** An interval wider than that leaves open whether the model is of any use. */
const WIDE = 0.2;

/** How good a model is, for people who have never seen a confidence interval. */
export function describeAccuracy(accuracy: TaughtAccuracy | null, validation: TaughtValidation): string {
  if (accuracy === null) {
    return (
      `There were too few images to measure how good this model is. It tells ${outOf100(validation.accuracy.value)} of 100 pairs ` +
      `of ${images(validation.numImages)} right, but those images also chose its settings, so expect less. With 8 or more in ` +
      'each group, some can be kept aside to measure with.'
    );
  }
  const { value, low, high, numImages, rawPixels, base, majority } = accuracy;
  const measured =
    `It tells ${outOf100(value)} of 100 pairs right, of ${images(numImages)} that it had not seen; by chance it would be ` +
    `${outOf100(majority)}, ${base === null ? 'and ' : ''}by comparing bare pixels ${outOf100(rawPixels)}` +
    `${base === null ? '' : `, and by what the model that it started from sees ${outOf100(base)}`}.`;
  const range = `from ${outOf100(low)} to ${outOf100(high)}`;
  if (high - low <= WIDE) return `${measured} With other images of the same kind it would be ${range}.`;
  return `${measured} So few images say little: it may really be anything ${range}. Add images for a number that you can trust.`;
}

/** A share in whole hundredths; never all or nothing where it is not. */
function outOf100(share: number): string {
  const rounded = Math.round(100 * share);
  if (rounded === 100 && share < 1) return '99';
  return rounded === 0 && share > 0 ? '1' : String(rounded);
}

function images(count: number): string {
  return count === 1 ? '1 image' : `${count} images`;
}
