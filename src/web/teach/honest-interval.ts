import { type Interval, wilsonInterval } from '../../evaluate/interval.ts';

/**
 * The 95 % interval of a share of pairs that are made of few images. However many pairs are drawn of them, they are no more
 * facts than there are images: Wilson's interval as if each image were one trial. Resampling would do worse here: of a
 * handful of images that are all told apart it says that nothing can go wrong.
 */
export function intervalByImages(share: number, numPairs: number, numImages: number): Interval {
  return wilsonInterval(share, Math.max(1, Math.min(numPairs, numImages)));
}

/** The wider one of two intervals of one value, on each side. */
export function wider(a: Interval, b: Interval): Interval {
  return { value: a.value, low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}
