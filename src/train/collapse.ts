import type { EpochRecord } from './progress.ts';

/** Below this share of the margin every distance counts as 0. */
const NEAR_ZERO = 0.05;
/** A loss that has moved less than this share in an epoch stands still. */
const STANDSTILL = 0.01;

/**
 * Says in plain words when the embedding has collapsed: all images at one point, or a loss that stays where doing
 * nothing leaves it. Undefined while learning goes on.
 * @param margin distance that dissimilar pairs should reach
 */
export function describeCollapse(records: readonly EpochRecord[], margin: number): string | undefined {
  const last = records.at(-1);
  if (last === undefined) return undefined;
  const { positiveDistance, negativeDistance, accuracy } = last.validation;
  if (negativeDistance < NEAR_ZERO * margin) {
    return (
      `the embedding has collapsed: different things lie ${negativeDistance.toPrecision(2)} apart, as close as equal ones ` +
      `(${positiveDistance.toPrecision(2)}). Try a lower --learning-rate, --loss triplet, or a larger batch; check that ` +
      'the labels mean what you think.'
    );
  }
  const former = records.at(-2);
  const stuck = former !== undefined && Math.abs(former.loss - last.loss) < STANDSTILL * former.loss;
  if (stuck && accuracy < 0.6) {
    return (
      `the loss stands still at ${last.loss.toPrecision(3)} and pairs are told apart no better than by chance ` +
      `(${(100 * accuracy).toFixed(1)} %). Try another --learning-rate (ten times lower or higher), fewer augmentations, ` +
      'or --margin at about the distances that you see.'
    );
  }
  return undefined;
}
